"""Runs score workers for tests to kill; each is forked, so it is up in a moment.

It is the loop of `preventedu worker` but for one number: a delivery of a worker that
died is taken over after LEASE, not after a minute. A byte on standard input starts a
worker; its process id and, later, its end are told on standard output.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from preventedu import logs
from preventedu.cli.workbench import read_settings
from preventedu.db import make_engine, make_sessions
from preventedu.grants.attribution import attribute_new
from preventedu.lti.wire import Wire
from preventedu.lti.worker import ScoreWorker, run

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.settings import Settings

LEASE = timedelta(seconds=1.5)
PAUSE = 0.03


def main() -> None:
    """Start a worker for each byte, one after the other, until there are no more."""
    settings = read_settings(Path(sys.argv[1]))
    logs.set_up(settings.log_level)
    while os.read(0, 1):
        worker = os.fork()
        if not worker:
            work(settings)
            return
        os.write(1, f"{worker}\n".encode())
        os.waitpid(worker, 0)
        os.write(1, b"gone\n")


def work(settings: Settings) -> None:
    """Deliver until SIGTERM, or until the tests are gone."""
    stop = Event()
    signal.signal(
        signal.SIGTERM, lambda _number, _frame: Thread(target=stop.set).start()
    )
    Thread(target=_wait_for_end, args=(stop,), daemon=True).start()
    worker = ScoreWorker(
        sessions=make_sessions(make_engine(settings.database_url)),
        wire=Wire(settings.secret_key, allow_loopback=True),
        lease=LEASE,
    )
    run(worker, stop, chores=[_attribute], pause=PAUSE)


def _wait_for_end(stop: Event) -> None:
    os.read(0, 1)
    stop.set()


def _attribute(session: Session, now: datetime) -> int:
    return attribute_new(session, now=now)


if __name__ == "__main__":
    main()
