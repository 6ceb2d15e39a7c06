"""Refusals are told, faults are tried again, and waiting is bounded."""

from __future__ import annotations

import pytest

from preventedu.lti import passback, problems
from tests.lti.double import Reply
from tests.lti.school import START, School

# -- refusals and waiting --


def always(reply: Reply, school: School) -> None:
    school.double.routes["/scores"] = lambda _asked: reply


@pytest.mark.parametrize(
    ("status", "family", "problem"),
    [
        (400, "moodle", problems.NOT_A_STUDENT),
        (400, "", problems.REFUSED),
        (403, "", problems.NOT_ALLOWED),
        (404, "canvas", problems.COLUMN_GONE),
        (422, "canvas", problems.NOT_A_STUDENT),
        (418, "", problems.REFUSED),
    ],
)
def test_a_final_refusal_is_told_and_not_repeated(
    school: School, status: int, family: str, problem: str
) -> None:
    school.platform.family = family
    school.completes(school.learner())
    always(Reply(status), school)

    for _ in range(3):
        assert school.work(7200) == 0

    assert school.state() == ("failed", problem)
    assert len(school.double.scores()) == 1
    assert problems.sentence(problem)


@pytest.mark.parametrize(
    ("reply", "tries", "waiting", "failed"),
    [
        (Reply(500), 5, problems.PLATFORM_BROKEN, problems.LOCKED_OR_REFUSED),
        (Reply(502), 8, problems.UNREACHABLE, problems.UNREACHABLE),
        (
            Reply(302, headers={"Location": "/maintenance"}),
            8,
            problems.UNREACHABLE,
            problems.UNREACHABLE,
        ),
        (Reply(401), 8, problems.ACCESS_REFUSED, problems.ACCESS_REFUSED),
    ],
)
def test_a_fault_is_tried_again_a_bounded_number_of_times(
    school: School, reply: Reply, tries: int, waiting: str, failed: str
) -> None:
    school.completes(school.learner())
    always(reply, school)
    school.work()
    assert school.state() == ("waiting", waiting)

    for _ in range(12):
        school.work(24 * 3600)

    assert school.state() == ("failed", failed)
    sent = len(school.double.scores())
    assert sent == (2 * tries if reply.status == 401 else tries)


def test_the_waits_between_tries_grow(school: School) -> None:
    school.completes(school.learner())
    always(Reply(503), school)
    waits = []
    for _ in passback.RETRY_WAITS:
        school.work()
        waits.append(school.delivery().due_at - school.clock())
        school.clock.now = school.delivery().due_at

    assert tuple(waits) == passback.RETRY_WAITS


@pytest.mark.parametrize(
    "reply",
    [
        Reply(429, headers={"Retry-After": "300"}),
        Reply(403, b"Forbidden (Rate Limit Exceeded)", {"Retry-After": "300"}),
    ],
)
def test_a_busy_platform_is_left_alone_as_long_as_it_asks(
    school: School, reply: Reply
) -> None:
    school.completes(school.learner())
    good = school.double.routes["/scores"]
    always(reply, school)
    for _ in range(20):
        school.work(300)
    assert school.state() == ("waiting", problems.BUSY)
    asked = len(school.double.scores())
    school.double.routes["/scores"] = good

    assert school.work(299) == 0
    assert len(school.double.scores()) == asked
    assert school.work(1) == 1


def test_a_busy_platform_that_names_no_time_is_left_alone_for_a_while(
    school: School,
) -> None:
    school.completes(school.learner())
    always(Reply(403, b"Forbidden (Rate Limit Exceeded)"), school)
    school.work()

    assert school.delivery().due_at == school.clock() + passback.BUSY_WAIT


def test_an_lms_that_is_down_gets_the_grade_when_it_is_back(school: School) -> None:
    school.completes(school.learner())
    address = school.link.line_item_url
    school.link.line_item_url = "http://127.0.0.1:1/nobody/listens"
    school.session.commit()
    assert school.work() == 0
    assert school.state() == ("waiting", problems.UNREACHABLE)
    school.link.line_item_url = address
    school.session.commit()

    assert school.work(5) == 1
    assert school.state() == ("sent", "")
    assert school.double.count("/results") == 1


def test_a_teacher_can_send_again(school: School) -> None:
    school.completes(school.learner())
    good = school.double.routes["/scores"]
    always(Reply(404), school)
    school.work()
    school.double.routes["/scores"] = good

    count = passback.send_again(school.session, school.link.id, now=school.clock())
    school.session.commit()

    assert count == 1
    assert school.work(1) == 1
    assert passback.send_again(school.session, school.link.id, now=START) == 0


def test_canvas_is_asked_to_keep_a_teachers_own_grade(school: School) -> None:
    school.platform.family = "canvas"
    school.session.commit()
    school.completes(school.learner())
    school.work()

    (score,) = school.double.scores()
    extras = score["https://canvas.instructure.com/lti/submission"]
    assert extras == {"prioritize_non_tool_grade": True, "preserve_score": True}
    assert "submittedAt" in score["submission"]
