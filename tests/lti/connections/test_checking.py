"""Trying a connection: over the wire, in time, and honest about what it cannot know."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, event, select

from preventedu.lti import problems
from preventedu.lti.connection_models import CheckName, CheckResult, ConnectionCheck
from preventedu.lti.connections import checking, words
from preventedu.lti.connections.findings import clock_finding
from preventedu.lti.models import DeliveryStatus, ToolKey
from tests.lti.connections.make import the_platform
from tests.lti.double import MEMBERSHIP, Asked, Reply, sign

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.lti.connections.make import Desk
    from tests.lti.double import Double
    from tests.lti.make import Browser
    from tests.lti.school import School

GREEN, AMBER, RED, NOT_YET = CheckResult
SCOPES = "https://purl.imsglobal.org/spec/"


def tried(session: Session, desk: Desk) -> dict[str, tuple[CheckResult, str, str]]:
    """Press the button; return what the page would say, by the check's name."""
    seated = desk.seat()
    own = f"/connections/platforms/{the_platform(session).id}"
    answer = seated.post(f"{own}/test")
    assert answer.status_code == 303
    page = seated.get(answer.location).text
    session.expire_all()
    rows = session.scalars(select(ConnectionCheck)).all()
    with desk.app.test_request_context():
        for row in rows:
            assert words.check_sentence(row).split(".")[0] in page.replace("&#39;", "'")
    assert {row.checked_by for row in rows} == {"administrator-0@staff.example"}
    return {row.name.value: (row.result, row.code, row.detail) for row in rows}


def test_before_the_first_launch_it_says_what_cannot_be_known(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    found = tried(session, desk)

    assert list(found) == [name.value for name in CheckName]
    assert found["keys"] == (GREEN, "keys", "1")
    assert found["token"] == (GREEN, "all", "")
    assert found["clock"][0] is GREEN
    for name in ("cookies", "roster", "grades"):
        assert found[name] == (NOT_YET, "first_launch", "")
    assert chrome.double.count("/scores") == 0


def test_after_a_launch_everything_is_tried_and_no_grade_is_written(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    members = [{"user_id": "1", "name": "Ada", "roles": ["Learner"]}] * 3
    chrome.double.routes["/memberships"] = lambda _asked: Reply(
        body={"members": members}
    )
    chrome.launch()

    found = tried(session, desk)

    assert found["cookies"] == (GREEN, "cookie", "1/1")
    assert found["roster"] == (GREEN, "roster", "3")
    assert found["grades"] == (NOT_YET, "readable", "")
    assert chrome.double.count("/results") == 1
    assert chrome.double.count("/scores") == 0


def test_each_fault_of_the_lms_has_its_own_words(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    chrome.launch()
    routes = chrome.double.routes
    routes["/jwks"] = lambda _asked: Reply(body={"keys": [{"kty": "EC", "kid": "1"}]})
    routes["/token"] = lambda _asked: Reply(400, {"error": "invalid_client"})

    found = tried(session, desk)

    assert found["keys"] == (RED, "no_keys", "")
    for name in ("token", "roster", "grades"):
        assert found[name] == (RED, "refused", "400")


def test_a_page_in_place_of_keys_is_no_key(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    chrome.double.routes["/jwks"] = lambda _asked: Reply(body=b"<html>Sign in</html>")
    assert tried(session, desk)["keys"] == (RED, "no_keys", "")

    chrome.double.routes["/jwks"] = lambda _asked: Reply(503)
    assert tried(session, desk)["keys"] == (RED, "fault", "503")


def test_permissions_that_are_missing_are_named(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    score = SCOPES + "lti-ags/scope/score"

    def cut(_asked: Asked) -> Reply:
        """Do as Moodle does: leave out silently what is not allowed."""
        return Reply(body={"access_token": "t", "scope": score})

    def refuse_the_whole(asked: Asked) -> Reply:
        """Do as Canvas does: all or nothing."""
        if asked.form["scope"] != score:
            return Reply(400, {"error": "invalid_scope"})
        return Reply(body={"access_token": "t", "scope": score})

    for answer in (cut, refuse_the_whole):
        chrome.double.routes["/token"] = answer
        assert tried(session, desk)["token"] == (AMBER, "less", "result, roster")

    chrome.double.routes["/token"] = lambda _asked: Reply(
        body={"access_token": "t", "scope": "something/else"}
    )
    assert tried(session, desk)["token"] == (RED, "no_permission", "")
    # Left out, the scope is what was asked for (RFC 6749, 5.1).
    chrome.double.routes["/token"] = lambda _asked: Reply(body={"access_token": "t"})
    assert tried(session, desk)["token"] == (GREEN, "all", "")


@pytest.mark.parametrize(
    ("seconds", "result", "code"),
    [(0, GREEN, "clock"), (30, AMBER, "ahead"), (-30, AMBER, "behind"),
     (300, RED, "ahead"), (-300, RED, "behind")],
)  # fmt: skip
def test_clocks_that_differ_are_measured_by_the_date(
    session: Session,
    desk: Desk,
    chrome: Browser,
    seconds: int,
    result: CheckResult,
    code: str,
) -> None:
    def dated(_asked: Asked) -> Reply:
        there = datetime.now(UTC) + timedelta(seconds=seconds)
        return Reply(
            body={"access_token": "t"},
            headers={"Date": format_datetime(there, usegmt=True)},
        )

    chrome.double.routes["/token"] = dated

    found = tried(session, desk)["clock"]

    assert found[:2] == (result, code)
    assert abs(int(found[2]) - abs(seconds)) <= 3


def test_a_launch_from_the_future_tells_the_clock_too() -> None:
    assert clock_finding([], None).code == "no_clock"
    assert clock_finding([0.4], 3).result is GREEN
    # A launch that took its time says nothing of a clock.
    assert clock_finding([0.4], 45).result is GREEN
    assert clock_finding([], -40).detail == "40"
    assert clock_finding([0.2], -90).result is RED


def test_cookies_that_do_not_come_back_are_told(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    chrome.begin()
    lost = chrome.claims()
    chrome.client.delete_cookie(chrome.proof[0])
    chrome.post(sign(lost))
    assert tried(session, desk)["cookies"] == (RED, "cookie_never", "0/1")

    chrome.launch()
    assert tried(session, desk)["cookies"] == (AMBER, "cookie_mostly", "1/2")


def test_launches_without_services_are_no_waiting(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    left_out = {
        SCOPES + "lti-ags/claim/endpoint": None,
        SCOPES + "lti-nrps/claim/namesroleservice": None,
    }
    chrome.launch(roles=[MEMBERSHIP + "Instructor"], **left_out)

    found = tried(session, desk)

    assert found["roster"] == (RED, "not_offered", "")
    assert found["grades"] == (RED, "not_offered", "")


def test_the_last_grade_says_whether_grades_arrive(
    session: Session, desk: Desk, school: School
) -> None:
    school.completes(school.learner())
    assert school.work() == 1
    # The worker of these tests has another secret than the application.
    session.execute(delete(ToolKey))
    session.commit()
    assert tried(session, desk)["grades"] == (GREEN, "arrived", "")

    row = school.delivery()
    row.status, row.problem = DeliveryStatus.FAILED, problems.COLUMN_GONE
    session.commit()
    assert tried(session, desk)["grades"] == (RED, "failed", "column_gone")

    row = school.delivery()
    row.status, row.problem = DeliveryStatus.WAITING, problems.BUSY
    session.commit()
    assert tried(session, desk)["grades"] == (AMBER, "under_way", "busy")


def test_an_lms_that_does_not_answer_is_waited_for_no_longer_than_that(
    session: Session, desk: Desk, chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PATIENCE", 1.0)
    was_asked, is_over = [], Event()

    def slow(asked: Asked) -> Reply:
        was_asked.append(asked)
        is_over.wait(3)
        return Reply(body={"keys": []})

    chrome.double.routes["/jwks"] = slow
    began = time.monotonic()

    found = tried(session, desk)

    took = time.monotonic() - began
    is_over.set()
    assert was_asked
    assert took < 2.9
    assert found["keys"] == (RED, "too_slow", "1")
    assert found["token"][0] is GREEN


def test_an_lms_that_is_gone_is_told(
    session: Session, desk: Desk, platform: object
) -> None:
    del platform
    row = the_platform(session)
    row.jwks_url = row.token_url = "http://127.0.0.1:9/nobody"
    session.commit()

    found = tried(session, desk)

    assert found["keys"] == (RED, "unreachable", "")
    assert found["token"] == (RED, "unreachable", "")
    assert found["clock"] == (NOT_YET, "no_clock", "")


def test_nothing_is_written_while_the_lms_is_asked(
    app: Flask, session: Session, desk: Desk, double: Double, platform: object
) -> None:
    """The write lock of SQLite is everybody's: nobody may wait for an LMS with it."""
    del platform
    order: list[str] = []

    def note(*arguments: object) -> None:
        statement = str(arguments[2]).split()[0]
        if statement in ("INSERT", "UPDATE", "DELETE"):
            order.append("write")

    def asked(_asked: Asked) -> Reply:
        order.append("ask")
        return Reply(body={"access_token": "t"})

    double.routes["/token"] = asked
    own = f"/connections/platforms/{the_platform(session).id}"
    desk.nobody().get("/lti/jwks.json")
    seated = desk.seat()
    seated.get(own)
    event.listen(app.extensions["engine"], "before_cursor_execute", note)
    try:
        assert seated.post(f"{own}/test", page=own).status_code == 303
    finally:
        event.remove(app.extensions["engine"], "before_cursor_execute", note)

    assert order[0] == "ask"
    assert "write" in order


def test_the_result_is_kept_once_and_replaced(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    tried(session, desk)
    chrome.double.routes["/jwks"] = lambda _asked: Reply(500)
    tried(session, desk)

    rows = session.scalars(
        select(ConnectionCheck).where(ConnectionCheck.name == CheckName.KEYS)
    ).all()
    assert [row.code for row in rows] == ["fault"]
