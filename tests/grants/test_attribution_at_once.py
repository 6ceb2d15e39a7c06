"""Work done at once, each with its own connection: nothing is taken twice."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from preventedu.cli import database
from preventedu.db import make_engine, make_sessions
from preventedu.grants.attribution import attribute_new
from preventedu.grants.ledger import Attribution, Release
from preventedu.grants.models import ReportingPeriod
from preventedu.grants.releases import close_period, release
from tests.grants import make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session, sessionmaker

WORKERS, COMPLETIONS = 4, 60
AFTER = datetime(2027, 1, 1, 6, tzinfo=UTC)


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


def test_releases_made_at_once_have_their_own_versions(
    makers: sessionmaker[Session],
) -> None:
    with makers() as session:
        period = make.make_period(session, make.make_award(session))
        close_period(session, period, author="test", now=AFTER)
        session.commit()
        period_id = period.id
    start = threading.Barrier(WORKERS)

    def work(number: int) -> None:
        start.wait()
        with makers() as session:
            period = session.get_one(ReportingPeriod, period_id)
            release(session, period, author="test", recipient=f"{number}", now=AFTER)
            session.commit()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with makers() as session:
        made = session.scalars(select(Release).order_by(Release.version)).all()
        assert [each.version for each in made] == [1, 2, 3, 4]
        assert len({each.content_hash for each in made}) == 1
