"""The claims of a Canvas launch.

Source: Canvas's doc/api (lti_launch_overview.md, canvas_roles.md,
tools_variable_substitutions.md).
"""

import hashlib

from practice_lms import activities, oidc
from practice_lms.config import SCOPE_MEMBERSHIP
from practice_lms.lms import DEEP_LINKING, JsonObject, Launch, Lms
from practice_lms.people import Person, Role
from practice_lms.personalities.canvas import addresses
from practice_lms.personalities.canvas.variables import variables

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS_ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
VOCABULARY = "http://purl.imsglobal.org/vocab/lis/v2/"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
UNCHECKED: JsonObject = {"validation_context": None, "errors": {"errors": {}}}
"""What Canvas's serializer leaves behind in most claims."""
MEMBERSHIP_ROLES: dict[Role, tuple[str, ...]] = {
    Role.TEACHER: ("membership#Instructor",),
    Role.NONEDITING_TEACHER: (
        "membership#Instructor",
        "membership/Instructor#TeachingAssistant",
    ),
    Role.STUDENT: ("membership#Learner",),
    Role.TEST_STUDENT: ("membership#Learner",),
    Role.OBSERVER: ("membership#Mentor",),
    Role.ADMIN: (),
}
INSTITUTION_ROLES = {
    Role.TEACHER: "institution/person#Instructor",
    Role.STUDENT: "institution/person#Student",
    Role.ADMIN: "institution/person#Administrator",
}


def claims(lms: Lms, launch: Launch, sesskey: str) -> JsonObject:
    """Return every claim but nonce, iat and exp."""
    tool, course = launch.tool, launch.course
    return {
        LTI + "message_type": launch.message_type,
        LTI + "version": "1.3.0",
        "aud": tool.client_id,
        "azp": tool.client_id,
        LTI + "deployment_id": tool.deployment_id,
        "iss": lms.config.issuer,
        "sub": lms.user_id(launch.person),
        LTI + "target_link_uri": oidc.target_link_uri(lms, launch),
        LTI + "context": {
            "id": lms.personality.context_id(course),
            "label": course.label,
            "title": course.title,
            "type": [VOCABULARY + "course#CourseOffering"],
            **UNCHECKED,
        },
        LTI + "tool_platform": {
            "guid": hashlib.sha256(lms.config.base_url.encode()).hexdigest()[:40],
            "name": "Practice district",
            "version": "cloud",
            "product_family_code": "canvas",
            **UNCHECKED,
        },
        LTI + "launch_presentation": _presentation(lms, launch),
        "locale": launch.person.locale,
        LTI + "roles": roles(launch.person),
        LTI + "custom": custom(lms, launch),
        LTI + "lis": {
            "person_sourcedid": launch.person.sourced_id,
            "course_offering_sourcedid": course.sourced_id,
            **UNCHECKED,
        },
        "https://www.instructure.com/placement": _placement(launch),
        **_about_the_link(launch),
        **_about_the_person(launch),
        **_services(lms, launch),
        **_deep_linking(lms, launch, sesskey),
    }


def roles(person: Person) -> list[str]:
    """Return roles from all three vocabularies, institution's first."""
    named = [VOCABULARY + role for role in MEMBERSHIP_ROLES[person.role]]
    institution = INSTITUTION_ROLES.get(person.role)
    if institution:
        # Canvas sends it in every course, also where the person is something else.
        named.insert(0, VOCABULARY + institution)
    named.append(VOCABULARY + "system/person#User")
    return [*named, TEST_USER] if person.role is Role.TEST_STUDENT else named


def custom(lms: Lms, launch: Launch) -> JsonObject:
    """Return the custom parameters; what is not known stays `$...`."""
    own = launch.activity.custom_parameters if launch.activity else {}
    known = variables(lms, launch)
    return {
        name: known.get(value[1:], value) if value.startswith("$") else value
        for name, value in {**launch.tool.custom, **own}.items()
    }


def _presentation(lms: Lms, launch: Launch) -> JsonObject:
    opens_in = launch.activity.opens_in if launch.activity else "iframe"
    return {
        "document_target": opens_in,
        "height": 800,
        "width": 1000,
        "return_url": lms.url(f"/courses/{launch.course.number}/external_content"),
        "locale": launch.person.locale,
        **UNCHECKED,
    }


def _placement(launch: Launch) -> str:
    deep = launch.message_type == DEEP_LINKING
    return "assignment_selection" if deep else "assignment_view"


def _about_the_link(launch: Launch) -> JsonObject:
    if launch.activity is None:
        return {}
    return {
        LTI + "resource_link": {
            "id": launch.activity.resource_link_id,
            "title": launch.activity.title,
            "description": launch.activity.description or None,
            **UNCHECKED,
        }
    }


def _about_the_person(launch: Launch) -> JsonObject:
    person = launch.person
    if not launch.tool.shares_names:
        return {}
    return {
        "name": person.name,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "email": person.email,
    }


def _services(lms: Lms, launch: Launch) -> JsonObject:
    found: JsonObject = {}
    scopes = [scope for scope in launch.tool.scopes if "lti-ags" in scope]
    if scopes:
        endpoint = {
            "scope": scopes,
            "lineitems": addresses.line_items(lms, launch.course.number),
            **UNCHECKED,
        }
        if launch.activity:
            column = activities.coupled_line_item(lms.store, launch.activity)
            if column:
                number = launch.course.number
                endpoint["lineitem"] = addresses.line_item(lms, number, column.id)
        found[AGS_ENDPOINT] = endpoint
    if SCOPE_MEMBERSHIP in launch.tool.scopes:
        found[NRPS] = {
            "context_memberships_url": addresses.memberships(lms, launch.course.number),
            "service_versions": ["2.0"],
            **UNCHECKED,
        }
    return found


def _deep_linking(lms: Lms, launch: Launch, sesskey: str) -> JsonObject:
    if launch.message_type != DEEP_LINKING:
        return {}
    path = lms.personality.deep_link_return_path
    query = (
        f"course={launch.course.number}&id={launch.tool.deployment_id}"
        f"&sesskey={sesskey}"
    )
    settings = {
        "deep_link_return_url": lms.url(f"{path}?{query}"),
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_media_types": "application/vnd.ims.lti.v1.ltilink",
        "accept_multiple": True,
        "accept_lineitem": True,
        "auto_create": False,
        # Opaque to the tool, which has to bring it back unchanged.
        "data": lms.personality.deep_link_data(launch.course),
        **UNCHECKED,
    }
    return {DL + "deep_linking_settings": settings}
