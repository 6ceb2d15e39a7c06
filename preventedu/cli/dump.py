"""Rows of a database as text that either kind of database can take back.

The tables are read as the database has them, not as the models say: a backup of an
older version is restored into the tables of that version and upgraded afterwards.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import JSON, MetaData, func, insert, select
from sqlalchemy.types import Boolean, Date, DateTime

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Column, Connection, Table
    from sqlalchemy.types import TypeEngine

BATCH = 500
"""Rows that are in memory at once."""
VERSION_TABLE = "alembic_version"
FORGOTTEN = frozenset(
    {
        "browser_session",
        "deep_link_request",
        "launch_state",
        "seat",
        "sign_in_attempt",
        "staff_session",
        "worker_heartbeat",
    }
)
"""What ends within a day and is deleted then, course titles among it: a backup that
is kept for weeks must not keep it. After a restore everybody comes in anew.
"""


def tables_of(connection: Connection) -> dict[str, Table]:
    """Return the tables of this database that a backup holds, by name and in order."""
    found = MetaData()
    found.reflect(connection)
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSON):
                # "No value" and JSON's null read alike; they are written as no value.
                column.type.none_as_null = True
    left_out = FORGOTTEN | {VERSION_TABLE}
    return {
        name: table
        for name, table in sorted(found.tables.items())
        if name not in left_out
    }


def count(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Return each row as a JSON list in the order of the columns, ordered by its key.

    The same facts give the same bytes on both kinds of database.
    """
    query = select(table).order_by(*table.primary_key.columns)
    rows = connection.execution_options(yield_per=BATCH).execute(query)
    for row in rows:
        text = json.dumps(
            [_plain(value) for value in row],
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        yield text.encode() + b"\n"


def load(connection: Connection, table: Table, rows: Iterable[bytes]) -> int:
    """Add rows that `lines` wrote; return how many.

    Raises:
        ValueError: A row is no list of values for these columns.
    """
    columns = list(table.columns)
    added, left = 0, iter(rows)
    while batch := [_values(columns, line) for line in islice(left, BATCH)]:
        connection.execute(insert(table), batch)
        added += len(batch)
    return added


def continue_numbering(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after the last one that was loaded."""
    keys = list(table.primary_key.columns)
    if connection.dialect.name != "postgresql" or len(keys) != 1:
        return
    (key,) = keys
    sequence = connection.execute(
        select(func.pg_get_serial_sequence(f'"{table.name}"', key.name))
    ).scalar_one()
    last = connection.execute(select(func.max(key))).scalar_one()
    if sequence is not None and last is not None:
        connection.execute(select(func.setval(sequence, last)))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        # SQLite keeps UTC without saying so.
        known = value if value.tzinfo else value.replace(tzinfo=UTC)
        return known.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _values(columns: list[Column[object]], line: bytes) -> dict[str, object]:
    row = json.loads(line)
    if not isinstance(row, list) or len(row) != len(columns):
        raise ValueError("a row has another number of values than the table")
    return {
        column.name: _typed(column.type, value)
        for column, value in zip(columns, row, strict=True)
    }


def _typed(kind: TypeEngine[object], value: object) -> object:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(str(value)).astimezone(UTC)
        return moment if kind.timezone else moment.replace(tzinfo=None)
    if isinstance(kind, Date):
        return date.fromisoformat(str(value))
    return bool(value) if isinstance(kind, Boolean) else value
