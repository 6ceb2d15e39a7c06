"""`preventedu import`: LEA, schools, partners, awards and coverage from one file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from preventedu.cli.workbench import account_name, data_option, open_workbench
from preventedu.errors import SetupError
from preventedu.grants import importing


@click.command("import")
@data_option
@click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
@click.option("--by", help="Who brings the file.  [default: your account's name]")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_file(data: Path | None, dry_run: bool, by: str | None, file: Path) -> None:  # noqa: FBT001 (click)
    """Read LEAs, schools, partners, awards, agreements, coverage and targets.

    FILE is YAML, CSV or an Excel workbook, told by its name. All of it is written, or
    nothing. Each bad line is named. The same file again changes nothing. An example:
    preventedu/cli/demo_data/district.yaml
    """
    now = datetime.now(UTC)
    brought = importing.File(file.name, file.read_bytes())
    with open_workbench(data) as bench, bench.sessions() as session:
        plan = importing.plan(session, brought, now=now)
        for problem in plan.problems:
            click.echo(f"{file}: {problem}")
        if plan.problems:
            raise SetupError("Correct the lines above; nothing was changed.")
        for change in plan.changes:
            click.echo(str(change))
        if dry_run:
            click.echo(f"{len(plan.changes)} changes would be made; none was.")
            return
        importing.apply(session, brought, by=by or account_name(), now=now)
        session.commit()
    click.echo(f"{len(plan.changes)} changes made.")
