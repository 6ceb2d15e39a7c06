"""What every teacher page needs: who asks, what they teach, and its frame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app, url_for

from preventedu.auth import SeatRole, current_seat
from preventedu.courses import readiness
from preventedu.db import get_reader
from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _
from preventedu.i18n import language
from preventedu.teaching import words
from preventedu.teaching.assigned import assigned_at
from preventedu.teaching.sealed import Sealer

if TYPE_CHECKING:
    from datetime import date

    from preventedu.auth import Seat
    from preventedu.teaching.assigned import Assigned


@dataclass(frozen=True)
class Desk:
    """A teacher at one link; `today` is the day of the course's LEA."""

    seat: Seat
    assigned: Assigned
    now: datetime
    today: date


def teacher_of(seat_id: str) -> Desk:
    """Return the teacher who asks, with what their link teaches.

    Raises:
        NotAllowedError: The seat is not this browser's, or not a teacher's.
        NotFoundError: Nobody has chosen a lesson for the link.
    """
    now = datetime.now(UTC)
    seat = current_seat(seat_id, SeatRole.TEACHER)
    session = get_reader()
    assigned = assigned_at(session, seat, on_date=now.date())
    around = readiness.precautions_of(session, assigned.course_id, now=now)
    return Desk(seat, assigned, now, around.today)


def frame_of(desk: Desk) -> dict[str, object]:
    """Return what the frame of a teacher page shows."""
    module = desk.assigned.module
    return {
        "seat": desk.seat,
        "assigned": desk.assigned,
        "module": module,
        "alternative": desk.assigned.alternative,
        "neutral_title": words.in_language(module.lms_title, language()),
        "class_url": url_for("teaching.class_page", seat_id=desk.seat.id),
    }


def sealer_of(seat: Seat) -> Sealer:
    """Return what names students in the forms of one seat."""
    config = current_app.config
    return Sealer(str(config["SECRET_KEY"]), seat.id, config["SEAT_LIFETIME"])


def expired() -> RefusedError:
    """Return the error for a form that cannot be taken any more."""
    return RefusedError(_("This form has expired. Load the page again."))
