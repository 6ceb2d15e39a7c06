"""Requests to platforms: in time, to that host only, and never too much at once."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from time import monotonic
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from preventedu.errors import PlatformError
from preventedu.i18n import lazy_gettext as _
from preventedu.lti.addresses import origin_of

TIMEOUT = (5, 15)
"""Seconds to connect, and between two pieces of an answer."""
LONGEST = 30
"""Seconds for a whole body."""
PIECE = 65536
MAX_ANSWER = 8 * 1024 * 1024
"""Bytes; the roster of a very large course stays under this."""
REDIRECTS = 3
POOL = 32
USER_AGENT = f"preventedu/{version('preventedu')}"


class UnreachableError(PlatformError):
    """The platform did not answer, or not within bounds."""

    def __init__(self) -> None:
        super().__init__(str(_("The LMS did not answer.")))


@dataclass(frozen=True)
class Answer:
    """What a platform said. Its reason phrase is dropped: Moodle repeats the score."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes


def new_session() -> requests.Session:
    """Return a session with a pool of connections, for use by several threads."""
    session = requests.Session()
    session.headers["User-Agent"] = USER_AGENT
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_connections=POOL, pool_maxsize=POOL))
    return session


def get(session: requests.Session, url: str, headers: dict[str, str]) -> Answer:
    """Fetch `url`; follow redirects on the same host and port only.

    Raises:
        UnreachableError: No answer in time, too long an answer, or it leads away.
    """
    for _hop in range(REDIRECTS + 1):
        answer = _ask(session, "GET", url, headers, None)
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
    return _ask(session, "POST", url, headers, body)


def _ask(
    session: requests.Session,
    method: str,
    url: str,
    headers: dict[str, str],
    body: bytes | None,
) -> Answer:
    try:
        with session.request(
            method,
            url,
            headers=headers,
            data=body,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as response:
            return Answer(response.status_code, response.headers, _read(response))
    except (requests.RequestException, HTTPError, ValueError) as error:
        # ValueError: a host that no resolver can be asked for.
        raise UnreachableError from error


def _read(response: requests.Response) -> bytes:
    """Return the whole body, within bounds of size and time."""
    deadline, body = monotonic() + LONGEST, b""
    # Piece by piece as it comes: a body that drips in would else never time out.
    while piece := response.raw.read1(PIECE, decode_content=True):
        body += piece
        if len(body) > MAX_ANSWER or monotonic() > deadline:
            raise UnreachableError
    return body
