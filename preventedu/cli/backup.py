"""`preventedu backup` and `preventedu restore`: everything in one file, and back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy.orm import Session

from preventedu import logs
from preventedu.cli import database, dump, restoring
from preventedu.cli.archive import (
    FORMAT,
    SECRET,
    BackupError,
    Manifest,
    TablePart,
    new_archive,
    open_archive,
)
from preventedu.cli.workbench import data_option, open_workbench, read_settings
from preventedu.courses import catalog
from preventedu.db import make_engine
from preventedu.settings import KEY_FILE

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from preventedu.cli.archive import Reader
    from preventedu.cli.restoring import Restored
    from preventedu.settings import Settings

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@data_option
@click.option("--output", required=True, type=FILE, help="A file that does not exist.")
@click.option(
    "--without-secret",
    is_flag=True,
    help="Leave the secret key out. Keep it elsewhere: without it the private key that "
    "the LMSs trust cannot be read, and every LMS must be connected anew.",
)
def backup(data: Path | None, output: Path, without_secret: bool) -> None:  # noqa: FBT001 (click)
    """Write everything into one file, while the tool runs.

    The file holds the database as it was at one moment and the secret key: who has
    it can act as this tool. Only its owner may read it; encrypt copies that leave
    this machine. It can be restored into SQLite and into PostgreSQL. Seats, sessions
    and sign-ins, which end within a day, are left out.
    """
    with open_workbench(data) as bench:
        secret = None if without_secret else bench.settings.secret_key
        manifest = back_up(bench.engine, output, secret, now=datetime.now(UTC))
    rows = sum(part.rows for part in manifest.tables)
    kept = "without the secret key" if without_secret else "with the secret key"
    click.echo(f"{output}: {rows} rows of {len(manifest.tables)} tables, {kept}.")


@click.command()
@data_option
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Give up what the database holds now.")
def restore(data: Path | None, file: Path, replace: bool) -> None:  # noqa: FBT001 (click)
    """Put a backup back, all of it or nothing.

    Stop `preventedu serve` and `preventedu worker` first. The database named by the
    settings is filled, SQLite or PostgreSQL, whichever the backup came from. A backup
    of an older version is brought up to date. Afterwards every release is hashed and
    computed again from the facts.
    """
    settings = read_settings(data)
    logs.set_up(settings.log_level)
    engine = make_engine(settings.database_url)
    try:
        if not replace and restoring.is_in_use(engine):
            raise BackupError(
                "The database is in use: a restore would give up what it holds. "
                "Nothing was changed. Back it up first, then add --replace."
            )
        with open_archive(file) as archive:
            secret = _secret_for(archive, settings)
            restored = restoring.restore(engine, archive, secret)
            _keep_secret(settings, secret)
            _tell(archive.manifest, restored)
    finally:
        engine.dispose()


def back_up(
    engine: Engine, output: Path, secret: str | None, *, now: datetime
) -> Manifest:
    """Write everything, as it is at one moment, into a new archive.

    Args:
        engine: A database that is up to date.
        output: A file that does not exist.
        secret: The secret key; None leaves it out.
        now: For the manifest.

    Raises:
        BackupError: The file exists.
    """
    with new_archive(output) as archive, _one_moment(engine) as connection:
        parts = []
        for name, table in dump.tables_of(connection).items():
            part = TablePart(
                name=name, columns=tuple(table.columns.keys()), rows=0, sha256=""
            )
            rows, digest = archive.add(part.path, dump.lines(connection, table))
            parts.append(part.model_copy(update={"rows": rows, "sha256": digest}))
        manifest = Manifest(
            format=FORMAT,
            version=version("preventedu"),
            revision=database.revision_of(connection),
            database=connection.dialect.name,
            made_at=now.isoformat(),
            content_hash=catalog.content_hash(Session(connection)),
            tables=tuple(parts),
            secret_sha256=(
                archive.add(SECRET, [secret.encode()])[1] if secret else None
            ),
        )
        archive.finish(manifest)
    return manifest


def _one_moment(engine: Engine) -> Connection:
    """Open a snapshot: SQLite's read transaction in WAL mode, or repeatable read.

    Neither makes anybody wait, and neither sees what is committed later.
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(preventedu_reading=True).connect()
    return engine.execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    ).connect()


def _secret_for(archive: Reader, settings: Settings) -> str:
    """Return the secret key to go on with.

    Raises:
        BackupError: The settings insist on another one than the backup's.
    """
    if archive.secret is None:
        return settings.secret_key
    given = os.environ.get("PREVENTEDU_SECRET_KEY")
    if given and given != archive.secret:
        raise BackupError(
            "PREVENTEDU_SECRET_KEY is not the secret key of this backup. Nothing was "
            f"changed. Leave it out, or set it to the backup's part {SECRET}."
        )
    return archive.secret


def _keep_secret(settings: Settings, secret: str) -> None:
    """Keep the secret in the data folder, unless the settings give it already."""
    if secret == settings.secret_key:
        return
    draft = settings.data_dir / f"{KEY_FILE}.restored"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(secret)
    draft.replace(settings.data_dir / KEY_FILE)


def _tell(manifest: Manifest, restored: Restored) -> None:
    """Say what came back.

    Raises:
        BackupError: A release does not tell what it told; everything is restored.
    """
    click.echo(
        f"Restored {restored.rows} rows of {len(manifest.tables)} tables as they were "
        f"at {manifest.made_at}."
    )
    if restored.doubtful:
        raise BackupError(
            "Everything was restored as it was backed up, but these releases differ "
            "from their hash or their facts, and did so then: "
            + "; ".join(restored.doubtful)
        )
    click.echo(f"Checked: {restored.releases} releases tell what they told.")
    click.echo(
        "Now run: preventedu content build; then start preventedu serve and worker."
    )
