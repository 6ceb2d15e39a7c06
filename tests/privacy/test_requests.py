"""From a guardian's question to the record, or to nothing: the pages and commands."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.courses import opt_outs
from preventedu.errors import NotFoundError
from preventedu.lti.models import LtiUser
from preventedu.people import Lea, StaffRole
from preventedu.privacy import records, requests
from preventedu.privacy.models import RecordRequest
from preventedu.staff.models import AccessLog
from tests.staff.make import csrf, make_staff, sign_in
from tests.teaching.make import SLUG, complete, enroll, sit

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from tests.teaching.lms_double import LmsDouble
    from tests.teaching.make import Classroom

CODE = re.compile(r"<code>([A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4})</code>")


def ask(client: FlaskClient, seat: Seat, name: str) -> str:
    """Choose a student on the teacher's page; return the next page."""
    page = client.get(f"/s/{seat.id}/records").text
    found = re.search(rf'<option value="([^"]+)">{name}</option>', page)
    assert found, page
    data = {"csrf_token": csrf(page), "student": found[1]}
    answer = client.post(f"/s/{seat.id}/records/code", data=data)
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def code(session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble) -> str:
    """The code of Anna, who finished the lesson and is opted out of nothing."""
    lms.enrol("anna", "Anna Ames")
    complete(session, room, enroll(session, room, "anna"))
    found = CODE.search(ask(client, sit(session, client, room), "Anna Ames"))
    assert found
    return found[1]


@pytest.fixture
def official(session: Session, room: Classroom, app: Flask) -> FlaskClient:
    """A browser of the class's LEA official."""
    make_staff(session, room.deployment.lea, StaffRole.LEA_OFFICIAL)
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    sign_in(client)
    return client


def enter(client: FlaskClient, where: str, code: str, **more: str) -> str:
    page = client.get("/privacy/requests").text
    data = {"csrf_token": csrf(page), "code": code, **more}
    return client.post(f"/privacy/requests{where}", data=data).text


def test_from_the_teacher_to_the_official_no_name_travels(
    session: Session, official: FlaskClient, code: str
) -> None:
    page = enter(official, "", code.lower().replace("-", " "))

    assert "completion" in page
    assert "lti_user" in page
    assert "Anna" not in page
    stored = json.dumps(
        [str(row) for row in session.execute(select(RecordRequest.__table__))]
    )
    assert code not in stored
    looked = session.scalars(select(AccessLog.what)).all()
    assert "a learner's record" in looked


def test_the_file_holds_every_table_that_points_at_the_learner(
    official: FlaskClient, code: str
) -> None:
    record = json.loads(enter(official, "/record.json", code))

    assert set(record["rows"]) == records.tables_about_learners()
    assert record["rows"]["lti_user"][0]["subject"] == "anna"
    assert len(record["rows"]["completion"]) == 1


def test_erasing_wants_the_tick_and_then_leaves_nothing(
    session: Session, official: FlaskClient, code: str
) -> None:
    refused = enter(official, "/erase", code)
    assert "Tick the box first" in refused
    assert session.scalars(select(LtiUser)).all() != []
    # This page shows the record as well: nobody looks at it unseen.
    assert session.scalars(select(AccessLog.what)).all() == ["a learner's record"]

    done = enter(official, "/erase", code, sure="y")

    assert "Nothing leads to this student any more" in done
    assert session.scalars(select(LtiUser)).all() == []
    assert "not known here" in enter(official, "", code)


def test_a_student_of_whom_nothing_is_kept(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("ben", "Ben Boyd")

    page = ask(client, sit(session, client, room), "Ben Boyd")

    assert "Nothing is kept about Ben Boyd" in page
    assert session.scalars(select(RecordRequest)).all() == []


def test_an_opted_out_student_who_never_came_has_a_record(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("cleo", "Cleo Cruz")
    user = enroll(session, room, "cleo")
    opt_outs.record_opt_out(session, user.learner_id, SLUG, now=datetime.now(UTC))

    page = ask(client, sit(session, client, room), "Cleo Cruz")

    assert CODE.search(page)


@pytest.mark.parametrize("role", [SeatRole.LEARNER, SeatRole.OBSERVER, SeatRole.GUEST])
def test_only_a_teacher_makes_a_code(
    session: Session, client: FlaskClient, room: Classroom, role: SeatRole
) -> None:
    seat = sit(session, client, room, role)

    assert client.get(f"/s/{seat.id}/records").status_code == 403
    assert client.post(f"/s/{seat.id}/records/code").status_code == 403


@pytest.mark.parametrize(
    "role",
    [StaffRole.ADMINISTRATOR, StaffRole.GRANT_MANAGER, StaffRole.COUNSELOR],
)
def test_only_an_official_opens_a_record(
    session: Session, app: Flask, room: Classroom, role: StaffRole
) -> None:
    make_staff(session, room.deployment.lea, role)
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    sign_in(client)

    assert client.get("/privacy/requests").status_code == 403
    assert client.post("/privacy/requests/erase").status_code == 403
    assert client.post("/privacy/requests/record.json").status_code == 403


def test_nobody_opens_a_record_without_signing_in(client: FlaskClient) -> None:
    answer = client.get("/privacy/requests")

    assert answer.status_code == 303
    assert "/staff/sign-in" in answer.headers["Location"]


def test_another_leas_official_learns_nothing(
    session: Session, app: Flask, code: str
) -> None:
    other = Lea(nces_id="0699999", name="Elsewhere", state="CA", contact="")
    session.add(other)
    session.flush()
    make_staff(session, other, StaffRole.LEA_OFFICIAL, "eve@else.example")
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    sign_in(client, "eve@else.example")

    page = enter(client, "", code)

    assert "not known here" in page
    assert "lti_user" not in page


def test_a_code_ends_and_a_new_one_ends_the_old(
    session: Session, room: Classroom
) -> None:
    now = datetime.now(UTC)
    user, lea_id = enroll(session, room, "anna"), room.deployment.lea_id
    first = requests.make_code(session, user.learner_id, lea_id, now=now)
    second = requests.make_code(session, user.learner_id, lea_id, now=now)

    with pytest.raises(NotFoundError):
        requests.learner_of(session, first, lea_id, now=now)
    assert requests.learner_of(session, second, lea_id, now=now) == user.learner_id
    late = now + requests.LIFETIME + timedelta(seconds=1)
    with pytest.raises(NotFoundError):
        requests.learner_of(session, second, lea_id, now=late)
