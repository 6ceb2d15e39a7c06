"""Registering platforms: once each, on public https, with every problem named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.errors import SetupError
from preventedu.lti import registration
from preventedu.lti.addresses import belong_together, is_usable
from preventedu.lti.models import Deployment, DeploymentStatus, Platform
from preventedu.lti.registration import PlatformDetails
from preventedu.people import Lea
from tests.lti.make import make_school

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NOW = datetime(2027, 3, 1, tzinfo=UTC)
CANVAS = PlatformDetails(
    issuer="https://canvas.instructure.com",
    client_id="10000000000001",
    auth_url="https://sso.canvaslms.com/api/lti/authorize_redirect",
    token_url="https://bay.instructure.com/login/oauth2/token",
    jwks_url="https://sso.canvaslms.com/api/lti/security/jwks",
    family="canvas",
)


def changed(**changes: str) -> PlatformDetails:
    return PlatformDetails(**{**CANVAS.__dict__, **changes})


def test_adding_twice_updates_one_row(session: Session) -> None:
    registration.add_platform(session, CANVAS, allow_loopback=False, now=NOW)
    again = changed(token_url="https://new.instructure.com/login/oauth2/token")

    row = registration.add_platform(session, again, allow_loopback=False, now=NOW)

    assert session.scalars(select(Platform)).one() is row
    assert row.token_url == again.token_url
    assert row.family == "canvas"
    assert list(registration.platforms(session)) == [row]


def test_the_same_issuer_may_have_many_clients(session: Session) -> None:
    for client_id in ("1", "2"):
        registration.add_platform(
            session, changed(client_id=client_id), allow_loopback=False, now=NOW
        )

    assert len(registration.platforms(session)) == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://lms.example/x",
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://10.0.0.8/x",
        "https://169.254.169.254/latest",
        "https://[::1]/x",
        "https://lms.internal/x",
        "https://lms.internal./x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://user@lms.example/x",
        "https://lms.example;sandbox/x",
        "https://a;b.lms.example/x",
        "https://*.lms.example/x",
        "https:///x",
        "https://lms.example:port/x",
        "https://lms.example/a b",
        "https://lms.example/" + "x" * 2100,
        "",
    ],
)
def test_an_address_that_is_not_public_https_is_named(
    session: Session, url: str
) -> None:
    with pytest.raises(SetupError, match="--jwks-url") as caught:
        registration.add_platform(
            session, changed(jwks_url=url), allow_loopback=False, now=NOW
        )

    assert "--token-url" not in str(caught.value)
    assert session.scalars(select(Platform)).all() == []


def test_every_problem_is_named_at_once(session: Session) -> None:
    bad = changed(client_id=" ", auth_url="x", token_url="y")

    with pytest.raises(SetupError) as caught:
        registration.add_platform(session, bad, allow_loopback=True, now=NOW)

    assert [line.split()[0] for line in str(caught.value).splitlines()] == [
        "The",
        "--auth-url",
        "--token-url",
    ]


def test_a_trial_on_this_machine_needs_its_own_setting() -> None:
    assert is_usable("http://localhost:8800/x", allow_loopback=True)
    assert not is_usable("http://localhost:8800/x", allow_loopback=False)


def test_a_deployment_is_let_in_for_a_school(session: Session) -> None:
    platform = registration.add_platform(session, CANVAS, allow_loopback=False, now=NOW)
    school = make_school(session)
    session.add(
        Deployment(
            platform_id=platform.id,
            deployment_id="7:abc",
            status=DeploymentStatus.PENDING,
            first_seen_at=NOW,
        )
    )
    session.flush()

    row = registration.add_deployment(session, platform, "7:abc", school, now=NOW)

    assert list(registration.deployments(session, platform.id)) == [row]
    assert row.status is DeploymentStatus.ACTIVE
    assert (row.school_id, row.lea_id) == (school.id, school.lea_id)


def test_a_deployment_that_schools_share_is_bound_to_their_lea(
    session: Session,
) -> None:
    platform = registration.add_platform(session, CANVAS, allow_loopback=False, now=NOW)
    school = make_school(session)
    registration.add_deployment(session, platform, "7:abc", school, now=NOW)

    row = registration.add_deployment(
        session, platform, "7:abc", None, school.lea, now=NOW
    )

    assert (row.school_id, row.lea_id) == (None, school.lea_id)


def test_a_school_of_another_lea_is_refused(session: Session) -> None:
    platform = registration.add_platform(session, CANVAS, allow_loopback=False, now=NOW)
    other = Lea(nces_id="0600002", name="Hill District", state="CA")
    session.add(other)
    session.flush()

    with pytest.raises(SetupError, match="Bay Middle does not belong to Hill"):
        registration.add_deployment(
            session, platform, "7", make_school(session), other, now=NOW
        )

    assert list(registration.deployments(session, platform.id)) == []


def test_canvas_is_framed_by_the_schools_own_host(session: Session) -> None:
    row = registration.add_platform(session, CANVAS, allow_loopback=False, now=NOW)

    assert registration.plain(row).frame_origins == (
        "https://sso.canvaslms.com https://bay.instructure.com"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://lms.example.org/x", True),
        ("https://lms.example.org:8443/x", True),
        ("https://sub.lms.example.org/x", True),
        ("https://example.org/x", True),
        ("https://org/x", False),
        ("https://evil-lms.example.org.evil.com/x", False),
        ("https://xlms.example.org/x", False),
        ("javascript:alert(1)", False),
    ],
)
def test_hosts_belong_together(*, url: str, expected: bool) -> None:
    assert belong_together(url, "https://lms.example.org/login") is expected
