"""The schema: bring a database up to date, and tell whether it is."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from preventedu import auth, migrations, people
from preventedu.courses import consent_models as consent
from preventedu.courses import models as courses
from preventedu.courses import session_models as sessions
from preventedu.db import Base
from preventedu.errors import SetupError
from preventedu.grants import immutability, ledger
from preventedu.grants import models as grants
from preventedu.health import models as health
from preventedu.lti import connection_models as connections
from preventedu.lti import models as lti
from preventedu.lti.registering import models as registering
from preventedu.migrations import heads
from preventedu.privacy import models as privacy
from preventedu.staff import models as staff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

FOLDER = Path(migrations.__file__).parent
MODELS = (
    *(auth, people, courses, consent, sessions, lti, connections, registering),
    *(grants, health, ledger, privacy, staff),
)
"""Every module with tables: importing it puts them into `Base.metadata`."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every migration that this database lacks, in one transaction."""
    with changing(engine) as connection:
        migrate(connection, revision)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to `revision`, inside the caller's `changing`."""
    command.upgrade(_config(connection), revision)
    if revision == "head":
        # An older version has not all of the tables yet.
        immutability.install(connection)


def revision_of(connection: Connection) -> str:
    """Return the last migration that has run; empty: none has."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def knows(connection: Connection, revision: str) -> bool:
    """Tell whether this version has the migration."""
    script = ScriptDirectory.from_config(_config(connection))
    return revision in {each.revision for each in script.walk_revisions()}


def downgrade(engine: Engine, revision: str) -> None:
    """Take migrations back, in one transaction; what only they could keep is lost."""
    with changing(engine) as connection:
        command.downgrade(_config(connection), revision)


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """Give a transaction in which tables may take another shape, and check it."""
    with engine.connect() as connection:
        _let_sqlite_rebuild_tables(connection)
        with connection.begin():
            yield connection
            _check_references(connection)
    # A connection of the pool would go on without checking references.
    engine.dispose()


def _let_sqlite_rebuild_tables(connection: Connection) -> None:
    """Let a table be replaced by its new shape without its references being lost.

    SQLite changes a table by copying it and dropping the old one; with references
    checked, dropping it would first delete its rows and what hangs on them.

    Source: https://www.sqlite.org/lang_altertable.html#otheralter
    """
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.execute("PRAGMA foreign_keys = OFF")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise SetupError(
            f"The upgrade would have broken references in {broken[0][0]}; nothing was "
            "changed. Restore the backup, or report this."
        )


def is_current(engine: Engine) -> bool:
    """Tell whether every migration has run on this database."""
    with engine.connect() as connection:
        return heads.is_current(connection)


def table_names() -> frozenset[str]:
    """Return the names of the tables that the models describe."""
    return frozenset(Base.metadata.tables)


def drift(engine: Engine) -> list[object]:
    """Return the differences between the models and this database's tables."""
    with engine.connect() as connection:
        options = {"compare_type": True, "render_as_batch": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))


def write_migration(engine: Engine, slug: str) -> None:
    """Write the next migration from the difference, for a developer to read."""
    with engine.begin() as connection:
        command.revision(_config(connection), message=slug, autogenerate=True)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option(
        "file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s"
    )
    config.attributes["connection"] = connection
    return config
