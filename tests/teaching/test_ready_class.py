"""A class page says if the class is prepared; a substitute finds all but a name."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.courses.consent_models import Readiness
from tests.courses.make import GROOMING
from tests.ready import COUNSELOR, LABEL, add_contacts, make_ready
from tests.teaching.make import SLUG, enroll, publish_modules, sit

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.lti.models import LtiUser
    from tests.teaching.make import Classroom

BALANCE = "media-balance-6-8"


@pytest.fixture
def grave(
    session: Session, room: Classroom, lessons: dict[str, CompiledModule]
) -> Classroom:
    """A class that has a sensitive lesson and was never asked about it."""
    publish_modules(session, {slug: lessons[slug] for slug in (GROOMING, BALANCE)})
    room.assignment.module_slug = GROOMING
    assert room.deployment.lea_id
    add_contacts(session, room.deployment.lea_id)
    session.flush()
    return room


def ready_by(session: Session, room: Classroom, user: LtiUser | None) -> Readiness:
    row = make_ready(session, room.assignment.course_id, room.assignment.module_slug)
    row.lti_user_id = user.id if user else None
    session.flush()
    return row


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(answer.text).split())


def test_a_sensitive_lesson_that_nobody_prepared_says_so(
    session: Session, client: FlaskClient, grave: Classroom
) -> None:
    seat = sit(session, client, grave)

    page = read(client, f"/s/{seat.id}/class")

    assert "Nobody has confirmed that this class is prepared" in page
    assert f'href="/s/{seat.id}/ready"' in page


def test_a_gentle_lesson_is_not_held_up(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)

    page = read(client, f"/s/{seat.id}/class")

    assert "Nobody has confirmed" not in page
    assert "Name the date of this lesson" in page


def test_who_confirmed_is_told_that_they_did(
    session: Session, client: FlaskClient, grave: Classroom
) -> None:
    me = enroll(session, grave, "teacher-1")
    ready_by(session, grave, me)
    seat = sit(session, client, grave, SeatRole.TEACHER, me)

    page = read(client, f"/s/{seat.id}/class")

    assert LABEL in page
    assert "You confirmed on" in page
    assert "New date" in page


def test_a_substitute_finds_what_was_confirmed_and_no_name(
    session: Session, client: FlaskClient, grave: Classroom
) -> None:
    ready_by(session, grave, enroll(session, grave, "teacher-1"))
    other = enroll(session, grave, "teacher-2")
    seat = sit(session, client, grave, SeatRole.TEACHER, other)

    page = read(client, f"/s/{seat.id}/class")

    assert "A teacher of this class confirmed on" in page
    assert "steps read, counselor told, opt-outs done" in page
    assert "Confirm myself" in page
    assert f'href="/s/{seat.id}/guide"' in page
    assert "teacher-1" not in page
    assert "You confirmed" not in page


def test_a_substitute_confirms_anew(
    session: Session, client: FlaskClient, grave: Classroom
) -> None:
    first = ready_by(session, grave, enroll(session, grave, "teacher-1"))
    other = enroll(session, grave, "teacher-2")
    seat = sit(session, client, grave, SeatRole.TEACHER, other)
    page = client.get(f"/s/{seat.id}/ready").text
    token = page.partition('name="csrf_token"')[2].partition('value="')[2]
    day = datetime.now(UTC).date() + timedelta(days=30)
    day += timedelta(days=(2 - day.weekday()) % 7)
    ticks = dict.fromkeys(("protocol_read", "counselor_told", "opt_outs_done"), "y")

    answer = client.post(
        f"/s/{seat.id}/ready",
        data={
            "csrf_token": token.partition('"')[0],
            "class_label": "Period 3, with a substitute",
            "teaching_on": day.isoformat(),
            **ticks,
        },
    )

    assert answer.location == f"/s/{seat.id}/class?said=saved"
    session.expire_all()
    rows = session.scalars(select(Readiness).order_by(Readiness.id)).all()
    assert rows[0].id == first.id
    assert rows[1].lti_user_id == other.id
    assert rows[1].module_slug == GROOMING
    assert "You confirmed on" in read(client, f"/s/{seat.id}/class")


def test_a_day_that_has_passed_asks_for_a_new_one(
    session: Session, client: FlaskClient, grave: Classroom
) -> None:
    row = ready_by(session, grave, None)
    row.teaching_on = datetime.now(UTC).date() - timedelta(days=2)
    seat = sit(session, client, grave)

    page = read(client, f"/s/{seat.id}/class")

    assert "This day has passed." in page
    assert "A teacher of this class confirmed" not in page


def test_a_gentle_lesson_can_have_a_date_although_contacts_are_missing(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)

    page = read(client, f"/s/{seat.id}/ready")

    assert "This lesson is gentle" in page
    assert "Your class is prepared" in page


# -- the sheet -------------------------------------------------------------------------


def test_the_sheet_is_what_the_counselor_has(
    session: Session,
    client: FlaskClient,
    grave: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    ready_by(session, grave, None)
    enroll(session, grave, "student-1")
    seat = sit(session, client, grave)

    page = read(client, f"/s/{seat.id}/sheet")

    module = lessons[GROOMING]
    for words in (LABEL, COUNSELOR, module.title["en"], module.lms_title["en"]):
        assert words in page
    assert module.summary["en"] in page
    assert "Listen. Stay calm." in page
    assert "student-1" not in page


def test_there_is_no_sheet_before_there_is_a_date(
    session: Session, client: FlaskClient, grave: Classroom
) -> None:
    seat = sit(session, client, grave)

    assert client.get(f"/s/{seat.id}/sheet").status_code == 404


@pytest.mark.parametrize("role", [SeatRole.LEARNER, SeatRole.OBSERVER, SeatRole.GUEST])
def test_only_a_teacher_prepares_and_prints(
    session: Session, client: FlaskClient, grave: Classroom, role: SeatRole
) -> None:
    ready_by(session, grave, None)
    seat = sit(session, client, grave, role)

    for page in ("ready", "sheet"):
        assert client.get(f"/s/{seat.id}/{page}").status_code == 403
    assert client.post(f"/s/{seat.id}/ready").status_code == 403


def test_a_stranger_reads_no_sheet(
    session: Session, client: FlaskClient, grave: Classroom
) -> None:
    ready_by(session, grave, None)
    seat = sit(session, client, grave)
    client.delete_cookie("__Host-preventedu-lti", domain="localhost")

    assert client.get(f"/s/{seat.id}/sheet").status_code == 403


def test_a_class_of_another_lesson_is_not_prepared_by_it(
    session: Session, client: FlaskClient, grave: Classroom
) -> None:
    make_ready(session, grave.assignment.course_id, SLUG)
    seat = sit(session, client, grave)

    assert "Nobody has confirmed" in read(client, f"/s/{seat.id}/class")
