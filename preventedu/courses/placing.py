"""Saying at which school a course is: always by a new row, so nothing is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu.courses.models import Completion
from preventedu.people import Course, CoursePlacement

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from preventedu.people import School

EARLIER = timedelta(days=367)
"""A presenter may have come before the class first opened a lesson here."""


def place_course(
    session: Session,
    course_id: str,
    school: School,
    recorded_by: str,
    *,
    from_day: date | None = None,
    now: datetime,
) -> CoursePlacement:
    """Record that a course is at a school; earlier completions follow it.

    Who attributes completions sees the new row and writes new attributions for what
    was completed before; nothing is changed in place. A correction is a further row.

    Args:
        session: Commits are the caller's.
        course_id: Of the course.
        school: Where it is; its LEA becomes the course's.
        recorded_by: The staff member's e-mail, or the rule that decided.
        from_day: The course moved on this day; left out, it was there from its
            beginning on, before its first completion.
        now: When it was said.
    """
    placement = CoursePlacement(
        course_id=course_id,
        school_id=school.id,
        effective_from=from_day or _beginning(session, course_id),
        recorded_at=now,
        recorded_by=recorded_by,
    )
    session.add(placement)
    session.get_one(Course, course_id).lea_id = school.lea_id
    session.flush()
    return placement


def placements(
    session: Session, course_ids: Collection[str], on_day: date
) -> dict[str, CoursePlacement]:
    """Return where each of these courses is on a day; those at no school are absent."""
    rows = session.scalars(
        select(CoursePlacement)
        .where(
            CoursePlacement.course_id.in_(course_ids),
            CoursePlacement.effective_from <= on_day,
        )
        .order_by(CoursePlacement.recorded_at, CoursePlacement.id)
    )
    return {row.course_id: row for row in rows}


def _beginning(session: Session, course_id: str) -> date:
    """Return a day before anything can have happened in the course."""
    made = session.get_one(Course, course_id).created_at
    first = session.scalar(
        select(func.min(Completion.completed_at)).where(
            Completion.course_id == course_id
        )
    )
    return (min(made, first or made) - EARLIER).date()
