"""The platform's services: access tokens, scores, results, memberships."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from pylti1p3.assignments_grades import AssignmentsGradesService
from pylti1p3.grade import Grade
from pylti1p3.names_roles import NamesRolesProvisioningService

from preventedu.lti import web
from preventedu.lti.adapters.answers import absolute, percent
from preventedu.lti.adapters.connector import Connector
from preventedu.lti.claims import RESULT_SCOPE, SCORE_SCOPE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from preventedu.lti.adapters.connector import Grant
    from preventedu.lti.registration import Registered
    from preventedu.lti.wire import Wire

RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
MAX_POINTS = 100


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
        self._connector = Connector(platform, wire, now)

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

    def ask_for(self, scopes: Sequence[str]) -> Grant:
        """Ask for an access token of these scopes, whatever is kept already.

        Raises:
            AccessRefusedError: The platform gives none.
            UnreachableError: It did not answer.
        """
        return self._connector.ask_for(scopes)

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


def _moment(at: datetime) -> str:
    text = at.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
