"""What an LEA prepared for the day a child tells somebody: whom, how, and when not.

Read by every room that shows or asks for it; the rows are written in `district`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from preventedu.people import (
    ContactKind,
    ProtocolStep,
    SafetyContact,
    School,
    SchoolBreak,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from sqlalchemy.orm import Session

CHECK_AGAIN_AFTER = timedelta(days=180)
"""A telephone number that nobody tried for half a year may have changed hands."""
SATURDAY = 5


def contacts_for(
    session: Session, lea_id: int, school_id: int | None
) -> tuple[SafetyContact, ...]:
    """Return whom to turn to at a school, its own contacts before the LEA's.

    Args:
        session: To read from.
        lea_id: Of the class.
        school_id: Of the class; None, when nobody has placed it: only the contacts
            that the LEA named for every school.
    """
    rows = session.scalars(
        select(SafetyContact)
        .where(
            SafetyContact.lea_id == lea_id,
            SafetyContact.ended_at.is_(None),
            or_(
                SafetyContact.school_id.is_(None), SafetyContact.school_id == school_id
            ),
        )
        .order_by(SafetyContact.id)
    )
    kinds = list(ContactKind)
    return tuple(
        sorted(rows, key=lambda row: (row.school_id is None, kinds.index(row.kind)))
    )


def missing_contacts(session: Session, lea_id: int | None) -> frozenset[ContactKind]:
    """Return the kinds of contact that some class of the LEA would look for in vain.

    A kind is there when one contact of it is for every school, or when each school
    of the LEA has its own. Without an LEA every kind is missing.
    """
    if lea_id is None:
        return frozenset(ContactKind)
    found = session.execute(
        select(SafetyContact.kind, SafetyContact.school_id).where(
            SafetyContact.lea_id == lea_id, SafetyContact.ended_at.is_(None)
        )
    )
    schools = set(session.scalars(select(School.id).where(School.lea_id == lea_id)))
    places: dict[ContactKind, set[int | None]] = {kind: set() for kind in ContactKind}
    for kind, school_id in found:
        places[kind].add(school_id)
    return frozenset(
        kind for kind in ContactKind if not _reaches_all(places[kind], schools)
    )


def protocol_of(session: Session, lea_id: int) -> tuple[str, ...]:
    """Return the LEA's steps for "if a student tells you something", in order.

    Empty, when the LEA has recorded none.
    """
    latest = (
        select(func.max(ProtocolStep.recorded_at))
        .where(ProtocolStep.lea_id == lea_id)
        .scalar_subquery()
    )
    steps = session.scalars(
        select(ProtocolStep.text)
        .where(ProtocolStep.lea_id == lea_id, ProtocolStep.recorded_at == latest)
        .order_by(ProtocolStep.number)
    )
    return tuple(steps)


def break_after(session: Session, lea_id: int, day: date) -> SchoolBreak | None:
    """Return the break that begins before the next school day after `day`.

    So it is found on the last school day before it, with a weekend between or not,
    and on every day of it but the last. Saturdays and Sundays count as no school.
    """
    breaks = session.scalars(
        select(SchoolBreak)
        .where(SchoolBreak.lea_id == lea_id, SchoolBreak.ends_on > day)
        .order_by(SchoolBreak.starts_on, SchoolBreak.id)
    ).all()
    next_day = day + timedelta(days=1)
    while True:
        for found in breaks:
            if found.starts_on <= next_day <= found.ends_on:
                return found
        if next_day.weekday() < SATURDAY:
            return None
        next_day += timedelta(days=1)


def stale(contact: SafetyContact, today: date) -> bool:
    """Tell whether a contact was last checked more than 180 days ago."""
    return today - contact.checked_on > CHECK_AGAIN_AFTER


def _reaches_all(places: Collection[int | None], schools: Collection[int]) -> bool:
    return None in places or (bool(schools) and set(schools) <= set(places))
