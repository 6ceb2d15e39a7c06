"""The database: declarative base, UTC timestamps, sessions that read or write."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import current_app, g
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

if TYPE_CHECKING:
    import sqlite3

    from flask import Flask
    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import UOWTransaction

    from preventedu.settings import Settings

BUSY_SECONDS = 20
"""How long SQLite waits for another writer before it gives up."""
JsonObject = dict[str, Any]


class UtcDateTime(TypeDecorator[datetime]):
    """A timestamp that is aware and in UTC on both sides of the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Refuse a naive timestamp rather than guess its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive timestamp for {dialect.name}: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """Give UTC: SQLite forgets the zone, PostgreSQL answers in the session's."""
        del dialect
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class TextEnum(TypeDecorator[enum.StrEnum]):
    """A string enum kept by its value, as plain text: new members need no migration."""

    impl = String(40)
    cache_ok = True

    def __init__(self, members: type[enum.StrEnum] = enum.StrEnum) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(
        self, value: enum.StrEnum | None, dialect: Dialect
    ) -> str | None:
        """Refuse a text that is no member."""
        del dialect
        return None if value is None else self.members(value).value

    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> enum.StrEnum | None:
        """Give the member back."""
        del dialect
        return None if value is None else self.members(value)


class Base(DeclarativeBase):
    """Base of every model."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads this class attribute)
        datetime: UtcDateTime(),
        JsonObject: JSON().with_variant(JSONB(), "postgresql"),
        list[str]: JSON().with_variant(JSONB(), "postgresql"),
    }


class ReadSession(Session):
    """A session that must not write: it takes no write lock on SQLite."""


def make_engine(url: str) -> Engine:
    """Open the database at `url` (SQLite or PostgreSQL)."""
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        _make_sqlite_transactional(engine)
        return engine
    return create_engine(url, pool_pre_ping=True)


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Return a maker of sessions that may write, for commands and the worker."""
    return sessionmaker(engine)


def init_app(app: Flask, settings: Settings) -> None:
    """Bind the application to its database."""
    engine = make_engine(settings.database_url)
    app.extensions["engine"] = engine
    app.extensions["writers"] = sessionmaker(engine)
    reading = engine.execution_options(preventedu_reading=True)
    app.extensions["readers"] = sessionmaker(reading, class_=ReadSession)
    app.teardown_appcontext(_close_sessions)


def get_session() -> Session:
    """Return this app context's session that may write, opened on first use."""
    if "writer" not in g:
        g.writer = current_app.extensions["writers"]()
    session: Session = g.writer
    return session


def get_reader() -> Session:
    """Return this app context's session for reading; a flush in it is an error.

    On SQLite a writing session waits for the one write lock from its start, so
    that it never fails half way; pages that only read need not queue for it.
    """
    if "reader" not in g:
        g.reader = current_app.extensions["readers"]()
    session: Session = g.reader
    return session


def _close_sessions(_error: BaseException | None) -> None:
    for name in ("writer", "reader"):
        session: Session | None = g.pop(name, None)
        if session is not None:
            session.close()


@event.listens_for(ReadSession, "before_flush")
def _refuse_writes(
    _session: Session, _context: UOWTransaction, _instances: object
) -> None:
    raise RuntimeError("get_reader() was used to write; use get_session()")


def _make_sqlite_transactional(engine: Engine) -> None:
    """Let SQLAlchemy, not the driver, begin transactions, and check foreign keys.

    A transaction that may write begins with BEGIN IMMEDIATE: one that starts as a
    reader and writes later can fail with "database is locked" without waiting.

    Source: https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#pysqlite-serializable
    """

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        # "Saved" is shown to a learner after the commit: it must survive a power cut.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("preventedu_reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
