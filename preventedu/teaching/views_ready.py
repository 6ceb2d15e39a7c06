"""What a class page says of readiness, and the sheet a teacher prints of the class."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import render_template, url_for

from preventedu.auth import SeatRole, current_seat
from preventedu.courses import labels, lesson_days, readiness
from preventedu.db import get_reader
from preventedu.errors import NotFoundError
from preventedu.i18n import gettext as _
from preventedu.i18n import language
from preventedu.teaching.assigned import assigned_at
from preventedu.teaching.prepared import prepared

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat
    from preventedu.teaching.assigned import Assigned
    from preventedu.teaching.prepared import Prepared


def prepared_class(seat: Seat, assigned: Assigned) -> Prepared:
    """Return how far the class is prepared; for the templates of this room."""
    return prepared(get_reader(), seat, assigned, now=datetime.now(UTC))


def sheet(seat_id: str) -> ResponseReturnValue:
    """Show the sheet of this class as its counselor has it, ready to print."""
    now, session = datetime.now(UTC), get_reader()
    seat = current_seat(seat_id, SeatRole.TEACHER)
    assigned = assigned_at(session, seat, on_date=now.date())
    row = readiness.latest(session, assigned.course_id, assigned.module.slug)
    if row is None:
        raise NotFoundError(_("No date has been confirmed for this class yet."))
    return render_template(
        "teaching/sheet.html",
        seat=seat,
        day=lesson_days.day_of(session, row),
        around=readiness.precautions_of(session, assigned.course_id, now=now),
        labels=labels,
        neutral_title=labels.in_language(assigned.module.lms_title, language()),
        class_url=url_for("teaching.class_page", seat_id=seat.id),
    )
