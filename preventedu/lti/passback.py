"""Delivering scores: claim one, send it without a database, record what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from preventedu.lti import problems, registration
from preventedu.lti.adapters import (
    AccessRefusedError,
    PlatformServices,
    Score,
    ServiceError,
)
from preventedu.lti.models import (
    DeliveryStatus,
    Deployment,
    Platform,
    ResourceLink,
    ScoreDelivery,
)
from preventedu.lti.outbox import deliveries_of, make_due, send_again
from preventedu.lti.platforms import family_of
from preventedu.lti.web import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from preventedu.lti.platforms import Family
    from preventedu.lti.registration import Registered
    from preventedu.lti.wire import Wire

__all__ = [
    "Job",
    "Outcome",
    "claim",
    "deliver",
    "deliveries_of",
    "send_again",
    "settle",
]

RETRY_WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""How long to wait after the first, second … failure; after the last we give up."""
LOCKED_AFTER = 4
"""Tries again after HTTP 500 until we take the cell for locked (so Moodle says it)."""
CONFLICT_WAITS = (timedelta(seconds=2), timedelta(seconds=60))
"""After a 409: the platform counts in whole seconds, and clocks differ a little."""
BUSY_WAIT = timedelta(seconds=30)
"""After throttling that does not say how long: a quota has to refill."""
LONGEST_THROTTLING = timedelta(days=3)
"""Throttling is no failure; but a platform that says nothing else for so long has a
fault that a person must see."""
LEASE = timedelta(seconds=60)
"""After this long a delivery under way is taken for lost with its worker."""
STEP = timedelta(seconds=1)
"""Two time stamps of one cell differ by at least this much."""
SAME = 0.005
"""Percent; platforms keep grades with five decimals."""


@dataclass(frozen=True)
class Job:
    """One score to send, as plain values for a thread without a session."""

    delivery_id: int
    platform: Registered
    deployment_id: int
    line_item_url: str
    can_read_results: bool
    score: Score
    is_uncertain: bool
    """An earlier sending may have arrived: read the result before sending."""


@dataclass(frozen=True)
class Outcome:
    """What came of a job; an empty problem means that the grade stands."""

    problem: str = ""
    is_final: bool = False
    counts: bool = True
    """Whether it is one failure more; throttling is none."""
    retry_after: timedelta | None = None


def claim(
    session: Session,
    busy: Collection[int],
    *,
    lease: timedelta = LEASE,
    now: datetime,
) -> Job | None:
    """Take the next due delivery and mark it as being sent.

    The caller commits before the job is delivered, so that after a crash the row
    still says that something may be on its way.

    Args:
        session: Locks the row; other workers skip it.
        busy: Deployments where a job is under way and only one may be.
        lease: When another worker may take over.
        now: Time of sending.
    """
    delivery = session.scalars(_due(busy, now)).first()
    if delivery is None:
        return None
    is_uncertain = (
        delivery.status is DeliveryStatus.SENDING
        or delivery.problem == problems.UNREACHABLE
    )
    stamp = now if delivery.stamped_at is None else max(now, delivery.stamped_at + STEP)
    job = _job(delivery, stamp, is_uncertain=is_uncertain)
    delivery.status, delivery.stamped_at = DeliveryStatus.SENDING, stamp
    delivery.due_at = now + lease
    session.flush()
    return job


def deliver(job: Job, wire: Wire, *, now: datetime) -> Outcome:
    """Send a score; after a crash or a conflict look first what stands there.

    Sending again what stands already would be harmless for the grade, but Moodle
    refuses it within a second, and a teacher's override would look undone.
    """
    services, family = PlatformServices(job.platform, wire, now=now), _family(job)
    try:
        if job.is_uncertain and _stands(job, services):
            return Outcome()
        try:
            services.put_score(
                job.line_item_url, job.score, wants_json=family.answers_with_json
            )
        except ServiceError as error:
            if error.status != HTTPStatus.CONFLICT:
                return _classify(error, family)
            stands = _stands(job, services)
            return Outcome() if stands else Outcome(problems.NEWER_TIME)
    except UnreachableError:
        # What stands there is not known; the next try looks first.
        return Outcome(problems.UNREACHABLE)
    return Outcome()


def settle(session: Session, job: Job, outcome: Outcome, *, now: datetime) -> None:
    """Record what came of a job; the caller commits."""
    delivery = session.get(ScoreDelivery, job.delivery_id, with_for_update=True)
    if delivery is None or delivery.stamped_at != job.score.stamp:
        # Deleted meanwhile, or another worker has taken it over.
        return
    if not outcome.problem:
        delivery.sent_at = now
        make_due(delivery, now=now)
        if delivery.points == job.score.points:
            delivery.status = DeliveryStatus.SENT
    elif outcome.is_final:
        delivery.status, delivery.problem = DeliveryStatus.FAILED, outcome.problem
    else:
        _try_later(delivery, outcome, now=now)
    session.flush()


def _due(busy: Collection[int], now: datetime) -> Select[ScoreDelivery]:
    """Select and lock the delivery that has waited longest, with all it needs."""
    return (
        select(ScoreDelivery)
        .join(ResourceLink)
        .join(Deployment)
        .join(Platform)
        .where(
            Platform.is_test.is_(False),
            ScoreDelivery.status.in_([DeliveryStatus.WAITING, DeliveryStatus.SENDING]),
            ScoreDelivery.due_at <= now,
            ResourceLink.deployment_id.not_in(busy),
            ResourceLink.line_item_url.is_not(None),
        )
        .order_by(ScoreDelivery.due_at, ScoreDelivery.id)
        .limit(1)
        .with_for_update(of=ScoreDelivery, skip_locked=True)
        .options(
            joinedload(ScoreDelivery.resource_link)
            .joinedload(ResourceLink.deployment)
            .joinedload(Deployment.platform),
            joinedload(ScoreDelivery.lti_user),
            joinedload(ScoreDelivery.completion),
        )
    )


def _try_later(delivery: ScoreDelivery, outcome: Outcome, *, now: datetime) -> None:
    delivery.status, delivery.problem = DeliveryStatus.WAITING, outcome.problem
    if _is_throttled_too_long(delivery, outcome, now=now):
        delivery.status, delivery.problem = (
            DeliveryStatus.FAILED,
            problems.BUSY_TOO_LONG,
        )
        return
    waits: tuple[timedelta, ...] = RETRY_WAITS
    tries, last = delivery.attempts, outcome.problem
    if outcome.problem == problems.NEWER_TIME:
        tries, waits, last = delivery.conflicts, CONFLICT_WAITS, problems.NEWER_GRADE
        delivery.conflicts += 1
    else:
        delivery.attempts += outcome.counts
    if outcome.problem == problems.PLATFORM_BROKEN:
        waits, last = RETRY_WAITS[:LOCKED_AFTER], problems.LOCKED_OR_REFUSED
    if tries >= len(waits) and outcome.counts:
        delivery.status, delivery.problem = DeliveryStatus.FAILED, last
        return
    wait = waits[min(tries, len(waits) - 1)]
    delivery.due_at = now + max(wait, outcome.retry_after or wait)


def _is_throttled_too_long(
    delivery: ScoreDelivery, outcome: Outcome, *, now: datetime
) -> bool:
    """Note since when there is nothing but throttling; it is no failure, but ends."""
    if outcome.problem != problems.BUSY:
        delivery.throttled_since = None
        return False
    delivery.throttled_since = delivery.throttled_since or now
    return now - delivery.throttled_since >= LONGEST_THROTTLING


def _job(delivery: ScoreDelivery, stamp: datetime, *, is_uncertain: bool) -> Job:
    link = delivery.resource_link
    platform = registration.plain(link.deployment.platform)
    family = family_of(platform.family)
    was_sent = delivery.sent_at is not None
    return Job(
        delivery_id=delivery.id,
        platform=platform,
        deployment_id=link.deployment_id,
        line_item_url=link.line_item_url or "",
        can_read_results=link.can_read_results,
        score=Score(
            subject=delivery.lti_user.subject,
            points=delivery.points,
            stamp=stamp,
            submitted_at=delivery.completion.completed_at,
            extras=family.later_score if was_sent else family.first_score,
        ),
        is_uncertain=is_uncertain,
    )


def _family(job: Job) -> Family:
    return family_of(job.platform.family)


def _stands(job: Job, services: PlatformServices) -> bool:
    """Tell whether the gradebook shows what we owe; not being let look is no.

    Raises:
        UnreachableError: Nobody answered, which is neither yes nor no.
    """
    if not job.can_read_results:
        return False
    try:
        result = services.result_of(job.line_item_url, job.score.subject)
    except ServiceError:
        return False
    return result is not None and abs(result - job.score.points) < SAME


def _classify(error: ServiceError, family: Family) -> Outcome:
    """Say what a refusal means: wait, try again, or give up."""
    if error.is_throttled:
        wait = error.retry_after or BUSY_WAIT
        return Outcome(problems.BUSY, counts=False, retry_after=wait)
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        outcome = Outcome(problems.PLATFORM_BROKEN)
    elif error.status > HTTPStatus.INTERNAL_SERVER_ERROR:
        outcome = Outcome(problems.UNREACHABLE)
    elif isinstance(error, AccessRefusedError):
        outcome = Outcome(problems.ACCESS_REFUSED)
    elif error.status == HTTPStatus.REQUEST_TIMEOUT or error.is_redirect:
        # An LMS that is being maintained sends everybody to a page about it.
        outcome = Outcome(problems.UNREACHABLE)
    else:
        code = family.refusals.get(error.status, problems.REFUSED)
        return Outcome(code, is_final=True)
    return replace(outcome, retry_after=error.retry_after)
