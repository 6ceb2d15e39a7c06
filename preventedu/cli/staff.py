"""`preventedu staff`: people who sign in without an LMS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from preventedu.cli.workbench import data_option, open_workbench
from preventedu.people import StaffRole
from preventedu.staff import accounts

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def staff() -> None:
    """Invite people who sign in without an LMS, and let them in again."""


@staff.command()
@data_option
@click.argument("email")
@click.option("--name", required=True, help="As pages and decisions show it.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in StaffRole]),
    help="What they may do.  [default: as before, else grant-manager]",
)
@click.option(
    "--lea",
    metavar="NCES-ID",
    help="The LEA they work for (7 digits). Without one: no live figures.",
)
@click.option(
    "--organization",
    metavar="KEY",
    help="The State agency, tribe, NGO or law-enforcement agency they work for.",
)
def invite(
    data: Path | None,
    email: str,
    name: str,
    role: str | None,
    lea: str | None,
    organization: str | None,
) -> None:
    """Make a link with which EMAIL chooses a password, once, within 72 hours.

    Nothing is sent: give the link to the person yourself. For somebody who is known
    already it is a way to choose a new password.
    """
    with open_workbench(data) as bench, bench.sessions() as session:
        known_role = StaffRole(role) if role else None
        employer = accounts.Employer(lea, organization) if lea or organization else None
        token = accounts.invite(
            session, email, name, known_role, employer, now=datetime.now(UTC)
        )
        session.commit()
        click.echo(f"{bench.settings.public_url}/staff/invitation/{token}")


@staff.command()
@data_option
@click.argument("email")
def unlock(data: Path | None, email: str) -> None:
    """Let EMAIL sign in at once, without the wait after wrong passwords."""
    with open_workbench(data) as bench, bench.sessions() as session:
        accounts.unlock(session, email, now=datetime.now(UTC))
        session.commit()
    click.echo(f"{email} can sign in at once.")


@staff.command()
@data_option
@click.argument("email")
def end(data: Path | None, email: str) -> None:
    """Let EMAIL, who has left, sign in no more; what they decided stays on record."""
    with open_workbench(data) as bench, bench.sessions() as session:
        accounts.end(session, email, now=datetime.now(UTC))
        session.commit()
    click.echo(f"{email} can sign in no more. To undo it: preventedu staff invite")
