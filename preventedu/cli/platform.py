"""`preventedu platform`: the LMSs that may launch lessons."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from preventedu.cli.workbench import data_option, open_workbench
from preventedu.errors import SetupError
from preventedu.lti import keys, registration
from preventedu.people import Lea, School, SchoolIdScheme

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session


@click.group()
def platform() -> None:
    """Register the LMSs (LTI platforms) that may launch lessons."""


@platform.command()
@data_option
@click.option("--issuer", required=True, help="`iss` of its messages.")
@click.option("--client-id", required=True, help="What the LMS calls this tool.")
@click.option("--auth-url", required=True, help="OIDC authentication request URL.")
@click.option("--token-url", required=True, help="OAuth 2 access token URL.")
@click.option("--jwks-url", required=True, help="Public keyset URL of the LMS.")
@click.option("--deployment-id", help="Let this deployment in at once.")
@click.option(
    "--school",
    metavar="NCES-ID",
    help="Place every new course of the deployment at this school (12 digits).",
)
@click.option(
    "--lea",
    metavar="NCES-ID",
    help="The LEA of a deployment that several schools share (7 digits): its "
    "officials then place the courses.",
)
def add(  # noqa: PLR0913, PLR0917 (each option of a command is an argument)
    data: Path | None,
    issuer: str,
    client_id: str,
    auth_url: str,
    token_url: str,
    jwks_url: str,
    deployment_id: str | None,
    school: str | None,
    lea: str | None,
) -> None:
    """Register an LMS, or correct what is known of it.

    Enter the same tool in the LMS first; it then shows these values. A deployment
    that is not named here is recorded as pending at its first launch.
    """
    if (school or lea) and not deployment_id:
        option = "--school" if school else "--lea"
        raise SetupError(f"{option} needs --deployment-id: name the deployment too.")
    details = registration.PlatformDetails(
        issuer=issuer,
        client_id=client_id,
        auth_url=auth_url,
        token_url=token_url,
        jwks_url=jwks_url,
    )
    now = datetime.now(UTC)
    with open_workbench(data) as bench, bench.sessions() as session:
        keys.ensure_key(session, bench.settings.secret_key, now=now)
        row = registration.add_platform(
            session,
            details,
            allow_loopback=bench.settings.allow_loopback_platforms,
            now=now,
        )
        if deployment_id:
            registration.add_deployment(
                session,
                row,
                deployment_id,
                school=find_school(session, school) if school else None,
                lea=find_lea(session, lea) if lea else None,
                now=now,
            )
        session.commit()
        base = bench.settings.public_url
    click.echo(f"{issuer} may launch lessons. In the LMS, the tool's addresses are:")
    click.echo(f"  Tool, redirect and content selection  {base}/lti/launch")
    click.echo(f"  Initiate login                        {base}/lti/login")
    click.echo(f"  Public keyset (JWKS)                  {base}/lti/jwks.json")


@platform.command("list")
@data_option
def list_platforms(data: Path | None) -> None:
    """List the registered LMSs and their deployments."""
    with open_workbench(data) as bench, bench.sessions() as session:
        rows = registration.platforms(session)
        if not rows:
            click.echo("No LMS is registered yet. See: preventedu platform add --help")
        for row in rows:
            click.echo(f"{row.issuer}  client {row.client_id}  {row.family}".rstrip())
            for deployment in registration.deployments(session, row.id):
                place = deployment.school or deployment.lea
                click.echo(
                    f"  deployment {deployment.deployment_id}: {deployment.status}"
                    + (f", {place.name}" if place else ", not bound to an LEA")
                )


def find_school(session: Session, nces_id: str) -> School:
    """Return the school with an NCES id.

    Raises:
        SetupError: Nobody has imported it yet.
    """
    school = session.scalar(
        select(School).where(
            School.scheme == SchoolIdScheme.NCES, School.school_id == nces_id
        )
    )
    if school is None:
        raise SetupError(
            f"No school has the NCES id {nces_id}. Import it first: "
            "preventedu import FILE"
        )
    return school


def find_lea(session: Session, nces_id: str) -> Lea:
    """Return the LEA with an NCES id.

    Raises:
        SetupError: Nobody has imported it yet.
    """
    lea = session.scalar(select(Lea).where(Lea.nces_id == nces_id))
    if lea is None:
        raise SetupError(
            f"No LEA has the NCES id {nces_id}. Import it first: preventedu import FILE"
        )
    return lea
