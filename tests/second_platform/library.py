# The library carries no types for mypy, and its classes are made for subclassing.
# mypy: allow-subclassing-any
"""The library's abstract platform, made concrete: nothing is decided here twice.

What the library does not check, by its source (0.1.8), and who does it here:

- Preflight: `redirect_uri`, `login_hint`, `scope`, `response_type`, `prompt` are not
  looked at. `web.py` checks the address; the tests read the rest.
- Deep linking answer and client assertion: signature, key id, `exp` and message type
  only. `aud`, `iss`, `sub`, `jti`, `nonce`, deployment and `data` are read by tests.
- Scores are not parsed at all ("TODO: validate score"): `course.read_score` does it
  with the library's `TScore`.
- A token with any one of a service's scopes opens all of it: each service here names
  its one scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lti1p3platform.exceptions import LineItemNotFoundException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.membership import Context
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import (
    AssignmentsGradesService,
    NamesRoleProvisioningService,
)

from tests.second_platform.course import Course, read_score

if TYPE_CHECKING:
    import flask

    from tests.second_platform.keys import Keys

SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
CONTEXT_ID = "course-1"
NUMBERS = ("page", "limit")


@dataclass(frozen=True)
class ToolAddresses:
    """What the tool told the platform's administrator."""

    login: str
    launch: str
    jwks: str


class Platform(LTI1P3PlatformConfAbstract):
    """The configuration; made anew for each request, as the library keeps state."""

    def init_platform_config(self, **kwargs: Any) -> None:
        """Keep the registration."""
        self._registration = kwargs["registration"]

    def get_registration_by_params(self, **kwargs: Any) -> Any:
        """Return the only registration."""
        del kwargs
        return self._registration


def register(url: str, client_id: str, keys: Keys, tool: ToolAddresses) -> Any:
    """Return the registration of the tool at the platform at `url`."""
    return (
        Registration()
        .set_iss(url)
        .set_client_id(client_id)
        .set_deployment_id("deployment-1")
        .set_launch_url(tool.launch)
        .set_deeplink_launch_url(tool.launch)
        .set_oidc_login_url(tool.login)
        .set_tool_key_set_url(tool.jwks)
        .set_platform_private_key(keys.private)
        .set_platform_public_key(keys.public)
    )


class FlaskRequest(Request):
    """Flask's request in the library's words."""

    def build_metadata(self, request: flask.Request) -> Any:
        """Copy what the library reads; it counts with page and limit."""
        query = request.args.to_dict()
        return {
            "method": request.method,
            "form_data": request.form.to_dict(),
            "get_data": {
                name: int(value) if name in NUMBERS else value
                for name, value in query.items()
            },
            "headers": request.headers,
            "content_type": request.content_type,
            "path": request.path,
            "json": request.get_json(force=True, silent=True),
        }


class Login(OIDCLoginAbstract):
    """Begins a launch; the message hint names what is launched."""

    def set_lti_message_hint(self, **kwargs: Any) -> None:
        """Keep the hint."""
        self._lti_message_hint = kwargs["hint"]

    def get_redirect(self, url: str) -> str:
        """Return the address as it is."""
        return url


class Launch(LTIAdvantageMessageLaunchAbstract):
    """A signed message for the browser to carry."""

    def render_launch_form(self, launch_data: dict[str, Any], **kwargs: Any) -> Any:
        """Return the form's values."""
        del kwargs
        return launch_data


class Grades(AssignmentsGradesService):
    """Scores and results of a course."""

    def __init__(self, scope: str, course: Course, *args: Any) -> None:
        super().__init__(*args)
        self._scope, self._course = scope, course

    @property
    def allowed_scopes(self) -> list[str]:
        """Return the one scope that this request needs."""
        return [self._scope]

    def update_score(self, line_item_id: str, score: dict[str, Any]) -> Any:
        """Keep a score, unless a later one stands."""
        self._check_link(line_item_id)
        cell = (line_item_id, score["userId"])
        read = read_score(score)
        standing = self._course.scores.get(cell)
        if standing and standing["timestamp"] >= read["timestamp"]:
            return UpdateScoreStatus.OLD_TIMESTAMP
        self._course.scores[cell] = read
        return UpdateScoreStatus.SUCCESS

    def get_results(self, line_item_id: str, **asked: Any) -> dict[str, Any]:
        """Return what stands in a column, for all or for one user."""
        self._check_link(line_item_id)
        wanted = asked.get("user_id")
        found = [
            {
                "id": f"{self.ags.lineitem_url}/results/{user}",
                "userId": user,
                "resultScore": score["scoreGiven"],
                "resultMaximum": score["scoreMaximum"],
                "scoreOf": self.ags.lineitem_url,
            }
            for (link, user), score in self._course.scores.items()
            if link == line_item_id and wanted in (None, user)
        ]
        return {"content": found, "has_next": False}

    def _check_link(self, line_item_id: str) -> None:
        link = self._course.links.get(line_item_id)
        if link is None or link.line_item is None:
            raise LineItemNotFoundException

    # The tool never asks for these; the library wants to see them written out.

    def find_lineitems(self, **asked: Any) -> Any:
        """Not offered."""
        raise NotImplementedError

    def find_lineitem(self, line_item_id: str) -> Any:
        """Not offered."""
        raise NotImplementedError

    def create_lineitem(self, creation_data: Any) -> Any:
        """Not offered."""
        raise NotImplementedError

    def update_lineitem(self, update_data: Any) -> Any:
        """Not offered."""
        raise NotImplementedError

    def delete_lineitem(self, line_item_id: str) -> None:
        """Not offered."""
        raise NotImplementedError


class Members(NamesRoleProvisioningService):
    """The course's people, page by page."""

    def __init__(self, course: Course, *args: Any) -> None:
        super().__init__(*args)
        self._course = course

    def get_context_by_id(self) -> Any:
        """Return the only course."""
        return Context(CONTEXT_ID, "P1", "Prevention, period 1")

    def get_member_data_page(
        self, page: int = 1, limit: int = 100, **asked: Any
    ) -> dict[str, Any]:
        """Return a page; the library writes the address of the next."""
        del asked
        people = list(self._course.people.values())
        first = (page - 1) * limit
        shown = [
            {"user_id": each.id, "name": each.name, "roles": [each.role]}
            for each in people[first : first + limit]
        ]
        return {"content": shown, "has_next": first + limit < len(people)}
