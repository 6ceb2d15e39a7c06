"""A grade of a completion that an opt-out superseded: it stays, and is left alone."""

from __future__ import annotations

import pytest

from preventedu.courses import opt_outs, survey
from preventedu.courses.models import GradingPolicy
from preventedu.lti import outbox
from tests.lti.school import School, mastery

HOUR = 3600


def opt_out(school: School, learner_id: str) -> None:
    slug = school.assignment.module_slug
    opt_outs.record_opt_out(school.session, learner_id, slug, now=school.clock())
    school.session.commit()


def test_a_grade_that_was_sent_stays_and_is_not_sent_again(school: School) -> None:
    user = school.learner()
    school.completes(user)
    school.work()

    opt_out(school, user.learner_id)
    for _pass in range(3):
        school.work(HOUR)

    assert school.state() == ("sent", "")
    assert len(school.double.scores()) == 1


def test_the_other_lesson_adds_nothing_to_a_full_grade(school: School) -> None:
    user = school.learner()
    school.completes(user)
    school.work()
    opt_out(school, user.learner_id)

    other = school.completes(user, is_alternative=True)
    school.work(HOUR)

    assert school.delivery().completion_id == other.id
    assert len(school.double.scores()) == 1


@mastery
def test_the_other_lesson_lifts_a_lower_grade(school: School) -> None:
    user = school.learner()
    school.completes(user, mastery=40)
    school.work()
    opt_out(school, user.learner_id)
    school.work(HOUR)
    assert [score["scoreGiven"] for score in school.double.scores()] == [40]

    school.completes(user, is_alternative=True)
    school.work(HOUR)

    assert [score["scoreGiven"] for score in school.double.scores()] == [40, 100]


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_grade_on_its_way_arrives_or_is_owed_by_the_other_lesson(
    school: School, *, is_noted: bool
) -> None:
    user = school.learner()
    school.completes(user)
    if is_noted:
        outbox.enqueue(school.session, since=None, now=school.clock())
        school.session.commit()

    opt_out(school, user.learner_id)
    school.work(HOUR)

    assert len(school.double.scores()) == is_noted
    school.completes(user, is_alternative=True)
    school.work(HOUR)
    assert [score["scoreGiven"] for score in school.double.scores()] == [100]


def test_a_grade_that_failed_can_still_be_sent_again(school: School) -> None:
    user = school.learner()
    school.completes(user)
    outbox.enqueue(school.session, since=None, now=school.clock())
    school.session.commit()
    opt_out(school, user.learner_id)

    outbox.send_again(school.session, school.link.id, now=school.clock())
    school.session.commit()
    school.work()

    assert school.state() == ("sent", "")


@mastery
def test_without_survey_the_grade_rises_to_full_points(school: School) -> None:
    user = school.learner()
    school.completes(user, mastery=40)
    school.work()

    slug = school.assignment.module_slug
    survey.record_survey_opt_out(
        school.session, user.learner_id, slug, now=school.clock()
    )
    school.session.commit()
    school.work(HOUR)

    assert school.assignment.grading is GradingPolicy.MASTERY
    assert [score["scoreGiven"] for score in school.double.scores()] == [40, 100]
