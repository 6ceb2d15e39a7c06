"""`preventedu report`: the snapshot of one closed period, as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from preventedu.cli.workbench import account_name, data_option, open_workbench
from preventedu.errors import SetupError
from preventedu.grants import releases
from preventedu.grants.disclosures import record_disclosure
from preventedu.grants.ledger import DisclosureWay
from preventedu.grants.models import Award, ReportingPeriod
from preventedu.grants.rendering.csv_file import to_csv
from preventedu.grants.rendering.json_file import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from preventedu.grants.ledger import Release

FORMATS: dict[str, Callable[[Release], bytes]] = {".csv": to_csv, ".json": to_json}
DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@data_option
@click.option("--award", required=True, metavar="FAIN", help="The award's number.")
@click.option("--from", "first", required=True, type=DAY, help="First day.")
@click.option("--to", "last", required=True, type=DAY, help="Last day.")
@click.option("--recipient", required=True, help="For whom the report is made.")
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that ends in .csv or .json.",
)
@click.option(
    "--close", is_flag=True, help="Close the period first. It stays closed for ever."
)
def report(  # noqa: PLR0913, PLR0917 (each option of a command is an argument)
    data: Path | None,
    award: str,
    first: datetime,
    last: datetime,
    recipient: str,
    output: Path,
    close: bool,  # noqa: FBT001 (click)
) -> None:
    """Write the protected report of one closed reporting period.

    It is the same stored snapshot that the pages show, with its SHA-256. If any cell
    of any table is from 1 to 9, the total stands alone. Run again at any later time,
    it writes the same file and checks that the facts still give the same figures.
    """
    write = FORMATS.get(output.suffix)
    if write is None:
        raise SetupError(f"--output {output}: end the name in .csv or .json.")
    check_writable(output)
    now, author = datetime.now(UTC), account_name()
    with open_workbench(data) as bench, bench.sessions() as session:
        period = find_period(session, award, first, last)
        if close and period.closed_at is None:
            releases.close_period(session, period, author=author, now=now)
        made = releases.release(
            session, period, author=author, recipient=recipient, now=now
        )
        record_disclosure(session, made, DisclosureWay.FILE, recipient, author, now=now)
        session.commit()
        output.write_bytes(write(made))
        click.echo(f"{output}: version {made.version}, SHA-256 {made.content_hash}")
        check_again(session, made)


def check_again(session: Session, made: Release) -> None:
    """Compute the figures anew from the facts as they were recorded at the closing.

    Raises:
        SetupError: The stored release differs from its hash or from the facts.
    """
    found = releases.verify(session, made)
    if not found.has_its_hash:
        raise SetupError("The stored release was changed: it differs from its hash.")
    if found.differences:
        raise SetupError(
            "The facts give other figures than the stored release, in: "
            + ", ".join(found.differences)
        )
    click.echo("Checked: the facts recorded at the closing give the same figures.")


def check_writable(output: Path) -> None:
    """Find out before a period is closed for ever whether its report can be kept.

    Raises:
        OSError: It cannot.
    """
    is_new = not output.exists()
    output.open("ab").close()
    if is_new:
        output.unlink()


def find_period(
    session: Session, fain: str, first: datetime, last: datetime
) -> ReportingPeriod:
    """Return the award's reporting period with these days.

    Raises:
        SetupError: There is none; the message lists those that are.
    """
    award = session.scalar(select(Award).where(Award.fain == fain))
    if award is None:
        known = ", ".join(session.scalars(select(Award.fain).order_by(Award.fain)))
        raise SetupError(f"There is no award {fain}. Known: {known or 'none yet'}.")
    periods = session.scalars(
        select(ReportingPeriod)
        .where(ReportingPeriod.award_id == award.id)
        .order_by(ReportingPeriod.starts_on)
    ).all()
    for period in periods:
        if (period.starts_on, period.ends_on) == (first.date(), last.date()):
            return period
    known = "; ".join(f"{each.starts_on} to {each.ends_on}" for each in periods)
    raise SetupError(
        f"Award {fain} has no reporting period from {first.date()} to {last.date()}. "
        f"It has: {known or 'none; import one first'}."
    )
