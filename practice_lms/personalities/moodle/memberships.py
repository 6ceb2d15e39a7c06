"""Moodle's roster: short role words, everybody at once unless a limit is asked."""

from flask import Response, request

from practice_lms import activities
from practice_lms.config import SCOPE_MEMBERSHIP, ToolRegistration
from practice_lms.faults import under_faults
from practice_lms.lms import RESOURCE_LINK, JsonObject, Launch, Lms, current_lms
from practice_lms.people import Course, Person, Role
from practice_lms.personalities.moodle import wire
from practice_lms.personalities.moodle.claims import BASIC_OUTCOME, LTI, basic_outcome

CONTAINER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


@under_faults("memberships")
def list_members(number: int, binding: str) -> Response:
    """GET: the members of a course."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_MEMBERSHIP,))
    tool = lms.tool(binding)
    if tool is None or tool.client_id != caller.client_id:
        wire.refuse(401, "Unauthorized")
    wire.require_accept(CONTAINER, also_any=True)
    course = lms.cast.course(number)
    if course is None:
        wire.refuse(404, f"Not Found: Course {number} doesn't exist")
    found = [person for person in _members(lms, course) if _is_asked_for(person)]
    limit, start = request.args.get("limit", 0, int), request.args.get("from", 0, int)
    page = found[start : start + limit] if limit > 0 else found
    link = _asked_link(lms, tool)
    address = lms.url(request.path)
    body = {
        "id": address,
        "context": {
            "id": lms.personality.context_id(course),
            "label": course.label,
            "title": course.title,
        },
        "members": [_member(lms, tool, person, link) for person in page],
    }
    answer = wire.answer(body, CONTAINER)
    if limit > 0 and start + limit < len(found):
        # Moodle forgets a `role=` filter in the next address.
        after = f"{address}?limit={limit}&from={start + limit}"
        answer.headers["Link"] = f'<{after}>; rel="next"'
    return answer


def _members(lms: Lms, course: Course) -> list[Person]:
    """Return the active members by family name; parents are no members here."""
    members = [
        person
        for person in lms.cast.members(course)
        if person.role is not Role.OBSERVER and not lms.is_suspended(person, course)
    ]
    return sorted(members, key=lambda person: (person.family_name, person.given_name))


def _role(person: Person) -> str:
    """Only editing teachers are Instructor here, though launches say otherwise."""
    return "Instructor" if person.role is Role.TEACHER else "Learner"


def _is_asked_for(person: Person) -> bool:
    asked = request.args.get("role", "").rpartition("#")[2]
    # Roles Moodle does not know are not filtered by: everybody comes.
    return asked not in {"Learner", "Instructor"} or asked == _role(person)


def _asked_link(lms: Lms, tool: ToolRegistration) -> activities.Activity | None:
    asked = request.args.get("rlid")
    if asked is None:
        return None
    link = activities.activity(lms.store, int(asked)) if asked.isdecimal() else None
    if link is None or link.deployment_id != tool.deployment_id:
        wire.refuse(404, f"Not Found: LTI link {asked} doesn't exist")
    return link


def _member(
    lms: Lms, tool: ToolRegistration, person: Person, link: activities.Activity | None
) -> JsonObject:
    member: JsonObject = {"status": "Active", "roles": [_role(person)]}
    if link is not None:
        member["message"] = [_message(lms, tool, person, link)]
    member["user_id"] = lms.user_id(person)
    member["lis_person_sourcedid"] = person.sourced_id
    if tool.shares_names:
        member |= {
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.email,
            "ext_user_username": person.key,
        }
    return member


def _message(
    lms: Lms, tool: ToolRegistration, person: Person, link: activities.Activity
) -> JsonObject:
    message: JsonObject = {LTI + "message_type": RESOURCE_LINK}
    course = lms.cast.course(link.course)
    if course and activities.coupled_line_item(lms.store, link):
        launch = Launch("", person, course, tool, link, None, RESOURCE_LINK)
        message[BASIC_OUTCOME] = basic_outcome(lms, launch)
    return message
