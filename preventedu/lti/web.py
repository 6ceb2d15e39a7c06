"""Requests to platforms: guarded, in time, to that host only, never too much."""

from __future__ import annotations

import os
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import requests
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from preventedu.errors import PlatformError
from preventedu.i18n import lazy_gettext as _
from preventedu.lti import guard
from preventedu.lti.addresses import origin_of
from preventedu.lti.guard import Guard, GuardedAdapter

if TYPE_CHECKING:
    from datetime import datetime

CONNECT = 5
"""Seconds to connect."""
PIECE = 65536
USER_AGENT = f"preventedu/{version('preventedu')}"
REDIRECTS = 3


@dataclass(frozen=True)
class Limits:
    """How much of an answer is taken."""

    seconds: float
    """From the first packet to the last, connecting and headers included."""
    size: int
    """Bytes of the body, uncompressed."""


SERVICES = Limits(30, 8 * 1024 * 1024)
"""The roster of a very large course stays under this."""


class UnreachableError(PlatformError):
    """The platform did not answer, or not within bounds."""

    def __init__(self) -> None:
        super().__init__(str(_("The LMS did not answer.")))


class NotPublicError(UnreachableError):
    """The address is not one of the public internet; nothing was sent."""


class TooLongError(UnreachableError):
    """The answer is larger than anything we asked for."""


@dataclass(frozen=True)
class Answer:
    """What a platform said. Its reason phrase is dropped: Moodle repeats the score."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes


def new_session(
    resolve: guard.Resolve = guard.resolve, *, allow_loopback: bool
) -> requests.Session:
    """Return a session with a pool of connections, for use by several threads.

    Args:
        resolve: Finds the addresses of a name.
        allow_loopback: `Settings.allow_loopback_platforms`; else https and public
            addresses only.
    """
    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    # A proxy would resolve names for itself, past the guard; ~/.netrc holds passwords
    # that are no platform's business.
    session.trust_env = False
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    adapter = GuardedAdapter(Guard(allow_loopback, resolve))
    session.adapters.clear()
    session.mount("https://", adapter)
    if allow_loopback:
        session.mount("http://", adapter)
    return session


def get(session: requests.Session, url: str, headers: dict[str, str]) -> Answer:
    """Fetch `url`; follow redirects on the same host and port only.

    Raises:
        UnreachableError: No answer in time, too long an answer, or it leads away.
    """
    for _hop in range(REDIRECTS + 1):
        answer = ask(session, url, headers)
        if answer.status not in (301, 302, 303, 307, 308):
            return answer
        target = urljoin(url, answer.headers.get("Location", ""))
        if origin_of(target) != origin_of(url):
            # A token goes to no other host.
            raise UnreachableError
        url = target
    raise UnreachableError


def post(
    session: requests.Session, url: str, headers: dict[str, str], body: bytes
) -> Answer:
    """Send `body` to `url`; a redirect is returned as the answer.

    Raises:
        UnreachableError: No answer in time, or too long an answer.
    """
    return ask(session, url, headers, body)


def seconds_ahead(answer: Answer, *, now: datetime, waited: float) -> float | None:
    """Return how far the platform's clock is ahead of ours, by its Date header.

    Args:
        answer: Any answer of the platform.
        now: When it was asked.
        waited: Seconds until the answer was there.
    """
    try:
        there = parsedate_to_datetime(answer.headers.get("Date", ""))
        # A date has whole seconds, and was written somewhere on the way.
        return (there - now).total_seconds() + 0.5 - waited / 2
    except (ValueError, TypeError):
        return None


def ask(
    session: requests.Session,
    url: str,
    headers: dict[str, str],
    body: bytes | None = None,
    limits: Limits | None = None,
) -> Answer:
    """Get `url`, or post `body` to it; a redirect is returned as the answer.

    Raises:
        UnreachableError: No answer in time, too long an answer, or an address that
            is not public (`NotPublicError`).
    """
    limits = limits or SERVICES
    # requests hands it on as it is, though its types do not say so.
    patience: Any = Timeout(connect=CONNECT, total=limits.seconds)
    try:
        with session.request(
            "GET" if body is None else "POST",
            url,
            headers=headers,
            data=body,
            timeout=patience,
            allow_redirects=False,
            stream=True,
        ) as response:
            content = _read(response, limits.size)
            return Answer(response.status_code, response.headers, content)
    except (requests.RequestException, HTTPError, ValueError) as error:
        # ValueError: a host that no resolver can be asked for.
        if _is_private(error):
            raise NotPublicError from error
        raise UnreachableError from error


def _read(response: requests.Response, most: int) -> bytes:
    """Return the whole body, within bounds of size; the guard bounds the time."""
    body = b""
    while piece := response.raw.read1(PIECE, decode_content=True):
        body += piece
        if len(body) > most:
            raise TooLongError
    return body


def _is_private(error: Exception) -> bool:
    reason = error.args[0] if error.args else None
    return isinstance(getattr(reason, "reason", None), guard.NotPublicError)
