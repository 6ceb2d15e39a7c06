"""What school IT decides: off and on, test platforms, other addresses, bindings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.auth import Seat, SeatRole
from preventedu.courses import assignments, progress
from preventedu.courses.events import Batch, Finished
from preventedu.courses.models import Attempt, Completion, GradingPolicy
from preventedu.lti import outbox
from preventedu.lti.models import Context, Enrollment
from preventedu.people import Course, CoursePlacement
from tests.courses.make import made_module
from tests.lti.connections.make import (
    make_lea,
    schools_of,
    the_deployment,
    the_platform,
)
from tests.lti.double import DL_SETTINGS, MEMBERSHIP
from tests.lti.make import error_code, make_assignment, page_of, publish

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from tests.lti.connections.make import Desk, Seated
    from tests.lti.make import Browser
    from tests.lti.school import School


def bind(seated: Seated, session: Session, **form: str) -> TestResponse:
    own = the_deployment(session)
    return seated.post(f"/connections/deployments/{own.id}/bind", form)


def change(seated: Seated, session: Session, **form: str) -> TestResponse:
    own = the_platform(session)
    return seated.post(f"/connections/platforms/{own.id}/change", form)


def press(seated: Seated, session: Session, what: str) -> TestResponse:
    own = the_deployment(session)
    return seated.post(f"/connections/deployments/{own.id}/{what}")


def test_switched_off_nobody_is_let_in_and_who_is_inside_is_sent_back(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    seated = desk.seat()
    lea = make_lea(session, 1)
    bind(seated, session, lea=str(lea.id), school="")
    inside = chrome.launch().location

    assert press(seated, session, "off").status_code == 303
    assert chrome.client.get(inside).status_code == 403
    answer = chrome.launch()
    assert (answer.status_code, error_code(answer)) == (403, "deployment_off")

    assert press(seated, session, "on").status_code == 303
    assert page_of(chrome.launch()) == "waiting"


def test_nobody_switches_on_what_belongs_to_nobody(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    del chrome
    seated = desk.seat()
    press(seated, session, "off")

    assert press(seated, session, "on").status_code == 400
    assert the_deployment(session).status.value == "off"


def test_a_corrected_binding_is_for_new_courses_only(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    lea, seated = make_lea(session, 1), desk.seat()
    first, second = schools_of(session, lea)
    bind(seated, session, lea=str(lea.id), school=str(first.id))
    chrome.launch(context={"id": "early"})

    answer = bind(seated, session, lea=str(lea.id), school=str(second.id))
    page = seated.get(answer.location).text
    chrome.launch(context={"id": "late"}, resource_link={"id": "link-2"})

    assert "Courses opened before stay where they are" in page
    placed = session.execute(
        select(Context.context_id, CoursePlacement.school_id)
        .join(CoursePlacement, CoursePlacement.course_id == Context.course_id)
        .order_by(Context.id)
    ).all()
    assert [tuple(row) for row in placed] == [("early", first.id), ("late", second.id)]


def test_at_a_test_platform_students_are_test_students(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    seated, lea = desk.seat(), make_lea(session, 1)
    bind(seated, session, lea=str(lea.id), school="")
    before = chrome.launch().location

    assert change(seated, session, label="Canvas beta", is_test="y").status_code == 303
    assert "Test: nothing counts" in seated.get("/connections/").text
    # Whoever is inside comes in again, as a test student.
    assert chrome.client.get(before).status_code == 403
    answer = chrome.launch()
    seat = session.get(Seat, answer.location.split("/")[2])
    assert seat is not None
    assert seat.role is SeatRole.TEST_LEARNER
    assert seat.is_test

    change(seated, session, label="Canvas")
    chrome.launch()
    last = session.scalars(select(Seat).order_by(Seat.granted_at.desc())).first()
    assert last is not None
    assert (last.role, last.is_test) == (SeatRole.LEARNER, False)


def test_a_teacher_at_a_test_platform_stays_one_but_nothing_counts(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    change(desk.seat(), session, label="", is_test="y")

    answer = chrome.launch(roles=[MEMBERSHIP + "Instructor"])

    seat = session.get(Seat, answer.location.split("/")[2])
    assert seat is not None
    assert (seat.role, seat.is_test) == (SeatRole.TEACHER, True)


def test_no_grade_goes_to_a_test_platform_and_what_counted_stays(
    session: Session, desk: Desk, school: School
) -> None:
    counted = school.completes(school.learner())
    outbox.enqueue(session, since=None, now=school.clock())
    session.commit()

    change(desk.seat(), session, label="", is_test="y")

    assert school.work() == 0
    school.completes(school.learner("user-2"))
    assert school.work() == 0
    assert school.double.scores() == []
    session.expire_all()
    assert session.get_one(Completion, counted.id).counts


def test_a_lesson_under_way_when_it_becomes_a_test_is_not_counted(
    session: Session, desk: Desk, school: School
) -> None:
    user = school.learner()
    version = publish(session, made_module("other"))
    elsewhere = Course(created_at=school.clock())
    session.add(elsewhere)
    session.flush()
    other = make_assignment(session, elsewhere.id, "other", GradingPolicy.COMPLETION)
    attempts = [
        Attempt(
            learner_id=user.learner_id,
            assignment_id=assignment,
            module_version_id=version.id,
            is_alternative=False,
            is_test=False,
            language="en",
            screen="l1-s1",
            started_at=school.clock(),
        )
        for assignment in (school.assignment.id, other.id)
    ]
    session.add_all(attempts)
    session.commit()

    change(desk.seat(), session, label="", is_test="y")

    session.expire_all()
    # The other course belongs to no context of this platform.
    assert [attempt.is_test for attempt in attempts] == [True, False]


def test_a_trial_does_not_stand_in_the_way_of_the_lesson_that_counts(
    session: Session, desk: Desk, school: School
) -> None:
    seated = desk.seat()
    change(seated, session, label="", is_test="y")
    ann = school.learner("ann", SeatRole.TEST_LEARNER)
    ben = school.learner("ben", SeatRole.TEST_LEARNER)
    tried = school.completes(ann, is_test=True)
    version_id, now = tried.module_version_id, school.clock()
    trial = Attempt(
        learner_id=ben.learner_id,
        assignment_id=school.assignment.id,
        module_version_id=version_id,
        is_alternative=False,
        is_test=True,
        language="en",
        screen="start",
        started_at=now,
    )
    session.add(trial)
    session.commit()

    change(seated, session, label="")

    session.expire_all()
    assert tried.superseded_at is not None
    assert trial.closed_at is not None
    assert session.scalars(select(Enrollment)).all() == []
    for user, sitting in ((ann, 0), (ben, 1)):
        who = assignments.taking(
            session, user.learner_id, school.assignment, is_test=False, now=now
        )
        given = Batch(version_id, sitting, "en", (Finished("9"),))
        assert progress.finish(session, who, given, now=now).counts


def test_a_vanity_host_may_frame_and_take_our_answer(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    asked = {
        "deep_link_return_url": "https://canvas.district.example/return",
        "accept_types": ["ltiResourceLink"],
    }
    teacher = {
        "roles": [MEMBERSHIP + "Instructor"],
        "message_type": "LtiDeepLinkingRequest",
        DL_SETTINGS: asked,
    }
    seated = desk.seat()
    refused = chrome.launch(**teacher)
    assert error_code(refused) == "return_url_refused"

    answer = change(
        seated, session, label="", extra_origins="canvas.district.example\n"
    )

    assert answer.status_code == 303
    assert the_platform(session).extra_origins == ["https://canvas.district.example"]
    let_in = chrome.launch(**teacher)
    assert page_of(let_in) == "pick"
    page = chrome.client.get(let_in.location)
    policy = page.headers["Content-Security-Policy"]
    ancestors = policy.split("frame-ancestors ")[1].split(";")[0].split()
    assert "https://canvas.district.example" in ancestors
    assert "*" not in ancestors


def test_an_address_that_cannot_be_used_is_named_and_nothing_is_lost(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    del chrome
    answer = change(
        desk.seat(),
        session,
        label="My own name for it",
        extra_origins="https://good.example ftp://bad.example",
    )

    assert answer.status_code == 400
    assert "ftp://bad.example cannot be used" in answer.text
    assert "My own name for it" in answer.text
    assert the_platform(session).extra_origins == []


def test_services_that_move_elsewhere_are_told_until_somebody_looked(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    seated = desk.seat()
    chrome.launch()
    assert the_deployment(session).service_origins == [chrome.double.url]
    assert "Services at a new address" not in seated.get("/connections/").text

    moved = {
        "context_memberships_url": "http://elsewhere.example/members",
        "service_versions": ["2.0"],
    }
    roster = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
    for _ in range(2):
        chrome.launch(**{roster: moved})
    own = f"/connections/platforms/{the_platform(session).id}"
    assert "Services at a new address" in seated.get("/connections/").text
    assert "Now also at http://elsewhere.example." in seated.get(own).text

    assert press(seated, session, "addresses").status_code == 303
    assert "Services at a new address" not in seated.get("/connections/").text
    assert set(the_deployment(session).service_origins) == {
        chrome.double.url, "http://elsewhere.example",
    }  # fmt: skip


def test_a_name_for_a_platform_is_shown_and_escaped(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    del chrome
    seated = desk.seat()
    change(seated, session, label="<b>District</b> Moodle")

    page = seated.get("/connections/").text
    assert "&lt;b&gt;District&lt;/b&gt; Moodle" in page
    assert "<b>District</b>" not in page
