"""Taught from the front: the teacher ticks who was present, and no one is scored.

A tick is a completion like any other, so that a lesson taken again on one's own is a
retake and no second count. A learner who takes no part in the lesson gets the tick
for the other lesson, as they would get the grade for it: it is never counted, and
nobody can tell the two apart by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses import (
    assignments,
    catalog,
    completing,
    leaving,
    steps,
    survey,
)
from preventedu.courses.models import Attempt, Completion, DeliveryMode

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, tzinfo

    from sqlalchemy.orm import Session

    from preventedu.courses.assignments import Taking
    from preventedu.courses.models import ModuleVersion


@dataclass(frozen=True)
class Showing:
    """How the lesson was shown to the class.

    Attributes:
        language: Shown to the class.
        minutes: Whole minutes as the teacher says, from 1 to `completing.MAX_MINUTES`.
    """

    language: str
    minutes: int


def tick(
    session: Session, who: Taking, showing: Showing, *, now: datetime
) -> Completion | None:
    """Write that the learner was present; whoever has finished before stays as is.

    What the learner has under way ends, with its answers kept. The completion holds no
    mastery: nothing was asked of anybody.

    Returns:
        The new completion; None if one stands already.

    Raises:
        NotFoundError: The learner takes no part in the lesson, and these grades have
            no other one.
    """
    leaving.lock_learner(session, who.learner_id)
    who = assignments.taking(
        session, who.learner_id, who.assignment, is_test=who.is_test, now=now
    )
    if _standing(session, who):
        return None
    version = assignments.version_for(session, who)
    _end_what_is_under_way(session, who, now=now)
    attempt = _attempt(who, version, showing, now=now)
    session.add(attempt)
    session.flush()
    completion = _completion(attempt, version, showing, now=now)
    session.add(completion)
    session.flush()
    return completion


def untick(
    session: Session, who: Taking, zone: tzinfo, *, now: datetime
) -> Completion | None:
    """Take a tick of the same day back; what it had ended goes on.

    The completion is superseded and stays, without its attempt, for those who look
    later.

    Args:
        session: That may write.
        who: The learner and the assignment.
        zone: The LEA's, in which a day begins.
        now: Time of the request.

    Returns:
        The superseded completion; None if there is no tick that may be taken back.
    """
    leaving.lock_learner(session, who.learner_id)
    who = assignments.taking(
        session, who.learner_id, who.assignment, is_test=who.is_test, now=now
    )
    standing = _standing(session, who)
    if not is_open_to_change(standing, zone, now=now):
        return None
    ticked = standing[0]
    closed = session.get_one(Attempt, ticked.attempt_id)
    ticked.superseded_at, ticked.attempt_id = now, None
    session.flush()
    session.delete(closed)
    session.flush()
    _go_on(session, ticked, has_survey=who.has_survey)
    return ticked


def is_open_to_change(
    standing: Sequence[Completion], zone: tzinfo, *, now: datetime
) -> bool:
    """Tell whether what stands of a learner is one tick of today and nothing else."""
    if len(standing) != 1 or not is_tick(standing[0]):
        return False
    return (
        standing[0].completed_at.astimezone(zone).date() == now.astimezone(zone).date()
    )


def is_tick(completion: Completion) -> bool:
    """Tell whether a teacher ticked it."""
    return completion.delivery_mode is DeliveryMode.TEACHER_LED


def _standing(session: Session, who: Taking) -> list[Completion]:
    """Return what stands of the lesson that the learner takes now."""
    rows = completing.completions_of(session, who.learner_id, who.assignment.id)
    return [row for row in rows if row.is_alternative is who.is_alternative]


def _end_what_is_under_way(session: Session, who: Taking, *, now: datetime) -> None:
    ids = [who.assignment.id]
    foreign = Attempt.is_alternative.is_not(who.is_alternative)
    leaving.end_attempts(session, who.learner_id, ids, foreign, now=now)
    for attempt in session.scalars(
        select(Attempt)
        .where(
            Attempt.learner_id == who.learner_id,
            Attempt.assignment_id == who.assignment.id,
            Attempt.closed_at.is_(None),
        )
        .execution_options(populate_existing=True)
    ):
        attempt.closed_at = now
    session.flush()


def _go_on(session: Session, ticked: Completion, *, has_survey: bool) -> None:
    """Open what the tick had closed: it bears the same moment and finished nothing.

    A guardian may have said no to its questions meanwhile, or yes again.
    """
    finished = select(Completion.id).where(Completion.attempt_id == Attempt.id)
    ended = session.scalar(
        select(Attempt).where(
            Attempt.learner_id == ticked.learner_id,
            Attempt.assignment_id == ticked.assignment_id,
            Attempt.is_alternative.is_(ticked.is_alternative),
            Attempt.closed_at == ticked.completed_at,
            ~finished.exists(),
        )
    )
    if ended is not None:
        ended.closed_at = None
        survey.ask(ended, has_survey=has_survey)
        session.flush()


def _attempt(
    who: Taking, version: ModuleVersion, showing: Showing, *, now: datetime
) -> Attempt:
    languages = catalog.load(version).languages
    known = showing.language in languages
    return Attempt(
        learner_id=who.learner_id,
        assignment_id=who.assignment.id,
        assignment=who.assignment,
        module_version_id=version.id,
        is_alternative=who.is_alternative,
        has_survey=who.has_survey,
        is_test=who.is_test,
        language=showing.language if known else languages[0],
        screen=steps.DONE,
        started_at=now - timedelta(minutes=showing.minutes),
        closed_at=now,
    )


def _completion(
    attempt: Attempt, version: ModuleVersion, showing: Showing, *, now: datetime
) -> Completion:
    return Completion(
        attempt_id=attempt.id,
        learner_id=attempt.learner_id,
        assignment_id=attempt.assignment_id,
        course_id=attempt.assignment.course_id,
        module_version_id=version.id,
        grade_band=version.grade_band,
        audience=catalog.load(version).audience,
        delivery_mode=DeliveryMode.TEACHER_LED,
        language=attempt.language,
        minutes=min(showing.minutes, completing.MAX_MINUTES),
        mastery=None,
        is_alternative=attempt.is_alternative,
        has_survey=attempt.has_survey,
        is_test=attempt.is_test,
        completed_at=now,
    )
