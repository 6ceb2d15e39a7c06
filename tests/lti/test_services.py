"""Access tokens are shared and renewed; a token goes to no other host."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jwt
import pytest

from preventedu.lti import web
from preventedu.lti.adapters import AccessRefusedError, PlatformServices, ServiceError
from tests.lti.double import OTHER_KEY, Asked, Double, Reply
from tests.lti.make import moodle

if TYPE_CHECKING:
    from preventedu.lti.wire import Wire

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def services(double: Double, wire: Wire, after: float = 0) -> PlatformServices:
    double.routes["/token.php"] = double.routes.get(
        "/token.php", double.routes["/token"]
    )
    return PlatformServices(moodle(double), wire, now=NOW + timedelta(seconds=after))


def test_a_token_is_fetched_once_for_its_lifetime(double: Double, wire: Wire) -> None:
    for after in (0, 60, 3539):
        services(double, wire, after).members_page(f"{double.url}/memberships")
    assert double.count("/token.php") == 1

    services(double, wire, 3540).members_page(f"{double.url}/memberships")
    assert double.count("/token.php") == 2


def test_the_assertion_is_short_back_dated_and_signed(
    double: Double,
    wire: Wire,
) -> None:
    services(double, wire).members_page(f"{double.url}/memberships")

    form = double.asked[0].form
    said = jwt.decode(
        form["client_assertion"],
        OTHER_KEY.public_key(),
        algorithms=["RS256"],
        audience=f"{double.url}/mod/lti/token.php",
        options={"verify_exp": False, "verify_iat": False},
    )
    assert jwt.get_unverified_header(form["client_assertion"])["kid"] == "our-key"
    assert form["grant_type"] == "client_credentials"
    assert form["scope"].endswith("/contextmembership.readonly")
    assert (said["iss"], said["sub"]) == ("client-1", "client-1")
    assert (said["iat"], said["exp"]) == (
        int(NOW.timestamp()) - 5,
        int(NOW.timestamp()) + 60,
    )
    assert len(said["jti"]) > 10


def test_many_threads_fetch_one_token(double: Double, wire: Wire) -> None:
    ready = services(double, wire)
    url = f"{double.url}/memberships"
    threads = [
        threading.Thread(target=ready.members_page, args=(url,)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert double.count("/token.php") == 1
    assert double.count("/memberships") == 8


def test_a_refused_token_is_replaced_once(double: Double, wire: Wire) -> None:
    answers = [Reply(401), Reply(body={"members": []})]
    double.routes["/memberships"] = lambda _asked: answers.pop(0)

    assert services(double, wire).members_page(f"{double.url}/memberships") == (
        [],
        None,
    )
    assert double.count("/token.php") == 2


def test_a_token_refused_twice_is_given_up(double: Double, wire: Wire) -> None:
    double.routes["/memberships"] = lambda _asked: Reply(401)

    with pytest.raises(AccessRefusedError):
        services(double, wire).members_page(f"{double.url}/memberships")
    assert double.count("/memberships") == 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>"),
        Reply(200, b""),
        Reply(200, []),
        Reply(200, {"access_token": 7}),
        Reply(200, {"access_token": ""}),
        Reply(302, headers={"Location": "/elsewhere"}),
        Reply(400, {"error": "invalid_client"}),
    ],
)
def test_no_token_in_the_answer_is_a_refusal(
    double: Double,
    wire: Wire,
    reply: Reply,
) -> None:
    double.routes["/token.php"] = lambda _asked: reply

    with pytest.raises(AccessRefusedError):
        services(double, wire).members_page(f"{double.url}/memberships")


@pytest.mark.parametrize("expires_in", [None, "soon", -1, 10**9])
def test_a_lifetime_that_says_nothing_is_five_minutes(
    double: Double,
    wire: Wire,
    expires_in: object,
) -> None:
    double.routes["/token.php"] = lambda _asked: Reply(
        body={"access_token": "t", "expires_in": expires_in}
    )

    for after in (0, 239, 240):
        services(double, wire, after).members_page(f"{double.url}/memberships")

    assert double.count("/token.php") == 2


def test_our_token_is_not_carried_to_another_host(double: Double, wire: Wire) -> None:
    port = double.url.rpartition(":")[2]
    away = f"http://localhost:{port}/stolen"
    double.routes["/stolen"] = lambda _asked: Reply(body={"members": []})
    double.routes["/memberships"] = lambda _asked: Reply(
        302, headers={"Location": away}
    )

    with pytest.raises(web.UnreachableError):
        services(double, wire).members_page(f"{double.url}/memberships")
    assert double.count("/stolen") == 0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("99999999999", 86400),
        ("9" * 5000, 86400),
        ("Mon, 01 Jan 2024 00:00:00 +99999999999999", None),
        ("Sun, 22 Nov 2026 17:02:00 GMT", 120),
        ("Sun, 22 Nov 2026 16:00:00 GMT", 0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_and_bounded(
    double: Double,
    wire: Wire,
    header: str,
    seconds: int | None,
) -> None:
    def busy(_asked: Asked) -> Reply:
        return Reply(429, headers={"Retry-After": header})

    double.routes["/memberships"] = busy
    with pytest.raises(ServiceError) as caught:
        services(double, wire).members_page(f"{double.url}/memberships")

    expected = None if seconds is None else timedelta(seconds=seconds)
    assert caught.value.retry_after == expected
    assert caught.value.is_throttled


@pytest.mark.parametrize(
    ("body", "is_throttled"),
    [(b"403 Forbidden (Rate Limit Exceeded)\n", True), (b"{}", False)],
)
def test_canvas_says_rate_limit_with_403(
    double: Double,
    wire: Wire,
    *,
    body: bytes,
    is_throttled: bool,
) -> None:
    double.routes["/memberships"] = lambda _asked: Reply(403, body)

    with pytest.raises(ServiceError) as caught:
        services(double, wire).members_page(f"{double.url}/memberships")

    assert caught.value.is_throttled is is_throttled


@pytest.mark.parametrize(
    "result",
    [
        {"resultScore": 10**400},
        {"resultScore": 1, "resultMaximum": 10**400},
        {"resultScore": 1, "resultMaximum": 0},
        {"resultScore": True},
        {"resultScore": "80"},
        {"resultScore": None},
        {},
    ],
)
def test_a_result_that_is_no_score_is_none(
    double: Double, wire: Wire, result: dict[str, object]
) -> None:
    double.routes["/results"] = lambda _asked: Reply(body=[{"userId": "u", **result}])
    found = services(double, wire).result_of(f"{double.url}/1/lineitem", "u")

    assert found is None or found < 1
