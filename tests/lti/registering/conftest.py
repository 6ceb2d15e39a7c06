"""A practice LMS on a real port, and a district to connect it for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from preventedu.staff import passwords
from tests.lti.make import make_school
from tests.lti.registering.lms import LiveLms, served_lms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from preventedu.people import School


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.nobodys_hash.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    yield
    passwords.nobodys_hash.cache_clear()


@pytest.fixture(params=["moodle", "canvas"])
def lms(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveLms]:
    """Serve a practice LMS without any tool, of each personality."""
    with served_lms(request.param, tmp_path) as live:
        yield live


@pytest.fixture
def moodle(tmp_path: Path) -> Iterator[LiveLms]:
    with served_lms("moodle", tmp_path) as live:
        yield live


@pytest.fixture
def district(session: Session) -> School:
    return make_school(session)
