"""The coverage matrix: what a State requires, what is taught, by how many classes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, union

from preventedu.courses import catalog
from preventedu.courses.models import Assignment, Attempt, Completion
from preventedu.district import states
from preventedu.lti.models import Context, Deployment, Platform
from preventedu.people import Course, GradeBand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Select, SelectBase
    from sqlalchemy.orm import Session

    from preventedu.courses.models import ModuleVersion
    from preventedu.district.states import Requirement, StateRule
    from preventedu.people import Lea

SCHOOL_YEAR_BEGINS = 7
"""July: what is shown until somebody chooses other days."""


@dataclass(frozen=True)
class Days:
    """Days in the LEA's time zone; both ends belong to them."""

    first: date
    last: date

    def moments(self, time_zone: str) -> tuple[datetime, datetime]:
        """Return where they begin, and the moment after they end."""
        zone = ZoneInfo(time_zone)
        after = self.last + timedelta(days=1)
        return (
            datetime.combine(self.first, time(), zone),
            datetime.combine(after, time(), zone),
        )


@dataclass(frozen=True)
class Line:
    """One required topic in one grade band, and one lesson that bears on it.

    Attributes:
        lesson: None: no lesson here bears on the topic in this band.
        classes: Classes of the band; see `matrix`.
        finished: How many of them have finished the lesson.
    """

    rule: StateRule
    requirement: Requirement
    topic: str
    band: GradeBand
    lesson: ModuleVersion | None
    classes: int
    finished: int

    @property
    def percent(self) -> int | None:
        """Whole percent of the classes, rounded down; None: there is no class."""
        return self.finished * 100 // self.classes if self.classes else None


def school_year(today: date) -> Days:
    """Return the school year around a day: July to June."""
    year = today.year if today.month >= SCHOOL_YEAR_BEGINS else today.year - 1
    return Days(
        date(year, SCHOOL_YEAR_BEGINS, 1),
        date(year + 1, SCHOOL_YEAR_BEGINS, 1) - timedelta(days=1),
    )


def matrix(session: Session, lea: Lea, days: Days) -> list[Line]:
    """Return every required topic by grade band, with the lessons that bear on it.

    A class of a band is a course of the LEA, on no test platform, to which a lesson
    of the band was assigned in these days, or in which somebody finished one. It has
    finished a lesson when more than half of the students who opened it in these days,
    or were ticked present, finished it. No list of a class is kept here, so who never
    opened the lesson is not seen. Alternatives and test students are left out.
    """
    modules = catalog.current_modules(session)
    counts = _Counts(session, lea, days, {m.slug: m.grade_band for m in modules})
    return [
        line
        for rule in states.rules_of(lea.state)
        for requirement in rule.requires
        for topic in requirement.topics
        for band in requirement.bands
        for line in _lines(rule, requirement, topic, band, modules, counts)
    ]


def _lines(
    rule: StateRule,
    requirement: Requirement,
    topic: str,
    band: GradeBand,
    modules: list[ModuleVersion],
    counts: _Counts,
) -> Iterator[Line]:
    wanted = set(states.known_states().topics[topic].taught_by)
    lessons: list[ModuleVersion | None] = [
        module
        for module in modules
        if module.grade_band is band and wanted & set(catalog.load(module).topics)
    ]
    for lesson in lessons or [None]:
        yield Line(
            rule=rule,
            requirement=requirement,
            topic=topic,
            band=band,
            lesson=lesson,
            classes=len(counts.classes[band]),
            finished=counts.finished[lesson.slug] if lesson else 0,
        )


class _Counts:
    """Counts classes once for the whole matrix.

    Attributes:
        classes: Course ids by grade band.
        finished: Number of classes that finished a module, by slug.
    """

    def __init__(
        self, session: Session, lea: Lea, days: Days, bands: Mapping[str, GradeBand]
    ) -> None:
        self._session, self._lea = session, lea
        self._first, self._after = days.moments(lea.time_zone)
        done = self._learners(self._done())
        opened = self._learners(union(self._opened(), self._done()))
        self.finished = Counter(
            slug
            for (course_id, slug), number in done.items()
            if number * 2 > opened[course_id, slug]
        )
        self.classes: dict[GradeBand, set[str]] = defaultdict(set)
        for course_id, slug in {*self._assigned(), *done}:
            if slug in bands:
                self.classes[bands[slug]].add(course_id)

    def _assigned(self) -> set[tuple[str, str]]:
        rows = self._session.execute(
            select(Assignment.course_id, Assignment.module_slug).where(
                Assignment.course_id.in_(self._courses()),
                Assignment.created_at >= self._first,
                Assignment.created_at < self._after,
            )
        )
        return {(course_id, slug) for course_id, slug in rows}

    def _learners(self, pairs: SelectBase) -> Counter[tuple[str, str]]:
        """Return how many learners each course has under each module."""
        rows = pairs.subquery()
        course_id, slug, learner_id = rows.c
        found = self._session.execute(
            select(course_id, slug, func.count(learner_id.distinct())).group_by(
                course_id, slug
            )
        )
        return Counter({(course, module): number for course, module, number in found})

    def _done(self) -> Select[str, str, str]:
        return (
            select(Completion.course_id, Assignment.module_slug, Completion.learner_id)
            .join(Assignment, Assignment.id == Completion.assignment_id)
            .where(
                Completion.counts,
                Completion.audience == "student",
                Completion.course_id.in_(self._courses()),
                Completion.completed_at >= self._first,
                Completion.completed_at < self._after,
            )
        )

    def _opened(self) -> Select[str, str, str]:
        return (
            select(Assignment.course_id, Assignment.module_slug, Attempt.learner_id)
            .join(Assignment, Assignment.id == Attempt.assignment_id)
            .where(
                Attempt.is_alternative.is_(False),
                Attempt.is_test.is_(False),
                Assignment.course_id.in_(self._courses()),
                Attempt.started_at >= self._first,
                Attempt.started_at < self._after,
            )
        )

    def _courses(self) -> Select[str]:
        on_tests = (
            select(Context.course_id)
            .join(Deployment, Deployment.id == Context.deployment_id)
            .join(Platform, Platform.id == Deployment.platform_id)
            .where(Platform.is_test)
        )
        return select(Course.id).where(
            Course.lea_id == self._lea.id, Course.id.not_in(on_tests)
        )
