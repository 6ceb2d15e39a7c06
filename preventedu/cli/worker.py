"""`preventedu worker`: delivers grades and attributes completions."""

from __future__ import annotations

import signal
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from preventedu.cli.workbench import data_option, open_workbench
from preventedu.grants.attribution import attribute_new
from preventedu.health.heartbeat import Heartbeat
from preventedu.lti.wire import Wire
from preventedu.lti.worker import PAUSE, Chore, ScoreWorker, run
from preventedu.privacy.forgetting import Retention

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.orm import Session


@click.command()
@data_option
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
@click.option(
    "--pause",
    default=PAUSE,
    show_default=True,
    help="Seconds between two looks when there is nothing to do.",
)
def worker(data: Path | None, once: bool, pause: float) -> None:  # noqa: FBT001 (click)
    """Send grades to the LMSs and find each completion's award.

    Run one or more beside `preventedu serve`. Stop it with Ctrl-C or SIGTERM; killed
    at any moment, it loses no grade.
    """
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        # Not here: the loop may be interrupted while it holds the event's own lock.
        signal.signal(each, lambda _number, _frame: Thread(target=stop.set).start())
    with open_workbench(data) as bench:
        postman = ScoreWorker(
            sessions=bench.sessions,
            wire=Wire(
                secret=bench.settings.secret_key,
                allow_loopback=bench.settings.allow_loopback_platforms,
            ),
            heartbeat=Heartbeat(),
        )
        if once:
            postman.prepare()
            with bench.sessions() as session:
                attributed = _attribute(session, postman.clock())
                session.commit()
            arrived = postman.work_once()
            click.echo(
                f"{arrived} grades arrived, {attributed} completions attributed."
            )
        else:
            chores: list[Chore] = [_attribute, Retention(bench.settings.keep_for)]
            run(postman, stop, chores=chores, pause=pause)


def _attribute(session: Session, now: datetime) -> int:
    return attribute_new(session, now=now)
