"""The one-time handshake: replays, foreign states, other browsers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from preventedu.auth import Seat
from preventedu.lti import registration
from preventedu.lti.models import (
    Context,
    Deployment,
    DeploymentStatus,
    LaunchState,
    LtiUser,
    ResourceLink,
)
from preventedu.people import Course
from tests.lti.double import (
    DL_SETTINGS,
    Double,
    serving,
    sign,
)
from tests.lti.make import Browser, details, error_code, rows

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
from tests.lti.refusals import WRITTEN, assert_refused

# -- the one-time handshake --


def test_a_replay_is_refused(chrome: Browser, session: Session) -> None:
    chrome.begin()
    token = sign(chrome.claims())
    assert chrome.post(token).status_code == 303
    before = rows(session, *WRITTEN)
    chrome.client.set_cookie(*chrome.proof, secure=True)

    again = chrome.post(token)

    assert (again.status_code, error_code(again)) == (401, "launch_replayed")
    assert rows(session, *WRITTEN) == before


def test_a_used_nonce_with_a_fresh_state_is_refused(
    session: Session, chrome: Browser
) -> None:
    chrome.begin()
    old_nonce = chrome.nonce
    chrome.begin()

    answer = chrome.post(sign(chrome.claims(nonce=old_nonce)))

    assert_refused(session, chrome, answer, 401, "nonce_wrong")


def test_a_nonce_never_issued_is_refused(session: Session, chrome: Browser) -> None:
    assert_refused(session, chrome, chrome.launch(nonce="x" * 40), 401, "nonce_wrong")


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("", 400, "state_missing"), ("invented", 401, "state_unknown")],
)
def test_a_state_never_issued_is_refused(
    session: Session, chrome: Browser, state: str, status: int, code: str
) -> None:
    chrome.begin()

    answer = chrome.post(sign(chrome.claims()), state)

    assert_refused(session, chrome, answer, status, code)


def test_a_browser_without_our_cookie_is_told_so(
    session: Session, chrome: Browser, firefox: Browser
) -> None:
    chrome.begin()

    answer = firefox.post(sign(chrome.claims()), chrome.state)

    assert_refused(session, chrome, answer, 401, "cookie_missing")
    assert "new window" in answer.get_data(as_text=True)


def test_a_state_of_another_browser_is_refused(
    session: Session, chrome: Browser, firefox: Browser
) -> None:
    chrome.begin()
    firefox.client.set_cookie(chrome.proof[0], "another", secure=True)

    answer = firefox.post(sign(chrome.claims()), chrome.state)

    assert_refused(session, chrome, answer, 401, "browser_changed")


def test_a_state_of_another_platform_is_refused(
    session: Session, chrome: Browser
) -> None:
    with serving(Double()) as other:
        now = datetime.now(UTC)
        registration.add_platform(session, details(other), allow_loopback=True, now=now)
        session.commit()
        chrome.begin()

        answer = chrome.post(sign(chrome.claims(iss=other.url)))

    assert_refused(session, chrome, answer, 401, "state_of_other_platform")


def test_a_state_older_than_ten_minutes_is_refused(
    session: Session, chrome: Browser
) -> None:
    chrome.begin()
    session.query(LaunchState).update({"expires_at": datetime.now(UTC)})
    session.commit()

    answer = chrome.post(sign(chrome.claims()))

    assert_refused(session, chrome, answer, 401, "state_expired")


# -- deployments, roles, content selection --


def test_an_unknown_deployment_is_recorded_and_told_kindly(
    session: Session, chrome: Browser
) -> None:
    chrome.login_params = {"lti_deployment_id": ""}

    answers = [chrome.launch(deployment_id="dep-9") for _ in range(2)]

    assert [(a.status_code, error_code(a)) for a in answers] == [
        (403, "deployment_pending")
    ] * 2
    found = session.query(Deployment).filter_by(deployment_id="dep-9").one()
    assert found.status is DeploymentStatus.PENDING
    assert rows(session, Seat, LtiUser, Context, ResourceLink, Course) == dict.fromkeys(
        ("seat", "lti_user", "context", "resource_link", "course"), 0
    )


def _selection(**changes: object) -> dict[str, object]:
    return {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        "accept_multiple": True,
        "deep_link_return_url": "{double}/return",
        **changes,
    }


@pytest.mark.parametrize(
    ("selection", "role", "status", "code"),
    [
        (None, "Instructor", 400, "claim_missing"),
        ({}, "Instructor", 400, "claim_missing"),
        ({"accept_types": []}, "Instructor", 400, "claim_missing"),
        (["x"], "Instructor", 400, "claim_malformed"),
        (
            _selection(deep_link_return_url="javascript:alert(1)"),
            "Instructor",
            400,
            "return_url_refused",
        ),
        (
            _selection(deep_link_return_url="https://evil.example/r"),
            "Instructor",
            400,
            "return_url_refused",
        ),
        (
            _selection(deep_link_return_url='{double}/"><script>'),
            "Instructor",
            400,
            "return_url_refused",
        ),
        (_selection(data=float("inf")), "Instructor", 400, "token_malformed"),
        (_selection(deep_link_return_url=7), "Instructor", 400, "return_url_refused"),
        (_selection(), "Learner", 403, "teachers_only"),
        (_selection(), "Mentor", 403, "teachers_only"),
    ],
)
def test_a_content_selection_that_may_not_be_is_refused(
    session: Session,
    chrome: Browser,
    selection: object,
    role: str,
    status: int,
    code: str,
) -> None:
    text = json.dumps(selection).replace("{double}", chrome.double.url)

    answer = chrome.launch(
        message_type="LtiDeepLinkingRequest",
        roles=[f"http://purl.imsglobal.org/vocab/lis/v2/membership#{role}"],
        resource_link=None,
        **{DL_SETTINGS: json.loads(text)},
    )

    assert_refused(session, chrome, answer, status, code)
