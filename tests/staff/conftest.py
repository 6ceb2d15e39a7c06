"""Keeps password hashing cheap in tests; its cost is argon2's business."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from preventedu.staff import passwords

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.nobodys_hash.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    yield
    passwords.nobodys_hash.cache_clear()
