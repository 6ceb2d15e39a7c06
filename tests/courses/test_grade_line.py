from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.auth import Seat, SeatRole
from preventedu.courses.grade_line import Gradebook, grade_line
from preventedu.courses.models import Completion, GradingPolicy
from preventedu.courses.views_slots import gradebook_of
from preventedu.lti.models import DeliveryStatus, ResourceLink, ScoreDelivery
from tests.conftest import NOW
from tests.courses.make import make_link, make_seat
from tests.courses.test_progress import take

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from preventedu.courses.assignments import Taking


def completion(mastery: int | None = None, **changes: bool) -> Completion:
    return Completion(
        mastery=mastery, **({"is_alternative": False, "is_test": False} | changes)
    )


@pytest.mark.parametrize(
    ("gradebook", "said"),
    [
        (Gradebook.NONE, "This class does not keep grades for this lesson."),
        (Gradebook.WAITING, "Your grade is on its way to your class gradebook."),
        (Gradebook.STUCK, "Your teacher can send it again."),
        (Gradebook.ARRIVED, "Your grade is in your class gradebook."),
        (Gradebook.UNKNOWN, "Your teacher will see that you finished."),
    ],
)
def test_what_is_known_of_the_grade_is_said_and_no_more(
    app: Flask, gradebook: Gradebook, said: str
) -> None:
    with app.test_request_context():
        line = grade_line(completion(50), GradingPolicy.COMPLETION, gradebook)

    assert line.endswith(said)
    assert "50" not in line


def test_a_share_is_told_only_where_it_is_graded(app: Flask) -> None:
    with app.test_request_context():
        graded = grade_line(completion(50), GradingPolicy.MASTERY, Gradebook.UNKNOWN)
        skipped = grade_line(completion(), GradingPolicy.MASTERY, Gradebook.UNKNOWN)
        other = completion(50, is_alternative=True)
        excused = grade_line(other, GradingPolicy.MASTERY, Gradebook.UNKNOWN)

    assert "50%" in graded
    assert "skipped the questions" in skipped
    assert excused == "Your teacher will see that you finished."


def deliver(session: Session, seat: Seat, status: DeliveryStatus) -> None:
    done = session.scalars(select(Completion)).one()
    session.add(
        ScoreDelivery(
            resource_link_id=seat.resource_link_id,
            lti_user_id=seat.lti_user_id,
            completion_id=done.id,
            points=100,
            status=status,
            due_at=NOW,
        )
    )
    session.flush()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, Gradebook.WAITING),
        (DeliveryStatus.SENDING, Gradebook.WAITING),
        (DeliveryStatus.FAILED, Gradebook.STUCK),
        (DeliveryStatus.SENT, Gradebook.ARRIVED),
    ],
)
def test_a_grade_has_arrived_when_the_platform_took_it(
    session: Session,
    app: Flask,
    who: Taking,
    status: DeliveryStatus | None,
    expected: Gradebook,
) -> None:
    link = make_link(session, who.assignment, who.assignment.course)
    take(session, who, 4)
    with app.app_context():
        seat, _ = make_seat(session, link, SeatRole.LEARNER)
        assert gradebook_of(session, seat) is Gradebook.NONE
        kept = session.get_one(ResourceLink, link.id)
        kept.line_item_url = "https://lms.test/line-items/1"
        if status is not None:
            deliver(session, seat, status)
        assert gradebook_of(session, seat) is expected
