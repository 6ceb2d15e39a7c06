"""Forgetting learners: at a guardian's request, and when their time is over.

A completion stays, as the count of somebody whom nobody can name any more: no table
leads from it to a subject. A learner who comes back is a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import aliased

from preventedu.auth import Seat
from preventedu.courses import leaving
from preventedu.courses.consent_models import Consent, OptOut
from preventedu.courses.models import Answer, Attempt, Completion
from preventedu.lti.models import Enrollment, LtiUser
from preventedu.privacy.models import Erasure, ErasureReason, RecordRequest

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

BATCH = 500
"""Learners forgotten in one transaction, so that saves need not wait for long."""
RETENTION = "retention"
PAUSE = timedelta(hours=1)


@dataclass(frozen=True)
class Forgotten:
    """What one pass removed."""

    learners: int
    answers: int


def erase(session: Session, learner_id: str, by: str, *, now: datetime) -> None:
    """Forget a learner because a guardian asked for it.

    Grades that the LMS already has are the LMS's; no more are sent.

    Args:
        session: Commits are the caller's.
        learner_id: Whom to forget.
        by: A staff member's e-mail, or an operator's account.
        now: When.
    """
    _forget(session, [learner_id])
    _write_down(session, ErasureReason.REQUEST, 1, by, now)


def forget_old(session: Session, keep_for: timedelta, *, now: datetime) -> Forgotten:
    """Forget subjects not seen, and answers not needed, for `keep_for`.

    An opt-out or a consent in force keeps its learner: it could not be honoured
    otherwise. At most BATCH learners and answers go at once; call it again while
    there are more.
    """
    cutoff = now - keep_for
    answers = _forget_answers(session, cutoff)
    learners = session.scalars(
        select(LtiUser.learner_id)
        .where(
            ~_seen_since(cutoff).exists(),
            *(
                ~select(table.id)
                .where(
                    table.learner_id == LtiUser.learner_id, table.withdrawn_at.is_(None)
                )
                .exists()
                for table in (OptOut, Consent)
            ),
        )
        .group_by(LtiUser.learner_id)
        .order_by(func.min(LtiUser.id))
        .limit(BATCH)
    ).all()
    if learners:
        _forget(session, learners)
        _write_down(session, ErasureReason.RETENTION, len(learners), RETENTION, now)
    session.execute(delete(RecordRequest).where(RecordRequest.expires_at < now))
    return Forgotten(len(learners), answers)


@dataclass
class Retention:
    """A chore of the worker: keep the published setting, a batch at a time."""

    keep_for: timedelta
    _due_at: datetime | None = field(default=None, init=False)

    def __call__(self, session: Session, now: datetime) -> None:
        """Forget what is too old; when nothing is left, look again in an hour."""
        if self._due_at is not None and now < self._due_at:
            return
        gone = forget_old(session, self.keep_for, now=now)
        self._due_at = None if gone.learners or gone.answers else now + PAUSE


def _seen_since(cutoff: datetime) -> Select[int]:
    """Select what says that the learner of an `LtiUser` was there after `cutoff`.

    An LMS that was connected twice knows the learner by two rows: either will do.
    """
    any_row = aliased(LtiUser)
    return (
        select(any_row.id)
        .outerjoin(Enrollment, Enrollment.lti_user_id == any_row.id)
        .where(
            any_row.learner_id == LtiUser.learner_id,
            or_(any_row.first_seen_at >= cutoff, Enrollment.seen_at >= cutoff),
        )
        .correlate(LtiUser)
    )


def _forget_answers(session: Session, cutoff: datetime) -> int:
    """Delete answers of lessons that ended, or were left, before `cutoff`."""
    old = (
        select(Answer.id)
        .join(Attempt)
        .where(
            Answer.received_at < cutoff,
            or_(Attempt.closed_at.is_(None), Attempt.closed_at < cutoff),
        )
        .limit(BATCH * 10)
    )
    ids = session.scalars(old).all()
    session.execute(delete(Answer).where(Answer.id.in_(ids)))
    return len(ids)


def _forget(session: Session, learner_ids: Collection[str]) -> None:
    # Nothing of them is saved meanwhile; in one order, so that nobody waits in a ring.
    for learner_id in sorted(learner_ids):
        leaving.lock_learner(session, learner_id)
    of_learners = Attempt.learner_id.in_(learner_ids)
    attempts = select(Attempt.id).where(of_learners)
    session.execute(delete(Answer).where(Answer.attempt_id.in_(attempts)))
    session.execute(
        delete(Attempt).where(
            of_learners,
            ~select(Completion.id).where(Completion.attempt_id == Attempt.id).exists(),
        )
    )
    for table in (OptOut, Consent, RecordRequest):
        session.execute(delete(table).where(table.learner_id.in_(learner_ids)))
    session.execute(
        update(Seat)
        .where(Seat.learner_id.in_(learner_ids))
        .values(learner_id=None, lti_user_id=None, ended_at=Seat.granted_at)
    )
    # Enrollments and score deliveries go with their user.
    session.execute(delete(LtiUser).where(LtiUser.learner_id.in_(learner_ids)))
    session.flush()


def _write_down(
    session: Session, reason: ErasureReason, learners: int, by: str, now: datetime
) -> None:
    session.add(Erasure(reason=reason, learners=learners, erased_at=now, erased_by=by))
    session.flush()
