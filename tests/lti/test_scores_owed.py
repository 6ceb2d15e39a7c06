"""Which completions become grades, and in whose gradebook."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from preventedu.auth import SeatRole
from preventedu.courses.models import GradingPolicy
from preventedu.lti import passback
from preventedu.lti.models import (
    Deployment,
    Enrollment,
    LtiUser,
    ResourceLink,
    ScoreDelivery,
)
from tests.lti.school import (
    START,
    School,
    make_course_assignment,
    make_link,
    mastery,
)

# -- what is owed --


def test_a_completion_becomes_a_grade(school: School) -> None:
    user = school.learner()
    school.completes(user)

    assert school.work() == 1

    assert school.state() == ("sent", "")
    (score,) = school.double.scores()
    assert score["userId"] == "user-1"
    assert (score["scoreGiven"], score["scoreMaximum"]) == (100, 100)
    assert passback.deliveries_of(school.session, school.link.id).keys() == {user.id}
    assert school.work(3600) == 0
    assert len(school.double.scores()) == 1


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({"is_test": True}, 0),
        ({"superseded_at": START}, 0),
        ({"is_alternative": True}, 1),
    ],
)
def test_only_what_counts_for_the_learner_is_sent(
    school: School, changes: dict[str, Any], sent: int
) -> None:
    school.completes(school.learner(), **changes)

    assert school.work() == sent


@pytest.mark.parametrize("role", [r for r in SeatRole if r is not SeatRole.LEARNER])
def test_only_learners_are_graded(school: School, role: SeatRole) -> None:
    school.completes(school.learner(role=role))

    assert school.work() == 0


@pytest.mark.parametrize("missing", [{"can_score": False}, {"line_item_url": None}])
def test_a_link_without_a_column_is_owed_nothing_until_it_has_one(
    school: School, missing: dict[str, Any]
) -> None:
    kept = {name: getattr(school.link, name) for name in missing}
    for name, value in missing.items():
        setattr(school.link, name, value)
    school.completes(school.learner())
    assert school.work() == 0
    for name, value in kept.items():
        setattr(school.link, name, value)
    school.session.commit()

    assert school.work(3600) == 1


def test_a_grade_goes_to_no_other_courses_gradebook(school: School) -> None:
    """The same pupil in two courses with the same lesson, at two deployments."""
    session = school.session
    other = Deployment(
        platform_id=school.platform.id,
        deployment_id="dep-2",
        status="active",
        first_seen_at=START,
    )
    session.add(other)
    session.flush()
    elsewhere = make_course_assignment(session, GradingPolicy.COMPLETION)
    url = f"{school.double.url}/2/lineitems/9/lineitem"
    theirs = make_link(session, other, elsewhere, "link-2", url)
    user = school.learner()
    session.add(
        Enrollment(
            resource_link_id=theirs.id,
            lti_user_id=user.id,
            role="learner",
            seen_at=START,
        )
    )
    school.completes(user)

    school.work()

    paths = {a.path for a in school.double.asked if a.path.endswith("/scores")}
    assert paths == {"/1/lineitems/1/lineitem/scores"}
    assert passback.deliveries_of(session, theirs.id) == {}


def test_a_pupil_never_seen_at_a_link_gets_no_grade_there(school: School) -> None:
    deployment = school.session.scalars(select(Deployment)).one()
    copy = ResourceLink(
        deployment_id=deployment.id,
        resource_link_id="link-twin",
        assignment_id=school.assignment.id,
        line_item_url=f"{school.double.url}/1/lineitems/2/lineitem",
        can_score=True,
        can_read_results=True,
    )
    school.session.add(copy)
    school.completes(school.learner())

    assert school.work() == 1
    assert passback.deliveries_of(school.session, copy.id) == {}


@mastery
def test_a_better_retake_raises_the_grade_and_a_worse_one_does_not(
    school: School,
) -> None:
    user = school.learner()
    first = school.completes(user, mastery=60)
    school.work()
    school.clock.later(5)
    school.completes(user, mastery=90, retake_of_id=first.id)
    school.work()
    school.clock.later(5)
    school.completes(user, mastery=40, retake_of_id=first.id)

    assert school.work() == 0
    assert [score["scoreGiven"] for score in school.double.scores()] == [60, 90]
    assert school.state() == ("sent", "")


@mastery
def test_of_two_completions_at_once_the_better_one_is_sent(school: School) -> None:
    user = school.learner()
    first = school.completes(user, mastery=80)
    school.completes(user, mastery=95, retake_of_id=first.id)

    assert school.work() == 1
    assert [score["scoreGiven"] for score in school.double.scores()] == [95]


def test_an_old_completion_is_found_by_the_sweep(school: School) -> None:
    school.work()
    user = school.learner()
    school.completes(user, completed_at=START - timedelta(days=2))

    assert school.work(5) == 0
    assert school.work(600) == 1


def test_a_deleted_user_takes_the_delivery_along(school: School) -> None:
    user = school.learner()
    school.completes(user)
    school.work()

    school.session.execute(delete(LtiUser))
    school.session.commit()

    assert school.session.scalars(select(ScoreDelivery)).all() == []
    assert school.work(3600) == 0
