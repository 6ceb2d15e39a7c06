"""Puts a backup into a database: all of it, checked, or nothing."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, inspect, select, text
from sqlalchemy.exc import (
    DataError,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
)
from sqlalchemy.orm import Session

from preventedu.cli import database, dump
from preventedu.cli.archive import BackupError
from preventedu.courses import catalog
from preventedu.grants import releases
from preventedu.grants.ledger import Release
from preventedu.lti import keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Engine, Table

    from preventedu.cli.archive import Manifest, Reader, TablePart

FILLED_BY_ITSELF = dump.FORGOTTEN | {
    "attribution_progress",
    "module_version",
    "tool_key",
}
"""What a fresh installation puts into its database before anybody has used it."""
MISFITS = (
    DataError,
    IntegrityError,
    InterfaceError,
    ProgrammingError,
    TypeError,
    ValueError,
)
"""What a row that does not fit its table raises, on one database or the other."""


@dataclass(frozen=True)
class Restored:
    """What came back, and whether it tells what it told."""

    rows: int
    releases: int
    """How many were hashed and computed again from the facts."""
    doubtful: tuple[str, ...]
    """Those that differ from their hash or their facts. They did when the backup was
    made: the backup's own hashes are right."""


def is_in_use(engine: Engine) -> bool:
    """Tell whether somebody has entered or done something in this database."""
    with engine.connect() as connection:
        return any(
            dump.count(connection, table)
            for name, table in dump.tables_of(connection).items()
            if name not in FILLED_BY_ITSELF and name in database.table_names()
        )


def restore(engine: Engine, archive: Reader, secret: str) -> Restored:
    """Replace all that is in a database by what an archive holds.

    It is one transaction: an error leaves the database as it was.

    Args:
        engine: The database, empty or not, of the archive's kind or the other.
        archive: Open and checked.
        secret: Must open the private keys in the archive.

    Raises:
        BackupError: The archive does not fit itself or this version.
        SetupError: The secret is another one.
    """
    manifest = archive.manifest
    try:
        with database.changing(engine) as connection:
            _refuse_newer(connection, manifest)
            _drop(connection, manifest)
            database.migrate(connection, manifest.revision)
            _load(connection, archive)
            _check(connection, manifest)
            database.migrate(connection)
            keys.find_key(Session(connection), secret)
    except MISFITS as error:
        raise BackupError(
            "The rows of the backup do not fit its tables. Nothing was changed. Use "
            f"another backup. ({type(error).__name__})"
        ) from error
    return _verified(engine, manifest)


def _refuse_newer(connection: Connection, manifest: Manifest) -> None:
    if not database.knows(connection, manifest.revision):
        raise BackupError(
            f"The backup was made by a newer version ({manifest.version}, migration "
            f"{manifest.revision}). Nothing was changed. Install that version first."
        )


def _drop(connection: Connection, manifest: Manifest) -> None:
    """Drop what is in the way.

    A database that our migrations have run on is ours as a whole: after an upgrade
    that is taken back it holds tables that this version has never heard of.
    """
    found = MetaData()
    found.reflect(connection)
    doomed = list(found.tables.values())
    if dump.VERSION_TABLE not in found.tables:
        ours = {*database.table_names(), *(part.name for part in manifest.tables)}
        doomed = [table for table in doomed if table.name in ours]
    found.drop_all(connection, doomed)


def _load(connection: Connection, archive: Reader) -> None:
    """Add all rows; references are checked when the last one is there.

    Rows may refer to later ones, of their own table too.
    """
    tables = dump.tables_of(connection)
    with _references_checked_last(connection, tables):
        for part in archive.manifest.tables:
            table = _table_of(part, tables)
            with archive.rows(part) as rows:
                dump.load(connection, table, rows)
            dump.continue_numbering(connection, table)


def _table_of(part: TablePart, tables: Mapping[str, Table]) -> Table:
    table = tables.get(part.name)
    if table is None or tuple(table.columns.keys()) != part.columns:
        raise BackupError(
            f"The backup's table {part.name} is not that of its version. Nothing was "
            "changed. Use another backup."
        )
    return table


@contextmanager
def _references_checked_last(
    connection: Connection, tables: Mapping[str, Table]
) -> Iterator[None]:
    """Check foreign keys at the end of this block instead of row by row."""
    if connection.dialect.name == "sqlite":
        # Not checked at all inside `database.changing`.
        yield
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise BackupError(
                f"Rows of the backup's table {broken[0][0]} refer to rows that it "
                "does not hold. Nothing was changed. Use another backup."
            )
        return
    _alter_foreign_keys(connection, tables, "DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    _alter_foreign_keys(connection, tables, "NOT DEFERRABLE")


def _alter_foreign_keys(
    connection: Connection, tables: Mapping[str, Table], how: str
) -> None:
    quoted = connection.dialect.identifier_preparer.quote
    for name in tables:
        for key in inspect(connection).get_foreign_keys(name):
            constraint = quoted(str(key["name"]))
            connection.execute(
                text(f"ALTER TABLE {quoted(name)} ALTER CONSTRAINT {constraint} {how}")
            )


def _check(connection: Connection, manifest: Manifest) -> None:
    """Compare what is in the tables now with what the manifest counted."""
    tables = dump.tables_of(connection)
    for part in manifest.tables:
        if dump.count(connection, tables[part.name]) != part.rows:
            raise BackupError(
                f"The backup's table {part.name} has another number of rows than was "
                "counted. Nothing was changed. Use another backup."
            )
    if catalog.content_hash(Session(connection)) != manifest.content_hash:
        raise BackupError(
            "The backup's lessons are not those it names. Nothing was changed. Use "
            "another backup."
        )


def _verified(engine: Engine, manifest: Manifest) -> Restored:
    with Session(engine) as session:
        found = {
            f"{made.award.fain} {made.period.starts_on} to {made.period.ends_on}, "
            f"version {made.version}": releases.verify(session, made)
            for made in session.scalars(select(Release).order_by(Release.id))
        }
    return Restored(
        rows=sum(part.rows for part in manifest.tables),
        releases=len(found),
        doubtful=tuple(name for name, each in found.items() if not each.is_good),
    )
