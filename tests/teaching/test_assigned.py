"""What a seat teaches, and whose district it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from preventedu.auth import SeatRole
from preventedu.errors import NotFoundError
from preventedu.people import CoursePlacement, Lea, School, SchoolIdScheme
from preventedu.teaching.assigned import assigned_at
from tests.teaching.make import ALTERNATIVE, LEA_NAME, SLUG, make_seat

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from tests.teaching.make import Classroom

MONDAY = date(2027, 3, 1)
RECORDED = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def seat(app: Flask, session: Session, room: Classroom) -> Seat:
    """A teacher's seat in the class."""
    with app.app_context():
        return make_seat(session, room, SeatRole.TEACHER)[0]


def make_school(session: Session, number: int) -> School:
    lea = Lea(nces_id=f"070000{number}", name=f"District {number}", state="CO")
    school = School(
        lea=lea,
        scheme=SchoolIdScheme.NCES,
        school_id=f"07000000000{number}",
        name=f"School {number}",
    )
    session.add(school)
    session.flush()
    return school


def place(
    session: Session, room: Classroom, school: School, day: date, minutes: int = 0
) -> None:
    session.add(
        CoursePlacement(
            course_id=room.context.course_id,
            school=school,
            effective_from=day,
            recorded_at=RECORDED + timedelta(minutes=minutes),
            recorded_by="an official",
        )
    )
    session.flush()


def district_on(session: Session, seat: Seat, day: date) -> str:
    found = assigned_at(session, seat, on_date=day).district
    return found.name if found else ""


def test_a_seat_teaches_its_links_lesson(session: Session, seat: Seat) -> None:
    found = assigned_at(session, seat, on_date=MONDAY)

    assert found.module.slug == SLUG
    assert found.alternative
    assert found.alternative.slug == ALTERNATIVE
    assert found.has_gradebook


def test_the_deployments_district_counts_until_the_course_is_placed(
    session: Session, seat: Seat, room: Classroom
) -> None:
    assert district_on(session, seat, MONDAY) == LEA_NAME

    place(session, room, make_school(session, 1), MONDAY)

    assert district_on(session, seat, MONDAY - timedelta(days=1)) == LEA_NAME
    assert district_on(session, seat, MONDAY) == "District 1"


def test_the_placement_recorded_last_counts(
    session: Session, seat: Seat, room: Classroom
) -> None:
    place(session, room, make_school(session, 1), MONDAY)
    place(session, room, make_school(session, 2), MONDAY - timedelta(days=9), 5)

    assert district_on(session, seat, MONDAY) == "District 2"


def test_the_deployments_school_goes_before_its_district(
    session: Session, seat: Seat, room: Classroom
) -> None:
    room.deployment.school = make_school(session, 3)
    session.flush()

    assert district_on(session, seat, MONDAY) == "District 3"


def test_a_link_without_a_lesson_teaches_nothing(
    session: Session, seat: Seat, room: Classroom
) -> None:
    room.link.assignment = None
    session.flush()

    with pytest.raises(NotFoundError, match="No lesson has been chosen"):
        assigned_at(session, seat, on_date=MONDAY)
