"""What `courses` asks of higher rooms without knowing them; `app` fills the slots."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import current_app
from sqlalchemy.orm import Session

from preventedu.auth import Seat
from preventedu.courses.acknowledgement import Acknowledgement
from preventedu.courses.grade_line import Gradebook

ACKNOWLEDGEMENT_SLOT = "courses.acknowledgements"
ASSIGNMENT_SLOT = "courses.assignment_id_of"
GRADEBOOK_SLOT = "courses.gradebook_of"

AcknowledgementSource = Callable[[Session, str, date], tuple[Acknowledgement, ...]]
"""(session, assignment id, day) -> the acknowledgements in force on that day."""
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


def acknowledgements(
    session: Session, assignment_id: str, on_date: date
) -> tuple[Acknowledgement, ...]:
    """Return what must be acknowledged for the assignment on a day, if anything."""
    source: AcknowledgementSource | None = current_app.extensions.get(
        ACKNOWLEDGEMENT_SLOT
    )
    return source(session, assignment_id, on_date) if source else ()
