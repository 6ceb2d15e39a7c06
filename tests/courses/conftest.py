"""Fixtures of this room: a learner under an assignment; a database of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import sessionmaker

from preventedu.cli import database
from preventedu.courses import assignments
from preventedu.db import make_engine
from tests.conftest import NOW
from tests.courses.make import make_assignment, make_learner
from tests.databases import empty_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from preventedu.courses.assignments import Taking
    from preventedu.courses.models import Assignment
    from preventedu.settings import Settings


@pytest.fixture
def assignment(session: Session) -> Assignment:
    """The made-up lesson, given to a class."""
    return make_assignment(session)


@pytest.fixture
def who(session: Session, assignment: Assignment) -> Taking:
    """A learner under the assignment."""
    learner = make_learner(session)
    return assignments.taking(session, learner.id, assignment, is_test=False, now=NOW)


@pytest.fixture
def sessions(settings: Settings, tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    """Sessions that really commit, on a database of this test alone."""
    if settings.database_url.startswith("sqlite"):
        url = f"sqlite:///{tmp_path / 'own.sqlite3'}"
    else:
        url = empty_postgres(settings.database_url)
    engine = make_engine(url)
    database.upgrade(engine)
    yield sessionmaker(engine)
    engine.dispose()
