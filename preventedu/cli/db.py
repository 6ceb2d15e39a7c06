"""`preventedu db`: the tables of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from preventedu.cli import database
from preventedu.cli.workbench import data_option, read_settings
from preventedu.db import make_engine
from preventedu.errors import SetupError

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def db() -> None:
    """Make and check the tables of the database."""


@db.command()
@data_option
def upgrade(data: Path | None) -> None:
    """Bring the database up to date; on a first run, make it."""
    engine = make_engine(read_settings(data).database_url)
    database.upgrade(engine)
    engine.dispose()
    click.echo("The database is up to date.")


@db.command()
@data_option
def check(data: Path | None) -> None:
    """Tell whether the database is up to date and its tables are as expected."""
    engine = make_engine(read_settings(data).database_url)
    try:
        if not database.is_current(engine):
            raise SetupError(
                "The database is not up to date. Run: preventedu db upgrade"
            )
        if differences := database.drift(engine):
            raise SetupError(
                f"{len(differences)} tables or columns differ from what this version "
                "expects. Restore a backup, or ask for help with this list: "
                + "; ".join(str(difference[0]) for difference in differences[:5])  # type: ignore[index]
            )
    finally:
        engine.dispose()
    click.echo("The database is up to date and as expected.")
