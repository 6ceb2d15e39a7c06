"""The one guard of every request we send: public addresses only, pinned, in time.

A name is resolved once for a connection, every address found must be public, and the
connection goes to that address: a name that changes its mind afterwards (DNS
rebinding) changes nothing. TLS and the Host header keep the name. Time is counted
for the whole of an answer, headers too, so that none can drip in for ever.
"""

from __future__ import annotations

import io
import socket
from concurrent.futures import Future
from dataclasses import dataclass
from http.client import HTTPResponse
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from preventedu.lti import addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _typeshed import WriteableBuffer

    Resolve = Callable[[str, int], Sequence[str]]
    """(host, port) -> its IP addresses, or OSError."""

POOL = 32
MOST_TRIED = 3
"""Addresses of one name that are tried, one after the other."""
PATIENCE = 30.0
"""Seconds for an answer where nobody said how long."""


class NotPublicError(NewConnectionError):
    """The name leads to an address that is not public; nothing was sent."""


def resolve(host: str, port: int) -> list[str]:
    """Ask this machine's resolver for the addresses of `host`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


@dataclass(frozen=True)
class Guard:
    """Which addresses may be connected to."""

    allow_loopback: bool
    """`Settings.allow_loopback_platforms`: any address, and plain http."""
    resolve: Resolve = resolve

    def addresses_of(self, connection: HTTPConnection, seconds: float) -> list[str]:
        """Return the addresses to try, or refuse.

        Raises:
            NotPublicError: At least one of them is not public.
            NewConnectionError: There is none.
            ConnectTimeoutError: The resolver took too long.
        """
        host = connection.host.strip("[]")
        try:
            found = _in_time(self.resolve, host, connection.port, seconds)
        except TimeoutError as error:
            raise ConnectTimeoutError(connection, "resolving took too long") from error
        except (OSError, UnicodeError) as error:
            # UnicodeError: a host that no resolver can be asked for.
            raise NewConnectionError(connection, "no such host") from error
        if not found:
            raise NewConnectionError(connection, "no such host")
        if not self.allow_loopback and not all(map(addresses.is_public, found)):
            raise NotPublicError(connection, "not a public address")
        return list(found[:MOST_TRIED])


class GuardedAdapter(HTTPAdapter):
    """Connections that go through a guard."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        super().__init__(pool_connections=POOL, pool_maxsize=POOL)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make pools whose every connection is guarded."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _pools(self._guard)


def _pools(guarding: Guard) -> dict[str, type[HTTPConnectionPool]]:
    class PlainConnection(_Guarded, HTTPConnection):
        guard = guarding

    class SecureConnection(_Guarded, HTTPSConnection):
        guard = guarding

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = PlainConnection

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = SecureConnection

    return {"http": PlainPool, "https": SecurePool}


class _TimedResponse(HTTPResponse):
    """An answer that has to be read to its end before its socket's time is over."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_TimedReader(self.fp, sock))


class _TimedReader(io.RawIOBase):
    """Reads from a socket, with less and less patience."""

    def __init__(self, inner: io.BufferedReader, sock: socket.socket) -> None:
        self._inner, self._sock = inner, sock
        self._deadline = monotonic() + (sock.gettimeout() or PATIENCE)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(left)
        return self._inner.readinto1(buffer)

    def close(self) -> None:
        self._inner.close()
        super().close()


class _Guarded(HTTPConnection):
    """A connection to an address that the guard has let pass."""

    guard: Guard
    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        name, patience = self._dns_host, self.timeout
        deadline = monotonic() + (patience or PATIENCE)
        found = self.guard.addresses_of(self, deadline - monotonic())
        try:
            for turn, address in enumerate(found):
                left = max(deadline - monotonic(), 0.001)
                self._dns_host = address
                self.timeout = left / (len(found) - turn)
                try:
                    return super()._new_conn()
                except (ConnectTimeoutError, NewConnectionError):
                    if turn == len(found) - 1:
                        raise
        finally:
            # For TLS and for the Host header it is the name that counts.
            self._dns_host, self.timeout = name, patience
        raise AssertionError


def _in_time(
    resolve_host: Resolve, host: str, port: int, seconds: float
) -> Sequence[str]:
    """Resolve in a thread: the system's resolver knows no deadline."""
    answer: Future[Sequence[str]] = Future()

    def ask() -> None:
        try:
            answer.set_result(resolve_host(host, port))
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    Thread(target=ask, daemon=True).start()
    return answer.result(seconds)
