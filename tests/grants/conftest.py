"""Cheap password hashing, and databases for tests that really commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from preventedu.staff import passwords
from tests.databases import empty_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.nobodys_hash.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    yield
    passwords.nobodys_hash.cache_clear()


@pytest.fixture
def own_postgres(postgres_server: str) -> str:
    """Make an empty PostgreSQL database for one test that really commits."""
    return empty_postgres(postgres_server)
