"""Right or wrong, mastery in percent, and points for the gradebook. All pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.models import Completion, DeliveryMode, GradingPolicy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from preventedu.courses.content.schema import Question

FULL_POINTS = 100


def is_right(question: Question, chosen: Collection[str]) -> bool:
    """Tell whether exactly the right options were chosen."""
    return {o.id for o in question.options if o.correct} == set(chosen)


def mastery(drawn: Collection[str], right: Mapping[str, bool]) -> int | None:
    """Return the share of questions answered right, in percent.

    Args:
        drawn: Ids of the questions that were asked after the lesson.
        right: Whether each answered one was right; others are left out.

    Returns:
        Whole percent from 0 to 100, rounded down, so that 100 means all of them. A
        question left out is not right. None if nothing was asked or nothing
        answered: then there is nothing to measure.
    """
    answered = [question for question in drawn if question in right]
    if not answered:
        return None
    return sum(right[question] for question in answered) * 100 // len(drawn)


def points(completion: Completion, grading: GradingPolicy) -> int:
    """Return the points for the gradebook, from 0 to 100.

    Completion earns full points. Where the teacher chose mastery, its percent are
    the points, none where every question was skipped; the alternative lesson, and
    the lesson without its questions, always earn full points, so that saying no costs
    a child nothing.
    """
    said_no = completion.is_alternative or completion.has_survey is False
    if grading is GradingPolicy.COMPLETION or said_no:
        return FULL_POINTS
    return completion.mastery or 0


def is_scored(completion: Completion, grading: GradingPolicy) -> bool:
    """Tell whether a gradebook is owed points for it.

    A class taught from the front was asked nothing: where mastery is graded there is
    nothing to grade, neither for the lesson nor for the other one beside it.
    """
    led = completion.delivery_mode is DeliveryMode.TEACHER_LED
    return not (led and grading is GradingPolicy.MASTERY)


def best(
    completions: Iterable[Completion], grading: GradingPolicy
) -> Completion | None:
    """Return the completion whose points the gradebook is owed: the best, then first.

    Args:
        completions: Of one learner under one assignment.
        grading: Of the assignment.
    """
    standing = [row for row in completions if row.superseded_at is None]
    return max(
        standing,
        key=lambda row: (
            is_scored(row, grading),
            points(row, grading),
            -row.completed_at.timestamp(),
        ),
        default=None,
    )
