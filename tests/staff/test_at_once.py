"""Requests that come all at once, each with its own connection."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from preventedu.cli import database
from preventedu.db import make_engine, make_sessions
from preventedu.errors import PreventEduError
from preventedu.people import StaffRole
from preventedu.staff import accounts, sign_in
from preventedu.staff.delays import Visitor
from tests.databases import empty_postgres
from tests.staff import make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session, sessionmaker

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
AT_ONCE = 8


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def makers(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[sessionmaker[Session]]:
    """Sessions on a database of its own, because the requests really commit."""
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    if request.param == "postgres":
        url = empty_postgres(request.getfixturevalue("postgres_server"))
    engine = make_engine(url)
    database.upgrade(engine)
    yield make_sessions(engine)
    engine.dispose()


def at_once(
    makers: sessionmaker[Session], work: Callable[[Session, int], object]
) -> int:
    """Do the work in several threads and return how many were not refused."""
    start, done = threading.Barrier(AT_ONCE), []

    def run(number: int) -> None:
        with makers() as session:
            start.wait()
            try:
                work(session, number)
                session.commit()
            except PreventEduError:
                return
            done.append(number)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done)


def test_guesses_at_once_get_no_more_tries(makers: sessionmaker[Session]) -> None:
    def guess(session: Session, number: int) -> None:
        visitor = Visitor(f"192.0.2.{number}")
        sign_in.count_attempt(session, make.EMAIL, visitor, now=NOW)

    assert at_once(makers, guess) == 3


def test_an_invitation_taken_up_twice_at_once_works_once(
    makers: sessionmaker[Session],
) -> None:
    with makers() as session:
        token = accounts.invite(
            session, make.EMAIL, "Maria", StaffRole.GRANT_MANAGER, None, now=NOW
        )
        session.commit()

    def accept(session: Session, number: int) -> None:
        accounts.accept(session, token, f"a long password {number}", now=NOW)

    assert at_once(makers, accept) == 1
