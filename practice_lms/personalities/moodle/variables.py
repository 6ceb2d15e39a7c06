"""What Moodle puts in place of `$Variables` in custom parameters."""

from practice_lms.lms import JsonObject, Launch, Lms
from practice_lms.people import Role
from practice_lms.personalities.moodle import addresses

TERM_BEGINS = "2026-08-31T23:00:00+00:00"
TERM_BEGINS_UNIX = "1788217200"
TERM_ENDS = "2027-06-30T23:00:00+00:00"


def variables(lms: Lms, launch: Launch) -> JsonObject:
    """Return the variables Moodle knows; all others stay as they were written."""
    course = launch.course
    return {
        "Context.id": lms.personality.context_id(course),
        "Context.id.history": "",
        "Context.title": course.title,
        "Context.label": course.label,
        "Context.sourcedId": course.sourced_id,
        "Context.timeFrame.begin": TERM_BEGINS_UNIX,
        "CourseSection.title": course.title,
        "CourseSection.label": course.label,
        "CourseSection.sourcedId": course.sourced_id,
        "CourseSection.timeFrame.begin": TERM_BEGINS,
        "CourseSection.timeFrame.end": TERM_ENDS,
        "LineItems.url": addresses.line_items(lms, launch),
        "LineItem.url": addresses.line_item_of(lms, launch),
        "ToolProxyBinding.memberships.url": addresses.memberships(lms, launch),
        "Moodle.Person.userGroupIds": "",
        **_of_the_link(launch),
        **_of_the_person(lms, launch),
    }


def _of_the_link(launch: Launch) -> JsonObject:
    """Return null for links in deep linking, as Moodle sends it."""
    link = launch.activity
    return {
        "ResourceLink.id": link.resource_link_id if link else None,
        "ResourceLink.title": link.title if link else None,
        "ResourceLink.description": link.description if link else None,
    }


def _of_the_person(lms: Lms, launch: Launch) -> JsonObject:
    person = launch.person
    learns = person.role in {Role.STUDENT, Role.TEST_STUDENT}
    return {
        "User.id": lms.user_id(person),
        "User.username": person.key,
        "Person.name.full": person.name,
        "Person.name.given": person.given_name,
        "Person.name.family": person.family_name,
        "Person.email.primary": person.email,
        "Person.sourcedId": person.sourced_id,
        "Person.address.timezone": "99",
        "Membership.role": "Learner" if learns else "Instructor",
    }
