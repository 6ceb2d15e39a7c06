"""If a student tells you something: the district's steps, one touch away.

Nobody learns that it was opened: nothing is written, and no log names the page.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import render_template

from preventedu.auth import SeatRole, current_seat
from preventedu.courses import catalog, readiness
from preventedu.courses.views_slots import assignment_id_of
from preventedu.db import get_reader
from preventedu.people import ContactKind, GradeBand

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import HelpEntry


def tell(seat_id: str) -> ResponseReturnValue:
    """Show what to do, whom to turn to, and what to say; also before any choice."""
    seat = current_seat(seat_id, SeatRole.TEACHER)
    session = get_reader()
    around = readiness.precautions_of(
        session, seat.course_id or "", now=datetime.now(UTC)
    )
    return render_template(
        "teaching/tell.html",
        seat=seat,
        around=around,
        lines=[c for c in around.contacts if c.kind is ContactKind.CHILD_ABUSE_LINE],
        people=[c for c in around.contacts if c.kind is ContactKind.SCHOOL_CONTACT],
        stale=set(around.stale),
        help=_help_for_adults(session),
        has_lesson=assignment_id_of(session, seat) is not None,
    )


def _help_for_adults(session: Session) -> tuple[HelpEntry, ...]:
    """Return the lines that the staff lessons name: from one checked place."""
    for version in catalog.current_modules(session):
        if version.grade_band is GradeBand.EDUCATOR:
            return catalog.load(version).help
    return ()
