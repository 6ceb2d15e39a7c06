"""Where a learner stands when a lesson is opened; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses import assignments, completing, progress

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.assignments import Taking
    from preventedu.courses.models import Answer, Attempt, Completion, ModuleVersion


@dataclass(frozen=True)
class Standing:
    """A learner's state under an assignment.

    Attributes:
        version: What to show: that of the attempt under way, else the current one.
        sitting: How many attempts are closed.
        attempt: The one under way.
        completion: The one the grade comes from.
        answers: Of the attempt under way; those of a finished one stay unread.
    """

    who: Taking
    version: ModuleVersion
    sitting: int
    attempt: Attempt | None
    completion: Completion | None
    answers: tuple[Answer, ...]

    @property
    def is_new(self) -> bool:
        """Whether the learner has neither begun nor finished."""
        return self.attempt is None and self.completion is None

    @property
    def is_finished(self) -> bool:
        """Whether the lesson is finished and nothing new is under way."""
        return self.attempt is None and self.completion is not None

    @property
    def seed(self) -> str:
        """What chooses the questions of this sitting."""
        return progress.seed_of(self.who, self.sitting)


def stand(session: Session, who: Taking) -> Standing:
    """Return where the learner stands."""
    attempt = progress.attempt_under_way(session, who)
    answers = completing.answers_of(session, attempt) if attempt else ()
    version = (
        attempt.module_version if attempt else assignments.version_for(session, who)
    )
    return Standing(
        who=who,
        version=version,
        sitting=progress.sitting_of(session, who),
        attempt=attempt,
        completion=completing.standing(session, who),
        answers=tuple(answers),
    )
