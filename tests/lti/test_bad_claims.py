"""Claims that are missing or wrong: each gets its own page and writes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.lti.double import (
    sign,
)
from tests.lti.make import Browser, error_code

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
from tests.lti.refusals import assert_refused

# -- claims that are missing or wrong (known bad payloads of the certification) --


@pytest.mark.parametrize("role", ["Learner", "Instructor"])
@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"version": "11.3"}, 400, "version_wrong"),
        ({"version": "1.1"}, 400, "version_wrong"),
        ({"version": None}, 400, "version_wrong"),
        ({"message_type": None}, 400, "claim_missing"),
        ({"message_type": "Nope"}, 400, "message_unknown"),
        ({"message_type": ["LtiResourceLinkRequest"]}, 400, "message_unknown"),
        ({"message_type": None, "version": None}, 400, "claim_missing"),
        ({"iat": 11111, "exp": 22222}, 401, "token_expired"),
        ({"roles": None}, 400, "roles_missing"),
        ({"roles": "Instructor"}, 400, "claim_malformed"),
        ({"roles": ["x"] * 101}, 400, "claim_malformed"),
        ({"deployment_id": None}, 400, "deployment_missing"),
        ({"deployment_id": ""}, 400, "deployment_missing"),
        ({"deployment_id": ["dep-1"]}, 400, "claim_malformed"),
        ({"resource_link": None}, 400, "link_missing"),
        ({"resource_link": {}}, 400, "link_missing"),
        ({"resource_link": {"id": ""}}, 400, "link_missing"),
        ({"resource_link": ["link-1"]}, 400, "claim_malformed"),
        ({"resource_link": {"id": "x" * 256}}, 400, "claim_malformed"),
        ({"context": "course-1"}, 400, "claim_malformed"),
        ({"custom": ["module"]}, 400, "claim_malformed"),
        ({"sub": None}, 400, "subject_missing"),
        ({"sub": ""}, 400, "subject_missing"),
        ({"sub": 7}, 400, "claim_malformed"),
        ({"nonce": None}, 400, "claim_missing"),
        ({"nonce": ""}, 400, "claim_missing"),
        ({"nonce": ["a"]}, 400, "claim_malformed"),
        ({"exp": None}, 400, "claim_missing"),
        ({"iat": None}, 400, "claim_missing"),
        ({"exp": "tomorrow"}, 400, "claim_malformed"),
        ({"exp": True}, 400, "claim_malformed"),
        ({"exp": 10**400}, 400, "claim_malformed"),
        ({"aud": "another-tool"}, 401, "audience_wrong"),
        ({"aud": []}, 400, "claim_missing"),
        ({"aud": None}, 400, "claim_missing"),
        ({"aud": [7]}, 400, "claim_missing"),
        ({"aud": ["client-1", "other"]}, 401, "azp_missing"),
        ({"aud": ["client-1", "other"], "azp": "other"}, 401, "azp_wrong"),
        ({"aud": "client-1", "azp": "other"}, 401, "azp_wrong"),
        ({"aud": "client-1", "azp": ["client-1"]}, 400, "claim_malformed"),
        ({"iss": "https://evil.example"}, 401, "issuer_unknown"),
        ({"iss": None}, 400, "claim_missing"),
        ({"iss": ["x"]}, 400, "claim_missing"),
        ({"target_link_uri": None}, 400, "target_missing"),
        ({"target_link_uri": "https://evil.example/lti/launch"}, 400, "target_foreign"),
        ({"target_link_uri": "//evil.example/lti/launch"}, 400, "target_foreign"),
        ({"target_link_uri": "javascript:alert(1)"}, 400, "target_foreign"),
        ({"target_link_uri": "https://tool.test@evil.example/"}, 400, "target_foreign"),
        ({"target_link_uri": "https://tool.test/staff"}, 400, "target_foreign"),
        ({"target_link_uri": 7}, 400, "claim_malformed"),
        ({"deployment_id": "dep-2"}, 401, "deployment_changed"),
    ],
)
def test_a_bad_claim_is_refused(
    session: Session,
    chrome: Browser,
    changes: dict[str, object],
    status: int,
    code: str,
    role: str,
) -> None:
    changes = {
        "roles": [f"http://purl.imsglobal.org/vocab/lis/v2/membership#{role}"]
    } | changes

    answer = chrome.launch(**changes)

    assert_refused(session, chrome, answer, status, code)


@pytest.mark.parametrize(
    ("seconds", "status", "code"),
    [
        (3, 303, ""),
        (55, 303, ""),
        (-590, 303, ""),
        (65, 401, "token_from_future"),
        (3600, 401, "token_from_future"),
        (-700, 401, "token_too_old"),
        (-1_700_000_000, 401, "token_too_old"),
    ],
)
def test_the_age_of_a_token_is_bounded(
    chrome: Browser, seconds: int, status: int, code: str
) -> None:
    chrome.begin()
    now = int(datetime.now(UTC).timestamp())

    answer = chrome.post(sign(chrome.claims(iat=now + seconds, exp=now + 600)))

    assert (answer.status_code, error_code(answer)) == (status, code)


@pytest.mark.parametrize(
    ("seconds", "status"), [(-1, 303), (-55, 303), (-65, 401), (-3600, 401)]
)
def test_an_expired_token_is_refused_within_the_clocks_leeway(
    chrome: Browser, seconds: int, status: int
) -> None:
    chrome.begin()
    now = int(datetime.now(UTC).timestamp())

    answer = chrome.post(sign(chrome.claims(exp=now + seconds)))

    assert answer.status_code == status


def test_a_token_not_yet_valid_is_refused(session: Session, chrome: Browser) -> None:
    answer = chrome.launch(nbf=int(datetime.now(UTC).timestamp()) + 600)

    assert_refused(session, chrome, answer, 401, "token_from_future")
