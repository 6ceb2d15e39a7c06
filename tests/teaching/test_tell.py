"""If a student tells you something: there for every teacher, known to nobody."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.people import ContactKind, Lea, ProtocolStep, SafetyContact
from tests.teaching.make import make_classroom, publish_modules, sit

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule
    from tests.teaching.lms_double import LmsDouble
    from tests.teaching.make import Classroom

NOW = datetime.now(UTC)
STEPS = ("Stay with the student.", "Call the counselor: 555-0100.", "Report today.")


def prepare(session: Session) -> None:
    """Enter steps and contacts for the district of the class."""
    lea = session.scalars(select(Lea).where(Lea.nces_id == "0612345")).one()
    for number, text in enumerate(STEPS, start=1):
        session.add(
            ProtocolStep(
                lea_id=lea.id,
                number=number,
                text=text,
                recorded_at=NOW,
                recorded_by="x",
            )
        )
    people = (
        (ContactKind.SCHOOL_CONTACT, "Dana Reyes", "School counselor", "555-0101"),
        (ContactKind.CHILD_ABUSE_LINE, "State child-abuse line", "", "555-0102"),
    )
    for kind, name, role, phone in people:
        session.add(
            SafetyContact(
                lea_id=lea.id,
                kind=kind,
                name=name,
                role=role,
                phone=phone,
                where="",
                checked_on=NOW.date(),
                recorded_at=NOW,
                recorded_by="x",
            )
        )
    session.commit()


def test_it_shows_the_districts_steps_in_order_and_whom_to_call(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    prepare(session)
    seat = sit(session, client, room)

    page = client.get(f"/s/{seat.id}/tell").text

    places = [page.index(step) for step in STEPS]
    assert places == sorted(places)
    for words in ("Dana Reyes", "School counselor", "tel:555-0101", "tel:555-0102"):
        assert words in page


def test_without_steps_and_contacts_it_says_what_is_missing(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)

    page = client.get(f"/s/{seat.id}/tell").text

    assert "has not entered its own steps" in page
    assert "has named nobody here yet" in page
    assert "Do not promise to keep it secret." in page


def test_it_is_there_before_a_lesson_is_chosen(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    prepare(session)
    empty = make_classroom(session, room.deployment, lms.url)
    empty.link.assignment_id = None
    seat = sit(session, client, empty)

    page = client.get(f"/s/{seat.id}/tell")

    assert page.status_code == 200
    assert "Dana Reyes" in page.text
    assert f"/s/{seat.id}/tell" in client.get(f"/s/{seat.id}/pick").text


def test_reading_it_writes_nothing_anywhere(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    statements: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    prepare(session)
    seat = sit(session, client, room)
    statements.clear()
    caplog.clear()

    with caplog.at_level(logging.DEBUG):
        client.get(f"/s/{seat.id}/tell")

    assert all(each.startswith(("SELECT", "SAVEPOINT", "BEGIN")) for each in statements)
    assert not any("tell" in str(record.__dict__) for record in caplog.records)


def test_it_lists_the_lines_that_the_lesson_for_staff_names(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    slug = "recognize-and-respond"
    publish_modules(session, {slug: lessons[slug]})
    seat = sit(session, client, room)

    page = client.get(f"/s/{seat.id}/tell").text

    assert "1-888-373-7888" in page
    assert "Not checked yet" in page
    assert "This is a police or law-enforcement line." in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_teacher_page_leads_to_it(
    session: Session, client: FlaskClient, room: Classroom, language: str
) -> None:
    seat = sit(session, client, room)
    pages = (
        "class", "guide", "letter", "front", "front/show", "front/present", "sessions",
        "records",
    )  # fmt: skip

    for page in pages:
        answer = client.get(f"/s/{seat.id}/{page}?lang={language}")
        assert f"/s/{seat.id}/tell" in answer.text, page


@pytest.mark.parametrize(
    "role", [SeatRole.LEARNER, SeatRole.OBSERVER, SeatRole.GUEST, SeatRole.TEST_LEARNER]
)
def test_it_is_for_teachers(
    session: Session, client: FlaskClient, room: Classroom, role: SeatRole
) -> None:
    seat = sit(session, client, room, role)

    assert client.get(f"/s/{seat.id}/tell").status_code == 403


def test_families_see_no_way_to_it(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room, SeatRole.OBSERVER)

    assert "/tell" not in client.get(f"/s/{seat.id}/family").text
