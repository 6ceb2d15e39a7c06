"""Send again: what failed or waits is due at once; nobody else's grade is touched."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from preventedu.lti import passback
from preventedu.lti.models import DeliveryStatus
from tests.teaching.make import complete, enroll, make_classroom, sit
from tests.teaching.test_class_page import owe
from tests.teaching.test_opting_out import TOKEN, form, post

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.lti.models import ScoreDelivery
    from tests.teaching.lms_double import LmsDouble
    from tests.teaching.make import Classroom

NAMES = {"s-1": "Ann Bell", "s-2": "Max Ortiz"}
AGAIN = re.compile(r'name="student" value="([^"]+)">\s*<button[^>]*: ([^"]+)"')


@pytest.fixture
def failed(session: Session, room: Classroom, lms: LmsDouble) -> list[ScoreDelivery]:
    """Two grades that were given up, the second one twice."""
    deliveries = []
    for subject, name in NAMES.items():
        lms.enrol(subject, name)
        user = enroll(session, room, subject)
        completion = complete(session, room, user)
        deliveries.append(
            owe(
                session,
                room,
                user,
                completion,
                DeliveryStatus.FAILED,
                "locked_or_refused",
            )
        )
    return deliveries


def is_due(session: Session, delivery: ScoreDelivery) -> bool:
    session.refresh(delivery)
    return (
        delivery.status is DeliveryStatus.WAITING
        and delivery.due_at <= datetime.now(UTC)
    )


def test_one_button_sends_all_late_grades_again(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    failed: list[ScoreDelivery],
) -> None:
    seat = sit(session, client, room)
    page = client.get(f"/s/{seat.id}/class").text
    assert "2 grades did not reach the gradebook" in page
    token = TOKEN.search(page)
    assert token

    answer = post(client, seat, "class/send-again", {"csrf_token": token[1]})

    assert answer.status_code == 303
    assert all(is_due(session, delivery) for delivery in failed)
    page = client.get(answer.headers["Location"]).text
    assert "The grades are on their way." in page
    assert "did not reach the gradebook" not in page


def test_the_worker_takes_up_what_was_sent_again(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    failed: list[ScoreDelivery],
) -> None:
    seat = sit(session, client, room)
    assert passback.claim(session, (), now=datetime.now(UTC)) is None
    data = form(client, seat, "Ann Bell")

    post(client, seat, "class/send-again", data)

    job = passback.claim(session, (), now=datetime.now(UTC))
    assert job
    assert job.delivery_id == failed[0].id


def test_the_button_of_a_row_sends_that_grade_only(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    failed: list[ScoreDelivery],
) -> None:
    seat = sit(session, client, room)
    page = client.get(f"/s/{seat.id}/class").text
    token = TOKEN.search(page)
    assert token
    sealed = {name: value for value, name in AGAIN.findall(page)}

    data = {"csrf_token": token[1], "student": sealed["Max Ortiz"]}
    post(client, seat, "class/send-again", data)

    assert [is_due(session, delivery) for delivery in failed] == [False, True]


def test_another_class_is_not_touched(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    failed: list[ScoreDelivery],
) -> None:
    seat = sit(session, client, make_classroom(session, room.deployment, lms.url))
    data = form(client, seat, "Ann Bell")

    post(client, seat, "class/send-again", data)
    post(client, seat, "class/send-again", data | {"student": ""})

    assert not any(is_due(session, delivery) for delivery in failed)


def test_a_forged_form_sends_nothing(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    failed: list[ScoreDelivery],
) -> None:
    seat = sit(session, client, room)
    data = form(client, seat, "Ann Bell")

    for forged in ({}, data | {"csrf_token": "00"}, data | {"student": "s-1"}):
        answer = post(client, seat, "class/send-again", forged)
        assert answer.status_code == 400
    assert not any(is_due(session, delivery) for delivery in failed)
