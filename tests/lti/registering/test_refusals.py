"""Links that open nothing, configurations nobody may use, answers that are none."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from preventedu.lti import registration
from preventedu.lti.models import Deployment, Platform
from preventedu.lti.registering import configuration, exchange, invites
from preventedu.lti.registering.configuration import PLATFORM, Configuration
from preventedu.lti.registering.placements import PERMISSIONS, TOOL
from preventedu.lti.registering.problems import SENTENCES, RegistrationError
from tests.lti.double import Double, Reply, serving
from tests.lti.registering.make import connect, make_link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.people import School

CAPTURED = Path(__file__).parents[2] / "fixtures" / "moodle-4.5"
CLIENT = "client-9"
SCOPES = " ".join(permission.scope for permission in PERMISSIONS)


@pytest.fixture
def double() -> Iterator[Double]:
    with serving(Double(host="localhost")) as double:
        yield double


def says(double: Double, **changes: Any) -> dict[str, Any]:
    """Let the double publish a configuration; a change to None leaves out."""
    told = {
        "issuer": double.url,
        "authorization_endpoint": f"{double.url}/auth",
        "token_endpoint": f"{double.url}/token",
        "jwks_uri": f"{double.url}/jwks",
        "registration_endpoint": f"{double.url}/register-me",
        "id_token_signing_alg_values_supported": ["RS256"],
        PLATFORM: {"product_family_code": "moodle"},
    } | changes
    told = {name: value for name, value in told.items() if value is not None}
    double.routes["/openid"] = lambda _asked: Reply(body=told)
    return told


def answers(double: Double, status: int = 200, body: object = None) -> None:
    double.routes["/register-me"] = lambda _asked: Reply(status, body)


def granted(**changes: Any) -> dict[str, Any]:
    told = {"client_id": CLIENT, "scope": SCOPES, TOOL: {"deployment_id": "7"}}
    return told | changes


def opened(client: FlaskClient, path: str, double: Double) -> TestResponse:
    given = {"openid_configuration": f"{double.url}/openid", "registration_token": "t"}
    return client.get(path, query_string=given)


# Links


def test_a_stranger_sees_a_plain_page(client: FlaskClient) -> None:
    page = client.get("/lti/register/guessed")

    assert page.status_code == 400
    assert "link_unknown" in page.text
    assert "<form" not in page.text


def test_a_link_in_a_browser_says_where_to_paste_it(
    client: FlaskClient, session: Session
) -> None:
    _invite, path = make_link(session)

    page = client.get(path)

    assert page.status_code == 400
    assert "Manage tools" in page.text
    assert f"https://tool.test{path}" in page.text


def test_a_link_is_used_once(
    client: FlaskClient, session: Session, double: Double
) -> None:
    says(double)
    answers(double, body=granted())
    _invite, path = make_link(session)
    page = opened(client, path, double)

    first = connect(client, path, page.text)
    replayed = connect(client, path, page.text)
    reopened = opened(client, path, double)

    assert first.status_code == 200
    assert replayed.status_code == reopened.status_code == 400
    assert "link_used" in replayed.text
    assert "link_used" in reopened.text
    assert double.count("/register-me") == 1


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
def test_an_old_or_withdrawn_link_opens_nothing(
    client: FlaskClient, session: Session, double: Double, how: str
) -> None:
    says(double)
    invite, path = make_link(session)
    if how == "expired":
        invite.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    else:
        invites.withdraw(session, invite, now=datetime.now(UTC))
    session.commit()

    page = opened(client, path, double)

    assert "link_unknown" in page.text
    assert double.asked == []


def test_the_page_of_one_link_is_no_yes_for_another(
    client: FlaskClient, session: Session, double: Double
) -> None:
    says(double)
    answers(double, body=granted())
    _one, first = make_link(session)
    _two, second = make_link(session)
    page = opened(client, first, double)

    swapped = connect(client, second, page.text)
    forged = client.post(second, data={"sealed": "made-up"})
    empty = client.post(second)

    for answer in (swapped, forged, empty):
        assert answer.status_code == 400
        assert "page_too_old" in answer.text
    assert double.count("/register-me") == 0


# Configurations


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"issuer": "https://another.example"}, "issuer_foreign"),
        ({"issuer": "https://canvas.instructure.com"}, "issuer_foreign"),
        ({"issuer": None}, "configuration_incomplete"),
        ({"issuer": 7}, "configuration_incomplete"),
        ({"jwks_uri": None}, "configuration_incomplete"),
        ({"token_endpoint": "javascript:alert(1)"}, "address_refused"),
        ({"authorization_endpoint": "file:///etc/passwd"}, "address_refused"),
        ({"registration_endpoint": "http://a.b/'; frame-src *"}, "address_refused"),
        ({"id_token_signing_alg_values_supported": ["RS512"]}, "algorithm_missing"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_refused(
    client: FlaskClient,
    session: Session,
    double: Double,
    changes: dict[str, Any],
    code: str,
) -> None:
    says(double, **changes)
    _invite, path = make_link(session)

    page = opened(client, path, double)

    assert page.status_code == 400
    assert code in page.text


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(404, b"gone"), "configuration_refused"),
        (Reply(302, headers={"Location": "/jwks"}), "configuration_refused"),
        (Reply(200, b"<html>"), "configuration_unreadable"),
        (Reply(200, b"[" * 100_000), "configuration_unreadable"),
        (Reply(200, [1, 2]), "configuration_unreadable"),
        (Reply(200, b"x" * 300_000), "too_long"),
    ],
)
def test_what_is_no_configuration_is_refused(
    client: FlaskClient, session: Session, double: Double, reply: Reply, code: str
) -> None:
    double.routes["/openid"] = lambda _asked: reply
    _invite, path = make_link(session)

    assert code in opened(client, path, double).text


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x/", "//x", "https://u:p@x.org/", "\0"]
)
def test_an_odd_address_of_a_configuration_is_never_asked(
    client: FlaskClient, session: Session, url: str
) -> None:
    _invite, path = make_link(session)

    page = client.get(path, query_string={"openid_configuration": url})

    assert page.status_code == 400


CANVAS: dict[str, object] = {
    "issuer": "https://canvas.instructure.com",
    "authorization_endpoint": "https://sso.canvaslms.com/api/lti/authorize_redirect",
    "token_endpoint": "https://school.instructure.com/login/oauth2/token",
    "jwks_uri": "https://sso.canvaslms.com/api/lti/security/jwks",
    "registration_endpoint": "https://school.instructure.com/api/lti/registrations",
    "authorization_server": "canvas.instructure.com",
    PLATFORM: {"product_family_code": "canvas"},
}


CANVAS_PATH = "/api/lti/security/openid-configuration"


@pytest.mark.parametrize(
    "host", ["canvas.instructure.com", "school.instructure.com", "sso.canvaslms.com"]
)
def test_a_vendor_speaks_for_its_shared_issuer(host: str) -> None:
    url = f"https://{host}{CANVAS_PATH}"

    found = configuration.parse(CANVAS, url, allow_loopback=False)

    assert found.token_audience == ""
    assert "https://school.instructure.com" in found.origins


@pytest.mark.parametrize(
    "host", ["evil.example", "evilinstructure.com", "instructure.com.evil.example"]
)
def test_nobody_else_speaks_for_a_shared_issuer(host: str) -> None:
    url = f"https://{host}{CANVAS_PATH}"

    with pytest.raises(RegistrationError) as caught:
        configuration.parse(CANVAS, url, allow_loopback=False)

    assert caught.value.code == "issuer_foreign"


def test_brightspace_wants_one_audience_for_its_tokens() -> None:
    told: dict[str, object] = {
        name: f"https://d2l.example/{name}" for name in configuration.ENDPOINTS
    }
    about = {PLATFORM: {"product_family_code": "desire2learn"}}

    found = configuration.parse(
        told | about, "https://d2l.example/openid", allow_loopback=False
    )
    other = configuration.parse(
        told | {"authorization_server": "https://tokens.example"},
        "https://d2l.example/openid",
        allow_loopback=False,
    )

    assert found.token_audience == "https://api.brightspace.com/auth/token"
    assert other.token_audience == "https://tokens.example"


def test_the_captured_moodle_is_understood() -> None:
    told = json.loads((CAPTURED / "openid-configuration.json").read_text())["body"]

    url = "http://localhost:8800/mod/lti/openid-configuration.php"
    found = configuration.parse(told, url, allow_loopback=True)

    assert found.family.label == "Moodle"
    assert found.token_url == "http://localhost:8800/mod/lti/token.php"
    assert found.origins == ("http://localhost:8800",)


@given(
    st.dictionaries(
        st.sampled_from([*configuration.ENDPOINTS, PLATFORM, "scope"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
    )
)
def test_no_configuration_at_all_breaks_us(told: dict[str, object]) -> None:
    with pytest.raises(RegistrationError):
        configuration.parse(told, "https://lms.example/c", allow_loopback=False)


# Answers


def captured(name: str) -> dict[str, Any]:
    text = (CAPTURED / "registration" / f"{name}.json").read_text()
    found: dict[str, Any] = json.loads(text)["response"]
    return found


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("error-domain-mismatch", "domain_refused"),
        ("error-missing-domain", "domain_refused"),
        ("error-missing-token", "token_missing"),
        ("error-token-already-used", "token_spent"),
    ],
)
def test_moodles_bare_words_are_understood(
    client: FlaskClient, session: Session, double: Double, name: str, code: str
) -> None:
    says(double)
    theirs = captured(name)
    answers(double, theirs["status"], theirs["body"].encode())
    invite, path = make_link(session)

    page = connect(client, path, opened(client, path, double).text)

    assert page.status_code == 400
    assert code in page.text
    assert theirs["body"] in page.text
    session.refresh(invite)
    assert invite.used_at is None
    assert session.scalars(select(Platform)).all() == []


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (Reply(400, {"error": "bad", "error_description": "No"}), "lms_refused (No)"),
        (Reply(403, b"<script>alert(1)</script>"), "lms_refused (HTTP 403)"),
        (Reply(500, b""), "lms_refused (HTTP 500)"),
        (Reply(307, b""), "lms_refused (HTTP 307)"),
        (Reply(200, b"ok"), "answer_unreadable"),
        (Reply(200, {}), "answer_unreadable"),
        (Reply(200, {"client_id": ""}), "answer_unreadable"),
        (Reply(200, {"client_id": ["x"]}), "answer_unreadable"),
        (Reply(200, {"client_id": "a\nb"}), "answer_unreadable"),
        (Reply(200, {"client_id": "x" * 300}), "answer_unreadable"),
        (Reply(200, b"x" * 300_000), "answer_lost"),
    ],
)
def test_an_answer_that_is_no_registration_keeps_nothing(
    client: FlaskClient, session: Session, double: Double, reply: Reply, shown: str
) -> None:
    says(double)
    double.routes["/register-me"] = lambda _asked: reply
    invite, path = make_link(session)

    page = connect(client, path, opened(client, path, double).text)

    assert page.status_code == 400
    assert shown in " ".join(page.text.split())
    assert "<script>alert" not in page.text
    session.refresh(invite)
    assert invite.used_at is None


def test_less_than_was_asked_for_is_said(
    client: FlaskClient, session: Session, double: Double
) -> None:
    says(double)
    answers(double, 201, granted(scope=PERMISSIONS[1].scope, client_id=99))
    _invite, path = make_link(session)

    page = connect(client, path, opened(client, path, double).text)

    assert "did not grant everything" in page.text
    assert str(PERMISSIONS[0].loss) in page.text
    assert str(PERMISSIONS[1].loss) not in page.text
    assert session.scalars(select(Platform)).one().client_id == "99"


def test_the_same_client_registered_anew_is_brought_up_to_date(
    client: FlaskClient, session: Session, double: Double
) -> None:
    says(double)
    answers(double, body=granted())
    for token_url in ("/token", "/token2"):
        says(double, token_endpoint=double.url + token_url)
        _invite, path = make_link(session)
        page = connect(client, path, opened(client, path, double).text)
        assert page.status_code == 200

    platform = session.scalars(select(Platform)).one()
    assert platform.token_url.endswith("/token2")
    assert len(session.scalars(select(Deployment)).all()) == 1


def test_registering_anew_takes_no_deployment_from_its_district(
    client: FlaskClient, session: Session, double: Double, district: School
) -> None:
    says(double)
    answers(double, body=granted())
    for lea in (district.lea, None):
        _invite, path = make_link(session, lea)
        page = connect(client, path, opened(client, path, double).text)

    assert "was bound to a school district before" in page.text
    row = session.scalars(select(Deployment)).one()
    assert row.lea_id == district.lea_id


def test_the_lms_own_host_may_frame_us_where_sign_in_is_elsewhere(
    session: Session, district: School
) -> None:
    found = Configuration(
        url="https://sso.canvaslms.com/c",
        issuer="https://canvas.instructure.com",
        auth_url="https://sso.canvaslms.com/auth",
        token_url="https://sso.canvaslms.com/token",
        jwks_url="https://sso.canvaslms.com/jwks",
        registration_url="https://lms.school.example/api/lti/registrations",
        token_audience="",
        family_code="canvas",
        account="Bay District",
    )
    invite, _path = make_link(session, district.lea)
    got = exchange.Granted("10", "", ())

    done = exchange.keep(
        session, invite, found, got, allow_loopback=False, now=datetime.now(UTC)
    )

    framing = registration.plain(done.platform).frame_origins
    assert framing == "https://sso.canvaslms.com https://lms.school.example"
    assert done.platform.label == "Bay District"
    assert done.deployment is None


def test_every_code_has_a_sentence() -> None:
    for code in SENTENCES:
        assert str(RegistrationError(code)).strip()
