"""Figures of the whole installation, read from the database at each question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu.courses import catalog
from preventedu.courses.models import Completion
from preventedu.health.heartbeat import silence
from preventedu.lti.models import DeliveryStatus, ScoreDelivery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

UNDER_WAY = (DeliveryStatus.WAITING, DeliveryStatus.SENDING)


@dataclass(frozen=True)
class Figures:
    """Counts of everybody together, and ages; nobody is in them."""

    grades: Mapping[DeliveryStatus, int]
    oldest_waiting: timedelta
    """Since the completion of the oldest grade that is under way; 0 when none is."""
    worker_silence: timedelta | None
    """Since a worker's loop last came by; None: none ever did."""
    content_hash: str
    """Which versions of the lessons are current; empty: none."""


def read(session: Session, *, now: datetime) -> Figures:
    """Read the figures."""
    rows = session.execute(
        select(ScoreDelivery.status, func.count()).group_by(ScoreDelivery.status)
    )
    counted = dict(rows.all())
    oldest = session.scalar(
        select(func.min(Completion.completed_at))
        .join(ScoreDelivery, ScoreDelivery.completion_id == Completion.id)
        .where(ScoreDelivery.status.in_(UNDER_WAY))
    )
    return Figures(
        grades={status: counted.get(status, 0) for status in DeliveryStatus},
        oldest_waiting=timedelta(0) if oldest is None else now - oldest,
        worker_silence=silence(session, now=now),
        content_hash=catalog.content_hash(session),
    )
