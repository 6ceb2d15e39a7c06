"""The queue of grades: what waits, what was given up, and sending it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event

from preventedu.lti import problems
from preventedu.lti.connections import looking_back, views_log
from preventedu.lti.models import DeliveryStatus
from preventedu.people import StaffRole
from tests.lti.connections.make import make_lea, the_deployment, the_platform
from tests.lti.double import Reply

if TYPE_CHECKING:
    import pytest
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.lti.connections.make import Desk
    from tests.lti.school import School

GRADES = "/connections/grades"


def fail(school: School, number: int) -> None:
    """Let the grades of some students be given up."""
    good = school.double.routes["/scores"]
    school.double.routes["/scores"] = lambda _asked: Reply(404)
    for each in range(number):
        school.completes(school.learner(f"user-{each}"))
    school.work()
    school.double.routes["/scores"] = good


def test_the_queue_is_counted_by_state_and_problem(
    session: Session, desk: Desk, school: School
) -> None:
    fail(school, 2)
    school.completes(school.learner("in-time"))
    school.work(1)

    page = desk.seat().get(GRADES).text

    assert "Arrived: 1" in page
    assert "Given up: 2" in page
    assert "On their way: 0" in page
    assert problems.COLUMN_GONE in page
    assert "The gradebook column is gone." in page
    assert "Send 2 grades again" in page
    assert "The oldest that has not arrived was earned" in page
    for subject in ("user-0", "in-time"):
        assert subject not in page
    assert session.is_active


def test_what_was_given_up_is_sent_again_in_batches(
    app: Flask,
    session: Session,
    desk: Desk,
    school: School,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fail(school, 5)
    monkeypatch.setattr(looking_back, "BATCH", 2)
    monkeypatch.setattr(views_log, "BATCH", 2)
    seated = desk.seat()
    own = f"/connections/platforms/{the_platform(session).id}"
    ends: list[str] = []

    def note(*arguments: object) -> None:
        statement = str(arguments[2]).split()[0]
        if statement in ("UPDATE", "RELEASE"):
            ends.append(statement)

    event.listen(app.extensions["engine"], "before_cursor_execute", note)
    try:
        answer = seated.post(f"{own}/send-again")
    finally:
        event.remove(app.extensions["engine"], "before_cursor_execute", note)

    assert "5 grades are sent again." in seated.get(answer.location).text
    # Each batch is committed before the next one begins.
    assert ends.count("RELEASE") >= 3
    assert school.work(1) == 5


def test_grades_that_arrived_are_not_sent_again(
    session: Session, desk: Desk, school: School
) -> None:
    school.completes(school.learner())
    school.work()
    own = f"/connections/platforms/{the_platform(session).id}"

    desk.seat().post(f"{own}/send-again")

    assert school.delivery().status is DeliveryStatus.SENT
    assert school.work(1) == 0


def test_an_official_sees_the_queue_and_sends_nothing(
    session: Session, desk: Desk, school: School
) -> None:
    fail(school, 1)
    lea = make_lea(session, 1)
    the_deployment(session).lea_id = lea.id
    session.commit()
    official = desk.seat(StaffRole.LEA_OFFICIAL, lea)

    page = official.get(GRADES).text

    assert "Given up: 1" in page
    assert "grade again" not in page
    own = f"/connections/platforms/{the_platform(session).id}"
    assert official.post(f"{own}/send-again").status_code == 403
    assert school.delivery().status is DeliveryStatus.FAILED


def test_a_trial_copy_is_said_to_get_no_grade(
    session: Session, desk: Desk, school: School
) -> None:
    fail(school, 1)
    the_platform(session).is_test = True
    session.commit()

    page = desk.seat().get(GRADES).text

    assert "A trial copy: no grade is sent there." in page
    assert "grade again" not in page
