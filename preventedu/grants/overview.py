"""The working figures of one award for one LEA, ready for a page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.grants import figures, labels
from preventedu.grants.figures import Count, Question
from preventedu.grants.measures import BANDS
from preventedu.grants.models import Measure, ReportingPeriod, Target
from preventedu.grants.periods import DAY, Span, local_date
from preventedu.i18n import language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from preventedu.grants.figures import OutcomeCounts, Progress, Tables
    from preventedu.grants.models import Award


@dataclass(frozen=True)
class Line:
    """A row of a table: a name and its figures."""

    label: str
    count: Count


@dataclass(frozen=True)
class Goal:
    """A target with how far the days of its span have gone."""

    progress: Progress
    planned: int
    """Percent of the span's days that are over: where an even pace would be."""

    @property
    def is_behind(self) -> bool:
        """Tell whether an even pace would be further."""
        return self.progress.percent < self.planned


@dataclass(frozen=True)
class Month:
    """A month with its running total; months to come have none."""

    first_day: date
    completions: int
    running: int | None
    plan: int | None


@dataclass(frozen=True)
class Overview:
    """Everything the award page shows."""

    span: Span
    today: date
    total: Count
    staff: Count
    """School staff who finished a lesson for staff; in no other figure here."""
    goals: Sequence[Goal]
    schools: Sequence[Line]
    bands: Sequence[Line]
    modules: Sequence[Line]
    partners: Sequence[Line]
    months: Sequence[Month]
    outcomes: OutcomeCounts
    adjustments: int
    """How much closed periods of the span would differ if they were told today."""

    @property
    def schools_taking_part(self) -> int:
        """Return how many schools have a completion."""
        return sum(line.count.completions > 0 for line in self.schools)


def spans(session: Session, award: Award, *, now: datetime) -> dict[str, Span]:
    """Return what the page can show: the year of today's target, all, each period."""
    today = local_date(now, award.time_zone)
    whole = Span(award.starts_on, award.ends_on)
    targets = session.scalars(
        select(Target).where(Target.award_id == award.id).order_by(Target.starts_on)
    )
    years = [Span(target.starts_on, target.ends_on) for target in targets]
    current = [year for year in years if today in year]
    found = {"now": current[0] if current else whole, "all": whole}
    periods = session.scalars(
        select(ReportingPeriod)
        .where(ReportingPeriod.award_id == award.id)
        .order_by(ReportingPeriod.starts_on)
    )
    return found | {str(p.id): Span(p.starts_on, p.ends_on) for p in periods}


def overview(session: Session, question: Question, *, now: datetime) -> Overview:
    """Return the working figures of an award for one LEA's schools and one span."""
    award, today = question.award, local_date(now, question.award.time_zone)
    tables = figures.tables(session, question)
    goals = [_goal(p, today) for p in figures.progress(session, question)]
    return Overview(
        span=question.span,
        today=today,
        total=tables.total,
        staff=figures.total(session, replace(question, audience=figures.EDUCATOR)),
        goals=[goal for goal in goals if goal.progress.span.holds(question.span)],
        schools=_schools(session, question, tables.by_school),
        bands=[
            Line(name, tables.by_band.get(band, Count()))
            for band, name in BANDS.items()
        ],
        modules=_lines(
            tables.by_module, labels.modules(session, tables.by_module, language())
        ),
        partners=_lines(
            tables.by_partner, labels.partners(session, tables.by_partner, language())
        ),
        months=_months(question, tables, goals, today),
        outcomes=figures.outcomes(session, question),
        adjustments=_adjustments(session, award, question),
    )


def _goal(progress: Progress, today: date) -> Goal:
    span = progress.span
    days = (span.ends_on - span.starts_on + DAY).days
    gone = min(max((today - span.starts_on + DAY).days, 0), days)
    return Goal(progress, planned=gone * 100 // days)


def _schools(
    session: Session, question: Question, counts: Mapping[int, Count]
) -> list[Line]:
    schools = {
        school_id: school
        for school_id, school in labels.covered_schools(session, question).items()
        if school.lea_id == question.lea_id
    } | labels.schools(session, counts)
    lines = [
        Line(school.name, counts.get(school_id, Count()))
        for school_id, school in schools.items()
    ]
    return sorted(lines, key=lambda line: (-line.count.completions, line.label))


def _lines(counts: Mapping[str, Count], names: Mapping[str, str]) -> list[Line]:
    lines = [Line(names.get(key, key), count) for key, count in counts.items()]
    return sorted(lines, key=lambda line: (-line.count.completions, line.label))


def _months(
    question: Question, tables: Tables, goals: Sequence[Goal], today: date
) -> list[Month]:
    plans = [
        goal.progress.target
        for goal in goals
        if goal.progress.measure is Measure.COMPLETIONS
        and goal.progress.span == question.span
    ]
    counts = tables.by_month
    running, found = 0, []
    for position, (month, number) in enumerate(counts.items(), start=1):
        running += number
        found.append(
            Month(
                month,
                number,
                running if month <= today else None,
                plans[0] * position // len(counts) if plans else None,
            )
        )
    return found


def _adjustments(session: Session, award: Award, question: Question) -> int:
    """Return how many completions closed periods gained or lost since."""
    changed = 0
    for period in session.scalars(
        select(ReportingPeriod).where(
            ReportingPeriod.award_id == award.id,
            ReportingPeriod.closed_at.is_not(None),
        )
    ):
        span = Span(period.starts_on, period.ends_on)
        if question.span.holds(span):
            asked = replace(question, span=span)
            then = figures.total(session, replace(asked, as_of=period.closed_at))
            today = figures.total(session, asked)
            # One period's gain must not hide another's loss.
            changed += abs(today.completions - then.completions)
    return changed
