"""Honest launches: who gets in where, and which rows they leave."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event, select, update

from preventedu.auth import BrowserSession, Seat, SeatRole
from preventedu.courses.models import Assignment, GradingPolicy
from preventedu.lti import registration
from preventedu.lti.models import (
    Context,
    Deployment,
    Enrollment,
    LaunchState,
    LtiUser,
    Platform,
    ResourceLink,
)
from preventedu.people import (
    Course,
    CoursePlacement,
    Learner,
)
from tests.courses.make import made_module
from tests.leas import open_lea
from tests.lti.double import LTI, MEMBERSHIP, Double, serving, sign
from tests.lti.make import (
    Browser,
    make_assignment,
    make_platform,
    make_school,
    page_of,
    permit_draft,
    publish,
    rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
PERSON = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
TEACHER = [MEMBERSHIP + "Instructor"]


def seat_of(session: Session, answer: TestResponse) -> Seat:
    session.expire_all()
    seat = session.get(Seat, answer.location.split("/")[2])
    assert seat is not None
    return seat


@pytest.fixture
def module(session: Session) -> str:
    publish(session, made_module("made", status="published"))
    session.commit()
    return "made"


# -- the login ----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_login_sends_the_browser_back_with_all_the_lms_needs(
    session: Session, chrome: Browser, method: str
) -> None:
    chrome.method = method

    answer = chrome.begin()

    query = parse_qs(urlsplit(answer.location).query)
    assert answer.location.startswith(f"{chrome.double.url}/auth?")
    assert {name: values[0] for name, values in query.items()} == {
        "a": "1",
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-1",
        "redirect_uri": "https://tool.test/lti/launch",
        "login_hint": "hint",
        "lti_message_hint": '{"cmid": 3}',
        "state": chrome.state,
        "nonce": chrome.nonce,
    }
    row = session.scalars(select(LaunchState)).one()
    assert chrome.state not in (row.state_hash, row.browser_hash)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"__Host-lti-{row.state_hash[:8]}=")
    for flag in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert flag in cookie
    assert "Max-Age=600" in cookie


# -- who gets in where --------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "role", "pages"),
    [
        ([MEMBERSHIP + "Learner"], SeatRole.LEARNER, ("waiting", "lesson")),
        (["Learner"], SeatRole.LEARNER, ("waiting", "lesson")),
        (TEACHER, SeatRole.TEACHER, ("pick", "class")),
        ([MEMBERSHIP + "Mentor"], SeatRole.OBSERVER, ("waiting", "family")),
        ([TEST_USER, "Learner"], SeatRole.TEST_LEARNER, ("waiting", "lesson")),
        ([PERSON + "Administrator"], SeatRole.GUEST, ("waiting", "family")),
        ([""], SeatRole.GUEST, ("waiting", "family")),
        ([], SeatRole.GUEST, ("waiting", "family")),
    ],
)
def test_each_role_comes_to_its_page(
    session: Session,
    chrome: Browser,
    module: str,
    roles: list[str],
    role: SeatRole,
    pages: tuple[str, str],
) -> None:
    """Without a lesson behind the link, and with one."""
    first = chrome.launch(roles=roles)
    second = chrome.launch(
        roles=roles, resource_link={"id": "link-2"}, custom={"module": module}
    )

    assert (page_of(first), page_of(second)) == pages
    assert seat_of(session, second).role is role


@pytest.mark.parametrize("role", [[MEMBERSHIP + "Mentor"], [PERSON + "Staff"], []])
def test_nothing_is_kept_about_observers_and_guests(
    session: Session, chrome: Browser, role: list[str]
) -> None:
    answer = chrome.launch(roles=role)

    assert rows(session, LtiUser, Learner, Enrollment) == {
        "lti_user": 0,
        "learner": 0,
        "enrollment": 0,
    }
    assert seat_of(session, answer).lti_user_id is None


def test_a_launch_without_a_course_works(session: Session, chrome: Browser) -> None:
    answer = chrome.launch(context=None, custom={"module": "made"})

    assert page_of(answer) == "waiting"
    assert seat_of(session, answer).course_id is None


def test_a_launch_may_name_nobody(session: Session, chrome: Browser) -> None:
    answer = chrome.launch(name=None, email=None)

    assert page_of(answer) == "waiting"
    assert seat_of(session, answer).course_title == "Health 7"


def test_ids_written_as_numbers_are_taken(session: Session, chrome: Browser) -> None:
    chrome.login_params = {"lti_deployment_id": "7"}
    platform = session.scalars(select(Platform)).one()
    registration.add_deployment(session, platform, "7", None, now=datetime.now(UTC))
    session.commit()

    answer = chrome.launch(deployment_id=7, resource_link={"id": 4}, context={"id": 2})

    assert page_of(answer) == "waiting"
    assert session.scalars(select(ResourceLink)).one().resource_link_id == "4"


@pytest.mark.parametrize(
    "audience",
    [
        {"aud": ["client-1"]},
        {"aud": ["other", "client-1"], "azp": "client-1"},
        {"aud": "client-1", "azp": "client-1"},
    ],
)
def test_a_token_for_several_tools_is_taken_if_ours_is_named(
    chrome: Browser, audience: dict[str, object]
) -> None:
    assert page_of(chrome.launch(**audience)) == "waiting"


def test_the_cookie_of_the_login_is_gone_after_the_launch(chrome: Browser) -> None:
    answer = chrome.launch()

    cookies = answer.headers.getlist("Set-Cookie")
    gone = next(c for c in cookies if c.startswith(chrome.proof[0]))
    seat = next(c for c in cookies if c.startswith("__Host-preventedu-lti="))
    assert "Max-Age=0" in gone
    for flag in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert flag in seat
        assert flag in gone


# -- which module a link teaches ----------------------------------------------------


def test_a_link_that_names_a_module_gets_one_assignment(
    session: Session, chrome: Browser, module: str
) -> None:
    for _ in range(2):
        chrome.launch(custom={"module": module})

    assignment = session.scalars(select(Assignment)).one()
    assert assignment.module_slug == module
    assert assignment.grading is GradingPolicy.COMPLETION
    link = session.scalars(select(ResourceLink)).one()
    assert link.assignment_id == assignment.id
    context = session.scalars(select(Context)).one()
    assert assignment.course_id == context.course_id


def test_the_address_of_a_link_names_its_module_too(
    session: Session, chrome: Browser, module: str
) -> None:
    answer = chrome.launch(
        target_link_uri=f"https://tool.test/lti/launch?module={module}",
        custom={"module": "$ResourceLink.id.history"},
    )

    assert page_of(answer) == "lesson"
    assert session.scalars(select(Assignment)).one().module_slug == module


@pytest.mark.parametrize(
    "custom",
    [
        {"module": "no-such-module"},
        {"module": "$Module.id"},
        {"module": None},
        {"module": 7},
        {"module": "a\nb"},
        {"assignment": "no-such-assignment"},
    ],
)
def test_a_module_that_does_not_exist_is_no_error(
    chrome: Browser, module: str, custom: dict[str, object]
) -> None:
    del module

    assert page_of(chrome.launch(custom=custom)) == "waiting"
    assert page_of(chrome.launch(custom=custom, roles=TEACHER)) == "pick"


def test_a_draft_waits_for_an_official(session: Session, chrome: Browser) -> None:
    publish(session, made_module("draft-one"))
    school = make_school(session)
    session.scalars(select(Deployment)).one().lea_id = school.lea_id
    session.commit()
    before = page_of(chrome.launch(custom={"module": "draft-one"}))
    permit_draft(session, school.lea_id, "draft-one")

    after = page_of(chrome.launch(custom={"module": "draft-one"}))

    assert (before, after) == ("waiting", "lesson")


def test_of_a_shared_deployment_the_lea_of_the_class_decides_on_drafts(
    session: Session, chrome: Browser
) -> None:
    publish(session, made_module("draft-one"))
    school = make_school(session)
    session.scalars(select(Deployment)).one().lea_id = school.lea_id
    permit_draft(session, school.lea_id, "draft-one")
    chrome.launch(custom={"module": "none-such"})
    course = session.scalars(select(Course)).one()
    course.lea_id = open_lea(session).id
    session.commit()

    elsewhere = page_of(chrome.launch(custom={"module": "draft-one"}))
    course.lea_id = school.lea_id
    session.commit()
    here = page_of(chrome.launch(custom={"module": "draft-one"}))

    assert (elsewhere, here) == ("waiting", "lesson")


def test_a_copied_course_gets_its_own_assignment(
    session: Session, chrome: Browser, module: str
) -> None:
    chrome.launch(custom={"module": module})
    original = session.scalars(select(Assignment)).one()
    original.grading = GradingPolicy.MASTERY
    session.commit()
    copied = {"context": {"id": "course-2"}, "resource_link": {"id": "link-9"}}

    for _ in range(2):
        answer = chrome.launch(
            custom={"module": module, "assignment": original.id}, **copied
        )

    assert page_of(answer) == "lesson"
    both = session.scalars(select(Assignment).order_by(Assignment.created_at)).all()
    assert [row.id == original.id for row in both] == [True, False]
    assert both[1].grading is GradingPolicy.MASTERY
    assert both[0].course_id != both[1].course_id == seat_of(session, answer).course_id


def test_an_assignment_of_another_school_is_never_entered(
    session: Session, chrome: Browser, module: str
) -> None:
    foreign = Course(created_at=datetime.now(UTC))
    session.add(foreign)
    session.flush()
    theirs = make_assignment(session, foreign.id, module, GradingPolicy.COMPLETION)
    session.commit()

    chrome.launch(custom={"assignment": theirs.id})

    link = session.scalars(select(ResourceLink)).one()
    assert link.assignment_id not in (None, theirs.id)


# -- schools and their boundaries ---------------------------------------------------


def test_the_same_ids_in_two_deployments_are_two_courses(
    session: Session, chrome: Browser
) -> None:
    platform = session.scalars(select(Platform)).one()
    registration.add_deployment(session, platform, "dep-2", None, now=datetime.now(UTC))
    session.commit()
    first = chrome.launch()
    chrome.login_params = {"lti_deployment_id": "dep-2"}

    second = chrome.launch(deployment_id="dep-2")

    seats = [seat_of(session, answer) for answer in (first, second)]
    assert seats[0].course_id != seats[1].course_id
    assert seats[0].resource_link_id != seats[1].resource_link_id
    assert seats[0].learner_id == seats[1].learner_id


def test_the_same_subject_of_two_platforms_is_two_learners(
    app: Flask, session: Session, chrome: Browser
) -> None:
    first = chrome.launch()
    with serving(Double()) as other:
        make_platform(session, other)
        client = app.test_client()
        client.environ_base["wsgi.url_scheme"] = "https"
        second = Browser(client, other).launch()

    seats = [seat_of(session, answer) for answer in (first, second)]
    assert seats[0].learner_id != seats[1].learner_id


def test_a_new_course_is_placed_at_the_school_of_its_deployment(
    session: Session, chrome: Browser
) -> None:
    school = make_school(session)
    platform = session.scalars(select(Platform)).one()
    now = datetime.now(UTC)
    registration.add_deployment(session, platform, "dep-1", school, now=now)
    session.commit()

    for _ in range(2):
        answer = chrome.launch()

    placed = session.scalars(select(CoursePlacement)).one()
    assert placed.course_id == seat_of(session, answer).course_id
    assert placed.school_id == school.id
    assert placed.recorded_by == "deployment rule"


def test_a_course_of_an_unplaced_deployment_waits(
    session: Session, chrome: Browser
) -> None:
    chrome.launch()

    assert rows(session, CoursePlacement) == {"course_placement": 0}


# -- seats --------------------------------------------------------------------------


def test_one_browser_answers_in_two_tabs_in_turn(
    session: Session, chrome: Browser
) -> None:
    chrome.begin()
    first_tab = (chrome.state, sign(chrome.claims()))
    chrome.begin()
    second = chrome.post(
        sign(chrome.claims(context={"id": "course-2"}, resource_link={"id": "link-2"}))
    )
    first = chrome.post(first_tab[1], first_tab[0])

    for answer in (first, second, first, second):
        page = chrome.client.get(answer.location)
        assert page.status_code == 200
    assert seat_of(session, first).session_id == seat_of(session, second).session_id
    assert seat_of(session, first).course_id != seat_of(session, second).course_id


def test_the_next_pupil_ends_the_last_ones_seats(chrome: Browser) -> None:
    first = chrome.launch(sub="user-1")
    second = chrome.launch(sub="user-2")

    assert chrome.client.get(first.location).status_code == 403
    assert chrome.client.get(second.location).status_code == 200


@pytest.mark.parametrize("roles", [[MEMBERSHIP + "Mentor"], []])
def test_the_next_parent_ends_the_last_ones_seats(
    chrome: Browser, roles: list[str]
) -> None:
    pupil = chrome.launch(sub="user-1")
    first = chrome.launch(sub="parent-1", roles=roles)
    second = chrome.launch(sub="parent-2", roles=roles)

    answers = [chrome.client.get(a.location) for a in (pupil, first, second)]

    assert [answer.status_code for answer in answers] == [403, 403, 200]


def test_a_lesson_in_the_evening_outlives_the_mornings_session(
    session: Session, chrome: Browser
) -> None:
    chrome.launch()
    almost_over = datetime.now(UTC) + timedelta(minutes=1)
    session.execute(update(BrowserSession).values(expires_at=almost_over))
    session.commit()

    chrome.launch()

    session.expire_all()
    browser = session.scalars(select(BrowserSession)).one()
    seats = session.scalars(select(Seat).where(Seat.ended_at.is_(None))).all()
    assert browser.expires_at > max(seat.expires_at for seat in seats)


def test_another_browser_cannot_take_a_seat(chrome: Browser, firefox: Browser) -> None:
    mine = chrome.launch()
    firefox.launch(sub="user-2")

    assert firefox.client.get(mine.location).status_code == 403


def test_a_page_of_a_seat_is_framed_by_its_platform_only(
    session: Session, chrome: Browser
) -> None:
    platform = session.scalars(select(Platform)).one()
    platform.token_url = "https://school.example/token"
    session.commit()

    page = chrome.client.get(chrome.launch().location)

    ancestors = f"frame-ancestors {chrome.double.url} https://school.example"
    assert ancestors in page.headers["Content-Security-Policy"]


def test_the_first_launch_tells_the_lms_product(
    session: Session, chrome: Browser
) -> None:
    chrome.launch(tool_platform={"guid": "g", "product_family_code": "moodle"})
    chrome.launch(tool_platform={"guid": "g", "product_family_code": "other"})

    session.expire_all()
    assert session.scalars(select(Platform)).one().family == "moodle"


def test_a_submission_review_leads_the_teacher_to_the_class(
    session: Session, chrome: Browser, module: str
) -> None:
    chrome.launch(custom={"module": module})

    answer = chrome.launch(
        message_type="LtiSubmissionReviewRequest",
        roles=TEACHER,
        custom={"module": module},
        **{LTI + "for_user": {"user_id": "user-1"}},
    )

    assert page_of(answer) == "class"
    assert rows(session, ResourceLink) == {"resource_link": 1}


# -- cost ---------------------------------------------------------------------------


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if "SAVEPOINT" not in statement.upper():
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_a_login_and_a_launch_take_few_statements_and_no_network(
    app: Flask, chrome: Browser, module: str
) -> None:
    for _ in range(2):
        chrome.launch(custom={"module": module})
    asked = len(chrome.double.asked)

    with counted(app.extensions["engine"]) as login:
        chrome.begin()
    token = sign(chrome.claims(custom={"module": module}))
    with counted(app.extensions["engine"]) as launch:
        answer = chrome.post(token)

    assert page_of(answer) == "lesson"
    assert len(login) == 2, login
    # One of them writes the launch down, for school IT to look back on.
    assert len(launch) <= 12, launch
    assert len(chrome.double.asked) == asked


def test_a_link_of_its_own_gives_the_other_lesson(
    session: Session, chrome: Browser
) -> None:
    other = made_module("other", kind="alternative", alternative=None, prepost=None)
    publish(session, other)
    session.commit()

    answer = chrome.launch(target_link_uri="https://tool.test/lti/launch?module=other")

    assert page_of(answer) == "lesson"
    assert session.scalars(select(Assignment)).one().module_slug == "other"


def test_a_teacher_without_a_course_is_told_how_to_go_on(
    session: Session, chrome: Browser, module: str
) -> None:
    chrome.launch(custom={"module": module})
    before = rows(session, Assignment)

    # The same link, but now the LMS does not say which course it is in.
    answer = chrome.launch(context=None, roles=TEACHER, custom={"module": module})

    assert page_of(answer) == "no-course"
    page = chrome.client.get(answer.location)
    assert page.status_code == 200
    assert "Open it from a course" in page.text
    assert rows(session, Assignment) == before
    learner = chrome.launch(context=None, custom={"module": module}).location
    elsewhere = learner.rpartition("/")[0] + "/no-course"
    assert chrome.client.get(elsewhere).status_code == 403
