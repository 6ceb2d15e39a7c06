"""Tables whose rows are only ever added: the database itself refuses the rest.

The triggers are made again after each upgrade, because a migration that rebuilds a
table on SQLite drops them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

TABLES = (
    "attribution",
    "award_choice",
    "course_placement",
    "disclosure",
    "imported_file",
    "release",
)
CHANGES = ("UPDATE", "DELETE")


def install(connection: Connection) -> None:
    """Have the database refuse to change or delete a row of TABLES."""
    # An older schema has fewer of them.
    pairs = _pairs(inspect(connection).get_table_names())
    if connection.dialect.name == "sqlite":
        statements = [_on_sqlite(table, change) for table, change in pairs]
    else:
        statements = [_POSTGRES_FUNCTION, *(_on_postgres(*pair) for pair in pairs)]
    for statement in statements:
        connection.execute(text(statement))


def _pairs(existing: Collection[str]) -> list[tuple[str, str]]:
    tables = [table for table in TABLES if table in existing]
    return [(table, change) for table in tables for change in CHANGES]


def _on_sqlite(table: str, change: str) -> str:
    return (
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{change.lower()} "
        f"BEFORE {change} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"
    )


_POSTGRES_FUNCTION = """
    CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME; END
    $$ LANGUAGE plpgsql
"""


def _on_postgres(table: str, change: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {table}_no_{change.lower()} "
        f"BEFORE {change} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
