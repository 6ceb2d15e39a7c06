"""What Canvas puts in place of `$Variables` in custom parameters."""

from practice_lms import activities
from practice_lms.lms import JsonObject, Launch, Lms
from practice_lms.people import Role
from practice_lms.personalities.canvas import addresses

ROOT_ACCOUNT_ID = 1


def variables(lms: Lms, launch: Launch) -> JsonObject:
    """Return the variables Canvas knows; ids are numbers, not text."""
    course = launch.course
    return {
        "Canvas.account.id": course.account_id,
        "Canvas.account.name": course.school,
        "Canvas.account.sisSourceId": f"SCHOOL-{course.account_id}",
        "Canvas.root_account.id": ROOT_ACCOUNT_ID,
        "Canvas.rootAccount.id": ROOT_ACCOUNT_ID,
        "Canvas.course.id": course.number,
        "Canvas.course.name": course.title,
        "Canvas.course.sisSourceId": course.sourced_id,
        "Canvas.course.sectionIds": str(course.number * 10 + 1),
        "Canvas.term.name": "2026-2027",
        "Canvas.term.startAt": "2026-08-31T05:00:00Z",
        "Canvas.api.domain": lms.config.base_url.partition("//")[2],
        "Context.id": lms.personality.context_id(course),
        "Context.id.history": "",
        "Context.title": course.title,
        "Context.sourcedId": course.sourced_id,
        "CourseSection.sourcedId": course.sourced_id,
        "LineItems.url": addresses.line_items(lms, course.number),
        **_of_the_link(lms, launch),
        **_of_the_person(lms, launch),
    }


def _of_the_link(lms: Lms, launch: Launch) -> JsonObject:
    link = launch.activity
    if link is None:
        return {}
    found: JsonObject = {
        "ResourceLink.id": link.resource_link_id,
        "ResourceLink.title": link.title,
        "ResourceLink.description": link.description,
    }
    column = activities.coupled_line_item(lms.store, link)
    if column:
        found["Canvas.assignment.id"] = column.id
        found["Canvas.assignment.title"] = link.title
        found["Canvas.assignment.pointsPossible"] = column.score_maximum
    return found


def _of_the_person(lms: Lms, launch: Launch) -> JsonObject:
    person = launch.person
    child = lms.cast.person(person.observes)
    is_test = person.role is Role.TEST_STUDENT
    return {
        "Canvas.user.id": person.number,
        "Canvas.user.sisSourceId": person.sourced_id,
        "User.id": lms.user_id(person),
        "Person.name.full": person.name,
        "Person.name.given": person.given_name,
        "Person.name.family": person.family_name,
        "Person.email.primary": person.email,
        "Person.sourcedId": person.sourced_id,
        "com.instructure.User.observees": lms.user_id(child) if child else "",
        "com.instructure.User.student_view": is_test,
        "com.instructure.User.sectionNames": f'["{launch.course.title}"]',
    }
