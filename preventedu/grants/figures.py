"""Working figures of one award: live, exact, for the LEA's own officials only.

Releases are computed from the same functions, as recorded when a period was closed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from preventedu.courses.models import Completion, ModuleVersion
from preventedu.grants.ledger import Attribution, Outcome
from preventedu.grants.models import Award, Measure, Target
from preventedu.grants.periods import Span, bounds, local_date
from preventedu.grants.periods import months as months_of
from preventedu.people import Lea, School

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

Key = TypeVar("Key")

STUDENT, EDUCATOR = "student", "educator"
AT_A_TIME = 10_000
JOINTLY = "+"
"""Joins the keys of partners that cover equally."""


@dataclass(frozen=True)
class Question:
    """Which completions a figure is about."""

    award: Award
    span: Span
    """Days in the award's time zone."""
    lea_id: int | None = None
    """One LEA's schools; None: all of the award, for releases only."""
    as_of: datetime | None = None
    """As recorded at this moment; None: now."""
    audience: str = STUDENT
    """Students, or the staff who took a lesson for staff: never added up."""


@dataclass(frozen=True)
class Count:
    """One figure: module completions, and the students behind them, each once."""

    completions: int = 0
    students: int = 0


@dataclass(frozen=True)
class Tables:
    """The award's own completions in total and by one dimension at a time."""

    total: Count
    by_school: Mapping[int, Count]
    by_band: Mapping[str, Count]
    by_module: Mapping[str, Count]
    by_partner: Mapping[str, Count]
    """By organization key; partners that cover equally are one row, `a+b`."""
    by_month: Mapping[date, int]
    """Completions by the first day of their month, for every month of the span."""


@dataclass(frozen=True)
class Progress:
    """How far one target is reached."""

    measure: Measure
    span: Span
    target: int
    actual: int

    @property
    def percent(self) -> int:
        """Return whole percents, rounded down: 99.9 is not yet reached."""
        return self.actual * 100 // self.target


@dataclass(frozen=True)
class OutcomeCounts:
    """Completions by outcome; the four together are all completions that count."""

    primary: int = 0
    unattributed: int = 0
    undecided: int = 0
    not_yet_placed: int = 0


def tables(session: Session, question: Question) -> Tables:
    """Return the award's completions in total and by each dimension, in one pass."""
    rows = session.execute(
        _primary(question)
        .with_only_columns(
            Completion.learner_id,
            Attribution.school_id,
            Completion.grade_band,
            ModuleVersion.slug,
            Attribution.partners,
            Completion.completed_at,
        )
        .execution_options(yield_per=AT_A_TIME)
    )
    award, months = _Tally[str](), dict.fromkeys(months_of(question.span), 0)
    schools, bands = _Tally[int](), _Tally[str]()
    modules, partners = _Tally[str](), _Tally[str]()
    for learner, school, band, slug, keys, completed_at in rows:
        award.add("", learner)
        if school is not None:
            schools.add(school, learner)
        bands.add(band, learner)
        modules.add(slug, learner)
        partners.add(JOINTLY.join(keys), learner)
        # Not the attribution's day: that may still be of the award's old time zone.
        day = local_date(completed_at, question.award.time_zone)
        months[day.replace(day=1)] += 1
    return Tables(
        total=award.counts().get("", Count()),
        by_school=schools.counts(),
        by_band=bands.counts(),
        by_module=modules.counts(),
        by_partner=partners.counts(),
        by_month=months,
    )


def total(session: Session, question: Question) -> Count:
    """Return the award's completions and students."""
    row = session.execute(
        _primary(question).with_only_columns(
            func.count(), func.count(Completion.learner_id.distinct())
        )
    ).one()
    return Count(row[0], row[1])


def progress(session: Session, question: Question) -> list[Progress]:
    """Return target and actual for each target that overlaps the question's span."""
    targets = session.scalars(
        select(Target)
        .where(Target.award_id == question.award.id)
        .order_by(Target.starts_on, Target.measure)
    )
    return [
        _progress(session, question, target)
        for target in targets
        if question.span.overlaps(Span(target.starts_on, target.ends_on))
    ]


def outcomes(session: Session, question: Question) -> OutcomeCounts:
    """Return where all completions of the span belong, whatever their award.

    For one LEA: those at its schools; those at no school yet only where there is no
    other LEA (`worklist.unplaced_courses` knows more).
    """
    rows = session.execute(
        counted(question)
        .with_only_columns(Attribution.outcome, func.count())
        .group_by(Attribution.outcome)
    )
    found = {row[0]: row[1] for row in rows}
    return OutcomeCounts(
        primary=found.get(Outcome.PRIMARY, 0),
        unattributed=found.get(Outcome.UNATTRIBUTED, 0),
        undecided=found.get(Outcome.UNDECIDED, 0),
        not_yet_placed=found.get(Outcome.NOT_YET_PLACED, 0),
    )


def counted(question: Question) -> Select[Completion]:
    """Select completions that count in the span, with their attribution in force."""
    first, beyond = bounds(question.span, question.award.time_zone)
    query = (
        select(Completion)
        .join(Attribution, Attribution.completion_id == Completion.id)
        .join(ModuleVersion, ModuleVersion.id == Completion.module_version_id)
        .where(
            Completion.completed_at >= first,
            Completion.completed_at < beyond,
            Completion.audience == question.audience,
            _counts(Completion, question.as_of),
            ~_taken_before(question.as_of).exists(),
            *_in_force(question.as_of),
        )
    )
    if question.lea_id is None:
        return query
    schools = select(School.id).where(School.lea_id == question.lea_id)
    # Whose a course at no school yet is, is clear only where there is one LEA.
    leas = select(func.count()).select_from(Lea).scalar_subquery()
    at_none = Attribution.school_id.is_(None) & (leas == 1)
    return query.where(Attribution.school_id.in_(schools) | at_none)


def _primary(question: Question) -> Select[Completion]:
    return counted(question).where(Attribution.award_id == question.award.id)


def _counts(
    completion: type[Completion], as_of: datetime | None
) -> ColumnElement[bool]:
    replaced = completion.superseded_at
    stands = (
        replaced.is_(None)
        if as_of is None
        else (replaced.is_(None) | (replaced > as_of))
    )
    return (
        completion.is_alternative.is_(False)
        & completion.is_test.is_(False)
        & completion.retake_of_id.is_(None)
        & stands
    )


def _taken_before(as_of: datetime | None) -> Select[int]:
    """Find an earlier completion of the same version by the same learner."""
    earlier = aliased(Completion)
    found = select(earlier.id)
    if as_of is not None:
        # One that arrived late was not known then, whatever its own time says.
        known = aliased(Attribution)
        found = found.where(
            select(known.id)
            .where(known.completion_id == earlier.id, known.recorded_at <= as_of)
            .exists()
        )
    return found.where(
        earlier.learner_id == Completion.learner_id,
        earlier.module_version_id == Completion.module_version_id,
        _counts(earlier, as_of),
        (earlier.completed_at < Completion.completed_at)
        | (
            (earlier.completed_at == Completion.completed_at)
            & (earlier.id < Completion.id)
        ),
    )


def _in_force(as_of: datetime | None) -> list[ColumnElement[bool]]:
    later = aliased(Attribution)
    superseded = select(later.id).where(later.supersedes_id == Attribution.id)
    if as_of is None:
        return [~superseded.exists()]
    superseded = superseded.where(later.recorded_at <= as_of)
    return [Attribution.recorded_at <= as_of, ~superseded.exists()]


class _Tally(Generic[Key]):
    """Counts completions, and the students behind them, by key."""

    def __init__(self) -> None:
        self._completions: Counter[Key] = Counter()
        self._students: defaultdict[Key, set[str]] = defaultdict(set)

    def add(self, key: Key, learner_id: str) -> None:
        self._completions[key] += 1
        self._students[key].add(learner_id)

    def counts(self) -> dict[Key, Count]:
        return {
            key: Count(number, len(self._students[key]))
            for key, number in self._completions.items()
        }


def _progress(session: Session, question: Question, target: Target) -> Progress:
    span = Span(target.starts_on, target.ends_on)
    asked = Question(question.award, span, question.lea_id, question.as_of)
    reached = total(session, asked)
    actual = {
        Measure.COMPLETIONS: reached.completions,
        Measure.STUDENTS: reached.students,
    }
    return Progress(target.measure, span, target.value, actual[target.measure])
