"""What `courses` asks of higher rooms without knowing them; `app` fills the slots."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app
from sqlalchemy.orm import Session

from preventedu.auth import Seat
from preventedu.courses.grade_line import Gradebook

ASSIGNMENT_SLOT = "courses.assignment_id_of"
GRADEBOOK_SLOT = "courses.gradebook_of"


AssignmentSource = Callable[[Session, Seat], str | None]
"""(session, seat) -> id of the assignment behind the seat's link, if one is chosen."""
GradebookSource = Callable[[Session, Seat], Gradebook]
"""(session, seat) -> where the score of the seat's learner is."""


def assignment_id_of(session: Session, seat: Seat) -> str | None:
    """Return the id of the assignment that the seat opens, if one is chosen."""
    source: AssignmentSource = current_app.extensions[ASSIGNMENT_SLOT]
    return source(session, seat)


def gradebook_of(session: Session, seat: Seat) -> Gradebook:
    """Return where the score of the seat's learner is."""
    source: GradebookSource | None = current_app.extensions.get(GRADEBOOK_SLOT)
    return source(session, seat) if source else Gradebook.UNKNOWN
