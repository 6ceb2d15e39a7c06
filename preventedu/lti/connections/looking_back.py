"""What happened lately: launches with their codes, and the queue of grades."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from preventedu.courses.models import Completion
from preventedu.lti import outbox
from preventedu.lti.connection_models import LaunchRecord
from preventedu.lti.launch_log import OK
from preventedu.lti.models import (
    DeliveryStatus,
    Deployment,
    Platform,
    ResourceLink,
    ScoreDelivery,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy.orm import Session

SHOWN = 100
"""Launches on one page."""
BATCH = 500
"""Grades that are made due in one transaction: learners' saves wait for its lock."""
SUMMARY = timedelta(days=7)


@dataclass(frozen=True)
class Filter:
    """Which launches to show.

    Attributes:
        platform_ids: Of these platforms only; None: of all, and of unknown ones too.
        deployment_ids: Of these deployments only, and those before a deployment was
            known; None: of all.
        failures_only: Leaves out the launches that were let in.
    """

    platform_ids: Collection[int] | None
    deployment_ids: Collection[int] | None
    failures_only: bool


def launches(session: Session, wanted: Filter) -> Sequence[LaunchRecord]:
    """Return the latest launches and refusals, newest first."""
    query = select(LaunchRecord).order_by(
        LaunchRecord.at.desc(), LaunchRecord.id.desc()
    )
    if wanted.platform_ids is not None:
        query = query.where(LaunchRecord.platform_id.in_(wanted.platform_ids))
    if wanted.deployment_ids is not None:
        query = query.where(
            or_(
                LaunchRecord.deployment_id.in_(wanted.deployment_ids),
                LaunchRecord.deployment_id.is_(None),
            )
        )
    if wanted.failures_only:
        query = query.where(LaunchRecord.code != OK)
    return session.scalars(query.limit(SHOWN)).all()


@dataclass(frozen=True)
class Lately:
    """Launches of one platform in the last seven days."""

    arrived: int
    refused: int
    last_at: datetime | None


def lately(session: Session, *, now: datetime) -> dict[int, Lately]:
    """Return by platform what happened in the last seven days."""
    rows = session.execute(
        select(
            LaunchRecord.platform_id,
            LaunchRecord.code,
            func.count(),
            func.max(LaunchRecord.at),
        )
        .where(LaunchRecord.at > now - SUMMARY, LaunchRecord.platform_id.is_not(None))
        .group_by(LaunchRecord.platform_id, LaunchRecord.code)
    ).all()
    found: dict[int, Lately] = {}
    for platform_id in {row[0] for row in rows if row[0] is not None}:
        let_in = [row for row in rows if row[0] == platform_id and row[1] == OK]
        refused = [row for row in rows if row[0] == platform_id and row[1] != OK]
        found[platform_id] = Lately(
            arrived=sum(row[2] for row in let_in),
            refused=sum(row[2] for row in refused),
            last_at=max((row[3] for row in let_in), default=None),
        )
    return found


@dataclass(frozen=True)
class Queue:
    """The grades of one platform: how many are where, and since when.

    Attributes:
        problems: How many stand still or wait because of what, by code.
        oldest_at: Completion of the oldest grade that has not arrived.
    """

    platform: Platform
    waiting: int
    sent: int
    failed: int
    problems: Counter[str]
    oldest_at: datetime | None


def queues(session: Session, platforms: Sequence[Platform]) -> list[Queue]:
    """Return the queue of grades of each platform."""
    return [_queue(session, platform) for platform in platforms]


def send_again(session: Session, platform_id: int, *, now: datetime) -> int:
    """Make the failed grades of a platform due, at most one batch of them.

    Returns:
        How many; call it again, in a transaction of its own, while it is `BATCH`.
    """
    failed = session.scalars(
        select(ScoreDelivery)
        .join(ResourceLink)
        .join(Deployment)
        .where(
            Deployment.platform_id == platform_id,
            ScoreDelivery.status == DeliveryStatus.FAILED,
        )
        .order_by(ScoreDelivery.id)
        .limit(BATCH)
        .with_for_update(of=ScoreDelivery, skip_locked=True)
    ).all()
    for delivery in failed:
        outbox.make_due(delivery, now=now)
    session.flush()
    return len(failed)


def _queue(session: Session, platform: Platform) -> Queue:
    rows = session.execute(
        select(ScoreDelivery.status, ScoreDelivery.problem, func.count())
        .join(ResourceLink, ResourceLink.id == ScoreDelivery.resource_link_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .where(Deployment.platform_id == platform.id)
        .group_by(ScoreDelivery.status, ScoreDelivery.problem)
    ).all()
    numbers: Counter[DeliveryStatus] = Counter()
    problems: Counter[str] = Counter()
    for status, problem, number in rows:
        numbers[status] += number
        if problem and status is not DeliveryStatus.SENT:
            problems[problem] += number
    return Queue(
        platform=platform,
        waiting=numbers[DeliveryStatus.WAITING] + numbers[DeliveryStatus.SENDING],
        sent=numbers[DeliveryStatus.SENT],
        failed=numbers[DeliveryStatus.FAILED],
        problems=problems,
        oldest_at=_oldest(session, platform),
    )


def _oldest(session: Session, platform: Platform) -> datetime | None:
    query = (
        select(func.min(Completion.completed_at))
        .join(ScoreDelivery, ScoreDelivery.completion_id == Completion.id)
        .join(ResourceLink, ResourceLink.id == ScoreDelivery.resource_link_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .where(
            Deployment.platform_id == platform.id,
            ScoreDelivery.status != DeliveryStatus.SENT,
        )
    )
    return session.scalar(query)
