"""The pages people see: who to be, courses, activities, grades, people."""

from typing import Any

from flask import Blueprint, abort, flash, render_template, request
from flask.typing import ResponseReturnValue

from practice_lms import activities, gradebook, launches, oidc, sessions
from practice_lms.activities import Activity
from practice_lms.lms import (
    DEEP_LINKING,
    RESOURCE_LINK,
    SUBMISSION_REVIEW,
    Launch,
    current_lms,
)
from practice_lms.people import STAFF, Course, Person, Role

pages = Blueprint("pages", __name__)
SHOWN_PUPILS = 8
"""How many of a generated class the home page offers to sign in as."""


@pages.get("/")
def home() -> str:
    """Let a visitor choose who to be."""
    people = current_lms().cast.people
    pupils = [p for p in people if p.role is Role.STUDENT]
    return render_template(
        "practice_lms/home.html",
        staff=[p for p in people if p.role in STAFF],
        students=[p for p in pupils if not p.key.startswith("pupil")],
        others=[p for p in people if p.role in {Role.OBSERVER, Role.TEST_STUDENT}],
        pupils=[p for p in pupils if p.key.startswith("pupil")][:SHOWN_PUPILS],
    )


@pages.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Become somebody, in one click."""
    lms = current_lms()
    person = lms.cast.person(request.form.get("person", ""))
    if person is None:
        abort(404, "There is nobody by that name here.")
    sessions.sign_in(person)
    first = lms.cast.courses_of(person)[0]
    return sessions.go_to_course(first.number)


@pages.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Become nobody again."""
    sessions.sign_out()
    return sessions.go_home()


@pages.get("/courses/<int:number>")
def course(number: int) -> str:
    """Show a course and its activities."""
    person, here = sessions.require_member(number)
    lms = current_lms()
    return render_template(
        "practice_lms/course.html",
        course=here,
        activities=activities.activities_in(lms.store, number),
        may_edit=sessions.may_edit(person),
        may_open=lms.personality.opens_for(person),
        offered=lms.offered_tools(),
    )


@pages.get("/courses/<int:number>/activities/<int:activity_id>")
def activity(number: int, activity_id: int) -> str:
    """Show an activity: embedded, or a button that opens a window."""
    person, here = sessions.require_member(number)
    found = _activity(here, activity_id)
    if not current_lms().personality.opens_for(person):
        abort(403, "A parent account cannot open a course activity here.")
    return render_template("practice_lms/activity.html", course=here, activity=found)


@pages.get("/courses/<int:number>/activities/<int:activity_id>/launch")
def launch(number: int, activity_id: int) -> str:
    """Start a launch of an activity."""
    person, here = sessions.require_member(number)
    found = _activity(here, activity_id)
    if not current_lms().personality.opens_for(person):
        abort(403, "A parent account cannot open a course activity here.")
    return oidc.start(_launch(person, here, found, RESOURCE_LINK, None))


@pages.get("/courses/<int:number>/activities/<int:activity_id>/review/<student>")
def review(number: int, activity_id: int, student: str) -> str:
    """Start a submission review: a teacher looks at one student's work."""
    person, here = sessions.require_member(number)
    if not sessions.is_staff(person):
        abort(403, "Only teachers can review work.")
    found = _activity(here, activity_id)
    for_person = current_lms().cast.person(student)
    if for_person is None or student not in here.members:
        abort(404, "There is no such student.")
    return oidc.start(_launch(person, here, found, SUBMISSION_REVIEW, for_person))


@pages.post("/courses/<int:number>/activities/<int:activity_id>/delete")
def delete(number: int, activity_id: int) -> ResponseReturnValue:
    """Remove an activity and its grades."""
    _person, here = sessions.require_teacher(number)
    sessions.check_sesskey(request.form.get("sesskey", ""))
    found = _activity(here, activity_id)
    activities.delete_activity(current_lms().store, found.id)
    flash(f"{found.title} was removed.")
    return sessions.go_to_course(number)


@pages.post("/courses/<int:number>/activities/<int:activity_id>/opens-in")
def opens_in(number: int, activity_id: int) -> ResponseReturnValue:
    """Choose whether an activity is embedded or opens a window."""
    _person, here = sessions.require_teacher(number)
    sessions.check_sesskey(request.form.get("sesskey", ""))
    found = _activity(here, activity_id)
    choice = request.form.get("opens_in", "")
    if choice not in activities.OPENS_IN:
        abort(400, "Choose iframe or window.")
    activities.set_opens_in(current_lms().store, found.id, choice)
    where = "in a new window" if choice == "window" else "on the course page"
    flash(f"{found.title} now opens {where}.")
    return sessions.go_to_course(number)


@pages.get("/courses/<int:number>/add")
def add(number: int) -> str:
    """Show the tool's content selection in a frame."""
    _person, here = sessions.require_teacher(number)
    tools = current_lms().offered_tools()
    if not tools:
        abort(404, "No tool is offered here yet. Ask the site administrator for one.")
    asked = request.args.get("tool", tools[0].deployment_id)
    return render_template(
        "practice_lms/add.html", course=here, tools=tools, chosen=asked
    )


@pages.get("/courses/<int:number>/add/launch")
def add_launch(number: int) -> str:
    """Start content selection (deep linking)."""
    person, here = sessions.require_teacher(number)
    lms = current_lms()
    offered = lms.offered_tools()
    first = offered[0].deployment_id if offered else ""
    tool = lms.tool(request.args.get("tool", first))
    if tool is None:
        abort(404, "There is no such tool.")
    started = Launch(
        id=launches.new_id(None, DEEP_LINKING),
        person=person,
        course=here,
        tool=tool,
        activity=None,
        for_person=None,
        message_type=DEEP_LINKING,
    )
    return oidc.start(started)


@pages.get("/courses/<int:number>/grades")
def grades(number: int) -> ResponseReturnValue:
    """Show the gradebook to teachers, and their own grades to all others."""
    person, here = sessions.require_member(number)
    lms = current_lms()
    rows = gradebook.table(lms.store, here, lms.cast.members(here))
    if not sessions.is_staff(person):
        whose = lms.cast.person(person.observes) or person
        mine = [row for row in rows if row["person"] == whose.key]
        return render_template(
            "practice_lms/own_grades.html", course=here, rows=mine, whose=whose
        )
    students: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        students.setdefault(row["person"], []).append(row)
    columns = activities.line_items_in(lms.store, number)
    return render_template(
        "practice_lms/grades.html",
        course=here,
        columns=columns,
        reviews={c.id: c.activity for c in columns if c.submission_review},
        students=list(students.values()),
    )


@pages.get("/courses/<int:number>/people")
def people(number: int) -> str:
    """Show who is in a course."""
    _person, here = sessions.require_member(number)
    lms = current_lms()
    return render_template(
        "practice_lms/people.html",
        course=here,
        members=[
            (member, lms.is_suspended(member, here))
            for member in lms.cast.members(here)
            if member.role is not Role.TEST_STUDENT
        ],
    )


@pages.app_errorhandler(400)
@pages.app_errorhandler(403)
@pages.app_errorhandler(404)
@pages.app_errorhandler(405)
@pages.app_errorhandler(500)
def error(problem: Exception) -> tuple[str, int]:
    """Show a plain page for whatever went wrong."""
    status = getattr(problem, "code", 500) or 500
    text = getattr(problem, "description", "") or "Something went wrong."
    page = render_template("practice_lms/error.html", status=status, text=text)
    return page, status


def _activity(here: Course, activity_id: int) -> Activity:
    found = activities.activity(current_lms().store, activity_id)
    if found is None or found.course != here.number:
        abort(404, "There is no such activity.")
    return found


def _launch(
    person: Person,
    here: Course,
    found: Activity,
    message_type: str,
    for_person: Person | None,
) -> Launch:
    tool = current_lms().tool(found.deployment_id)
    if tool is None:
        abort(404, "The tool of this activity is no longer registered.")
    return Launch(
        id=launches.new_id(found.id, message_type),
        person=person,
        course=here,
        tool=tool,
        activity=found,
        for_person=for_person,
        message_type=message_type,
    )
