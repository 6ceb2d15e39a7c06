"""Entering what a page reports into an attempt, each event once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preventedu.courses import catalog, completing, grading, scoring, steps
from preventedu.courses.events import MALFORMED, Answered, Event, Finished
from preventedu.courses.models import Answer, Attempt, Completion

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.courses.events import ScreenReached
    from preventedu.courses.grading import Graded

CLOSED, UNKNOWN, AGAIN = "closed", "unknown", "answered-before"
"""Why an event was not kept."""


@dataclass
class Saved:
    """What became of a batch.

    Attributes:
        saved: Ids of the events that are kept; they need not be sent again.
        ignored: Why the others are not kept, by id; sending again does not help.
        graded: What the answers after the lesson were worth, by question id.
        completion: Set if the lesson is finished.
        is_closed: The page is out of date and should be loaded again.
    """

    saved: list[str] = field(default_factory=list)
    ignored: dict[str, str] = field(default_factory=dict)
    graded: dict[str, Graded] = field(default_factory=dict)
    completion: Completion | None = None
    is_closed: bool = False


class Book:
    """Enters events into one locked attempt."""

    def __init__(
        self, session: Session, attempt: Attempt, seed: str, saved: Saved
    ) -> None:
        self._session, self._attempt, self._saved = session, attempt, saved
        module = catalog.load(attempt.module_version)
        self._sitting = steps.Sitting(module, seed, attempt.has_survey)
        self._to_grade: list[str] = []
        self._step_ids = self._sitting.step_ids()
        answers = completing.answers_of(session, attempt)
        self._answered = {
            (row.phase, row.question_id): row.client_id for row in answers
        }

    def enter(self, event: Event, *, now: datetime) -> None:
        """Keep one event, or say why not."""
        problem = ""
        if isinstance(event, Answered):
            problem = self._enter_answer(event, now)
        elif not isinstance(event, Finished):
            problem = self._enter_screen(event)
        if problem:
            self._saved.ignored[event.id] = problem
        else:
            self._saved.saved.append(event.id)

    def grade(self) -> None:
        """Tell what the answers entered were worth; the first one kept counts."""
        self._session.flush()
        self._saved.graded = grading.grade_kept(
            self._sitting.module,
            self._attempt.language,
            completing.answers_of(self._session, self._attempt),
            self._to_grade,
        )

    def _enter_screen(self, event: ScreenReached) -> str:
        if event.screen not in self._step_ids:
            return UNKNOWN
        self._attempt.screen = steps.furthest(
            self._step_ids, event.screen, self._attempt.screen
        )
        return ""

    def _enter_answer(self, event: Answered, now: datetime) -> str:
        key = self._sitting.key(event.question_id)
        if key is None or event.question_id not in self._sitting.drawn(event.phase):
            return UNKNOWN
        if not set(event.chosen) <= {option.id for option in key.options}:
            return UNKNOWN
        if event.phase == steps.POST:
            self._to_grade.append(event.question_id)
        before = self._answered.get((event.phase, event.question_id))
        if before is not None:
            return "" if before == event.id else AGAIN
        if event.id in self._answered.values():
            return MALFORMED
        self._answered[event.phase, event.question_id] = event.id
        self._session.add(
            Answer(
                attempt_id=self._attempt.id,
                client_id=event.id,
                phase=event.phase,
                question_id=event.question_id,
                chosen=list(event.chosen),
                is_correct=scoring.is_right(key, event.chosen),
                received_at=now,
            )
        )
        return ""
