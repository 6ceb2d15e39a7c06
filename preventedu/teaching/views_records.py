"""A guardian asks what is kept: the teacher names the student, and gets a code."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app, render_template, url_for

from preventedu.auth import SeatRole, current_seat
from preventedu.db import get_reader, get_session
from preventedu.errors import NotFoundError
from preventedu.i18n import gettext as _
from preventedu.lti import problems, users
from preventedu.lti.roster import ACTIVE, read_roster
from preventedu.people import Course
from preventedu.privacy import requests
from preventedu.teaching.forms import StudentForm
from preventedu.teaching.sealed import Sealer

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat


def ask(seat_id: str) -> ResponseReturnValue:
    """List the class, for the teacher to say whose guardian asks."""
    seat, now = current_seat(seat_id, SeatRole.TEACHER), datetime.now(UTC)
    roster = read_roster(get_reader(), seat, now=now)
    sealer = _sealer(seat)
    students = [
        (sealer.seal(member.subject, member.name, now=now), member.name)
        for member in roster.members
        if member.is_learner and member.status == ACTIVE and member.name
    ]
    return render_template(
        "teaching/records.html",
        seat=seat,
        students=sorted(students, key=lambda each: each[1].casefold()),
        roster_words=problems.sentence(roster.problem),
        form=StudentForm(),
        class_url=url_for("teaching.class_page", seat_id=seat.id),
        neutral_title=_("A guardian asks"),
    )


def make_code(seat_id: str) -> ResponseReturnValue:
    """Give a code with which an official of the LEA opens the record."""
    seat, now = current_seat(seat_id, SeatRole.TEACHER), datetime.now(UTC)
    form, session = StudentForm(), get_session()
    if not form.is_submitted_and_valid():
        return ask(seat_id)
    student = _sealer(seat).open(str(form.student.data), now=now)
    user = users.find_lti_user(session, seat.platform_id, student.subject)
    code = ""
    if user is not None:
        lea_id = _lea_id(seat)
        code = requests.make_code(session, user.learner_id, lea_id, now=now)
        session.commit()
    return render_template(
        "teaching/records_code.html",
        seat=seat,
        name=student.name,
        code=code,
        class_url=url_for("teaching.class_page", seat_id=seat.id),
        neutral_title=_("A guardian asks"),
    )


def _lea_id(seat: Seat) -> int | None:
    if seat.course_id is None:
        raise NotFoundError(_("Open the lesson from your class first."))
    return get_session().get_one(Course, seat.course_id).lea_id


def _sealer(seat: Seat) -> Sealer:
    config = current_app.config
    return Sealer(str(config["SECRET_KEY"]), seat.id, config["SEAT_LIFETIME"])
