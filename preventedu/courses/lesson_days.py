"""Which class does what on which day: from what teachers confirmed. No student in it.

Also the days on which a sensitive lesson is ill placed.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu import safety
from preventedu.courses import catalog, consent, readiness
from preventedu.courses.consent_models import Readiness
from preventedu.people import Course, GradeBand, SchoolBreak

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.people import School

FRIDAY = 4


class Concern(enum.StrEnum):
    """Why a day is ill chosen for a lesson after which a child may need somebody."""

    BEFORE_BREAK = "before-break"
    """The last school day before a break: nobody is there the next day."""
    IN_BREAK = "in-break"
    FRIDAY = "friday"
    WEEKEND = "weekend"
    SHORT_NOTICE = "short-notice"
    """Families would hear of it later than the LEA promises them."""


@dataclass(frozen=True)
class Worry:
    """A concern about a day, with what its sentence needs.

    Attributes:
        break_name: Of the break, if it is about one.
        notice_days: What the LEA promises families, if it is about that.
    """

    concern: Concern
    break_name: str = ""
    notice_days: int = 0


@dataclass(frozen=True)
class LessonDay:
    """One lesson of one class on one day, as the counselor reads it.

    Attributes:
        moved_from: The day confirmed before this one, if it was another.
    """

    teaching_on: date
    class_label: str
    school: School | None
    module: CompiledModule
    moved_from: date | None

    @property
    def where(self) -> str:
        """Return the school's name, if the class is placed."""
        return self.school.name if self.school else ""


@dataclass(frozen=True)
class Week:
    """The lessons of one week, by day; `starts_on` is its Monday."""

    starts_on: date
    days: tuple[LessonDay, ...]

    @property
    def ends_on(self) -> date:
        """Return its Sunday."""
        return self.starts_on + timedelta(days=6)


def worries(
    session: Session, lea_id: int, band: GradeBand, day: date, today: date
) -> tuple[Worry, ...]:
    """Return what speaks against a day, the gravest first; none of it forbids it.

    Args:
        session: Reads only.
        lea_id: Of the class.
        band: Of the module.
        day: On which the lesson shall be taught.
        today: In the LEA's calendar.
    """
    return (
        *_about_school(session, lea_id, day),
        *_about_notice(session, lea_id, band, day, today),
    )


def days_of(
    session: Session, lea_id: int, first: date, last: date
) -> tuple[LessonDay, ...]:
    """Return the lessons that an LEA's teachers confirmed for these days.

    Of a course and module, the row confirmed last counts, so a lesson that was moved
    stands on its new day only.
    """
    newest = (
        select(func.max(Readiness.id))
        .join(Course, Course.id == Readiness.course_id)
        .where(Course.lea_id == lea_id)
        .group_by(Readiness.course_id, Readiness.module_slug)
    )
    rows = session.scalars(
        select(Readiness)
        .where(Readiness.id.in_(newest), Readiness.teaching_on.between(first, last))
        .order_by(Readiness.teaching_on, Readiness.class_label, Readiness.id)
    )
    return tuple(day_of(session, row) for row in rows)


def day_of(session: Session, row: Readiness) -> LessonDay:
    """Return one confirmed lesson as the counselor reads it."""
    version = catalog.module_version(session, row.module_slug)
    before = session.scalar(
        select(Readiness.teaching_on)
        .where(
            Readiness.course_id == row.course_id,
            Readiness.module_slug == row.module_slug,
            Readiness.id < row.id,
        )
        .order_by(Readiness.id.desc())
        .limit(1)
    )
    return LessonDay(
        teaching_on=row.teaching_on,
        class_label=row.class_label,
        school=readiness.school_of(session, row.course_id, row.teaching_on),
        module=catalog.load(version),
        # A day long gone was another lesson of the class, not this one moved.
        moved_from=_moved(before, row),
    )


def weeks_of(days: Iterable[LessonDay]) -> tuple[Week, ...]:
    """Put days, in order, into their weeks; weeks without a lesson are left out."""
    weeks: dict[date, list[LessonDay]] = {}
    for day in days:
        weeks.setdefault(monday_of(day.teaching_on), []).append(day)
    return tuple(Week(monday, tuple(found)) for monday, found in weeks.items())


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _moved(before: date | None, row: Readiness) -> date | None:
    if before is None or before == row.teaching_on:
        return None
    return before if before >= row.confirmed_at.date() else None


def _about_school(session: Session, lea_id: int, day: date) -> tuple[Worry, ...]:
    inside = session.scalar(
        select(SchoolBreak.name)
        .where(
            SchoolBreak.lea_id == lea_id,
            SchoolBreak.starts_on <= day,
            SchoolBreak.ends_on >= day,
        )
        .limit(1)
    )
    if inside is not None:
        return (Worry(Concern.IN_BREAK, break_name=inside),)
    if day.weekday() > FRIDAY:
        return (Worry(Concern.WEEKEND),)
    following = safety.break_after(session, lea_id, day)
    if following is not None:
        return (Worry(Concern.BEFORE_BREAK, break_name=following.name),)
    return (Worry(Concern.FRIDAY),) if day.weekday() == FRIDAY else ()


def _about_notice(
    session: Session, lea_id: int, band: GradeBand, day: date, today: date
) -> tuple[Worry, ...]:
    if band in consent.GROWN_UPS:
        return ()
    policy = consent.mode_on(session, lea_id, band, day)
    if policy is None or today + timedelta(days=policy.notice_days) <= day:
        return ()
    return (Worry(Concern.SHORT_NOTICE, notice_days=policy.notice_days),)
