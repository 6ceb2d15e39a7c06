"""Canvas's roster: fifty to a page, and a lower-case `link` header."""

from flask import Response, request

from practice_lms import activities
from practice_lms.config import SCOPE_MEMBERSHIP, ToolRegistration
from practice_lms.faults import under_faults
from practice_lms.lms import RESOURCE_LINK, JsonObject, Launch, Lms, current_lms
from practice_lms.people import Course, Person, Role
from practice_lms.personalities.canvas import addresses, wire
from practice_lms.personalities.canvas.claims import (
    LTI,
    MEMBERSHIP_ROLES,
    VOCABULARY,
    custom,
)

CONTAINER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
PAGE_SIZE = 50
"""Canvas's usual and longest page of a roster."""


@under_faults("memberships")
def list_members(number: int) -> Response:
    """GET: the members of a course."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_MEMBERSHIP,))
    course = wire.require_course(lms, number)
    tool = lms.tools_of(caller.client_id)[0]
    link = _asked_link(lms, course)
    asked = request.args.get("role", "")
    found = [
        person
        for person in lms.cast.members(course)
        if _is_listed(lms, person, course) and (not asked or asked in roles(person))
    ]
    shown, pages = wire.page(found, PAGE_SIZE, PAGE_SIZE)
    body = {
        "id": addresses.memberships(lms, number),
        "context": {
            "id": lms.personality.context_id(course),
            "label": course.label,
            "title": course.title,
        },
        "members": [_member(lms, tool, course, person, link) for person in shown],
    }
    answer = wire.answer(body, CONTAINER)
    answer.headers["link"] = pages
    return answer


def roles(person: Person) -> list[str]:
    """Return the membership roles; a roster names no others."""
    return [VOCABULARY + role for role in MEMBERSHIP_ROLES[person.role]]


def _is_listed(lms: Lms, person: Person, course: Course) -> bool:
    is_real = person.role is not Role.TEST_STUDENT
    return is_real and not lms.is_suspended(person, course)


def _asked_link(lms: Lms, course: Course) -> activities.Activity | None:
    asked = request.args.get("rlid")
    if asked is None:
        return None
    links = activities.activities_in(lms.store, course.number)
    found = next((link for link in links if link.resource_link_id == asked), None)
    if found is None:
        wire.refuse(400, "Tool does not have access to rlid")
    return found


def _member(
    lms: Lms,
    tool: ToolRegistration,
    course: Course,
    person: Person,
    link: activities.Activity | None,
) -> JsonObject:
    member: JsonObject = {
        "status": "Active",
        "user_id": lms.user_id(person),
        "roles": roles(person),
        "lis_person_sourcedid": person.sourced_id,
    }
    if tool.shares_names:
        member |= {
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
        }
    if link is not None:
        launch = Launch("", person, course, tool, link, None, RESOURCE_LINK)
        message = {
            LTI + "message_type": RESOURCE_LINK,
            "locale": person.locale,
            LTI + "custom": custom(lms, launch),
        }
        member["message"] = [message]
    return member
