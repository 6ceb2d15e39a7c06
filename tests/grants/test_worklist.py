from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preventedu.errors import NotAllowedError, RefusedError
from preventedu.grants.attribution import attribute_all
from preventedu.grants.worklist import (
    CourseOrigin,
    Decision,
    UnplacedCourse,
    choose_award,
    place_course,
    unplaced_courses,
)
from tests.grants import make
from tests.staff.make import make_staff

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.orm import Session


def test_where_there_is_one_lea_every_unplaced_course_is_its_own(
    session: Session,
) -> None:
    lea = make.make_district(session).lea
    version = make.make_module(session)
    make.complete(session, make.make_assignment(session, version), version)
    attribute_all(session, now=make.NOON)

    assert [c.completions for c in unplaced_courses(session, lea.id, None)] == [1]


def test_where_there_are_more_each_sees_the_courses_of_its_deployments(
    session: Session,
) -> None:
    ours, theirs = make.make_district(session).lea, make.make_district(session).lea
    version = make.make_module(session)
    known, unknown = (make.make_assignment(session, version) for _ in range(2))
    for assignment in (known, unknown):
        make.complete(session, assignment, version)
    attribute_all(session, now=make.NOON)

    def origins(
        _session: Session, _courses: Collection[str]
    ) -> dict[str, CourseOrigin]:
        return {known.course_id: CourseOrigin(ours.id, "the LMS, course 7")}

    found = unplaced_courses(session, ours.id, origins)

    assert [(c.course_id, c.hint) for c in found] == [
        (known.course_id, "the LMS, course 7")
    ]
    assert unplaced_courses(session, theirs.id, origins) == []
    assert unplaced_courses(session, ours.id, None) == []


def test_a_course_is_never_placed_at_another_leas_school(session: Session) -> None:
    ours, theirs = make.make_district(session), make.make_district(session)
    member = make_staff(session, ours.lea)
    course = UnplacedCourse("course", 1, make.NOON, "")

    with pytest.raises(NotAllowedError):
        place_course(session, member, course, theirs.schools[0], now=make.NOON)


def test_a_decision_needs_a_reason_and_an_award(session: Session) -> None:
    district = make.make_district(session)
    award = make.make_award(session, district.lea)
    member = make_staff(session, district.lea)

    for decision in (
        Decision("assignment", award.id, make.YEAR[0], "  "),
        Decision("assignment", 0, make.YEAR[0], "A reason"),
    ):
        with pytest.raises(RefusedError):
            choose_award(session, member, decision, now=make.NOON)
