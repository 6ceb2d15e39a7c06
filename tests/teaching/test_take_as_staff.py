"""Staff take a lesson for staff as themselves, whatever their role in the course."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.auth import Seat
from preventedu.courses.models import Completion
from preventedu.lti import outbox
from preventedu.lti.models import LtiUser, Platform, ScoreDelivery
from preventedu.people import GradeBand
from tests.courses.make import made_module
from tests.lti.double import MEMBERSHIP, Double, serving
from tests.lti.make import Browser, make_platform, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule

PERSON = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
TEACHER = [MEMBERSHIP + "Instructor"]
ADMIN = [PERSON + "Administrator"]
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FIELD = re.compile(r'name="(version|sitting|lang)" value="([^"]*)"')
TAKE = "Take this lesson yourself"


@pytest.fixture
def chrome(session: Session, client: FlaskClient) -> Iterator[Browser]:
    with serving(Double()) as double:
        make_platform(session, double)
        for slug, band in (("staff", GradeBand.EDUCATOR), ("made", GradeBand.G6_8)):
            publish(session, made_for(slug, band))
        session.commit()
        yield Browser(client, double)


def made_for(slug: str, band: GradeBand) -> CompiledModule:
    audience = "educator" if band is GradeBand.EDUCATOR else "student"
    return made_module(slug, status="published", band=band.value, audience=audience)


def arrive(chrome: Browser, roles: list[str], module: str = "staff") -> str:
    """Launch, and return the address of the page that the launch leads to."""
    answer = chrome.launch(roles=roles, custom={"module": module})
    assert answer.status_code == 303
    address: str = answer.location
    return address


def take(chrome: Browser, address: str) -> str:
    """Choose "Take this lesson", and return the address of the lesson."""
    page = chrome.client.get(address).text
    assert TAKE in page
    token = TOKEN.search(page[page.index(TAKE) :])
    assert token
    seat = address.split("/")[2]
    answer = chrome.client.post(f"/s/{seat}/take", data={"csrf_token": token[1]})
    assert answer.status_code == 303
    lesson: str = answer.location
    return lesson


def finish(chrome: Browser, lesson: str) -> None:
    page = chrome.client.get(lesson).text
    token = TOKEN.search(page)
    assert token
    form = {"csrf_token": token[1], **dict(FIELD.findall(page))}
    assert chrome.client.post(f"{lesson}/finish", data=form).status_code == 303


@pytest.mark.parametrize("roles", [TEACHER, ADMIN, [PERSON + "Staff"]])
def test_staff_take_it_and_are_counted_once_without_a_score(
    session: Session, chrome: Browser, roles: list[str]
) -> None:
    address = arrive(chrome, roles)

    finish(chrome, take(chrome, address))

    row = session.scalars(select(Completion)).one()
    assert row.counts
    assert row.audience == "educator"
    outbox.enqueue(session, since=None, now=datetime.now(UTC))
    assert session.scalars(select(ScoreDelivery)).all() == []
    assert "You have finished this lesson." in chrome.client.get(address).text


def test_who_is_staff_keeps_their_own_page_beside_the_lesson(
    session: Session, chrome: Browser
) -> None:
    address = arrive(chrome, TEACHER)
    take(chrome, address)

    assert chrome.client.get(address).status_code == 200
    users = session.scalars(select(LtiUser)).all()
    assert len(users) == 1


def test_a_preview_is_never_counted(session: Session, chrome: Browser) -> None:
    seat = arrive(chrome, TEACHER).split("/")[2]

    assert chrome.client.get(f"/s/{seat}/preview").status_code == 200

    assert session.scalars(select(Completion)).all() == []


@pytest.mark.parametrize(
    "roles",
    [[*TEACHER, TEST_USER], [*ADMIN, TEST_USER], [PERSON + "Student"], [""]],
)
def test_test_users_and_strangers_cannot_take_it(
    session: Session, chrome: Browser, roles: list[str]
) -> None:
    address = arrive(chrome, roles)
    page = chrome.client.get(address).text
    assert TAKE not in page
    token = TOKEN.search(page)
    seat = address.split("/")[2]

    data = {"csrf_token": token[1]} if token else {}
    answer = chrome.client.post(f"/s/{seat}/take", data=data)

    assert answer.status_code in (400, 403)
    assert session.scalar(select(Seat.role).where(Seat.id != seat)) is None


def test_a_lesson_for_students_is_not_taken_by_staff(
    session: Session, chrome: Browser
) -> None:
    address = arrive(chrome, TEACHER, "made")
    seat = address.split("/")[2]
    assert TAKE not in chrome.client.get(address).text
    token = TOKEN.search(chrome.client.get(f"/s/{seat}/sessions").text)
    assert token

    answer = chrome.client.post(f"/s/{seat}/take", data={"csrf_token": token[1]})

    assert answer.status_code == 403
    session.expire_all()
    assert session.get_one(Seat, seat).learner_id is None


def test_an_admin_leaves_no_row_behind_at_a_lesson_for_students(
    session: Session, chrome: Browser
) -> None:
    arrive(chrome, ADMIN, "made")

    assert session.scalars(select(LtiUser)).all() == []


def test_at_a_test_platform_nothing_of_it_counts(
    session: Session, chrome: Browser
) -> None:
    session.scalars(select(Platform)).one().is_test = True
    session.commit()

    finish(chrome, take(chrome, arrive(chrome, TEACHER)))

    row = session.scalars(select(Completion)).one()
    assert row.is_test
    assert not row.counts


def test_a_module_for_staff_waits_for_no_consent_and_no_confirmation(
    session: Session, chrome: Browser
) -> None:
    lesson = take(chrome, arrive(chrome, TEACHER))

    assert "Made up" not in chrome.client.get(lesson).text
    finish(chrome, lesson)
    assert session.scalars(select(Completion)).one().is_alternative is False
