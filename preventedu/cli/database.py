"""The schema: bring a database up to date, and tell whether it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from preventedu import auth, migrations, people
from preventedu.courses import models as courses
from preventedu.db import Base
from preventedu.grants import immutability, ledger
from preventedu.grants import models as grants
from preventedu.lti import models as lti
from preventedu.staff import models as staff

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

FOLDER = Path(migrations.__file__).parent
MODELS = (auth, people, courses, lti, grants, ledger, staff)
"""Every module with tables: importing it puts them into `Base.metadata`."""


def upgrade(engine: Engine) -> None:
    """Run every migration that this database lacks, in one transaction."""
    with engine.begin() as connection:
        command.upgrade(_config(connection), "head")
        immutability.install(connection)


def is_current(engine: Engine) -> bool:
    """Tell whether every migration has run on this database."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        heads = ScriptDirectory.from_config(_config(connection)).get_heads()
        return set(context.get_current_heads()) == set(heads)


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
