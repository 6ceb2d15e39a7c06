"""The counselor's page: which class does what on which day, and no student."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from preventedu.courses import catalog
from preventedu.people import Course, CoursePlacement, StaffRole
from tests.courses.make import GROOMING, real_module
from tests.district.make import make_school
from tests.ready import (
    CHILD_LINE,
    COUNSELOR,
    COUNSELOR_PHONE,
    LABEL,
    add_contacts,
    make_ready,
)
from tests.staff.make import make_staff, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.people import Lea, StaffMember

TITLE = "Spotting online grooming tactics"


def monday(weeks: int = 0) -> date:
    today = datetime.now(UTC).date()
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def make_class(
    session: Session, lea: Lea, day: date, school: str = "Hill Middle School"
) -> Course:
    """A class of the LEA that is prepared for the sensitive lesson on a day."""
    now = datetime.now(UTC)
    course = Course(created_at=now, lea_id=lea.id)
    session.add(course)
    session.flush()
    place = CoursePlacement(
        course_id=course.id,
        school_id=make_school(session, lea, name=school).id,
        effective_from=date(2020, 1, 1),
        recorded_at=now,
        recorded_by="test",
    )
    session.add(place)
    make_ready(session, course.id, GROOMING, teaching_on=day)
    session.commit()
    return course


@pytest.fixture(autouse=True)
def _lesson(session: Session) -> None:
    catalog.publish(session, real_module(GROOMING), now=datetime.now(UTC))


def come_in(
    session: Session,
    client: FlaskClient,
    lea: Lea,
    role: StaffRole = StaffRole.COUNSELOR,
) -> None:
    # The tests count days as UTC does.
    lea.time_zone = "UTC"
    make_staff(session, lea, role=role)
    session.commit()
    sign_in(client)


def test_a_counselor_reads_which_class_does_what_on_which_day(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make_class(session, lea, monday(1) + timedelta(days=1))
    come_in(session, client, lea)

    page = html.unescape(client.get("/counselor").text)

    assert page.count(LABEL) == 1
    for words in ("Hill Middle School", TITLE, "Online safety, part 1", "Grades 6-8"):
        assert words in page
    for words in ("Sensitive", COUNSELOR, COUNSELOR_PHONE, CHILD_LINE, "call 911"):
        assert words in page
    lesson = real_module(GROOMING)
    assert lesson.summary["en"] in page
    assert lesson.content_note.text["en"] in page
    assert f'href="/counselor/weeks/{monday(1).isoformat()}"' in page


def test_the_way_in_of_a_counselor_leads_here(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make_staff(session, lea, role=StaffRole.COUNSELOR)
    session.commit()
    sign_in(client)

    bar = client.get("/counselor").text.partition("</header>")[0]

    assert '<a class="brand" href="/counselor">' in bar
    assert 'href="/counselor" aria-current="page"' in bar
    assert "/grants/" not in bar


def test_the_list_of_a_week_holds_that_week_only(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make_class(session, lea, monday(1) + timedelta(days=4))
    come_in(session, client, lea)

    held = client.get(f"/counselor/weeks/{monday(1) + timedelta(days=6)}").text
    before = client.get(f"/counselor/weeks/{monday(0)}").text
    after = client.get(f"/counselor/weeks/{monday(2)}").text

    assert LABEL in held
    assert "Listen. Stay calm." in held
    for empty in (before, after):
        assert LABEL not in empty
        assert "No lesson is announced for this week." in empty


def test_a_moved_lesson_stands_on_its_new_day_with_the_old_one_named(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    course = make_class(session, lea, monday(1) + timedelta(days=1))
    make_ready(session, course.id, GROOMING, teaching_on=monday(2) + timedelta(days=2))
    session.commit()
    come_in(session, client, lea)

    assert LABEL not in client.get(f"/counselor/weeks/{monday(1)}").text
    moved = client.get(f"/counselor/weeks/{monday(2)}").text
    assert LABEL in moved
    assert re.search(r"<small>before: \w{3}, \w{3} \d+</small>", moved)


def test_last_weeks_lesson_is_gone_from_the_first_page(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make_class(session, lea, monday(-1) + timedelta(days=2))
    come_in(session, client, lea)

    assert "No lesson is announced" in client.get("/counselor").text
    assert LABEL in client.get(f"/counselor/weeks/{monday(-1)}").text


def test_another_leas_classes_are_not_shown(
    session: Session, client: FlaskClient, lea: Lea, other: Lea
) -> None:
    make_class(session, other, monday(1) + timedelta(days=1))
    add_contacts(session, lea.id)
    come_in(session, client, lea)

    for address in ("/counselor", f"/counselor/weeks/{monday(1)}"):
        page = client.get(address).text
        assert LABEL not in page
        assert "Hill Middle School" not in page


def test_an_official_of_the_lea_reads_it_too(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make_class(session, lea, monday(1))
    come_in(session, client, lea, StaffRole.LEA_OFFICIAL)

    assert LABEL in client.get("/counselor").text


@pytest.mark.parametrize("role", [StaffRole.ADMINISTRATOR, StaffRole.GRANT_MANAGER])
def test_no_other_role_of_the_lea_reads_it(
    session: Session, client: FlaskClient, lea: Lea, role: StaffRole
) -> None:
    come_in(session, client, lea, role)

    assert client.get("/counselor").status_code == 403
    assert client.get(f"/counselor/weeks/{monday()}").status_code == 403


def test_a_counselor_of_an_organization_reads_nothing(
    session: Session, client: FlaskClient, lea: Lea, agency: StaffMember
) -> None:
    make_class(session, lea, monday(1))
    agency.role = StaffRole.COUNSELOR
    session.commit()
    sign_in(client, agency.email)

    assert client.get("/counselor").status_code == 403
    assert client.get(f"/counselor/weeks/{monday(1)}").status_code == 403


@pytest.mark.parametrize("address", ["/counselor", "/counselor/weeks/2026-11-23"])
def test_who_is_not_signed_in_is_asked_to(client: FlaskClient, address: str) -> None:
    answer = client.get(address)

    assert answer.status_code == 303
    assert answer.location.endswith("/staff/sign-in")


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_week_that_is_none_is_no_page(
    session: Session, client: FlaskClient, lea: Lea, day: str
) -> None:
    come_in(session, client, lea)

    assert client.get(f"/counselor/weeks/{day}").status_code == 404


def test_a_counselor_sees_no_figures(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    come_in(session, client, lea)

    assert client.get("/grants/").status_code == 403


def test_missing_contacts_are_told(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    come_in(session, client, lea)

    assert "has entered no contacts yet" in client.get("/counselor").text
