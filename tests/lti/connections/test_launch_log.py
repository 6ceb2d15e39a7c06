"""What is written down of launches: each result with its code, and nobody in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, select

from preventedu.lti import launch_log, registration
from preventedu.lti.connection_models import LaunchRecord, Proof
from preventedu.lti.connections import words
from preventedu.lti.errors import REFUSALS
from preventedu.people import StaffRole
from tests.conftest import NOW
from tests.lti.connections.make import make_lea, the_platform
from tests.lti.double import MEMBERSHIP, OTHER_KEY, sign
from tests.lti.make import error_code

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.lti.connections.make import Desk
    from tests.lti.make import Browser
    from tests.lti.school import School

LAUNCHES = "/connections/launches"


def records(session: Session) -> list[LaunchRecord]:
    session.expire_all()
    return list(session.scalars(select(LaunchRecord).order_by(LaunchRecord.id)))


def last(session: Session) -> LaunchRecord:
    return records(session)[-1]


def test_a_launch_is_written_down(session: Session, chrome: Browser) -> None:
    chrome.launch(roles=[MEMBERSHIP + "Instructor"])

    row = last(session)
    assert (row.code, row.kind, row.role) == ("ok", "LtiResourceLinkRequest", "teacher")
    assert row.proof is Proof.COOKIE
    assert row.platform == the_platform(session)
    assert row.deployment is not None
    assert row.clock_seconds in (0, 1, 2)
    assert 0 <= row.milliseconds < 60_000
    assert (row.said_issuer, row.said_client) == ("", "")


def test_nobody_is_in_a_record(session: Session, chrome: Browser) -> None:
    chrome.launch()
    chrome.launch(sub="", name="Sam Student")

    for row in records(session):
        kept = " ".join(
            str(getattr(row, column.key))
            for column in inspect(LaunchRecord).column_attrs
        )
        for secret in ("user-1", "Sam", "sam@school.example", "Health", "127.0.0.1 "):
            assert secret not in kept


@pytest.mark.parametrize(
    ("changes", "code", "proof"),
    [
        ({"roles": None}, "roles_missing", Proof.NOT_REACHED),
        ({"exp": 1000, "iat": 940}, "token_expired", Proof.NOT_REACHED),
        ({"deployment_id": "other"}, "deployment_changed", Proof.COOKIE),
        ({"nonce": "another"}, "nonce_wrong", Proof.NOT_REACHED),
    ],
)
def test_a_refusal_is_written_down_and_nothing_else(
    session: Session,
    chrome: Browser,
    changes: dict[str, object],
    code: str,
    proof: Proof,
) -> None:
    answer = chrome.launch(**changes)

    assert error_code(answer) == code
    row = last(session)
    assert (row.code, row.proof) == (code, proof)
    assert row.platform == the_platform(session)


def test_a_lost_cookie_and_another_browser_are_told_apart(
    session: Session, chrome: Browser
) -> None:
    chrome.begin()
    token = sign(chrome.claims())
    chrome.client.delete_cookie(chrome.proof[0])
    chrome.post(token)
    assert last(session).proof is Proof.NO_COOKIE

    chrome.begin()
    token = sign(chrome.claims())
    chrome.client.set_cookie(chrome.proof[0], "made up", secure=True)
    chrome.post(token)
    assert last(session).proof is Proof.OTHER_BROWSER


def test_a_clock_that_is_ahead_is_measured(session: Session, chrome: Browser) -> None:
    issued = int(datetime.now(UTC).timestamp()) + 300

    chrome.launch(iat=issued, exp=issued + 60)

    row = last(session)
    assert row.code == "token_from_future"
    assert row.clock_seconds is not None
    assert -301 <= row.clock_seconds <= -295


def test_a_refused_launch_leaves_its_login_unused(
    session: Session, chrome: Browser
) -> None:
    """Writing down a refusal must not keep what the launch had begun to write."""
    chrome.begin()
    token = sign(chrome.claims())
    name, value = chrome.proof
    chrome.client.delete_cookie(name)
    assert error_code(chrome.post(token)) == "cookie_missing"

    chrome.client.set_cookie(name, value, secure=True)

    assert chrome.post(token).status_code == 303
    assert [row.code for row in records(session)] == ["cookie_missing", "ok"]


def test_who_an_unknown_lms_says_it_is_is_cut_escaped_and_for_administrators_only(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    lea = make_lea(session, 1)
    make_lea(session, 2)
    platform = the_platform(session)
    registration.add_deployment(session, platform, "dep-1", None, lea, now=NOW)
    session.commit()
    chrome.login_params = {"iss": "https://<b>evil</b>.example/" + "x" * 900}
    chrome.begin()
    chrome.login_params = {"client_id": "not-ours"}
    chrome.begin()

    unknown, client = records(session)
    assert (unknown.code, unknown.kind) == ("issuer_unknown", "login")
    assert len(unknown.said_issuer) == launch_log.LONGEST_SAID
    assert (client.code, client.said_client) == ("client_unknown", "not-ours")
    page = desk.seat().get(LAUNCHES).text
    assert "https://&lt;b&gt;evil&lt;/b&gt;.example" in page
    assert "<b>evil" not in page
    assert "not-ours" in page
    assert "client-1" in page
    for role in (StaffRole.ADMINISTRATOR, StaffRole.LEA_OFFICIAL):
        assert "evil" not in desk.seat(role, lea).get(LAUNCHES).text


def test_an_lea_sees_launches_of_its_own_deployments_only(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    ours, theirs = make_lea(session, 1), make_lea(session, 2)
    platform = the_platform(session)
    for name, lea in (("dep-1", ours), ("dep-2", theirs)):
        row = registration.add_deployment(session, platform, name, None, lea, now=NOW)
        row.label = f"Name of {name}"
    session.commit()
    chrome.launch()
    chrome.login_params = {"lti_deployment_id": "dep-2"}
    chrome.launch(deployment_id="dep-2")

    page = desk.seat(StaffRole.LEA_OFFICIAL, ours).get(LAUNCHES).text

    assert "Name of dep-1" in page
    assert "Name of dep-2" not in page


def test_the_newest_is_first_and_each_code_has_a_sentence_and_a_fix(
    desk: Desk, chrome: Browser
) -> None:
    chrome.launch()
    chrome.begin()
    chrome.post(sign(chrome.claims(), OTHER_KEY))
    page = desk.seat().get(LAUNCHES).text

    assert page.index("signature_wrong") < page.index("Let in</span>")
    assert "The signature of this launch is not right." in page
    assert "Signed with another key" in page
    failures = desk.seat(StaffRole.ADMINISTRATOR).get(f"{LAUNCHES}?only=failures").text
    assert "Let in</span>" not in failures


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_has_words_for_school_it(app: Flask, code: str) -> None:
    row = LaunchRecord(code=code)
    with app.test_request_context():
        assert str(words.launch_sentence(row)) != code
        assert str(words.launch_fix(row))


def test_a_flood_of_nonsense_is_not_written_down_for_ever(
    session: Session, chrome: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch_log, "MOST_REFUSALS", 3)
    chrome.login_params = {"iss": "https://unknown.example"}
    for _ in range(5):
        chrome.begin()
    assert len(records(session)) == 3

    # The nonsense of strangers hides no trouble of an LMS that is known.
    chrome.login_params = {}
    chrome.launch(roles=None)
    assert last(session).code == "roles_missing"


def test_records_are_kept_for_thirty_days(session: Session, school: School) -> None:
    for days in (29, 31):
        trace = launch_log.LaunchTrace(platform_id=the_platform(session).id)
        launch_log.note_arrival(
            session, trace, now=school.clock() - timedelta(days=days)
        )
    session.commit()

    school.work()

    assert [row.at for row in records(session)] == [school.clock() - timedelta(days=29)]


def test_a_login_without_a_platform_names_none(
    session: Session, chrome: Browser
) -> None:
    chrome.login_params = {"login_hint": ""}
    chrome.begin()

    row = last(session)
    assert (row.code, row.platform_id) == ("login_incomplete", None)
