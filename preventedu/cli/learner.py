"""`preventedu learner`: what is kept about one learner, shown or forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from preventedu.cli.workbench import account_name, data_option, open_workbench
from preventedu.errors import SetupError
from preventedu.lti.models import LtiUser, Platform
from preventedu.privacy import forgetting, records, requests

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session


def _who(command: Callable[..., None]) -> Callable[..., None]:
    """Add the two ways to say which learner is meant."""
    for option in (
        click.option("--subject", help="The LMS's user id, with --issuer."),
        click.option("--issuer", help="Address of the LMS, as `platform list` shows."),
        click.option("--code", help="The code that a teacher of the student made."),
    ):
        command = option(command)
    return command


@click.group()
def learner() -> None:
    """Answer a guardian who asks what is kept, or wants it erased.

    No name is stored. A teacher makes a code for the student in the LMS; school IT
    may also name the LMS's user id.
    """


@learner.command()
@data_option
@_who
def export(
    data: Path | None, code: str | None, issuer: str | None, subject: str | None
) -> None:
    """Print everything that is kept about a learner, as JSON."""
    now = datetime.now(UTC)
    with open_workbench(data) as bench, bench.sessions() as session:
        learner_id = _learner_id(session, code, issuer, subject, now=now)
        record = records.record_of(session, learner_id, now=now)
        click.echo(json.dumps(record, ensure_ascii=False, indent=2))


@learner.command()
@data_option
@_who
@click.confirmation_option(prompt="This cannot be undone. Erase?")
def erase(
    data: Path | None, code: str | None, issuer: str | None, subject: str | None
) -> None:
    """Forget a learner; completions stay counted, without anybody behind them."""
    now = datetime.now(UTC)
    with open_workbench(data) as bench, bench.sessions() as session:
        learner_id = _learner_id(session, code, issuer, subject, now=now)
        forgetting.erase(session, learner_id, account_name(), now=now)
        session.commit()
    click.echo("Nothing leads to this learner any more.")


@learner.command()
@data_option
def purge(data: Path | None) -> None:
    """Forget what is older than PREVENTEDU_RETENTION_DAYS, as the worker does."""
    learners = answers = 0
    with open_workbench(data) as bench:
        keep_for, now = bench.settings.keep_for, datetime.now(UTC)
        while True:
            with bench.sessions() as session:
                gone = forgetting.forget_old(session, keep_for, now=now)
                session.commit()
            learners, answers = learners + gone.learners, answers + gone.answers
            if not (gone.learners or gone.answers):
                break
    click.echo(f"{learners} learners and {answers} answers were forgotten.")


def _learner_id(
    session: Session,
    code: str | None,
    issuer: str | None,
    subject: str | None,
    *,
    now: datetime,
) -> str:
    if code is not None:
        return requests.learner_of(session, code, None, now=now)
    if issuer is None or subject is None:
        raise SetupError("Say who: --code CODE, or --issuer ISSUER --subject ID.")
    found = session.scalars(
        select(LtiUser.learner_id)
        .join(Platform)
        .where(Platform.issuer == issuer, LtiUser.subject == subject)
    ).all()
    if len(found) != 1:
        raise SetupError(
            "No learner is known by this id there."
            if not found
            else "More than one registration of this LMS knows this id: use --code."
        )
    return found[0]
