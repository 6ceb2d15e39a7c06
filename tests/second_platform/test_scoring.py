"""From a finished lesson to the library's gradebook."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from lti1p3platform.score import ActivityProgress, GradeProgress
from sqlalchemy import select

from preventedu.lti.models import DeliveryStatus, LtiUser, Platform, ScoreDelivery
from tests.second_platform.course import LEARNER
from tests.second_platform.library import SCORE_SCOPE
from tests.second_platform.web import SCORE_TYPE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.second_platform.conftest import School


def delivery_of(session: Session, school: School) -> ScoreDelivery:
    """Return the one delivery that this platform is owed."""
    return session.scalars(
        select(ScoreDelivery)
        .join(LtiUser)
        .join(Platform)
        .where(Platform.issuer == school.lms.url)
    ).one()


def left_under_way(school: School) -> None:
    """Leave the delivery as a worker does that dies after sending."""
    with school.tool.sessions() as session:
        delivery = delivery_of(session, school)
        delivery.status = DeliveryStatus.SENDING
        delivery.due_at = datetime.now(UTC) - timedelta(seconds=1)
        session.commit()


def test_finished_lesson_stands_in_gradebook(school: School) -> None:
    link = school.add_lesson()
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert school.finish(link, school.student).status == 200
    assert school.tool.deliver() == 1
    score = school.course.scores[link.id, school.student.id]
    assert (score["scoreGiven"], score["scoreMaximum"]) == (100, 100)
    assert score["activityProgress"] is ActivityProgress.COMPLETED
    assert score["gradingProgress"] is GradeProgress.FULLYGRADED
    assert before < score["timestamp"] <= datetime.now(UTC)
    assert before < score["submission"]["submittedAt"] <= score["timestamp"]
    # Nothing is owed any more.
    assert school.tool.deliver() == 0
    assert len(school.course.requests_to("scores")) == 1


def test_score_on_the_wire(school: School) -> None:
    link = school.add_lesson()
    school.finish(link, school.student)
    school.tool.deliver()
    (sent,) = school.course.requests_to("scores")
    assert sent.content_type == SCORE_TYPE
    # The library would take a number; the specification has a string.
    assert sent.body["userId"] == school.student.id
    assert isinstance(sent.body["scoreGiven"], int | float)
    (token,) = school.course.requests_to("token")
    assert token.form["scope"] == SCORE_SCOPE


def test_two_students_get_a_grade_each(school: School) -> None:
    link = school.add_lesson()
    other = school.course.enrol("Olga Other", LEARNER)
    for person in (school.student, other):
        school.finish(link, person)
    assert school.tool.deliver() == 2
    assert set(school.course.scores) == {
        (link.id, school.student.id),
        (link.id, other.id),
    }
    # One token serves them both.
    assert len(school.course.requests_to("token")) == 1


def test_no_right_answer_is_a_score_of_zero(school: School) -> None:
    link = school.add_lesson(grading="mastery")
    school.finish(link, school.student)
    assert school.tool.deliver() == 1
    (sent,) = school.course.requests_to("scores")
    assert sent.body["scoreGiven"] == 0


def test_teacher_who_looks_gets_no_grade(school: School) -> None:
    link = school.add_lesson()
    school.launch(link, school.teacher)
    assert school.tool.deliver() == 0
    assert school.course.requests_to("scores") == []


@pytest.mark.parametrize(("standing", "scores_sent"), [(100, 1), (40, 2)])
def test_result_is_read_after_a_crash(
    school: School, standing: int, scores_sent: int
) -> None:
    link = school.add_lesson()
    school.finish(link, school.student)
    school.tool.deliver()
    cell = (link.id, school.student.id)
    school.course.scores[cell]["scoreGiven"] = standing
    left_under_way(school)
    assert school.tool.deliver() == 1
    assert len(school.course.requests_to("results")) == 1
    assert len(school.course.requests_to("scores")) == scores_sent
    assert school.course.scores[cell]["scoreGiven"] == 100


def test_lost_answer_is_no_second_score(school: School) -> None:
    link = school.add_lesson()
    school.finish(link, school.student)
    school.course.drops_answers = True
    assert school.tool.deliver() == 0
    school.course.drops_answers = False
    with school.tool.sessions() as session:
        delivery_of(session, school).due_at = datetime.now(UTC)
        session.commit()
    assert school.tool.deliver() == 1
    assert len(school.course.requests_to("results")) == 1
    assert len(school.course.requests_to("scores")) == 1


@pytest.mark.parametrize(
    ("standing", "arrived", "problem"), [(100, 1, ""), (40, 0, "newer_time")]
)
def test_newer_time_stamp_is_looked_into(
    school: School, standing: int, arrived: int, problem: str
) -> None:
    # The library's word for it is OLD_TIMESTAMP, HTTP 409.
    link = school.add_lesson()
    school.finish(link, school.student)
    school.course.scores[link.id, school.student.id] = {
        "scoreGiven": standing,
        "scoreMaximum": 100,
        "timestamp": datetime.now(UTC) + timedelta(hours=1),
    }
    assert school.tool.deliver() == arrived
    with school.tool.sessions() as session:
        assert delivery_of(session, school).problem == problem
    assert len(school.course.requests_to("scores")) == 1
    assert len(school.course.requests_to("results")) == 1


def test_deleted_column_is_given_up(school: School) -> None:
    link = school.add_lesson()
    school.finish(link, school.student)
    school.course.links[link.id].line_item = None
    assert school.tool.deliver() == 0
    with school.tool.sessions() as session:
        delivery = delivery_of(session, school)
        assert delivery.status is DeliveryStatus.FAILED
        assert delivery.problem == "column_gone"
