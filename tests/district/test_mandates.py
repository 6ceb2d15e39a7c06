from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from preventedu.courses import catalog
from preventedu.courses.models import (
    Assignment,
    Attempt,
    Completion,
    DeliveryMode,
    GradingPolicy,
    ModuleVersion,
)
from preventedu.district import mandates
from preventedu.district.mandates import Days, Line
from preventedu.lti.models import Context, Deployment, DeploymentStatus, Platform
from preventedu.people import Course, GradeBand, Lea, Learner, StaffRole
from tests.courses.make import made_module
from tests.district import make

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

NOON = datetime(2026, 10, 5, 16, tzinfo=UTC)
YEAR = Days(date(2026, 7, 1), date(2027, 6, 30))


@pytest.fixture
def lea(session: Session) -> Lea:
    """An LEA of California, whose rule asks for seeking help and boundaries."""
    lea = make.make_lea(session)
    lea.state = "CA"
    session.flush()
    return lea


@pytest.fixture
def lesson(session: Session) -> ModuleVersion:
    """A lesson for 6-8 that bears on seeking help."""
    return catalog.publish(session, made_module(topics=("help-seeking",)), now=NOON)


def give(
    session: Session, lea: Lea, lesson: ModuleVersion, at: datetime = NOON
) -> Assignment:
    """Assign the lesson to a new class."""
    course = Course(created_at=at, lea_id=lea.id)
    session.add(course)
    session.flush()
    assignment = Assignment(
        course_id=course.id,
        module_slug=lesson.slug,
        grading=GradingPolicy.COMPLETION,
        created_at=at,
    )
    session.add(assignment)
    session.flush()
    return assignment


def open_lesson(
    session: Session,
    assignment: Assignment,
    lesson: ModuleVersion,
    at: datetime = NOON,
    *,
    is_alternative: bool = False,
) -> Attempt:
    learner = Learner(created_at=at)
    session.add(learner)
    session.flush()
    attempt = Attempt(
        learner_id=learner.id,
        assignment_id=assignment.id,
        module_version_id=lesson.id,
        is_alternative=is_alternative,
        is_test=False,
        language="en",
        screen="s1",
        started_at=at,
    )
    session.add(attempt)
    session.flush()
    return attempt


def finish(
    session: Session,
    assignment: Assignment,
    lesson: ModuleVersion,
    at: datetime = NOON,
    *,
    is_test: bool = False,
    is_present_only: bool = False,
) -> Completion:
    attempt = open_lesson(session, assignment, lesson, at)
    completion = Completion(
        attempt_id=None if is_present_only else attempt.id,
        learner_id=attempt.learner_id,
        assignment_id=assignment.id,
        course_id=assignment.course_id,
        module_version_id=lesson.id,
        grade_band=lesson.grade_band,
        audience="student",
        delivery_mode=DeliveryMode.SELF_PACED,
        language="en",
        minutes=20,
        is_alternative=False,
        is_test=is_test,
        completed_at=at,
    )
    session.add(completion)
    session.flush()
    if is_present_only:
        session.delete(attempt)
        session.flush()
    return completion


def line(
    session: Session, lea: Lea, topic: str = "seeking-help", days: Days = YEAR
) -> Line:
    """Return the matrix's line of a topic in grades 6-8."""
    found = [
        each
        for each in mandates.matrix(session, lea, days)
        if each.topic == topic and each.band is GradeBand.G6_8
    ]
    assert len(found) == 1
    return found[0]


def test_every_required_topic_has_a_line_for_each_band(
    session: Session, lea: Lea, lesson: ModuleVersion
) -> None:
    del lesson

    lines = mandates.matrix(session, lea, YEAR)

    assert [(each.topic, each.band.value) for each in lines] == [
        ("prevalence-and-risk", "6-8"), ("prevalence-and-risk", "9-12"),
        ("boundaries", "6-8"), ("boundaries", "9-12"),
        ("seeking-help", "6-8"), ("seeking-help", "9-12"),
    ]  # fmt: skip
    assert [each.lesson is None for each in lines] == [
        True, True, True, True, False, True,
    ]  # fmt: skip


def test_classes_that_finished_are_counted_of_all_classes_of_the_band(
    session: Session, lea: Lea, other: Lea, lesson: ModuleVersion
) -> None:
    finished, unfinished, half = (give(session, lea, lesson) for _ in range(3))
    elsewhere = give(session, other, lesson)
    finish(session, finished, lesson)
    open_lesson(session, unfinished, lesson)
    finish(session, half, lesson)
    open_lesson(session, half, lesson)
    finish(session, elsewhere, lesson)

    found = line(session, lea)

    assert found.lesson is lesson
    assert (found.finished, found.classes, found.percent) == (1, 3, 33)


def test_a_class_ticked_present_has_finished(
    session: Session, lea: Lea, lesson: ModuleVersion
) -> None:
    finish(session, give(session, lea, lesson), lesson, is_present_only=True)

    assert line(session, lea).percent == 100


def test_alternatives_and_test_students_count_nowhere(
    session: Session, lea: Lea, lesson: ModuleVersion
) -> None:
    assignment = give(session, lea, lesson)
    finish(session, assignment, lesson)
    open_lesson(session, assignment, lesson, is_alternative=True)
    tested = give(session, lea, lesson)
    finish(session, tested, lesson, is_test=True)

    found = line(session, lea)

    assert (found.finished, found.classes) == (1, 2)


def test_a_trial_copy_of_an_lms_has_no_classes(
    session: Session, lea: Lea, lesson: ModuleVersion
) -> None:
    assignment = give(session, lea, lesson)
    finish(session, assignment, lesson)
    platform = Platform(
        issuer="https://beta.lms.test", client_id="c", auth_url="https://lms.test/a",
        token_url="https://lms.test/t", jwks_url="https://lms.test/k", family="test",
        created_at=NOON, is_test=True,
    )  # fmt: skip
    deployment = Deployment(
        platform=platform, deployment_id="1", status=DeploymentStatus.ACTIVE,
        first_seen_at=NOON,
    )  # fmt: skip
    session.add(
        Context(deployment=deployment, context_id="c1", course_id=assignment.course_id)
    )
    session.flush()

    found = line(session, lea)

    assert (found.classes, found.percent) == (0, None)


def test_only_the_chosen_days_count_and_they_begin_in_the_leas_time_zone(
    session: Session, lea: Lea, lesson: ModuleVersion
) -> None:
    # In New York it is still the evening of June 30.
    before = datetime(2026, 7, 1, 3, 59, tzinfo=UTC)
    finish(session, give(session, lea, lesson, before), lesson, before)
    assert line(session, lea).classes == 0

    first = before + timedelta(minutes=1)
    finish(session, give(session, lea, lesson, first), lesson, first)
    after = datetime(2027, 7, 1, 4, 0, tzinfo=UTC)
    finish(session, give(session, lea, lesson, after), lesson, after)

    found = line(session, lea)
    assert (found.finished, found.classes) == (1, 1)


def test_a_lesson_assigned_last_year_counts_where_it_was_finished_this_year(
    session: Session, lea: Lea, lesson: ModuleVersion
) -> None:
    last_year = datetime(2026, 5, 1, 16, tzinfo=UTC)
    finish(session, give(session, lea, lesson, last_year), lesson, NOON)
    give(session, lea, lesson, last_year)

    found = line(session, lea)

    assert (found.finished, found.classes) == (1, 1)


def test_a_superseded_completion_no_longer_counts(
    session: Session, lea: Lea, lesson: ModuleVersion
) -> None:
    completion = finish(session, give(session, lea, lesson), lesson)
    completion.superseded_at = NOON
    session.flush()

    assert line(session, lea).finished == 0


@pytest.mark.parametrize(
    ("today", "first"),
    [(date(2026, 6, 30), 2025), (date(2026, 7, 1), 2026), (date(2027, 1, 9), 2026)],
)
def test_the_school_year_runs_from_july_to_june(today: date, first: int) -> None:
    assert mandates.school_year(today) == Days(
        date(first, 7, 1), date(first + 1, 6, 30)
    )


def test_the_page_shows_gaps_dues_and_that_it_is_no_legal_advice(
    session: Session, client: FlaskClient, lea: Lea, lesson: ModuleVersion
) -> None:
    finish(session, give(session, lea, lesson), lesson)
    make.arrive(session, client, StaffRole.LEA_OFFICIAL, lea)

    page = client.get(
        f"/district/leas/{lea.id}/state-rules?from=2026-07-01&to=2027-06-30"
    ).text

    assert "Not legal advice." in page
    assert ">Gap<" in page
    assert "100 %" in page
    assert "Plan due" not in page
    lea.state = "FL"
    session.flush()
    page = client.get(f"/district/leas/{lea.id}/state-rules").text
    assert "Plan due" in page
    assert 'datetime="20' in page


@pytest.mark.parametrize(
    "query", ["from=2027-01-01&to=2026-01-01", "from=soon", "to=9999-12-31"]
)
def test_wrong_days_are_told_and_the_school_year_shown(
    session: Session, client: FlaskClient, lea: Lea, query: str
) -> None:
    make.arrive(session, client, StaffRole.LEA_OFFICIAL, lea)

    page = client.get(f"/district/leas/{lea.id}/state-rules?{query}")

    assert page.status_code == 200
    assert "The current school year is shown." in page.text


def test_the_csv_says_the_same_and_runs_nothing(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    title = {"en": "=cmd()", "es": "=cmd()"}
    lesson = catalog.publish(
        session, made_module(topics=("help-seeking",), title=title), now=NOON
    )
    finish(session, give(session, lea, lesson), lesson)
    make.arrive(session, client, StaffRole.GRANT_MANAGER, lea)

    answer = client.get(
        f"/district/leas/{lea.id}/state-rules.csv?from=2026-07-01&to=2027-06-30"
    )

    assert answer.mimetype == "text/csv"
    assert "state-rules-9900010-2026-07-01" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    named = [dict(zip(rows[0], row, strict=True)) for row in rows[1:-1]]
    taught = [row for row in named if row["lesson"]]
    assert len(named) == 6
    assert [row["lesson"] for row in taught] == ["'=cmd()"]
    assert (taught[0]["classes_finished"], taught[0]["percent"]) == ("1", "100")
    assert taught[0]["citation"].startswith("AB 1227")
    assert taught[0]["reviewed_on"] == "2026-11-22"
    assert rows[-1][0].startswith("Not legal advice.")
