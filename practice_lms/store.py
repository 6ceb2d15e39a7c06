"""The one SQLite file of a practice LMS, shared by its threads and processes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_TIMEOUT_SECONDS = 30
SCHEMA = """
CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS platform_key (
    id INTEGER PRIMARY KEY, kid TEXT NOT NULL UNIQUE, pem TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS activity (
    id INTEGER PRIMARY KEY, course INTEGER NOT NULL, deployment_id TEXT NOT NULL,
    resource_link_id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    description TEXT NOT NULL, url TEXT NOT NULL, custom TEXT NOT NULL,
    opens_in TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS line_item (
    id INTEGER PRIMARY KEY, course INTEGER NOT NULL, deployment_id TEXT NOT NULL,
    activity INTEGER REFERENCES activity ON DELETE CASCADE,
    is_coupled INTEGER NOT NULL, is_text_only INTEGER NOT NULL DEFAULT 0,
    is_locked INTEGER NOT NULL DEFAULT 0, label TEXT NOT NULL,
    score_maximum REAL NOT NULL, resource_id TEXT NOT NULL, tag TEXT NOT NULL,
    submission_review TEXT NOT NULL DEFAULT '', extension TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS grade (
    line_item INTEGER NOT NULL REFERENCES line_item ON DELETE CASCADE,
    person TEXT NOT NULL, raw REAL, final REAL, comment TEXT NOT NULL DEFAULT '',
    graded_at REAL, is_overridden INTEGER NOT NULL DEFAULT 0,
    is_locked INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (line_item, person));
CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY, received_at TEXT NOT NULL, course INTEGER NOT NULL,
    line_item INTEGER NOT NULL, label TEXT NOT NULL, person TEXT NOT NULL,
    user_id TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS launch (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, course INTEGER NOT NULL,
    deployment_id TEXT NOT NULL, activity INTEGER, for_person TEXT NOT NULL,
    message_type TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS access_token (
    digest TEXT PRIMARY KEY, client_id TEXT NOT NULL, scopes TEXT NOT NULL,
    expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS used_jti (
    client_id TEXT NOT NULL, jti TEXT NOT NULL, expires_at REAL NOT NULL,
    PRIMARY KEY (client_id, jti));
CREATE TABLE IF NOT EXISTS suspension (
    course INTEGER NOT NULL, person TEXT NOT NULL, PRIMARY KEY (course, person));
CREATE TABLE IF NOT EXISTS tool (
    number INTEGER PRIMARY KEY, deployment_id TEXT NOT NULL UNIQUE,
    registration TEXT NOT NULL, is_active INTEGER NOT NULL DEFAULT 0,
    is_in_chooser INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS registration_token (
    digest TEXT PRIMARY KEY, expires_at REAL NOT NULL, used_at REAL);
CREATE TABLE IF NOT EXISTS fault (
    id INTEGER PRIMARY KEY, service TEXT NOT NULL, phase TEXT NOT NULL,
    plan TEXT NOT NULL, remaining INTEGER NOT NULL);
"""


class Store:
    """Opens a fresh connection for each piece of work: safe in any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            # Changing the mode takes the whole file: not while another process works.
            if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees one consistent state."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection whose changes are kept if the block ends well."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_TIMEOUT_SECONDS, isolation_level=None
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection
