"""Two workers at once, each with its own connection: no completion is taken twice."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from preventedu.cli import database
from preventedu.db import make_engine, make_sessions
from preventedu.grants.attribution import attribute_new
from preventedu.grants.ledger import Attribution
from tests.grants import make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session, sessionmaker

WORKERS, COMPLETIONS = 4, 60


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def makers(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[sessionmaker[Session]]:
    """Sessions on a database of its own, because the workers really commit."""
    url = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    if request.param == "postgres":
        url = request.getfixturevalue("own_postgres")
    engine = make_engine(url)
    database.upgrade(engine)
    yield make_sessions(engine)
    engine.dispose()


def test_workers_at_once_take_turns(makers: sessionmaker[Session]) -> None:
    with makers() as session:
        version = make.make_module(session)
        assignment = make.make_assignment(session, version)
        for _ in range(COMPLETIONS):
            make.complete(session, assignment, version)
        session.commit()
    problems: list[Exception] = []
    start = threading.Barrier(WORKERS)

    def work(number: int) -> None:
        # Their clocks differ by a second each.
        now = make.NOON + timedelta(seconds=number)
        try:
            start.wait()
            with makers() as session:
                attribute_new(session, now=now)
                session.commit()
        except Exception as problem:  # noqa: BLE001 (a thread must tell what broke)
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    with makers() as session:
        count = select(func.count()).select_from(Attribution)
        assert session.scalars(count).one() == COMPLETIONS
