"""What rooms read of an LEA's preparations: contacts, protocol, breaks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from preventedu import safety
from preventedu.people import (
    ContactKind,
    Lea,
    ProtocolStep,
    SafetyContact,
    School,
    SchoolBreak,
    SchoolIdScheme,
)
from tests.conftest import NOW

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

PERSON, LINE = ContactKind.SCHOOL_CONTACT, ContactKind.CHILD_ABUSE_LINE
FRIDAY = date(2027, 3, 12)


@pytest.fixture
def lea(session: Session) -> Lea:
    lea = Lea(nces_id="9900010", name="Example Unified", state="ZZ")
    session.add(lea)
    session.flush()
    return lea


@pytest.fixture
def schools(session: Session, lea: Lea) -> list[School]:
    made = [
        School(lea_id=lea.id, scheme=SchoolIdScheme.NCES, school_id=number, name=name)
        for number, name in (("990001000001", "Oak"), ("990001000002", "Elm"))
    ]
    session.add_all(made)
    session.flush()
    return made


def enter(
    session: Session,
    lea: Lea,
    kind: ContactKind,
    name: str = "Ms. Rivera",
    school: School | None = None,
    ended_at: datetime | None = None,
) -> SafetyContact:
    contact = SafetyContact(
        lea_id=lea.id,
        school_id=school.id if school else None,
        kind=kind,
        name=name,
        role="Counselor",
        phone="555-0100",
        where="Room 4",
        checked_on=NOW.date(),
        recorded_at=NOW,
        recorded_by="official@lea.example",
        ended_at=ended_at,
    )
    session.add(contact)
    session.flush()
    return contact


def test_a_schools_own_contacts_come_first(
    session: Session, lea: Lea, schools: list[School]
) -> None:
    line = enter(session, lea, LINE, "State line")
    everywhere = enter(session, lea, PERSON, "Ms. Everywhere")
    own = enter(session, lea, PERSON, "Mr. Oak", schools[0])
    enter(session, lea, PERSON, "Mr. Elm", schools[1])
    enter(session, lea, PERSON, "Ms. Gone", schools[0], ended_at=NOW)

    assert safety.contacts_for(session, lea.id, schools[0].id) == (
        own,
        everywhere,
        line,
    )
    assert safety.contacts_for(session, lea.id, None) == (everywhere, line)


def test_every_kind_is_missing_without_an_lea(session: Session) -> None:
    assert safety.missing_contacts(session, None) == frozenset(ContactKind)


def test_a_contact_that_was_ended_is_missing_again(session: Session, lea: Lea) -> None:
    enter(session, lea, LINE)
    contact = enter(session, lea, PERSON)

    assert not safety.missing_contacts(session, lea.id)

    contact.ended_at = NOW
    session.flush()
    assert safety.missing_contacts(session, lea.id) == {PERSON}


def test_a_contact_of_one_school_is_not_there_for_the_other(
    session: Session, lea: Lea, schools: list[School]
) -> None:
    enter(session, lea, LINE)
    enter(session, lea, PERSON, school=schools[0])
    assert safety.missing_contacts(session, lea.id) == {PERSON}

    enter(session, lea, PERSON, school=schools[1])
    assert not safety.missing_contacts(session, lea.id)


def test_the_list_recorded_last_is_the_protocol(session: Session, lea: Lea) -> None:
    assert safety.protocol_of(session, lea.id) == ()

    lists = ((NOW, ("Old", "Steps", "Here")), (NOW + timedelta(1), ("Listen", "Call")))
    for recorded_at, texts in lists:
        # Written in the wrong order on purpose: the number counts.
        for number, text in reversed(list(enumerate(texts, start=1))):
            session.add(
                ProtocolStep(
                    lea_id=lea.id,
                    number=number,
                    text=text,
                    recorded_at=recorded_at,
                    recorded_by="official@lea.example",
                )
            )
    session.flush()

    assert safety.protocol_of(session, lea.id) == ("Listen", "Call")


@pytest.mark.parametrize(
    ("starts", "ends", "day", "found"),
    [
        (FRIDAY + timedelta(3), FRIDAY + timedelta(7), FRIDAY, True),
        (FRIDAY + timedelta(3), FRIDAY + timedelta(7), FRIDAY - timedelta(1), False),
        (FRIDAY, FRIDAY, FRIDAY - timedelta(1), True),
        (FRIDAY + timedelta(4), FRIDAY + timedelta(7), FRIDAY, False),
        (FRIDAY - timedelta(4), FRIDAY, FRIDAY - timedelta(2), True),
        (FRIDAY - timedelta(4), FRIDAY, FRIDAY, False),
    ],
    ids=["over a weekend", "two days before", "tomorrow", "Tuesday", "in it", "last"],
)
def test_a_break_is_found_on_the_last_school_day_before_it(
    session: Session, lea: Lea, starts: date, ends: date, day: date, *, found: bool
) -> None:
    session.add(
        SchoolBreak(lea_id=lea.id, name="Break", starts_on=starts, ends_on=ends)
    )
    session.flush()

    assert (safety.break_after(session, lea.id, day) is not None) is found


def test_a_contact_is_stale_after_half_a_year(session: Session, lea: Lea) -> None:
    contact = enter(session, lea, PERSON)

    assert not safety.stale(contact, contact.checked_on + timedelta(180))
    assert safety.stale(contact, contact.checked_on + timedelta(181))
