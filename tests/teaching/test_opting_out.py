"""Opting out: no reason, before or after the first launch, and back."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.courses import opt_outs
from preventedu.courses.consent_models import OptOut
from preventedu.courses.models import Attempt
from preventedu.lti.models import LtiUser
from preventedu.teaching.sealed import Sealer
from tests.conftest import SECRET
from tests.teaching.make import (
    ALTERNATIVE,
    SLUG,
    begin,
    complete,
    enroll,
    make_classroom,
    sit,
)
from tests.teaching.test_class_page import rows

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.auth import Seat
    from preventedu.courses.content.schema import CompiledModule
    from tests.teaching.lms_double import LmsDouble
    from tests.teaching.make import Classroom

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
STEPS = ("opt-out", "opt-out/record", "opt-out/withdraw")


def choice(page: str, name: str) -> str:
    """Return the value behind a name in the list of students."""
    found = re.search(rf'<option value="([^"]+)">{name}</option>', page)
    assert found
    return found[1]


def form(client: FlaskClient, seat: Seat, name: str) -> dict[str, str]:
    """Fill in the form of the class page for a student."""
    page = client.get(f"/s/{seat.id}/class").text
    token = TOKEN.search(page)
    assert token
    return {"csrf_token": token[1], "student": choice(page, name)}


def post(
    client: FlaskClient, seat: Seat, step: str, data: dict[str, str]
) -> TestResponse:
    return client.post(f"/s/{seat.id}/{step}", data=data)


def is_out(session: Session, subject: str) -> bool:
    user = session.scalars(select(LtiUser).where(LtiUser.subject == subject)).one()
    return opt_outs.is_opted_out(session, user.learner_id, SLUG)


def test_a_student_who_never_launched_can_be_opted_out_and_back_in(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    data = form(client, seat, "Ann Bell")

    done = post(client, seat, "opt-out/record", data)

    assert done.status_code == 303
    assert done.headers["Location"] == f"/s/{seat.id}/class?said=saved"
    assert is_out(session, "s-1")

    assert post(client, seat, "opt-out/withdraw", data).status_code == 303
    assert not is_out(session, "s-1")


def test_the_confirmation_says_what_the_student_gets(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    lessons: dict[str, CompiledModule],
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)

    answer = post(client, seat, "opt-out", form(client, seat, "Ann Bell"))

    page = html.unescape(answer.text)
    alternative = lessons[SLUG].alternative
    assert alternative
    assert "Opt Ann Bell out of this lesson?" in page
    assert f"“{lessons[alternative].title['en']}” behind the same link" in page
    assert "the same full grade, in the same column" in page
    assert "No reason is asked" in page
    assert session.scalars(select(OptOut)).all() == []


def test_the_notice_afterwards_names_nobody(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    done = post(client, seat, "opt-out/record", form(client, seat, "Ann Bell"))

    page = client.get(done.headers["Location"]).text

    notice = page.partition('role="status"')[2].partition("</div>")[0]
    assert "Your change is saved." in notice
    assert "Ann" not in notice


def test_opting_out_ends_the_lesson_under_way(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    begin(session, room, enroll(session, room, "s-1"), "l1-s2")
    seat = sit(session, client, room)

    post(client, seat, "opt-out/record", form(client, seat, "Ann Bell"))

    session.expire_all()
    assert session.scalars(select(Attempt)).one().closed_at is not None


def test_opting_out_twice_is_the_same_as_once(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    data = form(client, seat, "Ann Bell")

    post(client, seat, "opt-out/record", data)
    again = post(client, seat, "opt-out/record", data)

    assert again.status_code == 303
    assert len(session.scalars(select(OptOut)).all()) == 1


def test_a_student_can_be_opted_out_while_the_roster_is_down(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    enroll(session, room, "s-1")
    lms.is_down = True
    seat = sit(session, client, room)

    post(client, seat, "opt-out/record", form(client, seat, "Student 1"))

    assert is_out(session, "s-1")


def test_an_opt_out_is_no_secret_value_in_an_address(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("subject-of-ann", "Ann Bell")
    seat = sit(session, client, room)

    page = client.get(f"/s/{seat.id}/class").text

    assert "subject-of-ann" not in page
    for step in STEPS:
        assert client.get(f"/s/{seat.id}/{step}").status_code == 405


def test_an_opted_out_student_finds_the_other_lesson_behind_the_same_link(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    lessons: dict[str, CompiledModule],
) -> None:
    lms.enrol("s-1", "Ann Bell")
    teacher = sit(session, client, room)
    post(client, teacher, "opt-out/record", form(client, teacher, "Ann Bell"))
    user = enroll(session, room, "s-1")
    seat = sit(session, client, room, SeatRole.LEARNER, user)

    page = html.unescape(client.get(f"/s/{seat.id}/lesson").text)

    lesson, other = lessons[SLUG], lessons[ALTERNATIVE]
    assert f"<title>{lesson.lms_title['en']}</title>" in page
    assert other.documents["en"].screens[0].title in page
    assert lesson.documents["en"].screens[0].title not in page

    completion = complete(session, room, user)
    assert completion.is_alternative
    assert not completion.counts
    teacher = sit(session, client, room)
    assert "Finished" in rows(client.get(f"/s/{teacher.id}/class").text)["Ann Bell"]


@pytest.mark.parametrize("step", STEPS)
def test_a_forged_form_is_refused(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    step: str,
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    data = form(client, seat, "Ann Bell")

    for forged in (
        {},
        {"student": data["student"]},
        data | {"csrf_token": "0" * 64},
        data | {"student": ""},
        data | {"student": "s-1"},
        data | {"student": data["student"][:-6] + "AAAA=="},
        data | {"student": "x" * 5000},
    ):
        assert post(client, seat, step, forged).status_code == 400
    assert session.scalars(select(LtiUser)).all() == []


def test_a_value_of_another_seat_is_refused(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    first = sit(session, client, room)
    stolen = form(client, first, "Ann Bell")["student"]
    other = make_classroom(session, room.deployment, lms.url)
    second = sit(session, client, other)
    data = form(client, second, "Ann Bell") | {"student": stolen}

    assert post(client, second, "opt-out/record", data).status_code == 400


def test_a_value_dies_with_its_seat() -> None:
    now = datetime.now(UTC)
    sealer = Sealer(SECRET, "seat", timedelta(hours=8))
    sealed = sealer.seal("s-1", "Ann Bell", now=now)

    assert sealer.open(sealed, now=now + timedelta(hours=7)).subject == "s-1"
    with pytest.raises(Exception, match="expired"):
        sealer.open(sealed, now=now + timedelta(hours=9))


@pytest.mark.parametrize(
    "role",
    [SeatRole.LEARNER, SeatRole.TEST_LEARNER, SeatRole.OBSERVER, SeatRole.GUEST],
)
@pytest.mark.parametrize("step", [*STEPS, "class/send-again"])
def test_only_teachers_may_do_it(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    role: SeatRole,
    step: str,
) -> None:
    lms.enrol("s-1", "Ann Bell")
    teacher = sit(session, client, room)
    data = form(client, teacher, "Ann Bell")
    seat = sit(session, client, room, role)

    assert post(client, seat, step, data).status_code == 403
    assert session.scalars(select(OptOut)).all() == []
