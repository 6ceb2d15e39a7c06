"""A course finds its school: by rule, by hand, by a teacher's answer; by new rows."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.grants.attribution import attribute_new
from preventedu.grants.ledger import Attribution, Outcome
from preventedu.lti.connection_models import PlacementAnswer, PlacementAttribute
from preventedu.lti.models import Context
from preventedu.people import Course, CoursePlacement, Lea, StaffRole
from tests.lti.connections.make import make_lea, schools_of, the_deployment
from tests.lti.double import MEMBERSHIP
from tests.lti.make import page_of
from tests.staff.make import csrf

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.lti.connections.make import Desk, Seated
    from tests.lti.make import Browser
    from tests.lti.school import School

COURSES = "/connections/courses"
SECTION = "course_section_sourcedid"
LIS = "https://purl.imsglobal.org/spec/lti/claim/lis"


def rules(session: Session) -> str:
    return f"/connections/deployments/{the_deployment(session).id}/rules"


def own(session: Session, seated: Seated, lea: Lea) -> None:
    """Bind the deployment to an LEA with several schools."""
    address = f"/connections/deployments/{the_deployment(session).id}/bind"
    answer = seated.post(address, {"lea": str(lea.id), "school": ""})
    assert answer.status_code == 303


def add_rule(
    session: Session,
    seated: Seated,
    attribute: PlacementAttribute,
    value: str,
    school_id: int,
) -> None:
    form = {"attribute": attribute.value, "value": value, "school": str(school_id)}
    assert seated.post(rules(session), form).status_code == 303


def placed(session: Session) -> dict[str, int]:
    """Return the school that counts by the LMS's own course id."""
    session.expire_all()
    rows = session.execute(
        select(Context.context_id, CoursePlacement.school_id)
        .join(CoursePlacement, CoursePlacement.course_id == Context.course_id)
        .order_by(CoursePlacement.recorded_at, CoursePlacement.id)
    )
    return {row[0]: row[1] for row in rows}


def place(
    session: Session, seated: Seated, school_id: int, **more: str
) -> tuple[int, str]:
    context = session.scalars(select(Context)).one()
    form = {"course": str(context.id), "school": str(school_id), **more}
    answer = seated.post(COURSES, form)
    return answer.status_code, answer.text


def test_the_first_rule_that_fits_places_a_new_course(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    seated, lea = desk.seat(), make_lea(session, 1, schools=3)
    own(session, seated, lea)
    north, south, east = schools_of(session, lea)
    add_rule(session, seated, PlacementAttribute.CANVAS_ACCOUNT, "12", north.id)
    add_rule(session, seated, PlacementAttribute.SIS_PREFIX, "S-", south.id)
    add_rule(session, seated, PlacementAttribute.CONTEXT, "c4", east.id)

    said: list[tuple[str, dict[str, object]]] = [
        ("c1", {"custom": {"account_id": "12", "sis_id": "S-7"}}),
        ("c2", {"custom": {"account_id": "120"}, LIS: {SECTION: "S-8"}}),
        ("c3", {"custom": {"account_id": "$Canvas.account.id", "sis_id": "T-S-"}}),
        ("c4", {}),
    ]  # fmt: skip
    for number, (course, claims) in enumerate(said):
        link = {"id": f"link-{number}"}
        chrome.launch(context={"id": course}, resource_link=link, **claims)

    assert placed(session) == {"c1": north.id, "c2": south.id, "c4": east.id}
    leas = set(session.scalars(select(Course.lea_id)))
    assert leas == {lea.id}


def test_a_rule_is_moved_up_and_taken_out(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    seated, lea = desk.seat(), make_lea(session, 1)
    own(session, seated, lea)
    first, second = schools_of(session, lea)
    for school in (first, second):
        add_rule(session, seated, PlacementAttribute.SIS_PREFIX, "S", school.id)
    page = seated.get(rules(session)).text
    assert page.index(first.name) < page.index(second.name)

    later = page.split('name="rule" value="')[-1].split('"')[0]
    seated.post(f"{rules(session)}/up", {"rule": later})
    chrome.launch(custom={"sis_id": "S1"})
    assert placed(session) == {"course-1": second.id}

    assert seated.post(f"{rules(session)}/end", {"rule": later}).status_code == 303
    assert seated.post(f"{rules(session)}/end", {"rule": later}).status_code == 404
    chrome.launch(
        context={"id": "c2"}, resource_link={"id": "l2"}, custom={"sis_id": "S2"}
    )
    # What the rule placed stays placed.
    assert placed(session) == {"course-1": second.id, "c2": first.id}


def test_a_rule_of_another_leas_school_is_refused(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    del chrome
    seated, lea, other = desk.seat(), make_lea(session, 1), make_lea(session, 2)
    own(session, seated, lea)
    theirs = schools_of(session, other)[0]
    form = {"attribute": "context", "value": "c1", "school": str(theirs.id)}

    answer = seated.post(rules(session), form)

    assert answer.status_code == 200
    assert "Nothing was recorded" in answer.text
    assert "No rule yet" in answer.text


def test_rules_of_an_earlier_lea_place_nothing(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    seated, lea, other = desk.seat(), make_lea(session, 1), make_lea(session, 2)
    own(session, seated, lea)
    school = schools_of(session, lea)[0]
    add_rule(session, seated, PlacementAttribute.CONTEXT, "course-1", school.id)
    own(session, seated, other)

    chrome.launch()

    assert placed(session) == {}
    assert "belongs to another LEA now" in seated.get(rules(session)).text


def test_rules_are_tried_on_request_on_courses_at_no_school(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    seated, lea = desk.seat(), make_lea(session, 1)
    own(session, seated, lea)
    chrome.launch(custom={"account_id": 12})
    chrome.launch(context={"id": "c2"}, resource_link={"id": "l2"})
    school = schools_of(session, lea)[0]
    add_rule(session, seated, PlacementAttribute.CANVAS_ACCOUNT, "12", school.id)
    assert placed(session) == {}

    answer = seated.post(f"{rules(session)}/apply")

    assert "1 course was placed." in seated.get(answer.location).text
    assert placed(session) == {"course-1": school.id}
    listed = seated.get(COURSES).text
    assert "Course c2" in listed
    assert "Course course-1" not in listed


def test_placing_a_course_places_its_earlier_completions_by_new_rows(
    session: Session, desk: Desk, school: School
) -> None:
    seated, lea = desk.seat(), make_lea(session, 1)
    address = f"/connections/deployments/{the_deployment(session).id}/bind"
    seated.post(address, {"lea": str(lea.id), "school": ""})
    completion = school.completes(school.learner())
    attribute_new(session, now=school.clock())
    session.commit()
    before = session.scalars(select(Attribution)).one()
    assert before.outcome is Outcome.NOT_YET_PLACED
    first, second = schools_of(session, lea)

    status, _page = place(session, seated, first.id)
    assert status == 303
    later = school.clock() + timedelta(minutes=1)
    attribute_new(session, now=later)
    session.commit()

    rows = session.scalars(select(Attribution).order_by(Attribution.id)).all()
    assert [row.completion_id for row in rows] == [completion.id, completion.id]
    assert (rows[0].outcome, rows[0].school_id) == (Outcome.NOT_YET_PLACED, None)
    assert (rows[1].supersedes_id, rows[1].school_id) == (rows[0].id, first.id)

    # A correction is a further row, and moves them again.
    status, _page = place(session, seated, second.id)
    assert status == 303
    attribute_new(session, now=later + timedelta(minutes=1))
    session.commit()
    last = session.scalars(select(Attribution).order_by(Attribution.id.desc())).first()
    assert last is not None
    assert last.school_id == second.id
    assert len(session.scalars(select(CoursePlacement)).all()) == 2


def test_a_course_that_moved_keeps_what_was_before(
    session: Session, desk: Desk, school: School
) -> None:
    seated, lea = desk.seat(), make_lea(session, 1)
    address = f"/connections/deployments/{the_deployment(session).id}/bind"
    seated.post(address, {"lea": str(lea.id), "school": ""})
    first, second = schools_of(session, lea)
    school.completes(school.learner())
    place(session, seated, first.id)
    moved = (school.clock() + timedelta(days=2)).date()

    place(session, seated, second.id, from_day=moved.isoformat())
    school.clock.later(3 * 24 * 3600)
    school.completes(school.learner("user-2"))
    attribute_new(session, now=school.clock())
    session.commit()

    rows = session.scalars(select(Attribution).order_by(Attribution.completion_id))
    assert [row.school_id for row in rows] == [first.id, second.id]


def test_an_official_places_courses_of_the_own_lea_only(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    lea, other = make_lea(session, 1), make_lea(session, 2)
    own(session, desk.seat(), lea)
    chrome.launch()
    ours, theirs = schools_of(session, lea)[0], schools_of(session, other)[0]
    stranger = desk.seat(StaffRole.LEA_OFFICIAL, other)
    official = desk.seat(StaffRole.LEA_OFFICIAL, lea)

    assert place(session, stranger, theirs.id)[0] == 404
    assert "Course course-1" not in stranger.get(COURSES).text
    status, page = place(session, official, theirs.id)
    assert status == 400
    assert "not one of the course" in page
    assert placed(session) == {}
    assert place(session, official, ours.id)[0] == 303
    row = session.scalars(select(CoursePlacement)).one()
    assert row.recorded_by == f"lea-official-{lea.id}@staff.example"


def test_no_completion_is_counted_on_these_pages(
    session: Session, desk: Desk, school: School
) -> None:
    seated, lea = desk.seat(), make_lea(session, 1)
    address = f"/connections/deployments/{the_deployment(session).id}/bind"
    seated.post(address, {"lea": str(lea.id), "school": ""})
    school.completes(school.learner())

    assert "completion" not in seated.get(COURSES).text


# -- a teacher's answer --


@pytest.fixture
def teachers_page(
    session: Session,
    desk: Desk,
    chrome: Browser,
    module: str,
) -> str:
    """Address of the class page of a course at no school, in an LEA with two."""
    own(session, desk.seat(), make_lea(session, 1))
    teacher = [MEMBERSHIP + "Instructor"]
    answer = chrome.launch(roles=teacher, custom={"module": module})
    assert page_of(answer) == "class"
    return str(answer.location)


def test_a_teacher_is_asked_once_and_staff_confirm(
    session: Session, desk: Desk, chrome: Browser, teachers_page: str
) -> None:
    lea = session.scalars(select(Course)).one().lea_id
    official = desk.seat(StaffRole.LEA_OFFICIAL, session.get_one(Lea, lea))
    question = teachers_page.replace("/class", "/school")
    page = chrome.client.get(teachers_page).text
    assert question in page
    asked = chrome.client.get(question).text
    first, second = schools_of(session, session.get_one(Lea, lea))
    assert first.name in asked
    form = {"csrf_token": csrf(asked), "school": str(second.id)}

    answer = chrome.client.post(question, data=form)

    assert answer.location == teachers_page
    assert question not in chrome.client.get(teachers_page).text
    assert chrome.client.get(question).location == teachers_page
    assert placed(session) == {}
    waiting = official.get(COURSES).text
    assert f"The teacher says: {second.name}." in waiting

    assert place(session, official, second.id)[0] == 303
    assert placed(session) == {"course-1": second.id}
    row = session.scalars(select(PlacementAnswer)).one()
    assert row.is_confirmed
    assert "The teacher says" not in official.get(f"{COURSES}?placed=yes").text


def test_staff_may_know_better(
    session: Session, desk: Desk, chrome: Browser, teachers_page: str
) -> None:
    lea = session.get_one(Lea, session.scalars(select(Course)).one().lea_id)
    first, second = schools_of(session, lea)
    question = teachers_page.replace("/class", "/school")
    form = {
        "csrf_token": csrf(chrome.client.get(question).text), "school": str(second.id),
    }  # fmt: skip
    chrome.client.post(question, data=form)

    place(session, desk.seat(StaffRole.LEA_OFFICIAL, lea), first.id)

    row = session.scalars(select(PlacementAnswer)).one()
    assert row.is_confirmed is False
    assert placed(session) == {"course-1": first.id}


def test_a_teacher_names_no_school_of_another_lea(
    session: Session, chrome: Browser, teachers_page: str
) -> None:
    theirs = schools_of(session, make_lea(session, 2))[0]
    question = teachers_page.replace("/class", "/school")
    form = {
        "csrf_token": csrf(chrome.client.get(question).text), "school": str(theirs.id),
    }  # fmt: skip

    answer = chrome.client.post(question, data=form)

    assert answer.status_code == 200
    assert session.scalars(select(PlacementAnswer)).all() == []


def test_a_student_is_not_asked(session: Session, desk: Desk, chrome: Browser) -> None:
    own(session, desk.seat(), make_lea(session, 1))
    seat = chrome.launch().location.split("/")[2]

    assert chrome.client.get(f"/s/{seat}/school").status_code == 403


def test_where_there_is_one_school_nobody_is_asked(
    session: Session,
    desk: Desk,
    chrome: Browser,
    module: str,
) -> None:
    own(session, desk.seat(), make_lea(session, 1, schools=1))
    teacher = [MEMBERSHIP + "Instructor"]
    page = chrome.launch(roles=teacher, custom={"module": module}).location

    assert "/school" not in chrome.client.get(page).text
