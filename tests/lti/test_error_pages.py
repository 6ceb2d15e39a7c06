"""Bad logins, and who may see the page that says so."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from preventedu.logs import JsonFormatter
from preventedu.lti.models import (
    LaunchState,
    ResourceLink,
)
from tests.lti.double import (
    AGS,
    OTHER_KEY,
    sign,
)
from tests.lti.make import Browser, error_code, make_platform, rows

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse
from tests.lti.refusals import assert_refused

# -- the login --


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"iss": "https://evil.example"}, 401, "issuer_unknown"),
        ({"iss": ""}, 400, "login_incomplete"),
        ({"login_hint": ""}, 400, "login_incomplete"),
        ({"login_hint": "a\x00b"}, 400, "login_incomplete"),
        ({"login_hint": "x" * 5000}, 413, "too_large"),
        ({"lti_deployment_id": "x" * 5000}, 413, "too_large"),
        ({"target_link_uri": ""}, 400, "login_incomplete"),
        ({"target_link_uri": "https://evil.example/lti/launch"}, 400, "target_foreign"),
        ({"client_id": "another"}, 401, "client_unknown"),
    ],
)
def test_a_bad_login_is_refused(
    session: Session,
    chrome: Browser,
    method: str,
    params: dict[str, str],
    status: int,
    code: str,
) -> None:
    chrome.method, chrome.login_params = method, params

    answer = chrome.begin()

    assert_refused(session, chrome, answer, status, code)
    assert rows(session, LaunchState) == {"launch_state": 0}


def test_an_issuer_with_two_clients_must_say_which(
    session: Session, chrome: Browser
) -> None:
    make_platform(session, chrome.double, client_id="client-2")
    chrome.login_params = {"client_id": ""}

    answer = chrome.begin()

    assert (answer.status_code, error_code(answer)) == (400, "client_ambiguous")


def test_an_issuer_with_one_client_need_not(chrome: Browser) -> None:
    chrome.login_params = {"client_id": ""}

    assert chrome.begin().status_code == 302


# -- who may frame an error page --


def _ancestors(answer: TestResponse) -> str:
    policy = answer.headers["Content-Security-Policy"]
    return policy.split("frame-ancestors ", 1)[1].split(";")[0]


def test_an_unknown_lms_may_show_the_error_page(chrome: Browser) -> None:
    chrome.login_params = {"iss": "https://evil.example"}

    assert _ancestors(chrome.begin()) == "*"


def test_a_known_lms_alone_may_show_the_error_page(chrome: Browser) -> None:
    pages = [
        chrome.launch(aud="another-tool"),
        chrome.launch(version="1.1"),
        chrome.launch(nonce="x" * 40),
        chrome.post(sign(chrome.claims(), OTHER_KEY)),
    ]

    assert {_ancestors(page) for page in pages} == {chrome.double.url}


def test_a_page_too_large_can_still_be_seen(chrome: Browser) -> None:
    chrome.begin()

    assert _ancestors(chrome.post("x" * 400_000)) == "*"


def test_the_platform_says_no_itself(chrome: Browser, session: Session) -> None:
    chrome.begin()

    answer = chrome.client.post(
        "/lti/launch",
        data={
            "error": "login_required",
            "error_description": "<script>alert(1)</script>",
            "state": chrome.state,
        },
    )

    assert_refused(session, chrome, answer, 403, "platform_said_no")
    assert _ancestors(answer) == chrome.double.url
    assert "alert(1)" not in answer.get_data(as_text=True)


def test_services_on_forbidden_addresses_are_left_out(
    session: Session, chrome: Browser
) -> None:
    endpoint = {"scope": [AGS + "scope/score"], "lineitem": "file:///etc/passwd"}

    answer = chrome.launch(**{AGS + "claim/endpoint": endpoint})

    assert answer.status_code == 303
    assert session.query(ResourceLink).one().line_item_url is None


def test_a_refusal_is_logged_by_its_code_and_nothing_else(
    chrome: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    chrome.begin()
    token = sign(chrome.claims(version="1.1", sub="subject-77"))
    with caplog.at_level(logging.DEBUG):
        chrome.post(token)

    lines = [JsonFormatter().format(record) for record in caplog.records]
    ours = [json.loads(line) for line in lines if "a launch was refused" in line]
    assert [line["code"] for line in ours] == ["version_wrong"]
    secrets = ("subject-77", "Sam", "sam@", token, chrome.state, chrome.nonce)
    assert [each for each in secrets if any(each in line for line in lines)] == []


def test_refused_pages_speak_spanish(chrome: Browser) -> None:
    chrome.begin()
    answer = chrome.client.post(
        "/lti/launch",
        data={"id_token": sign(chrome.claims(version=None)), "state": chrome.state},
        headers={"Accept-Language": "es-MX,es;q=0.9"},
    )

    text = answer.get_data(as_text=True)
    assert '<html lang="es">' in text
    assert "version_wrong" in text
    assert answer.headers["Cache-Control"] == "no-store"
