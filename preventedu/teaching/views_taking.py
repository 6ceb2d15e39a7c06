"""Staff take a lesson for staff as themselves, whatever their role in the course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import redirect, request, url_for

from preventedu import auth
from preventedu.auth import COOKIE, SeatGrant, SeatRole, current_seat
from preventedu.courses.class_progress import ProgressState, progress_of
from preventedu.db import get_reader, get_session
from preventedu.errors import NotAllowedError
from preventedu.i18n import gettext as _
from preventedu.people import GradeBand
from preventedu.teaching.assigned import assigned_at
from preventedu.teaching.forms import ConfirmForm
from preventedu.teaching.views_shared import expired

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat
    from preventedu.teaching.assigned import Assigned

STAFF = (SeatRole.TEACHER, SeatRole.GUEST)
"""Whom a launch may have let in as somebody who works at the school."""


@dataclass(frozen=True)
class OwnLesson:
    """How far a member of staff is with the lesson themselves."""

    state: ProgressState
    form: ConfirmForm


def own_lesson(seat: Seat, assigned: Assigned) -> OwnLesson | None:
    """Return how far the seat's person is; None where they cannot take the lesson.

    The launch has set the seat's learner: for a lesson for staff only, for somebody
    who works at the school, and never for a test user.
    """
    if not _may_take(seat, assigned):
        return None
    found = progress_of(get_reader(), assigned.assignment_id).get(seat.learner_id or "")
    state = found.state if found else ProgressState.NOT_STARTED
    return OwnLesson(state, ConfirmForm())


def take(seat_id: str) -> ResponseReturnValue:
    """Open the lesson to be taken and counted, beside the page of their role."""
    now = datetime.now(UTC)
    seat = current_seat(seat_id, *STAFF)
    if not ConfirmForm().is_submitted_and_valid():
        raise expired()
    assigned = assigned_at(get_reader(), seat, on_date=now.date())
    if not _may_take(seat, assigned):
        raise NotAllowedError(_("This lesson is not one that you can take here."))
    session = get_session()
    browser = auth.find_session(session, request.cookies.get(COOKIE), now=now)
    if browser is None:
        raise expired()
    taken = auth.grant_seat(session, browser, _grant(seat), now=now)
    session.commit()
    return redirect(url_for("courses.lesson", seat_id=taken.id), 303)


def _may_take(seat: Seat, assigned: Assigned) -> bool:
    is_for_staff = assigned.module.band == GradeBand.EDUCATOR.value
    return is_for_staff and seat.role in STAFF and seat.learner_id is not None


def _grant(seat: Seat) -> SeatGrant:
    """Return a learner's seat for the same person at the same link."""
    return SeatGrant(
        platform_id=seat.platform_id,
        lti_user_id=seat.lti_user_id,
        role=SeatRole.TEST_LEARNER if seat.is_test else SeatRole.LEARNER,
        learner_id=seat.learner_id,
        course_id=seat.course_id,
        resource_link_id=seat.resource_link_id,
        course_title=seat.course_title,
        frame_origin=seat.frame_origin,
        locale=seat.locale,
        is_test=seat.is_test,
    )
