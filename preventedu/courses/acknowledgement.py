"""The slot for an award's acknowledgement text on pages of this room and above.

`courses` may not know `grants`; `app` fills the slot with a function that does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy.orm import Session

SLOT = "acknowledgements"


@dataclass(frozen=True)
class Acknowledgement:
    """What the terms of one award ask us to say, and who stands behind the lesson."""

    award: str
    """Title of the award with its FAIN."""
    partners: tuple[str, ...]
    """Names of the law-enforcement partners whose agreement covers the lesson."""
    text: str
    """In the words of the award's terms."""
    on_learner_screens: bool
    """The terms require the text on a child's screen; otherwise it stays away:
    a sheriff's name can deter a frightened child from asking for help."""


AcknowledgementSource = Callable[[Session, str, date], tuple[Acknowledgement, ...]]
"""(session, assignment id, day) -> the acknowledgements in force on that day."""


def acknowledgements(
    session: Session, assignment_id: str, on_date: date
) -> tuple[Acknowledgement, ...]:
    """Return what must be acknowledged for the assignment on a day, if anything."""
    source: AcknowledgementSource | None = current_app.extensions.get(SLOT)
    return source(session, assignment_id, on_date) if source else ()
