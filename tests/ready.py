"""Classes that are prepared for a sensitive lesson: contacts, and a confirmation."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from preventedu import safety
from preventedu.courses.consent_models import Readiness
from preventedu.people import ContactKind, Course, SafetyContact
from tests.leas import OFFICIAL, open_lea

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

COUNSELOR, COUNSELOR_PHONE = "Casey Morgan (invented)", "555-0142"
CHILD_LINE, CHILD_LINE_PHONE = "State line (invented)", "555-0199"
LABEL = "Period 3, room 12"


def add_contacts(
    session: Session, lea_id: int, *kinds: ContactKind, school_id: int | None = None
) -> None:
    """Name a person at school and the State's line, or only some kinds of them."""
    now = datetime.now(UTC)
    for kind in kinds or tuple(ContactKind):
        is_line = kind is ContactKind.CHILD_ABUSE_LINE
        session.add(
            SafetyContact(
                lea_id=lea_id,
                school_id=school_id,
                kind=kind,
                name=CHILD_LINE if is_line else COUNSELOR,
                role="" if is_line else "School counselor",
                phone=CHILD_LINE_PHONE if is_line else COUNSELOR_PHONE,
                where="" if is_line else "Room 7",
                checked_on=now.date(),
                recorded_at=now,
                recorded_by=OFFICIAL,
            )
        )
    session.flush()


def make_ready(
    session: Session,
    course_id: str,
    slug: str,
    *,
    now: datetime | None = None,
    teaching_on: date | None = None,
) -> Readiness:
    """Let the class be prepared; a course of no LEA goes to one that is open."""
    at = now or datetime.now(UTC)
    course = session.get_one(Course, course_id)
    if course.lea_id is None:
        course.lea_id = open_lea(session).id
    if safety.missing_contacts(session, course.lea_id):
        add_contacts(session, course.lea_id)
    row = Readiness(
        course_id=course_id,
        module_slug=slug,
        class_label=LABEL,
        teaching_on=teaching_on or at.date() + timedelta(days=30),
        confirmed_at=at,
        lti_user_id=None,
    )
    session.add(row)
    session.flush()
    return row
