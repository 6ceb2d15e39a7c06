"""Canvas as its documentation and source describe it; nothing here was captured."""

import base64
import hashlib
import json
import uuid

from flask import Response

from practice_lms import oidc
from practice_lms.activities import LineItemDraft
from practice_lms.lms import JsonObject, Launch, Lms, Personality
from practice_lms.people import Course, Person
from practice_lms.personalities.canvas.claims import claims
from practice_lms.personalities.canvas.registering import REGISTERING
from practice_lms.personalities.canvas.services import services

STORAGE_TARGET = "_parent"
DEFAULT_POINTS = 100
NAMES = uuid.uuid5(uuid.NAMESPACE_DNS, "canvas.practice.example")


def login_parameters(lms: Lms, launch: Launch) -> dict[str, str]:
    """Return the form Canvas posts to the tool's login address."""
    return {
        "iss": lms.config.issuer,
        "login_hint": user_id(launch.person),
        "client_id": launch.tool.client_id,
        "lti_deployment_id": launch.tool.deployment_id,
        "target_link_uri": oidc.target_link_uri(lms, launch),
        "lti_message_hint": _hint(launch),
        "canvas_region": "not_configured",
        "canvas_environment": "prod",
        "lti_storage_target": STORAGE_TARGET,
    }


def launch_id_in(hint: str) -> str:
    """Return the launch id inside an lti_message_hint, "" if it has none."""
    try:
        return str(json.loads(base64.urlsafe_b64decode(hint))["verifier"])
    except (ValueError, KeyError, TypeError):
        return ""


def draft_line_item(item: JsonObject, _count: int) -> LineItemDraft | None:
    """Read a content item's lineItem; Canvas makes an assignment of it."""
    asked = item.get("lineItem")
    if not isinstance(asked, dict):
        return None
    maximum = asked.get("scoreMaximum", DEFAULT_POINTS)
    if not isinstance(maximum, int | float) or maximum < 0:
        raise ValueError("scoreMaximum must be greater than or equal to 0")
    return LineItemDraft(
        score_maximum=float(maximum),
        label=str(asked.get("label") or item.get("title", "")),
        resource_id=str(asked.get("resourceId", "")),
        tag=str(asked.get("tag", "")),
    )


def token_answer(body: JsonObject, status: int) -> Response:
    """Return plain JSON, as OAuth 2 asks."""
    return Response(
        json.dumps(body), status, content_type="application/json; charset=utf-8"
    )


def user_id(person: Person) -> str:
    """Return the opaque id of an account, the same at each start."""
    return str(uuid.uuid5(NAMES, f"user {person.key}"))


def context_id(course: Course) -> str:
    """Return the opaque id of a course."""
    return hashlib.sha256(f"course {course.number}".encode()).hexdigest()[:40]


def resource_link_id(activity: int) -> str:
    """Return the opaque id of a link."""
    return str(uuid.uuid5(NAMES, f"link {activity}"))


def opens_for(_person: Person) -> bool:
    """Let everybody in: Canvas launches observers as Mentor."""
    return True


def deep_link_data(course: Course) -> str:
    """Return a short text the tool has no business to read."""
    return json.dumps({"course": course.number})


def _hint(launch: Launch) -> str:
    """Hide the launch id as Canvas hides its verifier in a longer string."""
    text = json.dumps({"verifier": launch.id, "context_type": "Course"})
    return base64.urlsafe_b64encode(text.encode()).decode()


CANVAS = Personality(
    name="canvas",
    label="Canvas",
    authorize_path="/api/lti/authorize_redirect",
    grant_path="/login/oauth2/token",
    jwks_path="/api/lti/security/jwks",
    deep_link_return_path="/courses/deep_linking_response",
    id_token_seconds=3600,
    launch_gone="launch_no_longer_valid",
    storage_target=STORAGE_TARGET,
    user_id=user_id,
    context_id=context_id,
    resource_link_id=resource_link_id,
    opens_for=opens_for,
    login_parameters=login_parameters,
    launch_id_in=launch_id_in,
    claims=claims,
    draft_line_item=draft_line_item,
    token_answer=token_answer,
    deep_link_data=deep_link_data,
    bot="",
    services=services,
    registering=REGISTERING,
)
