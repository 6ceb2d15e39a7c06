"""What the demo's LEA prepared for the day a child tells somebody. All invented."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preventedu import safety
from preventedu.courses import readiness
from preventedu.district import preparations
from preventedu.people import ContactKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.people import Lea, StaffMember

CONTACTS = (
    (
        ContactKind.SCHOOL_CONTACT,
        "Casey Morgan (demo)",
        "School counselor",
        "555-0142",
        "Room 7, every school day until 4",
    ),
    (
        ContactKind.CHILD_ABUSE_LINE,
        "State child-abuse line (demo, rings nowhere)",
        "",
        "555-0199",
        "",
    ),
)
"""Kind, name, role, telephone, where; 555-01XX numbers are kept for fiction."""
PROTOCOL = """\
Listen. Stay calm. Say: "Thank you for telling me. It is not your fault."
Do not promise to keep it secret, and do not ask for details.
Walk the student to Casey Morgan, or call 555-0142. Do not leave them alone.
Call the State's line yourself, today. Then write down the student's own words.
Tell nobody else. (Demo steps, invented.)
"""
BREAK_NAME = "Winter break (demo)"
BREAK_FROM, BREAK_TO = (12, 21), (1, 3)
"""Month and day; the second is in the next year."""


def prepare(session: Session, lea: Lea, by: StaffMember, *, now: datetime) -> None:
    """Enter contacts, protocol and a break, once, as an official would."""
    today = readiness.today_of(lea, now)
    if safety.missing_contacts(session, lea.id):
        for kind, name, role, phone, where in CONTACTS:
            facts = preparations.ContactFacts(
                kind, None, name, role, phone, where, today
            )
            preparations.record_contact(session, lea, facts, by, now=now)
    if not safety.protocol_of(session, lea.id):
        preparations.record_protocol(session, lea, PROTOCOL, by, now=now)
    if not preparations.breaks_of(session, lea.id):
        starts_on = date(today.year, *BREAK_FROM)
        ends_on = date(today.year + 1, *BREAK_TO)
        preparations.add_break(session, lea, BREAK_NAME, starts_on, ends_on)
