"""What most commands need: settings, the database, and errors in plain words."""

from __future__ import annotations

import getpass
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from preventedu import logs
from preventedu.cli import database
from preventedu.db import make_engine, make_sessions
from preventedu.errors import PreventEduError, SetupError
from preventedu.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker


@dataclass(frozen=True)
class Workbench:
    """An open database and the settings that named it."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]


class PlainGroup(click.Group):
    """A group of commands whose errors are one plain sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; turn what went wrong into words."""
        try:
            return super().invoke(ctx)
        except (PreventEduError, SettingsError) as error:
            raise click.ClickException(str(error)) from error
        except OperationalError as error:
            raise click.ClickException(
                "The database cannot be reached or used. Check PREVENTEDU_DATABASE_URL "
                "and the folder given by --data, then run: preventedu db upgrade"
            ) from error
        except DatabaseError as error:
            # SQLite says so of a file of another kind, once it reads it.
            if "file is not a database" not in str(error):
                raise
            raise click.ClickException(
                "preventedu.sqlite3 in the data folder is no database. Move it away, "
                "then run: preventedu restore FILE; or name another --data."
            ) from error
        except OSError as error:
            # Without a name it is no file: a closed pipe, which click knows how to end.
            if error.filename is None:
                raise
            raise click.ClickException(
                f"{error.filename} cannot be used: {error.strerror}. Correct that, or "
                "name another place."
            ) from error


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--data DIR` to a command."""
    return click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder of the embedded database and the keys.  [default: "
        "$PREVENTEDU_DATA, else ./data]",
    )(command)


def read_settings(data: Path | None) -> Settings:
    """Read the settings and make the data folder."""
    settings = Settings.from_environment(os.environ, data)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return settings


@contextmanager
def open_workbench(data: Path | None) -> Iterator[Workbench]:
    """Open the database, which must be up to date.

    Raises:
        SetupError: The database lacks a migration.
    """
    settings = read_settings(data)
    logs.set_up(settings.log_level)
    engine = make_engine(settings.database_url)
    try:
        if not database.is_current(engine):
            raise SetupError(
                "The database is not up to date. Run: preventedu db upgrade"
                + (f" --data {data}" if data else "")
            )
        yield Workbench(settings, engine, make_sessions(engine))
    finally:
        engine.dispose()


def account_name() -> str:
    """Return whose account runs this command, to be written down with what it did."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container may run as a number that no account has.
        return f"uid {os.getuid()}"


def say(text: str) -> None:
    """Print a line at once, also into a pipe."""
    click.echo(text)
    sys.stdout.flush()
