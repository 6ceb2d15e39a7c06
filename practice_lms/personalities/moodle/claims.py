"""The claims of a Moodle launch, in Moodle's own order and shapes."""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping

from practice_lms import activities, oidc
from practice_lms.config import SCOPE_MEMBERSHIP
from practice_lms.lms import (
    DEEP_LINKING,
    RESOURCE_LINK,
    SUBMISSION_REVIEW,
    JsonObject,
    Launch,
    Lms,
)
from practice_lms.people import Person, Role
from practice_lms.personalities.moodle import addresses
from practice_lms.personalities.moodle.variables import variables

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
BASIC_OUTCOME = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"
AGS_ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
ADMIN_ROLES = (
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
    MEMBERSHIP + "Instructor",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
)
CONTAINERS = {"iframe": 3, "window": 4}
"""Moodle's numbers for how an activity opens, seen in return addresses."""


def claims(lms: Lms, launch: Launch, sesskey: str) -> JsonObject:
    """Return every claim but nonce, iat and exp."""
    tool, course, person = launch.tool, launch.course, launch.person
    return {
        "iss": lms.config.issuer,
        "aud": tool.client_id,
        LTI + "deployment_id": tool.deployment_id,
        LTI + "target_link_uri": oidc.target_link_uri(lms, launch),
        "sub": lms.user_id(person),
        LTI + "lis": {
            "person_sourcedid": person.sourced_id,
            "course_section_sourcedid": course.sourced_id,
        },
        LTI + "roles": roles(person),
        LTI + "context": {
            "id": lms.personality.context_id(course),
            "label": course.label,
            "title": course.title,
            "type": ["CourseSection"],
        },
        LTI + "message_type": launch.message_type,
        **_about_the_link(lms, launch),
        **_about_the_person(launch),
        LTI + "launch_presentation": _presentation(lms, launch, sesskey),
        LTI + "tool_platform": _platform(lms),
        LTI + "version": "1.3.0",
        LTI + "custom": _custom(lms, launch),
        **_services(lms, launch),
        **_deep_linking(lms, launch, sesskey),
    }


def roles(person: Person) -> list[str]:
    """Return the short list Moodle sends: no assistants, no mentors."""
    if person.role is Role.ADMIN:
        return list(ADMIN_ROLES)
    teaches = person.role in {Role.TEACHER, Role.NONEDITING_TEACHER}
    return [MEMBERSHIP + ("Instructor" if teaches else "Learner")]


def basic_outcome(lms: Lms, launch: Launch) -> JsonObject:
    """Return the LTI 1.1 outcome pointer that graded links still carry."""
    data = {
        "instanceid": str(launch.activity.id) if launch.activity else "",
        "userid": lms.user_id(launch.person),
        "typeid": launch.tool.deployment_id,
        "launchid": secrets.randbelow(2**31),
    }
    digest = hashlib.sha256(json.dumps(data).encode()).hexdigest()
    sourced_id = json.dumps({"data": data, "hash": digest}, separators=(",", ":"))
    return {
        "lis_result_sourcedid": sourced_id,
        "lis_outcome_service_url": lms.url("/mod/lti/service.php"),
    }


def _about_the_link(lms: Lms, launch: Launch) -> JsonObject:
    activity = launch.activity
    if activity is None:
        return {}
    found: JsonObject = {
        LTI + "resource_link": {
            "title": activity.title,
            "description": activity.description,
            "id": activity.resource_link_id,
        }
    }
    if activities.coupled_line_item(lms.store, activity):
        found[BASIC_OUTCOME] = basic_outcome(lms, launch)
    if launch.for_person:
        found[LTI + "for_user"] = {"user_id": lms.user_id(launch.for_person)}
    return found


def _about_the_person(launch: Launch) -> JsonObject:
    person = launch.person
    if not launch.tool.shares_names:
        return {LTI + "ext": {"lms": "moodle-2"}}
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "name": person.name,
        LTI + "ext": {"user_username": person.key, "lms": "moodle-2"},
        "email": person.email,
    }


def _presentation(lms: Lms, launch: Launch, sesskey: str) -> JsonObject:
    if launch.activity is None:
        return {"locale": launch.person.locale}
    container = CONTAINERS[launch.activity.opens_in]
    query = (
        f"course={launch.course.number}&launch_container={container}"
        f"&instanceid={launch.activity.id}&sesskey={sesskey}"
    )
    return {
        "locale": launch.person.locale,
        "document_target": launch.activity.opens_in,
        "return_url": lms.url(f"/mod/lti/return.php?{query}"),
    }


def _platform(lms: Lms) -> JsonObject:
    # The site's identity, not a secret: any stable 32 characters will do.
    guid = hashlib.sha256(lms.config.base_url.encode()).hexdigest()[:32]
    return {
        "product_family_code": "moodle",
        "version": "2024100705.01",
        "guid": guid,
        "name": "practice",
        "description": "Practice LMS",
    }


def _custom(lms: Lms, launch: Launch) -> JsonObject:
    """Return the link's parameters, then the tool's, each in two spellings."""
    sent: JsonObject = {}
    known = variables(lms, launch)
    for source in (_link_parameters(lms, launch), launch.tool.custom):
        for name, value in source.items():
            resolved = known.get(value[1:], value) if value.startswith("$") else value
            # `Mixed.Case` is sent as `mixed_case` too, the old LTI 1 spelling.
            sent.setdefault(re.sub(r"[^a-z0-9]", "_", name.lower()), resolved)
            sent.setdefault(name, resolved)
    if _has_roster(lms, launch):
        sent["context_memberships_url"] = addresses.memberships(lms, launch)
    return sent


def _link_parameters(lms: Lms, launch: Launch) -> Mapping[str, str]:
    if launch.activity is None:
        return {}
    if launch.message_type != SUBMISSION_REVIEW:
        return launch.activity.custom_parameters
    column = activities.coupled_line_item(lms.store, launch.activity)
    review = json.loads(column.submission_review or "{}") if column else {}
    return {**launch.activity.custom_parameters, **review.get("custom", {})}


def _services(lms: Lms, launch: Launch) -> JsonObject:
    found: JsonObject = {}
    scopes = sorted(scope for scope in launch.tool.scopes if "lti-ags" in scope)
    if scopes:
        endpoint = {"scope": scopes, "lineitems": addresses.line_items(lms, launch)}
        line_item = addresses.line_item_of(lms, launch)
        if line_item:
            endpoint["lineitem"] = line_item
        found[AGS_ENDPOINT] = endpoint
    if _has_roster(lms, launch):
        found[NRPS] = {
            "context_memberships_url": addresses.memberships(lms, launch),
            "service_versions": ["1.0", "2.0"],
        }
    return found


def _has_roster(lms: Lms, launch: Launch) -> bool:
    """A course has a roster service only once the tool has an activity in it."""
    if SCOPE_MEMBERSHIP not in launch.tool.scopes:
        return False
    placed = activities.activities_in(lms.store, launch.course.number)
    mine = [a for a in placed if a.deployment_id == launch.tool.deployment_id]
    return launch.message_type == RESOURCE_LINK or bool(mine)


def _deep_linking(lms: Lms, launch: Launch, sesskey: str) -> JsonObject:
    if launch.message_type != DEEP_LINKING:
        return {}
    query = (
        f"course={launch.course.number}&id={launch.tool.deployment_id}"
        f"&sesskey={sesskey}"
    )
    path = lms.personality.deep_link_return_path
    return {
        DL + "deep_linking_settings": {
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["frame", "iframe", "window"],
            "accept_copy_advice": False,
            "accept_multiple": True,
            "accept_unsigned": False,
            "auto_create": False,
            "can_confirm": False,
            "deep_link_return_url": lms.url(f"{path}?{query}"),
            "title": launch.tool.name,
            "text": "",
        }
    }
