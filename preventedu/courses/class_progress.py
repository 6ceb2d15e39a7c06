"""How far the learners of an assignment are, for their teacher."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from preventedu.courses import catalog, scoring, steps
from preventedu.courses.models import Assignment, Attempt, Completion

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule


class ProgressState(enum.StrEnum):
    """How far a learner is; one without a row has not started."""

    NOT_STARTED = "not-started"
    UNDER_WAY = "under-way"
    FINISHED = "finished"


@dataclass(frozen=True)
class LearnerProgress:
    """A learner's state under one assignment.

    Attributes:
        step: The furthest step reached, from 1; all of them once finished.
        steps: How many steps the lesson has.
        is_alternative: The learner takes, or took, the other lesson. For the
            teacher only: no page may show it beside the others.
        completion: The one the grade comes from; None until finished.
    """

    state: ProgressState
    step: int
    steps: int
    is_alternative: bool
    completion: Completion | None


def progress_of(session: Session, assignment_id: str) -> dict[str, LearnerProgress]:
    """Return the learners who have begun, by learner id; the others are left out.

    Test students are left out too. A finished learner stays finished, whatever is
    looked at again afterwards.
    """
    assignment = session.get_one(Assignment, assignment_id)
    under_way = {
        attempt.learner_id: _under_way(attempt)
        for attempt in _open_attempts(session, assignment_id)
    }
    finished = {
        learner: _finished(scoring.best(rows, assignment.grading))
        for learner, rows in _completions(session, assignment_id).items()
    }
    return under_way | finished


def step_count(module: CompiledModule, *, has_survey: bool = True) -> int:
    """Return how many steps a learner of the module goes through."""
    # The seed changes which questions are asked, never how many steps there are.
    return len(steps.Sitting(module, "any", has_survey).step_ids())


def _open_attempts(session: Session, assignment_id: str) -> list[Attempt]:
    return list(
        session.scalars(
            select(Attempt)
            .options(joinedload(Attempt.module_version))
            .where(
                Attempt.assignment_id == assignment_id,
                Attempt.closed_at.is_(None),
                Attempt.is_test.is_(False),
            )
        )
    )


def _completions(session: Session, assignment_id: str) -> dict[str, list[Completion]]:
    found: dict[str, list[Completion]] = {}
    for row in session.scalars(
        select(Completion)
        .options(joinedload(Completion.module_version))
        .where(
            Completion.assignment_id == assignment_id,
            Completion.is_test.is_(False),
            Completion.superseded_at.is_(None),
        )
        .order_by(Completion.id)
    ):
        found.setdefault(row.learner_id, []).append(row)
    return found


def _under_way(attempt: Attempt) -> LearnerProgress:
    module = catalog.load(attempt.module_version)
    ids = steps.Sitting(module, attempt.id, attempt.has_survey).step_ids()
    return LearnerProgress(
        state=ProgressState.UNDER_WAY,
        step=ids.index(attempt.screen) + 1,
        steps=len(ids),
        is_alternative=attempt.is_alternative,
        completion=None,
    )


def _finished(completion: Completion | None) -> LearnerProgress:
    if completion is None:
        raise AssertionError("a list of completions that stand is never empty")
    module = catalog.load(completion.module_version)
    number = step_count(module, has_survey=completion.has_survey)
    return LearnerProgress(
        state=ProgressState.FINISHED,
        step=number,
        steps=number,
        is_alternative=completion.is_alternative,
        completion=completion,
    )
