"""Attacks by whoever connects an LMS on the LMS of another school district.

With the client id and the token address of another LMS we would fetch that one's
access token, and send it wherever a launch of the attacker's LMS says.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from preventedu.lti import registration
from preventedu.lti.models import Deployment, Platform
from preventedu.lti.registering import claiming
from preventedu.lti.registration import PlatformDetails
from preventedu.people import Lea, School, StaffRole
from tests.lti.double import Double, serving
from tests.lti.registering.make import connect, make_link
from tests.lti.registering.test_refusals import answers, granted, opened, says
from tests.staff.make import csrf, make_staff, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

NEW = "/lti/platforms/new"
VICTIM = "https://moodle.far.example"
CLIENT = "Xk3client"
EVIL: dict[str, Any] = {
    "lms": "moodle",
    "issuer": "https://evil.example",
    "client_id": CLIENT,
    "auth_url": "https://evil.example/auth",
    "token_url": f"{VICTIM}/mod/lti/token.php",
    "jwks_url": "https://evil.example/jwks",
    "deployment_id": "1",
    "school": "",
}


@pytest.fixture
def double() -> Iterator[Double]:
    with serving(Double(host="localhost")) as double:
        yield double


@pytest.fixture
def far(session: Session) -> Lea:
    """Another school district, whose Moodle is connected."""
    lea = Lea(nces_id="0600009", name="Far District", state="CA")
    session.add(lea)
    session.flush()
    connected(session, lea, VICTIM, CLIENT)
    return lea


@pytest.fixture
def own_admin(session: Session, client: FlaskClient, district: School) -> FlaskClient:
    make_staff(session, district.lea, StaffRole.ADMINISTRATOR)
    session.commit()
    sign_in(client)
    return client


def connected(session: Session, lea: Lea, issuer: str, client_id: str) -> Platform:
    now = datetime.now(UTC)
    details = PlatformDetails(
        issuer=issuer,
        client_id=client_id,
        auth_url=f"{issuer}/auth",
        token_url=f"{issuer}/mod/lti/token.php",
        jwks_url=f"{issuer}/jwks",
    )
    row = registration.add_platform(session, details, allow_loopback=True, now=now)
    registration.add_deployment(session, row, "7", None, lea, now=now)
    session.commit()
    return row


def enter(client: FlaskClient, lea_id: int, **changes: str) -> TestResponse:
    token = csrf(client.get("/lti/platforms/links").text)
    form = EVIL | {"lea": str(lea_id), "csrf_token": token} | changes
    return client.post(NEW, data=form)


def issuers(session: Session) -> list[str]:
    session.expire_all()
    return sorted(row.issuer for row in session.scalars(select(Platform)))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="its token address"),
        pytest.param(
            {
                "token_url": "https://evil.example/token",
                "token_audience": f"{VICTIM}/mod/lti/token.php",
            },
            id="its audience",
        ),
        pytest.param({"client_id": CLIENT.upper()}, id="other case"),
        pytest.param({"client_id": f"{CLIENT} "}, id="a blank behind"),
        pytest.param(
            {"client_id": "\N{FULLWIDTH LATIN CAPITAL LETTER X}k3client"},
            id="a wide letter",
        ),
        pytest.param({"issuer": VICTIM}, id="the same connection"),
        pytest.param({"issuer": VICTIM, "client_id": "mine"}, id="its issuer"),
    ],
)
def test_a_district_enters_no_lms_that_speaks_for_anothers(
    session: Session,
    own_admin: FlaskClient,
    district: School,
    far: Lea,
    changes: dict[str, str],
) -> None:
    answer = enter(own_admin, district.lea_id, **changes)

    assert "connected already" in answer.text
    assert issuers(session) == [VICTIM]
    assert session.scalars(select(Deployment.lea_id)).all() == [far.id]


def test_a_district_still_corrects_what_is_its_own(
    session: Session, own_admin: FlaskClient, district: School
) -> None:
    connected(session, district.lea, "https://old.bay.example", CLIENT)

    answer = enter(own_admin, district.lea_id)

    assert answer.status_code == 303
    assert issuers(session) == ["https://evil.example", "https://old.bay.example"]


@pytest.mark.parametrize(
    "issuer",
    [
        "https://canvas.instructure.com",
        "https://blackboard.com",
        "https://schoology.schoology.com",
    ],
)
def test_an_issuer_of_everyone_is_no_districts(
    session: Session,
    own_admin: FlaskClient,
    district: School,
    far: Lea,
    issuer: str,
) -> None:
    connected(session, far, issuer, "10000000000007")

    answer = enter(own_admin, district.lea_id, issuer=issuer, client_id="1~8")

    assert answer.status_code == 303


def test_an_lms_that_answers_with_anothers_client_id_is_not_connected(
    client: FlaskClient, session: Session, double: Double, district: School, far: Lea
) -> None:
    del far
    token = f"{VICTIM}/mod/lti/token.php"
    for lea in (district.lea, None):
        says(double, token_endpoint=token, authorization_server=token)
        answers(double, body=granted(client_id=CLIENT))
        invite, path = make_link(session, lea)

        page = connect(client, path, opened(client, path, double).text)

        assert page.status_code == 400
        assert "client_taken" in page.text
        session.refresh(invite)
        assert (invite.used_at, invite.platform_id) == (None, None)
    assert issuers(session) == [VICTIM]


def test_another_districts_link_does_not_move_a_connection(
    client: FlaskClient, session: Session, double: Double, district: School, far: Lea
) -> None:
    """Both sit on one host: the attacker can publish a page there."""
    says(double)
    answers(double, body=granted())
    _own, path = make_link(session, far)
    assert connect(client, path, opened(client, path, double).text).status_code == 200
    says(double, jwks_uri="http://localhost:1/evil", token_endpoint=f"{double.url}/t")
    _hostile, path = make_link(session, district.lea)

    page = connect(client, path, opened(client, path, double).text)

    assert "client_taken" in page.text
    session.expire_all()
    rows = session.scalars(select(Platform).where(Platform.issuer == double.url)).all()
    assert [row.jwks_url for row in rows] == [f"{double.url}/jwks"]
    assert "localhost:1" not in " ".join(rows[0].extra_origins)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("abc", "ABC "),
        ("10000000000123", "123"),
        ("10000000000123", "1~123"),
        ("10000000000123", "00010000000000123"),
    ],
)
def test_what_is_the_same_client_id_to_some_lms(one: str, other: str) -> None:
    assert claiming.is_same_client(one, other)
    assert claiming.is_same_client(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10000000000123", "20000000000123"),
        ("1~123", "2~123"),
        ("10000000000123", "124"),
        ("abc", "abd"),
        ("1~abc", "abc"),
        ("", "0"),
    ],
)
def test_what_is_another_client_id(one: str, other: str) -> None:
    assert not claiming.is_same_client(one, other)
    assert not claiming.is_same_client(other, one)
