"""The outbox of scores, derived from completions: what each gradebook is still owed.

Nothing enqueues: a score is owed because a completion stands and its delivery does
not. A crash between any two steps loses nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError

from preventedu.auth import SeatRole
from preventedu.courses import scoring
from preventedu.courses.models import (
    Assignment,
    Completion,
    DeliveryMode,
    GradingPolicy,
)
from preventedu.lti.models import (
    DeliveryStatus,
    Deployment,
    Enrollment,
    LtiUser,
    Platform,
    ResourceLink,
    ScoreDelivery,
)

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

RECENT = timedelta(minutes=15)
"""What every pass looks at, by index; a full sweep now and then finds the rest."""
BATCH = 500
"""Rows of one pass: the write lock is held while they are read and written."""


def enqueue(session: Session, *, since: datetime | None, now: datetime) -> int:
    """Note scores that a gradebook is owed and that nobody has noted yet.

    Args:
        session: Commits are the caller's.
        since: Look at completions from then on; none for all of them.
        now: When the new deliveries are due.

    Returns:
        How many were looked at; `BATCH` means that there may be more.
    """
    held: dict[tuple[int, int], ScoreDelivery] = {}
    rows = session.execute(_owed(since).limit(BATCH)).all()
    for completion, assignment, link_id, user_id, noted in rows:
        points = scoring.points(completion, assignment.grading)
        # An earlier completion of this batch may have opened or locked the same cell.
        delivery = held.get((link_id, user_id))
        if delivery is None and noted is not None:
            # Another worker may be settling it: what we have read of it may be old.
            session.refresh(noted, with_for_update=True)
            delivery = held[link_id, user_id] = noted
        if delivery is not None:
            _raise_to(delivery, completion, points, now=now)
            continue
        new = ScoreDelivery(resource_link_id=link_id, lti_user_id=user_id)
        new.completion_id, new.points = completion.id, points
        make_due(new, now=now)
        if _added(session, new):
            held[link_id, user_id] = new
    session.flush()
    return len(rows)


def send_again(
    session: Session,
    resource_link_id: int,
    lti_user_id: int | None = None,
    *,
    now: datetime,
) -> int:
    """Make scores of a link due that have failed or wait; return how many.

    Args:
        session: Locks the rows.
        resource_link_id: Whose scores; no other link's are touched.
        lti_user_id: Only this user's; left out: everybody's.
        now: When they are due.
    """
    query = select(ScoreDelivery).where(
        ScoreDelivery.resource_link_id == resource_link_id,
        ScoreDelivery.status.in_([DeliveryStatus.FAILED, DeliveryStatus.WAITING]),
    )
    if lti_user_id is not None:
        query = query.where(ScoreDelivery.lti_user_id == lti_user_id)
    found = session.scalars(query.with_for_update()).all()
    for delivery in found:
        make_due(delivery, now=now)
    session.flush()
    return len(found)


def drop_unsent(session: Session, completion_id: int) -> bool:
    """Forget a score that nobody has sent yet; return whether the gradebook has none.

    For a completion that was superseded: what has been sent already stays, because a
    platform lets us change a grade, but not take it away.
    """
    found = session.scalars(
        select(ScoreDelivery)
        .where(ScoreDelivery.completion_id == completion_id)
        .with_for_update()
    ).all()
    is_clean = True
    for delivery in found:
        if delivery.sent_at is None and delivery.status is not DeliveryStatus.SENDING:
            session.delete(delivery)
        else:
            is_clean = False
    session.flush()
    return is_clean


def deliveries_of(session: Session, resource_link_id: int) -> dict[int, ScoreDelivery]:
    """Return the deliveries of a link by `LtiUser.id`."""
    rows = session.scalars(
        select(ScoreDelivery).where(ScoreDelivery.resource_link_id == resource_link_id)
    )
    return {row.lti_user_id: row for row in rows}


def make_due(delivery: ScoreDelivery, *, now: datetime) -> None:
    """Let a delivery start afresh."""
    delivery.status = DeliveryStatus.WAITING
    delivery.problem = ""
    delivery.attempts = delivery.conflicts = 0
    delivery.throttled_since = None
    delivery.due_at = now


def _owed(since: datetime | None) -> Select[*tuple[Any, ...]]:
    """Pair completions with the cells they belong to: never another school's.

    A cell exists where the learner was seen as a learner at a link to the assignment.
    """
    query = (
        _cells()
        .where(
            Completion.is_test.is_(False),
            # Counted before somebody said that this is a trial copy: not graded now.
            Platform.is_test.is_(False),
            Completion.superseded_at.is_(None),
            Enrollment.role == SeatRole.LEARNER.value,
            # `scoring.is_scored` in SQL: nothing to grade, so nothing is owed.
            or_(
                Completion.delivery_mode != DeliveryMode.TEACHER_LED,
                Assignment.grading != GradingPolicy.MASTERY,
            ),
            ResourceLink.can_score,
            ResourceLink.line_item_url.is_not(None),
            or_(
                ScoreDelivery.id.is_(None),
                ScoreDelivery.completion_id < Completion.id,
            ),
        )
        .order_by(Completion.id)
    )
    return query if since is None else query.where(Completion.completed_at >= since)


def _cells() -> Select[*tuple[Any, ...]]:
    """Join completions with the links, users and deliveries of their cells."""
    return (
        select(Completion, Assignment, ResourceLink.id, LtiUser.id, ScoreDelivery)
        .join(Assignment, Assignment.id == Completion.assignment_id)
        .join(ResourceLink, ResourceLink.assignment_id == Completion.assignment_id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .join(LtiUser, LtiUser.learner_id == Completion.learner_id)
        .join(
            Enrollment,
            and_(
                Enrollment.resource_link_id == ResourceLink.id,
                Enrollment.lti_user_id == LtiUser.id,
            ),
        )
        .outerjoin(
            ScoreDelivery,
            and_(
                ScoreDelivery.resource_link_id == ResourceLink.id,
                ScoreDelivery.lti_user_id == LtiUser.id,
            ),
        )
    )


def _added(session: Session, new: ScoreDelivery) -> bool:
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        # Another worker was faster.
        return False
    return True


def _raise_to(
    delivery: ScoreDelivery, completion: Completion, points: int, *, now: datetime
) -> None:
    """Owe the better score; a later but lower one changes nothing in the gradebook."""
    if delivery.completion_id >= completion.id:
        # Another worker has looked at it since we read.
        return
    is_better = points > delivery.points
    delivery.completion_id = completion.id
    if not is_better:
        return
    delivery.points = points
    if delivery.status is not DeliveryStatus.SENDING:
        make_due(delivery, now=now)
