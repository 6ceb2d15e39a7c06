"""Before a sensitive lesson: what the LEA prepared, and what a teacher confirmed.

Prevention lessons bring disclosures, so a sensitive module is taught only where the
LEA has said whom to turn to and a teacher has ticked that the class is prepared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from preventedu import safety
from preventedu.courses import catalog
from preventedu.courses.consent import GROWN_UPS
from preventedu.courses.consent_models import Readiness
from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _
from preventedu.people import (
    ContactKind,
    Course,
    CoursePlacement,
    Lea,
    School,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from preventedu.courses.models import ModuleVersion
    from preventedu.people import SafetyContact

SENSITIVE = 2
"""The content note's level from which grown-ups are prepared first."""
LABEL_LENGTH = 80
FURTHEST = timedelta(days=366)
"""How far ahead a lesson may be: further off, somebody mistyped the year."""


class NotReadyError(RefusedError):
    """A sensitive module is not taught yet: contacts or a confirmation are missing."""


@dataclass(frozen=True)
class Precautions:
    """Whom a grown-up of one class turns to when a child tells them something.

    Attributes:
        lea: Of the class; none until somebody has said whose class it is.
        school: Where the class is placed today, if it is.
        contacts: Those of its school first, then those for all schools.
        steps: The LEA's protocol, in order; empty if it recorded none.
        missing: Kinds of contact without which nothing sensitive is taught.
        today: The day it is for the class.
    """

    lea: Lea | None
    school: School | None
    contacts: tuple[SafetyContact, ...]
    steps: tuple[str, ...]
    missing: frozenset[ContactKind]
    today: date

    @property
    def stale(self) -> tuple[SafetyContact, ...]:
        """Contacts that nobody has checked for half a year."""
        return tuple(c for c in self.contacts if safety.stale(c, self.today))


@dataclass(frozen=True)
class Confirmation:
    """What a teacher fills in; all three ticks are set, or there is none.

    Attributes:
        class_label: How the counselor knows the class, 1 to 80 characters.
        teaching_on: The day of the lesson, in the calendar of the class.
        lti_user_id: The teacher; none if their LMS does not tell who they are.
    """

    class_label: str
    teaching_on: date
    lti_user_id: int | None


def is_sensitive(version: ModuleVersion) -> bool:
    """Tell whether grown-ups must be prepared before this module is taught.

    A module for staff or families prepares them, and waits for nobody.
    """
    if version.grade_band in GROWN_UPS:
        return False
    return catalog.load(version).content_note.level >= SENSITIVE


def precautions_of(session: Session, course_id: str, *, now: datetime) -> Precautions:
    """Return what the LEA of a course has prepared."""
    lea = session.scalar(
        select(Lea).join(Course, Course.lea_id == Lea.id).where(Course.id == course_id)
    )
    if lea is None:
        # Nobody knows the time there either: the day of UTC is as good as any.
        return Precautions(None, None, (), (), frozenset(ContactKind), now.date())
    today = today_of(lea, now)
    school = school_of(session, course_id, today)
    contacts = safety.contacts_for(session, lea.id, school.id if school else None)
    return Precautions(
        lea=lea,
        school=school,
        contacts=contacts,
        steps=safety.protocol_of(session, lea.id),
        missing=frozenset(ContactKind) - {contact.kind for contact in contacts},
        today=today,
    )


def today_of(lea: Lea, now: datetime) -> date:
    """Return the day it is in an LEA."""
    return now.astimezone(ZoneInfo(lea.time_zone)).date()


def school_of(session: Session, course_id: str, on_date: date) -> School | None:
    """Return where a course is placed on a day: of the rows in force, the latest."""
    placement = session.scalar(
        select(CoursePlacement)
        .where(
            CoursePlacement.course_id == course_id,
            CoursePlacement.effective_from <= on_date,
        )
        .order_by(CoursePlacement.recorded_at.desc(), CoursePlacement.id.desc())
        .limit(1)
    )
    return placement.school if placement else None


def latest(session: Session, course_id: str, slug: str) -> Readiness | None:
    """Return what was confirmed last for a module in a course, if anything."""
    return session.scalar(
        select(Readiness)
        .where(Readiness.course_id == course_id, Readiness.module_slug == slug)
        .order_by(Readiness.confirmed_at.desc(), Readiness.id.desc())
        .limit(1)
    )


def may_be_taught(
    session: Session, course_id: str, slug: str, *, now: datetime
) -> bool:
    """Tell whether a module may be given to a course now.

    A sensitive one needs the LEA's contacts, and a confirmation whose day has not
    passed: a class that is taught once more is prepared once more.

    Raises:
        NotFoundError: No module has this slug.
    """
    if not is_sensitive(catalog.module_version(session, slug)):
        return True
    around = precautions_of(session, course_id, now=now)
    confirmed = latest(session, course_id, slug)
    return (
        not around.missing
        and confirmed is not None
        and confirmed.teaching_on >= around.today
    )


def check_ready(session: Session, course_id: str, slug: str, *, now: datetime) -> None:
    """Refuse to give a module to a course that is not prepared for it.

    Raises:
        NotFoundError: No module has this slug.
        NotReadyError: It is sensitive, and contacts or a confirmation are missing.
    """
    if not may_be_taught(session, course_id, slug, now=now):
        raise NotReadyError(
            _("Prepare this lesson first: it needs your confirmation and a date.")
        )


def confirm(
    session: Session,
    course_id: str,
    slug: str,
    given: Confirmation,
    *,
    now: datetime,
) -> Readiness:
    """Keep that a teacher read the protocol, told the counselor and did the opt-outs.

    Raises:
        NotFoundError: No module has this slug.
        NotReadyError: The module is sensitive and the LEA has not said whom to
            turn to.
        RefusedError: The day has passed or is further off than a year, or the class
            has no name.
    """
    around = precautions_of(session, course_id, now=now)
    if around.missing and is_sensitive(catalog.module_version(session, slug)):
        raise NotReadyError(
            _("Your district has not yet said whom to turn to after this lesson.")
        )
    if given.teaching_on < around.today:
        raise RefusedError(_("This day has passed. Choose today or a later day."))
    if given.teaching_on > around.today + FURTHEST:
        raise RefusedError(_("This day is more than a year away. Check the year."))
    label = given.class_label.strip()
    if not 0 < len(label) <= LABEL_LENGTH:
        raise RefusedError(_("Say how the counselor knows this class."))
    row = Readiness(
        course_id=course_id,
        module_slug=slug,
        class_label=label,
        teaching_on=given.teaching_on,
        confirmed_at=now,
        lti_user_id=given.lti_user_id,
    )
    session.add(row)
    session.flush()
    return row
