"""The platform's services: access tokens, scores, results, memberships."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import jwt
from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade
from pylti1p3.names_roles import NamesRolesProvisioningService
from pylti1p3.service_connector import ServiceConnector

from preventedu.errors import PlatformError
from preventedu.lti import web
from preventedu.lti.adapters.answers import (
    absolute,
    is_page,
    json_of,
    next_page,
    percent,
    retry_after,
)
from preventedu.lti.adapters.words import registration
from preventedu.lti.claims import RESULT_SCOPE, SCORE_SCOPE
from preventedu.lti.tokens import DEFAULT_LIFETIME, AccessToken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pylti1p3.service_connector import TServiceConnectorResponse

    from preventedu.lti.registration import Registered
    from preventedu.lti.wire import Wire

RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BACK_DATED = timedelta(seconds=5)
"""Moodle refuses an assertion whose `iat` is ahead of its own clock."""
ASSERTION_LIFETIME = timedelta(seconds=60)
MAX_POINTS = 100
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
class Score:
    """A finished lesson's score for one gradebook cell."""

    subject: str
    points: int
    """Out of 100."""
    stamp: datetime
    """Time of sending."""
    submitted_at: datetime
    extras: Mapping[str, object]
    """More members, as the LMS product wants them."""


class PlatformServices:
    """One platform's services, at one moment."""

    def __init__(self, platform: Registered, wire: Wire, *, now: datetime) -> None:
        self._connector = _Connector(platform, wire, now)

    def put_score(
        self, line_item_url: str, score: Score, *, wants_json: bool = False
    ) -> None:
        """Send a score.

        Args:
            line_item_url: Of the gradebook's column.
            score: What is owed.
            wants_json: This platform answers with JSON or nothing; anything else was
                said by somebody in between.

        Raises:
            ServiceError: The platform refused it.
            UnreachableError: It did not answer, or with a page: a sign-in or a
                maintenance page says 200 too.
        """
        self._connector.wants_json = wants_json
        grade = (
            _CompactGrade()
            .set_user_id(score.subject)
            .set_score_given(score.points)
            .set_score_maximum(MAX_POINTS)
            # Anything but these two makes Moodle clear a grade that stands.
            .set_activity_progress("Completed")
            .set_grading_progress("FullyGraded")
            .set_timestamp(_moment(score.stamp))
            .set_extra_claims(
                {
                    "submission": {"submittedAt": _moment(score.submitted_at)},
                    **score.extras,
                }
            )
        )
        service = {"scope": [SCORE_SCOPE], "lineitem": line_item_url}
        AssignmentsGradesService(self._connector, cast("Any", service)).put_grade(grade)

    def result_of(self, line_item_url: str, subject: str) -> float | None:
        """Return the percent that stands in a gradebook cell, if any does.

        Raises:
            ServiceError: The platform does not let us read it.
            UnreachableError: It did not answer.
        """
        url = AssignmentsGradesService._add_url_path_ending(line_item_url, "results")  # noqa: SLF001 (the library's own rule for a `?` in the address)
        url += ("&" if "?" in url else "?") + urlencode({"user_id": subject})
        answer = self._connector.make_service_request(
            [RESULT_SCOPE], url, accept=RESULTS
        )
        body = answer["body"]
        for result in body if isinstance(body, list) else []:
            if isinstance(result, dict) and str(result.get("userId")) == subject:
                return percent(result)
        return None

    def members_page(self, url: str) -> tuple[list[Mapping[str, object]], str | None]:
        """Return one page of a course's memberships and the address of the next.

        Raises:
            ServiceError: The platform does not let us read it.
            UnreachableError: It did not answer, or with something else.
        """
        service = NamesRolesProvisioningService(
            self._connector, {"context_memberships_url": url}
        )
        answer = service.get_nrps_data()
        body = answer["body"]
        members = body.get("members") if isinstance(body, dict) else None
        if not isinstance(members, list):
            # A sign-in page, say: an empty class would look like the truth.
            raise web.UnreachableError
        listed: list[Mapping[str, object]] = [
            each for each in members if isinstance(each, dict)
        ]
        return listed, absolute(answer["next_page_url"], url)


class _CompactGrade(Grade):
    """A score in one line: Moodle puts it into a header, where no line may break."""

    def get_value(self) -> str:
        """Return the score as compact JSON."""
        return json.dumps(json.loads(super().get_value()), separators=(",", ":"))


class _Connector(ServiceConnector):
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

    def _fetch_token(self, scopes: Sequence[str]) -> AccessToken:
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
        seconds = granted.get("expires_in")
        if not isinstance(seconds, int | float) or not 0 <= seconds < 10**6:
            seconds = DEFAULT_LIFETIME
        return AccessToken(text, self._now + timedelta(seconds=seconds))

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


def _moment(at: datetime) -> str:
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
