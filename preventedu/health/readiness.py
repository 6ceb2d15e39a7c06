"""What must be so before this installation can serve a class."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from preventedu.courses import catalog
from preventedu.errors import SetupError
from preventedu.health.heartbeat import silence
from preventedu.lti import keys
from preventedu.migrations.heads import is_current

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

LATE = timedelta(minutes=3)
"""A worker that is sending beats at least this often, however slow an LMS is."""


class State(enum.StrEnum):
    """What one check found."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Cannot be looked at, because an earlier check failed."""


class Name(enum.StrEnum):
    """What is checked, in this order."""

    DATABASE = "database"
    MIGRATIONS = "migrations"
    CONTENT = "content"
    SECRET = "secret"  # noqa: S105 (the name of a check, no secret)
    WORKER = "worker"


HINTS = {
    Name.DATABASE: "The database cannot be reached or used.",
    Name.MIGRATIONS: "The database is not up to date. Run: preventedu db upgrade",
    Name.CONTENT: "No lesson is published. Run: preventedu content build",
    Name.SECRET: "The secret key is not the one that the LTI key was encrypted with.",
    Name.WORKER: "No worker has been at work lately. Start: preventedu worker",
}
"""For whoever runs the installation; in English, as the command line is."""


@dataclass(frozen=True)
class Readiness:
    """What was found."""

    states: dict[Name, State]

    @property
    def can_serve(self) -> bool:
        """Tell whether pages can be served; grades wait for a worker, lessons not."""
        return all(
            state is State.OK
            for name, state in self.states.items()
            if name is not Name.WORKER
        )

    @property
    def is_complete(self) -> bool:
        """Tell whether all is well, the worker too."""
        return all(state is State.OK for state in self.states.values())

    @property
    def hints(self) -> list[str]:
        """What to do, in the order of the checks."""
        return [
            HINTS[name] for name, state in self.states.items() if state is State.FAILED
        ]


def look(session: Session, secret: str, *, now: datetime) -> Readiness:
    """Check everything, up to the first thing that hides what comes after it.

    Args:
        session: For reading.
        secret: `Settings.secret_key`.
        now: The present.
    """
    checks: dict[Name, Callable[[], bool]] = {
        Name.MIGRATIONS: lambda: is_current(session.connection()),
        Name.CONTENT: lambda: bool(catalog.content_hash(session)),
        Name.SECRET: lambda: _opens(session, secret),
        Name.WORKER: lambda: _is_at_work(session, now=now),
    }
    states = dict.fromkeys(Name, State.UNKNOWN)
    try:
        session.connection()
        states[Name.DATABASE] = State.OK
        for name, check in checks.items():
            states[name] = State.OK if check() else State.FAILED
            if states[Name.MIGRATIONS] is State.FAILED:
                break
    except SQLAlchemyError:
        states[Name.DATABASE] = State.FAILED
    return Readiness(states)


def _opens(session: Session, secret: str) -> bool:
    """Tell whether our key can be read; before the first launch there is none yet."""
    try:
        keys.find_key(session, secret)
    except SetupError:
        return False
    return True


def _is_at_work(session: Session, *, now: datetime) -> bool:
    silent = silence(session, now=now)
    return silent is not None and silent < LATE
