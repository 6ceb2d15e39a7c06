"""What a counselor knows beforehand: which class does what on which day.

No student is named here, because none is known; nor is a teacher.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, render_template
from sqlalchemy import select

from preventedu import safety
from preventedu.courses import labels, lesson_days, readiness
from preventedu.db import get_reader
from preventedu.errors import NotAllowedError, NotFoundError
from preventedu.i18n import gettext as _
from preventedu.people import School, StaffRole
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.courses.lesson_days import LessonDay
    from preventedu.people import Lea, SafetyContact

bp = Blueprint(
    "counselor", __name__, url_prefix="/counselor", template_folder="templates"
)
AHEAD = timedelta(days=366)
"""As far as a teacher can confirm a date."""
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Help:
    """What an LEA prepared for the day a child tells somebody.

    Attributes:
        contacts: Of every school; a contact names its school, if it is of one.
        stale: Those that nobody has checked for half a year.
    """

    contacts: tuple[SafetyContact, ...]
    steps: tuple[str, ...]
    stale: tuple[SafetyContact, ...]


@bp.get("")
def weeks() -> ResponseReturnValue:
    """List the lessons of this week and of all weeks to come."""
    session, lea = get_reader(), _lea()
    today = readiness.today_of(lea, datetime.now(UTC))
    monday = lesson_days.monday_of(today)
    found = lesson_days.days_of(session, lea.id, monday, today + AHEAD)
    return render_template(
        "district/counselor.html",
        lea=lea,
        weeks=lesson_days.weeks_of(found),
        this_monday=monday,
        modules=_modules(found),
        help=_help(session, lea, today),
        labels=labels,
    )


@bp.get("/weeks/<day>")
def week(day: str) -> ResponseReturnValue:
    """Show the plain list of one week, ready to print."""
    session, lea = get_reader(), _lea()
    today = readiness.today_of(lea, datetime.now(UTC))
    monday = lesson_days.monday_of(_day(day))
    found = lesson_days.days_of(session, lea.id, monday, monday + timedelta(days=6))
    return render_template(
        "district/counselor_week.html",
        lea=lea,
        week=lesson_days.Week(monday, found),
        before=monday - A_WEEK,
        after=monday + A_WEEK,
        modules=_modules(found),
        help=_help(session, lea, today),
        labels=labels,
    )


def _lea() -> Lea:
    """Return the LEA of the counselor or official who asks.

    Raises:
        SignInNeededError: Nobody is signed in.
        NotAllowedError: The person has another role, or belongs to no LEA.
    """
    member = current_staff(StaffRole.COUNSELOR, StaffRole.LEA_OFFICIAL)
    if member.lea is None:
        raise NotAllowedError(_("This page is for the staff of an LEA."))
    return member.lea


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
        # The first and last weeks of the calendar have no neighbour.
        _neighbours = (day - 2 * A_WEEK, day + 2 * A_WEEK)
    except (ValueError, OverflowError) as error:
        raise NotFoundError(_("There is no page at this address.")) from error
    return day


def _modules(days: tuple[LessonDay, ...]) -> list[CompiledModule]:
    """Return what is taught, each lesson once, in the order of the days."""
    return list({day.module.slug: day.module for day in days}.values())


def _help(session: Session, lea: Lea, today: date) -> Help:
    schools = session.scalars(
        select(School.id).where(School.lea_id == lea.id).order_by(School.name)
    )
    found = {
        contact.id: contact
        for school_id in (None, *schools)
        for contact in safety.contacts_for(session, lea.id, school_id)
    }
    contacts = tuple(found.values())
    return Help(
        contacts=contacts,
        steps=safety.protocol_of(session, lea.id),
        stale=tuple(c for c in contacts if safety.stale(c, today)),
    )
