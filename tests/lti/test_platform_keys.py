"""The cache of platform keys: one fetch an hour, more for new keys, none lost."""

from __future__ import annotations

import contextlib
import socket
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from preventedu.lti import web
from preventedu.lti.errors import LaunchError
from preventedu.lti.jwks import PlatformKeys
from tests.lti.double import KEY, KID, OTHER_KEY, Double, Reply, b64, public_jwk

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2027, 3, 1, tzinfo=UTC)
ROTATED = Reply(body={"keys": [public_jwk(OTHER_KEY, "new")]})


@pytest.fixture
def keys() -> Iterator[PlatformKeys]:
    with web.new_session(allow_loopback=True) as session:
        yield PlatformKeys(session)


def code_of(keys: PlatformKeys, double: Double, kid: str, after: float = 0) -> str:
    try:
        keys.key(f"{double.url}/jwks", kid, now=NOW + timedelta(seconds=after))
    except LaunchError as error:
        return error.code
    return ""


def test_a_key_is_fetched_once_an_hour(keys: PlatformKeys, double: Double) -> None:
    for after in (0, 1, 60, 3599):
        assert code_of(keys, double, KID, after) == ""
    assert double.count("/jwks") == 1

    assert code_of(keys, double, KID, 3600) == ""
    assert double.count("/jwks") == 2


def test_a_new_key_is_fetched_at_once_but_not_in_floods(
    keys: PlatformKeys, double: Double
) -> None:
    code_of(keys, double, KID)
    double.routes["/jwks"] = lambda _asked: ROTATED

    codes = [code_of(keys, double, "new", after) for after in (30, 59, 60, 61)]

    assert codes == ["kid_unknown", "kid_unknown", "", ""]
    assert double.count("/jwks") == 2


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, {"error": "x"}),
        Reply(200, b"<html>maintenance</html>"),
        Reply(200, b""),
        Reply(200, {"keys": []}),
        Reply(200, {"keys": "none"}),
        Reply(200, b"[" * 30_000),
        Reply(200, b"x" * (9 * 1024 * 1024)),
        Reply(302, headers={"Location": "http://localhost:1/jwks"}),
    ],
)
def test_good_keys_outlive_a_bad_answer(
    keys: PlatformKeys, double: Double, reply: Reply
) -> None:
    code_of(keys, double, KID)
    double.routes["/jwks"] = lambda _asked: reply

    assert code_of(keys, double, KID, 3601) == ""
    assert code_of(keys, double, "another", 3602) == "kid_unknown"


def test_a_key_too_short_is_left_out(keys: PlatformKeys, double: Double) -> None:
    short = public_jwk(KEY, "short", n=b64(2**1023 + 1))
    double.routes["/jwks"] = lambda _asked: Reply(
        body={"keys": [short, public_jwk(KEY, KID)]}
    )

    assert code_of(keys, double, "short") == "kid_unknown"
    assert code_of(keys, double, KID) == ""


def test_keys_that_drip_in_are_not_waited_for(
    keys: PlatformKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "SERVICES", web.Limits(0.2, web.SERVICES.size))
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        with server.accept()[0] as browser, contextlib.suppress(OSError):
            browser.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
            while not stop.wait(0.05):
                browser.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/jwks"
        with pytest.raises(LaunchError, match="keys"):
            keys.key(url, KID, now=NOW)
        stop.set()
        thread.join()


def test_no_key_at_all_is_a_page_of_its_own(keys: PlatformKeys, double: Double) -> None:
    double.routes["/jwks"] = lambda _asked: Reply(500)

    assert code_of(keys, double, KID) == "keys_unreachable"
    assert code_of(keys, double, KID, 4) == "keys_unreachable"
    assert double.count("/jwks") == 1
    double.routes["/jwks"] = lambda _asked: Reply(body={"keys": [public_jwk(KEY, KID)]})
    assert code_of(keys, double, KID, 5) == ""


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/jwks", "http://a..b/jwks", "http://[::1/jwks", "x"]
)
def test_an_address_that_nobody_answers_at_is_no_fault(
    keys: PlatformKeys, url: str
) -> None:
    with pytest.raises(LaunchError) as caught:
        keys.key(url, KID, now=NOW)

    assert caught.value.code == "keys_unreachable"


def test_a_redirect_on_the_same_host_is_followed(
    keys: PlatformKeys, double: Double
) -> None:
    jwks = double.routes.pop("/jwks")
    double.routes["/moved"] = jwks
    double.routes["/jwks"] = lambda _asked: Reply(301, headers={"Location": "/moved"})

    assert code_of(keys, double, KID) == ""


def test_redirects_in_a_circle_end(keys: PlatformKeys, double: Double) -> None:
    double.routes["/jwks"] = lambda _asked: Reply(302, headers={"Location": "/jwks"})

    assert code_of(keys, double, KID) == "keys_unreachable"


def test_many_launches_at_once_fetch_once(keys: PlatformKeys, double: Double) -> None:
    codes: list[str] = []
    threads = [
        threading.Thread(target=lambda: codes.append(code_of(keys, double, KID)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert codes == [""] * 8
    assert double.count("/jwks") == 1


def test_we_say_who_we_are(keys: PlatformKeys, double: Double) -> None:
    keys.key(f"{double.url}/jwks", KID, now=NOW)

    assert double.asked[0].headers["User-Agent"] == web.USER_AGENT
    assert web.USER_AGENT.startswith("preventedu/")
    assert KEY.key_size == 2048
