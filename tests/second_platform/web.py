"""The platform as a WSGI application around the library."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
from flask import Flask, Response, abort, redirect, render_template_string, request
from lti1p3platform.exceptions import (
    LtiDeepLinkingResponseException,
    LtiException,
    MissingRequiredClaim,
    PreflightRequestValidationException,
    UnsupportedGrantType,
)
from lti1p3platform.response import generate_next_link

from tests.second_platform.course import OPAQUE, Course, Received, read_item
from tests.second_platform.library import (
    CONTEXT_ID,
    RESULT_SCOPE,
    SCORE_SCOPE,
    FlaskRequest,
    Grades,
    Launch,
    Login,
    Members,
    Platform,
    ToolAddresses,
    register,
)

if TYPE_CHECKING:
    from tests.second_platform.keys import Keys

CLIENT_ID = "client-of-the-tool"
SELECT = "select"
"""Message hint of a deep linking request; any other is a link's id."""
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
ROSTER_PAGE = 3
FORM = """<form method="post" action="{{ launch_url }}">
<input type="hidden" name="id_token" value="{{ id_token }}">
<input type="hidden" name="state" value="{{ state }}"></form>"""
REFUSALS = (
    jwt.InvalidTokenError,
    LtiDeepLinkingResponseException,
    LtiException,
    MissingRequiredClaim,
    PreflightRequestValidationException,
    UnsupportedGrantType,
)
"""What the library raises when it refuses; it leaves the HTTP answer to us."""


@dataclass
class Lms:
    """One platform with one course, for one test."""

    url: str
    tool: ToolAddresses
    keys: Keys
    course: Course = field(default_factory=Course)

    def library(self) -> Any:
        """Return the library's platform, fresh: it keeps the last token's header."""
        return Platform(
            registration=register(self.url, CLIENT_ID, self.keys, self.tool)
        )

    @property
    def token_url(self) -> str:
        """Return where access tokens are issued."""
        return f"{self.url}/token"


def create_lms(lms: Lms) -> Flask:
    """Build the application."""
    app = Flask(__name__)
    pages, services = _Pages(lms), _Services(lms)
    app.add_url_rule("/go/<hint>/<user>", view_func=pages.go)
    app.add_url_rule("/auth", view_func=pages.auth)
    app.add_url_rule("/selected", view_func=pages.selected, methods=["POST"])
    app.add_url_rule("/jwks", view_func=services.jwks)
    app.add_url_rule("/token", view_func=services.token, methods=["POST"])
    app.add_url_rule("/members", view_func=services.members)
    app.add_url_rule(
        "/items/<item>/scores", view_func=services.scores, methods=["POST"]
    )
    app.add_url_rule("/items/<item>/results", view_func=services.results)
    for kind in REFUSALS:
        app.register_error_handler(kind, _refuse)
    return app


def _refuse(error: Exception) -> Any:
    return {"error": "invalid_request", "error_description": repr(error)}, 400


class _Pages:
    """What the browser sees."""

    def __init__(self, lms: Lms) -> None:
        self._lms = lms

    def go(self, hint: str, user: str) -> Any:
        """Begin a launch of a link, or a selection of content."""
        login = Login(FlaskRequest(request), self._lms.library())
        login.set_lti_message_hint(hint=hint)
        login.set_launch_url(self._target(hint))
        return redirect(login.initiate_login(user))

    def auth(self) -> Any:
        """Answer the tool's authentication request with a signed message."""
        asked = request.args.to_dict()
        self._lms.course.preflights.append(asked)
        if asked.get("redirect_uri") != self._lms.tool.launch:
            # The library would send an id_token anywhere.
            abort(400)
        launch = Launch(FlaskRequest(request), self._lms.library())
        person = self._lms.course.people[asked["login_hint"]]
        launch.set_user_data(person.id, [person.role], full_name=person.name)
        launch.set_launch_context_claim(
            CONTEXT_ID, context_title="Prevention, period 1"
        )
        launch.set_launch_presentation_claim("iframe")
        launch.set_nrps(f"{self._lms.url}/members?limit={ROSTER_PAGE}")
        self._add_message(launch, asked["lti_message_hint"])
        return render_template_string(FORM, **launch.lti_launch())

    def selected(self) -> Any:
        """Take the tool's deep linking answer, if the library does."""
        course = self._lms.course
        course.answers.append(request.form["JWT"])
        items = self._lms.library().validate_deeplinking_resp(request.form.to_dict())
        course.deep_linked = items
        for item in items:
            course.add_link(self._lms.tool.launch, read_item(item))
        return {"added": len(items)}

    def _target(self, hint: str) -> str:
        if hint == SELECT:
            return self._lms.tool.launch
        return self._lms.course.links[hint].url

    def _add_message(self, launch: Any, hint: str) -> None:
        if hint == SELECT:
            launch.set_dl(
                f"{self._lms.url}/selected",
                accept_types={"ltiResourceLink"},
                # The library asks for a dict here; the specification has a string.
                extra_data=OPAQUE,
            )
            return
        link = self._lms.course.links[hint]
        launch.set_launch_url(link.url)
        launch.set_resource_link_claim(link.id, title=link.title)
        launch.set_custom_parameters_claim(link.custom)
        items = f"{self._lms.url}/items"
        if link.line_item is not None:
            launch.set_ags(items, f"{items}/{link.id}", allow_creating_lineitems=False)


class _Services:
    """What the tool asks without a browser."""

    def __init__(self, lms: Lms) -> None:
        self._lms = lms

    def jwks(self) -> Any:
        """Publish the platform's key."""
        return self._lms.library().get_jwks()

    def token(self) -> Any:
        """Issue an access token."""
        self._note("token")
        return self._lms.library().get_access_token(request.form.to_dict())

    def scores(self, item: str) -> Response:
        """Take a score of the right media type."""
        self._note("scores")
        if request.content_type != SCORE_TYPE:
            # The library does not look.
            abort(415)
        grades = self._grades(SCORE_SCOPE, item)
        answer = _answer(grades, grades.handle_update_score, line_item_id=item)
        return Response(status=503) if self._lms.course.drops_answers else answer

    def results(self, item: str) -> Response:
        """Tell what stands in a column."""
        self._note("results")
        grades = self._grades(RESULT_SCOPE, item)
        return _answer(grades, grades.handle_get_results, line_item_id=item)

    def members(self) -> Response:
        """Tell who is in the course."""
        self._note("members")
        members = Members(
            self._lms.course,
            FlaskRequest(request),
            self._lms.library(),
            f"{self._lms.url}/members",
        )
        return _answer(members, members.handle_get_members)

    def _grades(self, scope: str, item: str) -> Grades:
        items = f"{self._lms.url}/items"
        library = self._lms.library()
        asked = FlaskRequest(request)
        return Grades(scope, self._lms.course, asked, library, items, f"{items}/{item}")

    def _note(self, service: str) -> None:
        body = request.get_json(force=True, silent=True)
        form = request.form.to_dict()
        kind = request.content_type or ""
        self._lms.course.received.append(Received(service, kind, form, body))


def _answer(service: Any, handle: Any, **kwargs: str) -> Response:
    """Send what a handler of the library says, as its own Django wrapper does.

    Containers of results are JSON lists; the next page is named in a Link header.
    """
    try:
        said = service.handle_resp(handle, **kwargs)
    except (jwt.InvalidTokenError, LtiException):
        # A token that is not the platform's; the library lets this fall through.
        return Response(status=401)
    except ValueError as error:
        return Response(str(error), 400)
    result = said.result if said.result is not None else {"message": said.message}
    following = result.pop("next", None)
    response = Response(status=said.code)
    response.set_data(json.dumps(result.get("content", result)))
    response.content_type = said.media_type
    if following:
        response.headers["Link"] = generate_next_link(following)
    return response
