"""A worker says that it is at work; others see for how long it has been silent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from preventedu.health.models import WorkerHeartbeat
from preventedu.people import random_id

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

EVERY = timedelta(seconds=15)
"""Often enough to notice, seldom enough to write next to nothing."""
KEPT = timedelta(days=1)


@dataclass
class Heartbeat:
    """The pulse of this worker process.

    It beats in the worker's own loop, not in a thread beside it: a loop that hangs
    must fall silent.
    """

    worker: str = field(default_factory=random_id)
    _beaten_at: datetime | None = field(default=None, init=False)

    def __call__(self, session: Session, now: datetime) -> None:
        """Write down that the loop came by, unless it was a moment ago."""
        if self._beaten_at is not None and now - self._beaten_at < EVERY:
            return
        row = session.get(WorkerHeartbeat, self.worker)
        if row is None:
            session.execute(
                delete(WorkerHeartbeat).where(WorkerHeartbeat.beaten_at < now - KEPT)
            )
            row = WorkerHeartbeat(worker=self.worker, started_at=now)
            session.add(row)
        row.beaten_at = now
        session.flush()
        self._beaten_at = now


def silence(session: Session, *, now: datetime) -> timedelta | None:
    """Return how long ago any worker's loop last came by; None: none ever did."""
    last = session.scalar(select(func.max(WorkerHeartbeat.beaten_at)))
    return None if last is None else max(now - last, timedelta(0))
