"""Contacts, the protocol and school breaks, as an LEA's officials enter them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.district.entries import (
    WrongEntryError,
    check_day,
    clean_line,
    clean_optional,
    today_in,
)
from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _
from preventedu.people import (
    ContactKind,
    Lea,
    ProtocolStep,
    SafetyContact,
    School,
    SchoolBreak,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

FEWEST_DIGITS = 3
"""Of a telephone number, such as 988."""
MOST_STEPS, LONGEST_STEP = 20, 400
LONGEST_BREAK = 200
"""Days: no school is closed longer, so a longer one has a wrong year."""


@dataclass(frozen=True)
class ContactFacts:
    """What is entered about a contact; see `people.SafetyContact`."""

    kind: ContactKind
    school_id: int | None
    name: str
    role: str
    phone: str
    where: str
    checked_on: date


@dataclass(frozen=True)
class Protocol:
    """A list of steps as it was recorded."""

    steps: tuple[str, ...]
    recorded_at: datetime
    recorded_by: str


def contacts_of(session: Session, lea_id: int) -> Sequence[SafetyContact]:
    """Return the LEA's contacts in force, those for every school first."""
    rows = session.scalars(
        select(SafetyContact)
        .where(SafetyContact.lea_id == lea_id, SafetyContact.ended_at.is_(None))
        .order_by(SafetyContact.id)
    )
    kinds = list(ContactKind)
    return sorted(rows, key=lambda row: (kinds.index(row.kind), row.school_id or 0))


def ended_contacts(session: Session, lea_id: int) -> Sequence[SafetyContact]:
    """Return the contacts that are no longer in force, the latest first."""
    return session.scalars(
        select(SafetyContact)
        .where(SafetyContact.lea_id == lea_id, SafetyContact.ended_at.is_not(None))
        .order_by(SafetyContact.ended_at.desc(), SafetyContact.id.desc())
        .limit(50)
    ).all()


def record_contact(
    session: Session, lea: Lea, facts: ContactFacts, by: StaffMember, *, now: datetime
) -> SafetyContact:
    """Add a contact.

    Raises:
        WrongEntryError: A field cannot be taken.
    """
    contact = _checked_contact(session, lea, facts, today_in(lea, now=now))
    contact.lea_id, contact.recorded_at, contact.recorded_by = lea.id, now, by.email
    session.add(contact)
    session.flush()
    return contact


def replace_contact(
    session: Session,
    contact: SafetyContact,
    facts: ContactFacts,
    by: StaffMember,
    *,
    now: datetime,
) -> SafetyContact:
    """End a contact and add what is right now: rows are never changed.

    Raises:
        WrongEntryError: A field cannot be taken.
        RefusedError: The contact was ended before.
    """
    new = record_contact(session, contact.lea, facts, by, now=now)
    end_contact(session, contact, now=now)
    return new


def check_contact_again(
    session: Session, contact: SafetyContact, by: StaffMember, *, now: datetime
) -> SafetyContact:
    """Say that a contact is still right today.

    Raises:
        RefusedError: The contact was ended before.
    """
    facts = ContactFacts(
        kind=contact.kind,
        school_id=contact.school_id,
        name=contact.name,
        role=contact.role,
        phone=contact.phone,
        where=contact.where,
        checked_on=today_in(contact.lea, now=now),
    )
    return replace_contact(session, contact, facts, by, now=now)


def end_contact(session: Session, contact: SafetyContact, *, now: datetime) -> None:
    """Let a contact stand no longer.

    Raises:
        RefusedError: It was ended before, perhaps by somebody else just now.
    """
    session.refresh(contact, with_for_update=True)
    if contact.ended_at is not None:
        raise RefusedError(
            _("Somebody has changed this contact meanwhile. Load the page again.")
        )
    contact.ended_at = now
    session.flush()


def protocols(session: Session, lea_id: int) -> list[Protocol]:
    """Return every list of steps that the LEA recorded, the one in force first."""
    rows = session.scalars(
        select(ProtocolStep)
        .where(ProtocolStep.lea_id == lea_id)
        .order_by(ProtocolStep.recorded_at.desc(), ProtocolStep.number)
    )
    found: dict[datetime, list[ProtocolStep]] = {}
    for row in rows:
        found.setdefault(row.recorded_at, []).append(row)
    return [
        Protocol(tuple(step.text for step in steps), at, steps[0].recorded_by)
        for at, steps in found.items()
    ]


def record_protocol(
    session: Session, lea: Lea, text: str, by: StaffMember, *, now: datetime
) -> None:
    """Record the whole list at once, one step to a line; it counts from now on.

    Raises:
        WrongEntryError: There is no step, or too much.
    """
    lines = [clean_optional("steps", line, LONGEST_STEP) for line in text.splitlines()]
    steps = [line for line in lines if line]
    if not steps:
        raise WrongEntryError("steps", _("Write one step or more."))
    if len(steps) > MOST_STEPS:
        raise WrongEntryError(
            "steps", _("Use %(most)s steps at most.", most=MOST_STEPS)
        )
    for number, step in enumerate(steps, start=1):
        session.add(
            ProtocolStep(
                lea_id=lea.id,
                number=number,
                text=step,
                recorded_at=now,
                recorded_by=by.email,
            )
        )
    session.flush()


def breaks_of(session: Session, lea_id: int) -> Sequence[SchoolBreak]:
    """Return the LEA's breaks, by their first day."""
    found = select(SchoolBreak).where(SchoolBreak.lea_id == lea_id)
    return session.scalars(found.order_by(SchoolBreak.starts_on, SchoolBreak.id)).all()


def add_break(
    session: Session, lea: Lea, name: str, starts_on: date, ends_on: date
) -> SchoolBreak:
    """Add days without school; both ends belong to it.

    Raises:
        WrongEntryError: A field cannot be taken.
    """
    check_day("starts_on", starts_on)
    check_day("ends_on", ends_on)
    if ends_on < starts_on:
        raise WrongEntryError("ends_on", _("The last day is before the first."))
    if (ends_on - starts_on).days >= LONGEST_BREAK:
        raise WrongEntryError("ends_on", _("This is too long. Check the year."))
    for other in breaks_of(session, lea.id):
        if starts_on <= other.ends_on and other.starts_on <= ends_on:
            raise WrongEntryError(
                "starts_on",
                _("Some of these days belong to “%(name)s” already.", name=other.name),
            )
    found = SchoolBreak(
        lea_id=lea.id,
        name=clean_line("name", name, 80),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    session.add(found)
    session.flush()
    return found


def remove_break(session: Session, found: SchoolBreak) -> None:
    """Take a break off the calendar."""
    session.delete(found)
    session.flush()


def _checked_contact(
    session: Session, lea: Lea, facts: ContactFacts, today: date
) -> SafetyContact:
    is_person = facts.kind is ContactKind.SCHOOL_CONTACT
    if facts.school_id is not None:
        school = session.get(School, facts.school_id)
        if school is None or school.lea_id != lea.id:
            raise WrongEntryError("school", _("Choose a school of this LEA."))
    phone = clean_line("phone", facts.phone, 60)
    if sum(sign.isdecimal() for sign in phone) < FEWEST_DIGITS:
        raise WrongEntryError("phone", _("This is no telephone number."))
    if check_day("checked_on", facts.checked_on) > today:
        raise WrongEntryError("checked_on", _("This day is yet to come."))
    take_role = clean_line if is_person else clean_optional
    return SafetyContact(
        school_id=facts.school_id,
        kind=facts.kind,
        name=clean_line("name", facts.name, 120),
        role=take_role("role", facts.role, 120),
        phone=phone,
        where=clean_optional("where", facts.where),
        checked_on=facts.checked_on,
    )
