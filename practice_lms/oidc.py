"""The OpenID Connect side: starting a launch, and answering the tool's request."""

import json
import time
from typing import Any
from urllib.parse import urlencode

from flask import Response, abort, render_template, request

from practice_lms import activities, launches
from practice_lms.config import ToolRegistration
from practice_lms.lms import SUBMISSION_REVIEW, Launch, Lms, current_lms
from practice_lms.people import Person
from practice_lms.sessions import sesskey, signed_in


class AuthRequestError(Exception):
    """An authentication request the tool must hear about.

    Attributes:
        code: The OIDC `error`.
    """

    def __init__(self, code: str, description: str) -> None:
        self.code = code
        super().__init__(description)


def start(launch: Launch) -> str:
    """Return the page that posts a launch to the tool's login address."""
    lms = current_lms()
    launches.remember(lms, launch)
    fields = lms.personality.login_parameters(lms, launch)
    return render_template(
        "practice_lms/forward.html", action=launch.tool.login_url, fields=fields
    )


def target_link_uri(lms: Lms, launch: Launch) -> str:
    """Return where a launch is to end: the link's own address or the default."""
    if launch.activity is None:
        return launch.tool.deep_link_url
    if launch.message_type == SUBMISSION_REVIEW:
        column = activities.coupled_line_item(lms.store, launch.activity)
        review = json.loads(column.submission_review or "{}") if column else {}
        return str(review.get("url") or launch.tool.target_link_uri)
    return launch.activity.url or launch.tool.target_link_uri


def authorize() -> str | Response:
    """Answer the tool's authentication request, by GET or POST."""
    lms, person = current_lms(), signed_in()
    if person is None:
        return post_again_from_here()
    fields = request.values
    tools = lms.tools_of(fields.get("client_id", ""))
    redirect_uri = fields.get("redirect_uri", "")
    if not any(redirect_uri in tool.redirect_uris for tool in tools):
        # Never forward anything to an address nobody registered.
        abort(400, "This address was not registered for the tool.")
    try:
        _check(fields)
        launch = _take_launch(lms, person, tools)
        answer = {"id_token": _id_token(lms, launch, fields["nonce"])}
    except AuthRequestError as error:
        answer = {"error": error.code, "error_description": str(error)}
    if "state" in fields:
        answer["state"] = fields["state"]
    if lms.personality.storage_target:
        answer["lti_storage_target"] = lms.personality.storage_target
    return render_template(
        "practice_lms/forward.html", action=redirect_uri, fields=answer
    )


def _check(fields: Any) -> None:
    """Refuse what OpenID Connect and LTI forbid, in the order Moodle looks."""
    if "openid" not in fields.get("scope", "").split():
        raise AuthRequestError("invalid_scope", "scope must hold openid")
    if fields.get("response_type") != "id_token":
        raise AuthRequestError("unsupported_response_type", "must be id_token")
    if fields.get("response_mode") != "form_post":
        raise AuthRequestError("invalid_request", "response_mode must be form_post")
    if fields.get("prompt") != "none":
        raise AuthRequestError("invalid_request", "prompt must be none")
    for name in ("nonce", "state", "login_hint"):
        if not fields.get(name):
            raise AuthRequestError("invalid_request", f"{name} is missing")


def _take_launch(lms: Lms, person: Person, tools: list[ToolRegistration]) -> Launch:
    """Return the launch the hints speak of, and spend it."""
    hint = request.values.get("lti_message_hint", "")
    launch = launches.find(lms, lms.personality.launch_id_in(hint))
    if launch is None:
        raise _gone(lms)
    if launch.tool not in tools:
        raise AuthRequestError("unauthorized_client", "The launch is another tool's")
    if request.values["login_hint"] != lms.user_id(launch.person):
        raise AuthRequestError("access_denied", "login_hint names somebody else")
    if person != launch.person:
        raise AuthRequestError("login_required", "Somebody else is signed in")
    if not launches.use_up(lms, launch):
        raise _gone(lms)
    return launch


def _gone(lms: Lms) -> AuthRequestError:
    """Return the error for a spent launch, or show Moodle's page instead."""
    code = lms.personality.launch_gone
    if not code:
        abort(404, "Invalid request")
    return AuthRequestError(code, "The launch is too old or was used before")


def _id_token(lms: Lms, launch: Launch, nonce: str) -> str:
    now = int(time.time())
    lifetime = lms.personality.id_token_seconds
    claims = lms.personality.claims(lms, launch, sesskey())
    stamps = {"nonce": nonce, "iat": now, "exp": now + lifetime}
    return lms.platform_keys.sign({**stamps, **claims})


def post_again_from_here() -> str:
    """Answer a request without our cookie, as Moodle does.

    A request that a page of another site caused carries no SameSite=Lax cookie.
    The page below comes from this site, so when it posts the same again, it does.
    """
    if "repost" in request.form:
        abort(403, "Nobody is signed in here. Open the course page and try again.")
    fields = {**request.form, "repost": "1"}
    query = urlencode(list(request.args.items(multi=True)))
    action = request.path + (f"?{query}" if query else "")
    return render_template("practice_lms/forward.html", action=action, fields=fields)
