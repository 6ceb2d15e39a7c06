"""Some weeks of made-up classes, so that the demo's report has something to show.

Every row comes about through the functions that real lessons use, at made-up times; no
LMS user stands behind these learners, as if all had been erased since.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from preventedu.courses import assignments, opt_outs, progress, readiness
from preventedu.courses.events import Batch
from preventedu.courses.models import Completion, GradingPolicy
from preventedu.courses.readiness import Confirmation
from preventedu.people import Course, CoursePlacement, Learner, School

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.models import Assignment
    from preventedu.people import Lea

SEED = 13903
RECORDED_BY = "demo history"


@dataclass(frozen=True)
class PastClass:
    """One class that took one module some time ago.

    Attributes:
        school: NCES id; empty: nobody has placed this course yet.
        slug: The module.
        size: How many finished it.
        days_ago: When, counted back from the start of this quarter; negative: since.
        opted_out: How many of them took the alternative.
    """

    school: str
    slug: str
    size: int
    days_ago: int
    opted_out: int = 0


def add_history(
    session: Session, lea: Lea, classes: tuple[PastClass, ...], now: datetime
) -> int:
    """Add the classes of an LEA once; return how many completions there are now.

    A demo that has any completion keeps what it has.
    """
    if session.scalar(select(Completion.id).limit(1)) is None:
        chance = random.Random(SEED)  # noqa: S311 (made-up data, the same each time)
        with click.progressbar(classes, label="Making up some history") as shown:
            for past in shown:
                _add_class(session, lea, past, chance, now)
    return len(session.scalars(select(Completion.id)).all())


def quarter_start(now: datetime) -> datetime:
    """Return the first moment of the calendar quarter, in UTC."""
    month = now.month - (now.month - 1) % 3
    return datetime(now.year, month, 1, tzinfo=UTC)


def _add_class(
    session: Session,
    lea: Lea,
    past: PastClass,
    chance: random.Random,
    now: datetime,
) -> None:
    day = quarter_start(now) - timedelta(days=past.days_ago)
    # School hours in the middle of the country, and never in the future.
    begun = min(day.replace(hour=16), now - timedelta(hours=3))
    course = Course(created_at=begun, lea_id=lea.id)
    session.add(course)
    session.flush()
    _place(session, course, past.school, begun)
    day_of_class = readiness.today_of(lea, begun)
    confirmed = Confirmation("Demo class", day_of_class, lti_user_id=None)
    readiness.confirm(session, course.id, past.slug, confirmed, now=begun)
    assignment = assignments.create_assignment(
        session, course.id, past.slug, GradingPolicy.COMPLETION, now=begun
    )
    for number in range(past.size):
        start = begun + timedelta(minutes=chance.randint(0, 40))
        minutes = timedelta(minutes=chance.randint(11, 31))
        is_out = number < past.opted_out
        _finish(session, assignment, start, start + minutes, is_out=is_out)


def _place(session: Session, course: Course, nces_id: str, now: datetime) -> None:
    school = session.scalar(select(School).where(School.school_id == nces_id))
    if school is not None:
        session.add(
            CoursePlacement(
                course_id=course.id,
                school_id=school.id,
                effective_from=now.date(),
                recorded_at=now,
                recorded_by=RECORDED_BY,
            )
        )


def _finish(
    session: Session,
    assignment: Assignment,
    start: datetime,
    end: datetime,
    *,
    is_out: bool,
) -> None:
    learner = Learner(created_at=start)
    session.add(learner)
    session.flush()
    if is_out:
        opt_outs.record_opt_out(session, learner.id, assignment.module_slug, now=start)
    who = assignments.taking(session, learner.id, assignment, is_test=False, now=start)
    attempt = progress.open_attempt(session, who, "en", now=start)
    batch = Batch(
        version_id=attempt.module_version_id, sitting=0, language="en", events=()
    )
    progress.finish(session, who, batch, now=end)
