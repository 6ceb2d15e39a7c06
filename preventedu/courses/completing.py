"""Writing the completion: once per attempt, counted once per assignment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses import catalog, scoring, steps
from preventedu.courses.models import (
    Answer,
    Attempt,
    Completion,
    DeliveryMode,
    GradingPolicy,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.courses.assignments import Taking

MAX_MINUTES = 240
"""A page left open over night is no time spent learning."""
MINUTE = timedelta(minutes=1)


def close(
    session: Session, attempt: Attempt, *, seed: str, now: datetime
) -> Completion:
    """Close an open, locked attempt; return the completion the grade comes from."""
    attempt.screen, attempt.closed_at = steps.DONE, now
    new = _completion(session, attempt, seed, now)
    earlier = _completions(session, attempt)
    grading = attempt.assignment.grading
    first = next((row for row in earlier if row.retake_of_id is None), None)
    if first is not None:
        kept = scoring.best(earlier, grading) or first
        if grading is not GradingPolicy.MASTERY or not _betters(new, kept, grading):
            session.flush()
            return kept
        new.retake_of_id = first.id
    session.add(new)
    session.flush()
    return new


def standing(session: Session, who: Taking) -> Completion | None:
    """Return the completion that the learner's grade comes from, if finished."""
    rows = completions_of(session, who.learner_id, who.assignment.id)
    kind = [row for row in rows if row.is_alternative is who.is_alternative]
    return scoring.best(kind, who.assignment.grading)


def answers_of(session: Session, attempt: Attempt) -> Sequence[Answer]:
    """Return the answers of an attempt in the order of their arrival."""
    return session.scalars(
        select(Answer).where(Answer.attempt_id == attempt.id).order_by(Answer.id)
    ).all()


def _betters(new: Completion, kept: Completion, grading: GradingPolicy) -> bool:
    if not scoring.is_scored(kept, grading):
        # Taught from the front before: any score is more than none.
        return True
    return scoring.points(new, grading) > scoring.points(kept, grading)


def completions_of(
    session: Session, learner_id: str, assignment_id: str
) -> Sequence[Completion]:
    """Return what stands of a learner under an assignment, first one first."""
    return session.scalars(
        select(Completion)
        .where(
            Completion.learner_id == learner_id,
            Completion.assignment_id == assignment_id,
            Completion.superseded_at.is_(None),
        )
        .order_by(Completion.id)
    ).all()


def _completions(session: Session, attempt: Attempt) -> list[Completion]:
    rows = completions_of(session, attempt.learner_id, attempt.assignment_id)
    return [row for row in rows if row.is_alternative is attempt.is_alternative]


def _completion(
    session: Session, attempt: Attempt, seed: str, now: datetime
) -> Completion:
    module = catalog.load(attempt.module_version)
    drawn = steps.Sitting(module, seed, attempt.has_survey).drawn(steps.POST)
    right = {
        row.question_id: row.is_correct
        for row in answers_of(session, attempt)
        if row.phase == steps.POST
    }
    return Completion(
        attempt_id=attempt.id,
        learner_id=attempt.learner_id,
        assignment_id=attempt.assignment_id,
        course_id=attempt.assignment.course_id,
        module_version_id=attempt.module_version_id,
        grade_band=attempt.module_version.grade_band,
        audience=module.audience,
        delivery_mode=DeliveryMode.SELF_PACED,
        language=attempt.language,
        minutes=min((now - attempt.started_at) // MINUTE, MAX_MINUTES),
        mastery=scoring.mastery(drawn, right),
        is_alternative=attempt.is_alternative,
        has_survey=attempt.has_survey,
        is_test=attempt.is_test,
        completed_at=now,
    )
