"""Sessions that read and write, and several processes writing at once."""

from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from preventedu.cli import database
from preventedu.db import get_reader, make_engine, make_sessions
from preventedu.people import Learner

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session

NOW = datetime(2027, 3, 1, tzinfo=UTC)
WRITERS, ROWS = 4, 25


def test_a_naive_timestamp_is_refused(session: Session) -> None:
    session.add(Learner(created_at=datetime(2027, 3, 1)))  # noqa: DTZ001 (the point)

    with pytest.raises(Exception, match="naive timestamp"):
        session.flush()


def test_a_timestamp_comes_back_aware_and_in_utc(session: Session) -> None:
    learner = Learner(created_at=NOW)
    session.add(learner)
    session.flush()
    session.expire(learner)

    assert learner.created_at == NOW
    assert learner.created_at.tzinfo is UTC


@pytest.mark.usefixtures("session")
def test_a_reading_session_refuses_to_write(app: Flask) -> None:
    with app.app_context():
        reader = get_reader()
        reader.add(Learner(created_at=NOW))

        with pytest.raises(RuntimeError, match="get_reader"):
            reader.flush()


def write_rows(url: str, start: multiprocessing.synchronize.Event) -> None:
    """Read, then write, in each transaction: the pattern that locks SQLite."""
    engine = make_engine(url)
    start.wait()
    for _ in range(ROWS):
        with make_sessions(engine)() as session:
            session.scalar(select(func.count()).select_from(Learner))
            session.add(Learner(created_at=NOW))
            session.commit()
    engine.dispose()


@pytest.mark.slow
def test_processes_writing_at_once_lose_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'busy.sqlite3'}"
    engine = make_engine(url)
    database.upgrade(engine)
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    writers = [
        context.Process(target=write_rows, args=(url, start)) for _ in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    start.set()
    for writer in writers:
        writer.join(60)

    with make_sessions(engine)() as session:
        count = session.scalar(select(func.count()).select_from(Learner))
    engine.dispose()
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    assert count == WRITERS * ROWS
