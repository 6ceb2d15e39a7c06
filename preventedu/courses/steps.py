"""The way through a lesson: its steps in order, and the questions it asks. Pure."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses.content import pool

if TYPE_CHECKING:
    from preventedu.courses.content.schema import (
        CompiledDocument,
        CompiledModule,
        Question,
        Screen,
    )

START, BEFORE, AFTER, DONE = "start", "before", "after", "done"
"""Ids of the steps that are no screen; those of screens look like `l1-s2`."""
PRE, POST = "pre", "post"
"""Phases of the scored questions: before and after the lesson."""
YOUNGEST = "k-2"


class StepKind(enum.StrEnum):
    """What a step shows."""

    START = "start"
    QUIZ_BEFORE = "quiz-before"
    SCREEN = "screen"
    QUIZ_AFTER = "quiz-after"
    DONE = "done"


@dataclass(frozen=True)
class Step:
    """One screen of the player.

    Attributes:
        screen: What it shows, if it comes from a lesson file.
        questions: Ids of the scored questions it asks.
    """

    id: str
    kind: StepKind
    screen: Screen | None = None
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sitting:
    """Which questions one attempt is asked; the same seed gives the same ones.

    An empty seed asks them all, in the order of the file: a preview. Without survey
    none is asked, and the steps that would ask them are left out.
    """

    module: CompiledModule
    seed: str
    has_survey: bool = True

    @property
    def source(self) -> CompiledDocument:
        """The document all translations follow."""
        return self.module.documents[self.module.languages[0]]

    def drawn(self, phase: str) -> tuple[str, ...]:
        """Return the ids of the questions asked before or after the lesson."""
        prepost, questions = self.module.prepost, self.source.pool
        if prepost is None or not self.has_survey:
            return ()
        if phase == PRE and self.module.band == YOUNGEST:
            return ()
        if not self.seed:
            return tuple(question.id for question in questions)
        number = min(prepost.draw, len(questions))
        return tuple(pool.draw(questions, number, f"{self.seed}:{phase}"))

    def key(self, question_id: str) -> Question | None:
        """Return a scored question with its key."""
        return next((q for q in self.source.pool if q.id == question_id), None)

    def steps(self, language: str) -> tuple[Step, ...]:
        """Return the steps in order, with the screens of a language."""
        screens = self.module.documents[language].screens
        return (
            *self._beginning(),
            *(Step(screen.id, StepKind.SCREEN, screen) for screen in screens),
            *self._end(),
            Step(DONE, StepKind.DONE),
        )

    def step_ids(self) -> tuple[str, ...]:
        """Return the ids of the steps in order; the same in every language."""
        return tuple(step.id for step in self.steps(self.module.languages[0]))

    def _beginning(self) -> tuple[Step, ...]:
        start = Step(START, StepKind.START)
        asked = self.drawn(PRE)
        before = Step(BEFORE, StepKind.QUIZ_BEFORE, questions=asked)
        return (start, before) if asked else (start,)

    def _end(self) -> tuple[Step, ...]:
        asked = self.drawn(POST)
        if self.module.band != YOUNGEST:
            after = Step(AFTER, StepKind.QUIZ_AFTER, questions=asked)
            return (after,) if asked else ()
        # One idea on a screen: each question stands alone.
        return tuple(
            Step(f"{AFTER}-{n}", StepKind.QUIZ_AFTER, questions=(question,))
            for n, question in enumerate(asked, start=1)
        )


def furthest(ids: tuple[str, ...], reached: str, other: str) -> str:
    """Return whichever of two steps comes later; unknown ones come first."""
    place = {step: n for n, step in enumerate(ids)}
    return max(reached, other, key=lambda step: place.get(step, -1))
