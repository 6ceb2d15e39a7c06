"""Moodle 4.5 as its captured messages show it (tests/fixtures/moodle-4.5)."""

import json
from http import HTTPStatus

from flask import Response

from practice_lms import oidc
from practice_lms.activities import LineItemDraft
from practice_lms.lms import JsonObject, Launch, Lms, Personality
from practice_lms.people import Course, Person, Role
from practice_lms.personalities.moodle.claims import claims
from practice_lms.personalities.moodle.registering import REGISTERING
from practice_lms.personalities.moodle.services import services

HIGHEST_MAXIMUM = 100
"""The site's maximum grade: content items may not ask for more."""
FIRST_CMID = 2
"""Course module ids are not instance ids; they differ here too."""


def login_parameters(lms: Lms, launch: Launch) -> dict[str, str]:
    """Return the form that Moodle's launch.php posts to the tool."""
    hint: JsonObject = {}
    if launch.activity:
        hint["cmid"] = launch.activity.id + FIRST_CMID
    hint["launchid"] = launch.id
    return {
        "iss": lms.config.issuer,
        "target_link_uri": oidc.target_link_uri(lms, launch),
        "login_hint": user_id(launch.person),
        "lti_message_hint": json.dumps(hint, separators=(",", ":")),
        "client_id": launch.tool.client_id,
        "lti_deployment_id": launch.tool.deployment_id,
    }


def launch_id_in(hint: str) -> str:
    """Return the launchid of an lti_message_hint, "" if it has none."""
    try:
        return str(json.loads(hint)["launchid"])
    except (ValueError, KeyError, TypeError):
        return ""


def draft_line_item(item: JsonObject, count: int) -> LineItemDraft | None:
    """Read a content item's lineItem with Moodle's limits.

    Args:
        item: The content item.
        count: How many items came with it, itself included.

    Raises:
        ValueError: The only item of an answer asks for a maximum that the
            teacher's form refuses. Among several items nobody is told, and the
            column takes text only.
    """
    asked = item.get("lineItem")
    if not isinstance(asked, dict):
        return None
    maximum = asked.get("scoreMaximum") or HIGHEST_MAXIMUM
    is_whole = isinstance(maximum, int) and 1 <= maximum <= HIGHEST_MAXIMUM
    if not is_whole and count == 1:
        raise ValueError(
            "Invalid grade value. This must be an integer between 1 and 100"
        )
    return LineItemDraft(
        score_maximum=maximum if is_whole else HIGHEST_MAXIMUM,
        # Moodle ignores lineItem.label: the column is called like the activity.
        label=str(item.get("title", "")),
        resource_id=str(asked.get("resourceId", "")),
        tag=str(asked.get("tag", "")),
        is_text_only=not is_whole,
        submission_review=asked.get("submissionReview") or {},
    )


def token_answer(body: JsonObject, status: int) -> Response:
    """Return JSON that calls itself HTML; a quote in an error breaks it."""
    text = json.dumps(body)
    if status >= HTTPStatus.BAD_REQUEST:
        text = '{\n  "error" : "' + str(body["error"]) + '"\n}'
    return Response(text, status, content_type="text/html; charset=utf-8")


def user_id(person: Person) -> str:
    """Return the account number as text."""
    return str(person.number)


def context_id(course: Course) -> str:
    """Return the course number as text."""
    return str(course.number)


def opens_for(person: Person) -> bool:
    """Refuse observers: a Moodle parent role reaches no activity of a course."""
    return person.role is not Role.OBSERVER


def deep_link_data(_course: Course) -> str:
    """Send no `data` claim."""
    return ""


MOODLE = Personality(
    name="moodle",
    label="Moodle",
    authorize_path="/mod/lti/auth.php",
    grant_path="/mod/lti/token.php",
    jwks_path="/mod/lti/certs.php",
    deep_link_return_path="/mod/lti/contentitem_return.php",
    id_token_seconds=60,
    launch_gone="",
    storage_target="",
    user_id=user_id,
    context_id=context_id,
    resource_link_id=str,
    opens_for=opens_for,
    login_parameters=login_parameters,
    launch_id_in=launch_id_in,
    claims=claims,
    draft_line_item=draft_line_item,
    token_answer=token_answer,
    deep_link_data=deep_link_data,
    bot="MoodleBot/4.5",
    services=services,
    registering=REGISTERING,
)
