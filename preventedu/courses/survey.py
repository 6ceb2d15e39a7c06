"""Opting a learner out of the questions before and after a lesson, not the lesson.

The learner takes the same lesson without a question that is kept. Nothing is scored,
so there is no mastery, and finishing earns full points however the class is graded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses import catalog, leaving, opt_outs, steps
from preventedu.courses.consent_models import OptOutKind
from preventedu.courses.models import Attempt, Completion, DeliveryMode

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session


def record_survey_opt_out(
    session: Session, learner_id: str, slug: str, *, now: datetime
) -> None:
    """Ask the learner no questions, also after the lesson was begun or finished.

    What is under way goes on without them. Their answers are deleted in every course,
    and a completion is replaced by one without a score, of the same time; its grade
    can only rise by that. Recording it again changes nothing.
    """
    leaving.lock_learner(session, learner_id)
    if not opt_outs.add(session, learner_id, slug, OptOutKind.SURVEY, now=now):
        return
    ids = [each.id for each in leaving.assignments_of(session, learner_id, slug)]
    for attempt in _under_way(session, learner_id, ids):
        ask(attempt, has_survey=False)
    leaving.forget_answers(session, learner_id, ids)
    _replace_completions(session, learner_id, ids, now=now)
    session.flush()


def withdraw_survey_opt_out(
    session: Session, learner_id: str, slug: str, *, now: datetime
) -> None:
    """Ask the questions again; what was deleted or replaced stays so."""
    leaving.lock_learner(session, learner_id)
    if not opt_outs.withdraw(session, learner_id, slug, OptOutKind.SURVEY, now=now):
        return
    ids = [each.id for each in leaving.assignments_of(session, learner_id, slug)]
    for attempt in _under_way(session, learner_id, ids):
        ask(attempt, has_survey=True)
    session.flush()


def ask(attempt: Attempt, *, has_survey: bool) -> None:
    """Let an attempt go on with its questions, or without them."""
    if attempt.has_survey and not has_survey:
        attempt.screen = _without_questions(attempt)
    attempt.has_survey = has_survey


def _under_way(
    session: Session, learner_id: str, assignment_ids: Collection[str]
) -> list[Attempt]:
    return list(
        session.scalars(
            select(Attempt)
            .where(
                Attempt.learner_id == learner_id,
                Attempt.assignment_id.in_(assignment_ids),
                Attempt.closed_at.is_(None),
            )
            .execution_options(populate_existing=True)
        )
    )


def _without_questions(attempt: Attempt) -> str:
    """Return the furthest step of an attempt among those that ask nothing."""
    module = catalog.load(attempt.module_version)
    asking = steps.Sitting(module, attempt.id).step_ids()
    asked_nothing = steps.Sitting(module, attempt.id, has_survey=False).step_ids()
    so_far = asking[: asking.index(attempt.screen) + 1]
    return next(step for step in reversed(so_far) if step in asked_nothing)


def _replace_completions(
    session: Session,
    learner_id: str,
    assignment_ids: Collection[str],
    *,
    now: datetime,
) -> None:
    """Supersede what was scored by rows of the same facts without a score."""
    scored = session.scalars(
        select(Completion).where(
            Completion.learner_id == learner_id,
            Completion.assignment_id.in_(assignment_ids),
            Completion.superseded_at.is_(None),
            Completion.has_survey,
            # A lesson taught from the front was never scored.
            Completion.delivery_mode == DeliveryMode.SELF_PACED,
        )
    ).all()
    for row in scored:
        row.superseded_at = now
        if row.retake_of_id is None:
            session.add(_unscored(row))


def _unscored(row: Completion) -> Completion:
    return Completion(
        learner_id=row.learner_id,
        assignment_id=row.assignment_id,
        course_id=row.course_id,
        module_version_id=row.module_version_id,
        grade_band=row.grade_band,
        audience=row.audience,
        delivery_mode=row.delivery_mode,
        language=row.language,
        minutes=row.minutes,
        mastery=None,
        is_alternative=row.is_alternative,
        has_survey=False,
        is_test=row.is_test,
        completed_at=row.completed_at,
    )
