"""Every forged, broken or replayed launch gets its own page and writes nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from preventedu.auth import BrowserSession, Seat
from preventedu.logs import JsonFormatter
from preventedu.lti import registration
from preventedu.lti.models import (
    Context,
    Deployment,
    DeploymentStatus,
    Enrollment,
    LaunchState,
    LtiUser,
    ResourceLink,
)
from preventedu.people import Course, Learner
from tests.lti.double import (
    AGS,
    DL_SETTINGS,
    KEY,
    KID,
    OTHER_KEY,
    Double,
    Reply,
    public_jwk,
    serving,
    sign,
)
from tests.lti.make import Browser, details, error_code, make_platform, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

WRITTEN = (
    BrowserSession, Seat, Deployment, Context, ResourceLink, LtiUser, Enrollment,
    Learner, Course,
)  # fmt: skip
HEADER = {"typ": "JWT", "alg": "RS256", "kid": KID}


def assert_refused(
    session: Session, browser: Browser, answer: TestResponse, status: int, code: str
) -> None:
    session.expire_all()
    assert (answer.status_code, error_code(answer)) == (status, code)
    assert rows(session, *WRITTEN) == {
        model.__tablename__: int(model is Deployment) for model in WRITTEN
    }
    unused = session.query(LaunchState).filter(LaunchState.used_at.is_(None)).count()
    assert unused == rows(session, LaunchState)["launch_state"]
    assert "Set-Cookie" not in answer.headers
    text = answer.get_data(as_text=True)
    assert "<form" not in text
    assert "Sam" not in text
    assert browser.double.url not in text


# -- claims that are missing or wrong (known bad payloads of the certification) ------


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


# -- tokens that are not tokens, or not signed by the platform ------------------------


def _b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _two_parts(said: dict[str, Any]) -> str:
    return sign(said).rpartition(".")[0]


def _alg_none(said: dict[str, Any]) -> str:
    return f"{_b64({'alg': 'none', 'typ': 'JWT', 'kid': KID})}.{_b64(said)}."


def _hs256_with_public_key(said: dict[str, Any]) -> str:
    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signing = f"{_b64({'alg': 'HS256', 'kid': KID})}.{_b64(said)}"
    mac = hmac.new(pem, signing.encode(), hashlib.sha256).digest()
    return f"{signing}.{_b64(mac)}"


def _altered_signature(said: dict[str, Any]) -> str:
    head, body, signature = sign(said).split(".")
    return f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _altered_body(said: dict[str, Any]) -> str:
    head, _body, signature = sign(said).split(".")
    return f"{head}.{_b64(said | {'sub': 'user-2'})}.{signature}"


@pytest.mark.parametrize(
    ("forge", "status", "code"),
    [
        (lambda _said: "", 400, "token_missing"),
        (lambda _said: "garbage", 400, "token_malformed"),
        (lambda _said: "a.b.c", 400, "token_malformed"),
        (lambda _said: "....", 400, "token_malformed"),
        (_two_parts, 400, "token_malformed"),
        (lambda _s: sign({"name": "badltilaunch"}, header={}), 400, "token_malformed"),
        (lambda said: sign([said]), 400, "token_malformed"),
        (lambda _said: sign("text"), 400, "token_malformed"),
        (lambda said: sign(said | {"exp": float("nan")}), 400, "token_malformed"),
        (lambda said: sign(said | {"sub": "a\x00b"}), 400, "token_malformed"),
        (lambda said: sign(said | {"sub": "\ud800"}), 400, "token_malformed"),
        (
            lambda s: sign(s, header={"alg": "RS256", "badtestonly": "1"}),
            400,
            "kid_missing",
        ),
        (
            lambda s: sign(s, header=HEADER | {"kid": "imstester_66067"}),
            401,
            "kid_unknown",
        ),
        (
            lambda s: sign(s, header=HEADER | {"kid": "../../etc/passwd"}),
            401,
            "kid_unknown",
        ),
        (lambda s: sign(s, header=HEADER | {"kid": "' OR 1=1 --"}), 401, "kid_unknown"),
        (lambda s: sign(s, header=HEADER | {"kid": "x" * 5000}), 401, "kid_unknown"),
        (lambda s: sign(s, header=HEADER | {"kid": 7}), 401, "kid_unknown"),
        (_alg_none, 401, "algorithm_refused"),
        (_hs256_with_public_key, 401, "algorithm_refused"),
        (lambda s: sign(s, header=HEADER | {"alg": "ES256"}), 401, "algorithm_refused"),
        (lambda s: sign(s, header=HEADER | {"crit": ["x"]}), 401, "algorithm_refused"),
        (_altered_signature, 401, "signature_wrong"),
        (_altered_body, 401, "signature_wrong"),
        (lambda said: sign(said, OTHER_KEY), 401, "signature_wrong"),
        (
            lambda said: sign(
                said,
                OTHER_KEY,
                HEADER | {"jwk": public_jwk(OTHER_KEY, KID), "jku": "http://evil/"},
            ),
            401,
            "signature_wrong",
        ),
        (lambda said: sign(said | {"pad": "x" * 70_000}), 413, "too_large"),
        (lambda said: sign(said | {"pad": "x" * 400_000}), 413, "too_large"),
        (lambda _s: f"{_b64(HEADER)}.{_b64(b'[' * 20_000)}.AA", 400, "token_malformed"),
    ],
)
def test_a_forged_token_is_refused(
    session: Session,
    chrome: Browser,
    forge: Callable[[dict[str, Any]], str],
    status: int,
    code: str,
) -> None:
    chrome.begin()

    answer = chrome.post(forge(chrome.claims()))

    assert_refused(session, chrome, answer, status, code)


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "oct", "k": "AAAA", "kid": KID, "alg": "HS256"},
        {"kty": "RSA", "kid": KID},
        {"kty": "RSA", "kid": KID, "n": 7, "e": "AQAB"},
        public_jwk(KEY, KID, alg="RS512"),
        "text",
    ],
)
def test_only_rsa_keys_for_rs256_are_taken(
    session: Session, chrome: Browser, entry: object
) -> None:
    chrome.double.routes["/jwks"] = lambda _asked: Reply(
        body={"keys": [entry, public_jwk(OTHER_KEY, "another")]}
    )

    answer = chrome.launch()

    assert_refused(session, chrome, answer, 401, "kid_unknown")


def test_an_elliptic_key_in_the_set_signs_nothing(
    session: Session, chrome: Browser
) -> None:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    point = {"x": numbers.x.to_bytes(32, "big"), "y": numbers.y.to_bytes(32, "big")}
    entry = {"kty": "EC", "crv": "P-256", "kid": KID, "alg": "ES256"}
    entry |= {name: _b64(raw) for name, raw in point.items()}
    chrome.double.routes["/jwks"] = lambda _asked: Reply(
        body={"keys": [entry, public_jwk(OTHER_KEY, "another")]}
    )

    answer = chrome.launch()

    assert_refused(session, chrome, answer, 401, "kid_unknown")


# -- the one-time handshake ------------------------------------------------------------


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


# -- deployments, roles, content selection --------------------------------------------


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


# -- the login -------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"iss": "https://evil.example"}, 401, "issuer_unknown"),
        ({"iss": ""}, 400, "login_incomplete"),
        ({"login_hint": ""}, 400, "login_incomplete"),
        ({"login_hint": "a\x00b"}, 400, "login_incomplete"),
        ({"login_hint": "x" * 5000}, 413, "too_large"),
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


# -- who may frame an error page -------------------------------------------------------


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
