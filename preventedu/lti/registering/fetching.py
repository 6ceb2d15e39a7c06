"""One request to an address that a visitor named: guarded, short, small."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from preventedu.lti import addresses, web
from preventedu.lti.registering.problems import RegistrationError

if TYPE_CHECKING:
    import requests

LIMITS = web.Limits(seconds=10, size=256 * 1024)


def fetch(session: requests.Session, url: str, token: str = "") -> web.Answer:
    """Get `url`, with a registration token where there is one.

    Raises:
        RegistrationError: `address_refused`, `unreachable` or `too_long`.
    """
    return _ask(session, url, _headers(token), None)


def post_json(
    session: requests.Session, url: str, token: str, body: object
) -> web.Answer:
    """Post `body` as JSON to `url`, with a registration token where there is one.

    Raises:
        RegistrationError: `address_refused`, or `answer_lost`: it may have arrived.
    """
    headers = {**_headers(token), "Content-Type": "application/json"}
    try:
        return _ask(session, url, headers, json.dumps(body).encode())
    except RegistrationError as error:
        if error.code == "address_refused":
            raise
        raise RegistrationError("answer_lost") from error


def _headers(token: str) -> dict[str, str]:
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    return {"Accept": "application/json", **bearer}


def _ask(
    session: requests.Session, url: str, headers: dict[str, str], body: bytes | None
) -> web.Answer:
    try:
        return web.ask(session, url, headers, body, LIMITS)
    except web.NotPublicError as error:
        raise RegistrationError("address_refused", addresses.host_of(url)) from error
    except web.TooLongError as error:
        raise RegistrationError("too_long") from error
    except web.UnreachableError as error:
        raise RegistrationError("unreachable", addresses.host_of(url)) from error
