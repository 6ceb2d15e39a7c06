"""Attacks on the guard of every request: addresses, rebinding, time, size."""

from __future__ import annotations

import contextlib
import gzip
import ipaddress
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preventedu.lti import addresses, web
from preventedu.lti.guard import Guard, GuardedAdapter
from preventedu.lti.registering import fetching
from preventedu.lti.registering.problems import RegistrationError
from tests.lti.double import Double, Reply, serving
from tests.lti.registering.tls import TlsServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import requests

PRIVATE = [
    "127.0.0.1",
    "127.9.9.9",
    "0.0.0.0",  # noqa: S104 (refused, not listened on)
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # metadata of most clouds
    "168.63.129.16",  # Azure
    "192.0.0.192",  # Oracle
    "100.100.100.200",  # Alibaba, in the addresses of carriers
    "100.64.0.1",
    "198.18.0.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "3fff::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "ff0e::1",
]
PUBLIC = ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001::200e"]
SPELLINGS = [
    "127.1",
    "0x7f.1",
    "0x7f000001",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST.",
    "a.localhost",
    "printer.local",
    "metadata.google.internal",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[fe80::1%25eth0]",
    "127.0.0.1%00.example.org",
    "user@127.0.0.1",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "",
]
LMS = "http://lms.test"


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not addresses.is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_accepted(address: str) -> None:
    assert addresses.is_public(address)


@pytest.mark.parametrize("host", SPELLINGS)
def test_odd_spellings_of_this_machine_are_no_usable_address(host: str) -> None:
    url = f"https://{host}/openid"

    assert not addresses.is_usable(url, allow_loopback=False)


@given(st.ip_addresses(v=4))
def test_no_spelling_brings_a_private_address_in(ip: ipaddress.IPv4Address) -> None:
    number = int(ip)
    inside = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address(number),
        ipaddress.IPv6Address((0x0064FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    ]

    assert not any(addresses.is_public(str(each)) for each in inside)
    for host in (str(number), hex(number), f"0{number:o}"):
        assert not addresses.is_usable(f"https://{host}/", allow_loopback=False)


@given(st.ip_addresses(v=6))
def test_a_public_ipv6_address_is_one_that_the_world_may_have(
    ip: ipaddress.IPv6Address,
) -> None:
    if addresses.is_public(str(ip)):
        assert ip in ipaddress.ip_network("2000::/3")
        assert (ip.ipv4_mapped, ip.sixtofour, ip.teredo) == (None, None, None)


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], []])
def test_one_private_address_of_a_name_is_enough_to_refuse(found: list[str]) -> None:
    with (
        web.new_session(lambda _host, _port: found, allow_loopback=False) as session,
        pytest.raises(web.UnreachableError) as caught,
    ):
        web.ask(session, "https://lms.test/jwks", {})

    assert isinstance(caught.value, web.NotPublicError) == bool(found)


def test_plain_http_leaves_this_machine_in_no_case() -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"]

    with (
        web.new_session(resolve, allow_loopback=False) as session,
        pytest.raises(web.UnreachableError),
    ):
        web.ask(session, "http://lms.test/jwks", {})

    assert asked == []


class Rebinding:
    """A name that is public when it is asked for first, and private ever after."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _host: str, _port: int) -> list[str]:
        self.asked += 1
        return ["127.0.0.2"] if self.asked == 1 else ["127.0.0.1"]


def test_a_name_that_changes_its_mind_leads_nowhere_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # No packet of a test leaves this machine, so one of its addresses stands for
    # the public internet here.
    monkeypatch.setattr(addresses, "is_public", lambda ip: ip == "127.0.0.2")
    name = Rebinding()
    with (
        _two_servers() as (port, heard),
        web.new_session(allow_loopback=False) as session,
    ):
        guard = Guard(allow_loopback=False, resolve=name)
        session.mount("http://", GuardedAdapter(guard))
        url = f"{LMS}:{port}/openid"

        first = web.ask(session, url, {})
        with pytest.raises(web.NotPublicError):
            web.ask(session, url, {})

    assert first.body == b"127.0.0.2"
    assert name.asked == 2
    assert heard == [("127.0.0.2", f"lms.test:{port}")]


@contextlib.contextmanager
def _two_servers() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """Listen on one port of two addresses; note who was asked, under which name."""
    heard: list[tuple[str, str]] = []

    def serve(server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = server.accept()
                with browser:
                    head = browser.recv(4096).decode()
                    own = server.getsockname()[0]
                    host = next(
                        line[6:] for line in head.split("\r\n") if line[:6] == "Host: "
                    )
                    heard.append((own, host))
                    said = f"Content-Length: {len(own)}\r\nConnection: close"
                    browser.sendall(f"HTTP/1.1 200 OK\r\n{said}\r\n\r\n{own}".encode())

    with socket.create_server(("127.0.0.2", 0)) as public:
        port = public.getsockname()[1]
        with socket.create_server(("127.0.0.1", port)) as private:
            threads = [
                threading.Thread(target=serve, args=(each,), daemon=True)
                for each in (public, private)
            ]
            for thread in threads:
                thread.start()
            yield port, heard
            for each in (public, private):
                each.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def test_tls_keeps_the_name_and_checks_it(tmp_path: Path) -> None:
    with (
        TlsServer(tmp_path, "lms.test") as server,
        web.new_session(lambda _h, _p: ["127.0.0.1"], allow_loopback=True) as own,
    ):
        own.verify = str(server.authority)
        answer = web.ask(own, f"https://lms.test:{server.port}/", {})
        with pytest.raises(web.UnreachableError):
            web.ask(own, f"https://other.test:{server.port}/", {})

    assert answer.status == 200
    assert server.names[0] == "lms.test"


def test_a_certificate_of_nobody_we_know_is_refused(tmp_path: Path) -> None:
    with (
        TlsServer(tmp_path, "lms.test") as server,
        web.new_session(lambda _h, _p: ["127.0.0.1"], allow_loopback=True) as own,
        pytest.raises(web.UnreachableError),
    ):
        web.ask(own, f"https://lms.test:{server.port}/", {})


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with web.new_session(allow_loopback=True) as session:
        yield session


@pytest.fixture
def double() -> Iterator[Double]:
    with serving(Double()) as double:
        yield double


def test_a_redirect_is_not_followed(session: requests.Session, double: Double) -> None:
    away = Reply(302, headers={"Location": f"{double.url}/jwks"})
    double.routes["/openid"] = lambda _asked: away

    answer = fetching.fetch(session, f"{double.url}/openid")

    assert answer.status == 302
    assert double.count("/jwks") == 0


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"x" * (256 * 1024 + 1)),
        Reply(
            body=gzip.compress(b"0" * 50_000_000),
            headers={"Content-Encoding": "gzip"},
        ),
    ],
)
def test_a_huge_answer_is_dropped(
    session: requests.Session, double: Double, reply: Reply
) -> None:
    double.routes["/openid"] = lambda _asked: reply

    with pytest.raises(RegistrationError) as caught:
        fetching.fetch(session, f"{double.url}/openid")

    assert caught.value.code == "too_long"


HEAD = b"HTTP/1.1 200 OK\r\n"
DRIPS: dict[str, tuple[bytes, bytes]] = {
    "nothing": (b"", b""),
    "status": (b"", b"H"),
    "headers": (HEAD, b"X-A: b\r\n"),
    "body": (HEAD + b"Content-Length: 99999\r\n\r\n", b" "),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


@pytest.mark.parametrize("kind", list(DRIPS))
def test_nothing_may_drip_in_for_ever(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(fetching, "LIMITS", web.Limits(0.5, 1000))
    with _dripping(*DRIPS[kind]) as port:
        began = time.monotonic()
        with pytest.raises(RegistrationError) as caught:
            fetching.fetch(session, f"http://127.0.0.1:{port}/openid")

    assert caught.value.code == "unreachable"
    assert time.monotonic() - began < 2


@contextlib.contextmanager
def _dripping(first: bytes, drop: bytes) -> Iterator[int]:
    stop = threading.Event()

    def drip(server: socket.socket) -> None:
        with server.accept()[0] as browser, contextlib.suppress(OSError):
            browser.sendall(first)
            while not stop.wait(0.05):
                browser.sendall(drop)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join()


def test_a_resolver_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetching, "LIMITS", web.Limits(0.3, 1000))
    over = threading.Event()

    def resolve(_host: str, _port: int) -> list[str]:
        over.wait(10)
        return ["127.0.0.1"]

    with web.new_session(resolve, allow_loopback=True) as session:
        began = time.monotonic()
        with pytest.raises(RegistrationError, match="reach"):
            fetching.fetch(session, f"{LMS}/openid")
        over.set()

    assert time.monotonic() - began < 2


def test_a_dead_address_does_not_hide_a_living_one(double: Double) -> None:
    port = int(double.url.rpartition(":")[2])
    double.routes["/openid"] = lambda _asked: Reply(body={})

    def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.3", "127.0.0.1"]

    with web.new_session(resolve, allow_loopback=True) as session:
        answer = fetching.fetch(session, f"{LMS}:{port}/openid")

    assert answer.status == 200


def test_no_proxy_and_no_password_file_come_in_between(
    double: Double, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    with web.new_session(allow_loopback=True) as session:
        answer = web.ask(session, f"{double.url}/jwks", {})

    assert answer.status == 200
    assert "Authorization" not in double.asked[0].headers
