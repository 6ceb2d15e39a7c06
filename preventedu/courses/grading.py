"""What a learner is told about an answer to a scored question, once it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses import scoring, steps

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from preventedu.courses.content.schema import CompiledModule, Question
    from preventedu.courses.events import Answered
    from preventedu.courses.models import Answer


@dataclass(frozen=True)
class Graded:
    """The worth of one answer.

    Attributes:
        is_right: Exactly the right options were chosen.
        note: HTML for the whole question; may be empty.
        feedback: HTML by chosen option; the others keep theirs for themselves.
        right_options: Those chosen that belong to the right answer.
    """

    is_right: bool
    note: str
    feedback: Mapping[str, str]
    right_options: tuple[str, ...]


def grade(question: Question, chosen: Collection[str]) -> Graded:
    """Return what to say about an answer."""
    is_right = scoring.is_right(question, chosen)
    picked = [option for option in question.options if option.id in chosen]
    return Graded(
        is_right=is_right,
        note=question.right if is_right else question.wrong,
        feedback={option.id: option.feedback for option in picked},
        right_options=tuple(option.id for option in picked if option.correct),
    )


def grade_kept(
    module: CompiledModule,
    language: str,
    answers: Iterable[Answer],
    wanted: Collection[str],
) -> dict[str, Graded]:
    """Grade the answers kept after the lesson, by question id.

    Args:
        module: The version that was answered.
        language: One of the module's.
        answers: Of the attempt.
        wanted: Ids of the questions to speak of.
    """
    questions = {q.id: q for q in module.documents[language].pool}
    return {
        answer.question_id: grade(questions[answer.question_id], answer.chosen)
        for answer in answers
        if answer.phase == steps.POST and answer.question_id in wanted
    }


def grade_unkept(
    module: CompiledModule, language: str, answers: Sequence[Answered]
) -> dict[str, Graded]:
    """Grade the answers of a preview, which are kept nowhere."""
    questions = {q.id: q for q in module.documents[language].pool}
    return {
        answer.question_id: grade(questions[answer.question_id], answer.chosen)
        for answer in answers
        if answer.phase == steps.POST and answer.question_id in questions
    }
