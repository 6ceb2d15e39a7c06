"""Requests to a platform's services: with a shared token, in time, asked once more."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

import jwt
from pylti1p3.service_connector import ServiceConnector

from preventedu.errors import PlatformError
from preventedu.lti import web
from preventedu.lti.adapters.answers import is_page, json_of, next_page, retry_after
from preventedu.lti.adapters.words import registration
from preventedu.lti.tokens import DEFAULT_LIFETIME, AccessToken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pylti1p3.service_connector import TServiceConnectorResponse

    from preventedu.lti.registration import Registered
    from preventedu.lti.wire import Wire

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BACK_DATED = timedelta(seconds=5)
"""Moodle refuses an assertion whose `iat` is ahead of its own clock."""
ASSERTION_LIFETIME = timedelta(seconds=60)
THROTTLED_TEXT = b"rate limit exceeded"
"""Canvas says 403 with these words in the body, in any case."""


class ServiceError(PlatformError):
    """A service refused a request. Neither body nor reason phrase is kept."""

    def __init__(self, answer: web.Answer, *, now: datetime) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.status = answer.status
        self.retry_after = retry_after(answer, now=now)
        self.is_redirect = (
            HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST
        )
        self.is_throttled = answer.status == HTTPStatus.TOO_MANY_REQUESTS or (
            answer.status == HTTPStatus.FORBIDDEN
            and THROTTLED_TEXT in answer.body[:2000].lower()
        )


class AccessRefusedError(ServiceError):
    """The platform gives us no access token, or does not take its own."""


@dataclass(frozen=True)
class Grant:
    """What a platform lets us do, and its clock."""

    scopes: frozenset[str]
    seconds_ahead: float | None


class Connector(ServiceConnector):
    """Requests with a shared token, in time; a refused token is replaced once."""

    def __init__(self, platform: Registered, wire: Wire, now: datetime) -> None:
        super().__init__(registration(platform), wire.session)
        self._platform, self._wire, self._now = platform, wire, now
        self.wants_json = False

    def get_access_token(self, scopes: Sequence[str]) -> str:
        """Return a living token for the scopes."""
        scope = (self._platform.id, tuple(sorted(scopes)))
        return self._wire.tokens.get(
            scope, lambda: self._fetch_token(scope[1]), now=self._now
        )

    def make_service_request(  # noqa: PLR0913, PLR0917 (the library's signature)
        self,
        scopes: Sequence[str],
        url: str,
        is_post: bool = False,  # noqa: FBT001, FBT002 (the library's signature)
        data: str | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        case_insensitive_headers: bool = False,  # noqa: FBT001, FBT002 (likewise)
    ) -> TServiceConnectorResponse:
        """Ask a service; on 401 get a new token and ask once more."""
        del case_insensitive_headers
        headers, body = {"Accept": accept}, data.encode() if data else b""
        if is_post:
            headers["Content-Type"] = content_type
        answer = self._ask(scopes, url, headers, body if is_post else None)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise AccessRefusedError(answer, now=self._now)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            raise ServiceError(answer, now=self._now)
        if is_post and is_page(answer.body, wants_json=self.wants_json):
            raise web.UnreachableError
        return {
            "headers": dict(answer.headers),
            "body": json_of(answer.body),
            "next_page_url": next_page(answer.headers.get("Link", "")),
        }

    def _ask(
        self,
        scopes: Sequence[str],
        url: str,
        headers: dict[str, str],
        body: bytes | None,
    ) -> web.Answer:
        answer = None
        for _try in range(2):
            token = self.get_access_token(scopes)
            allowed = {**headers, "Authorization": f"Bearer {token}"}
            if body is None:
                answer = web.get(self._wire.session, url, allowed)
            else:
                answer = web.post(self._wire.session, url, allowed, body)
            if answer.status != HTTPStatus.UNAUTHORIZED:
                return answer
            scope = (self._platform.id, tuple(sorted(scopes)))
            self._wire.tokens.drop(scope, token)
        return cast("web.Answer", answer)

    def ask_for(self, scopes: Sequence[str]) -> Grant:
        """Ask for a token and say what it is good for; it is not kept."""
        began = monotonic()
        answer, granted = self._ask_token(scopes)
        waited = monotonic() - began
        said = granted.get("scope")
        # RFC 6749, 5.1: left out where it is what was asked for.
        named = said.split() if isinstance(said, str) and said else scopes
        ahead = web.seconds_ahead(answer, now=self._now, waited=waited)
        return Grant(frozenset(named) & frozenset(scopes), ahead)

    def _fetch_token(self, scopes: Sequence[str]) -> AccessToken:
        _answer, granted = self._ask_token(scopes)
        seconds = granted.get("expires_in")
        if not isinstance(seconds, int | float) or not 0 <= seconds < 10**6:
            seconds = DEFAULT_LIFETIME
        expires_at = self._now + timedelta(seconds=seconds)
        return AccessToken(str(granted["access_token"]), expires_at)

    def _ask_token(
        self, scopes: Sequence[str]
    ) -> tuple[web.Answer, Mapping[str, object]]:
        """Ask for a token; the answer may be anything, so nothing in it is trusted."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": JWT_BEARER,
            "client_assertion": self._assertion(),
            "scope": " ".join(scopes),
        }
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        url = self._platform.token_url
        answer = web.post(self._wire.session, url, headers, urlencode(form).encode())
        granted = json_of(answer.body) if answer.status == HTTPStatus.OK else None
        text = granted.get("access_token") if isinstance(granted, dict) else None
        if not isinstance(granted, dict) or not isinstance(text, str) or not text:
            raise AccessRefusedError(answer, now=self._now)
        return answer, granted

    def _assertion(self) -> str:
        key, issued = self._wire.signing_key, self._now - BACK_DATED
        claims = {
            "iss": self._platform.client_id,
            "sub": self._platform.client_id,
            "aud": self._platform.token_audience,
            "iat": int(issued.timestamp()),
            "exp": int((self._now + ASSERTION_LIFETIME).timestamp()),
            "jti": secrets.token_urlsafe(16),
        }
        # With the key object: loading it from text costs 50 ms each time.
        return jwt.encode(claims, key.private, "RS256", headers={"kid": key.kid})
