"""To which award and partner a completion belongs. Pure: facts in, one answer out.

In this order, on the day of the completion in the award's time zone:

1. Its course is at no school yet: not yet placed. Nothing is guessed.
2. Nothing covers it (award, agreement and coverage all in force): unattributed.
3. An award was chosen for its assignment. If that award does not cover it, somebody
   has to decide; it never falls silently to another award.
4. The narrowest scope: school before LEA before State.
5. Coverage that names modules goes before coverage of all modules.
6. The lowest priority that was signed before the reporting period of that day, or
   before the day itself where no period is set.
7. One award left: it is primary; several equal partners of it count once, jointly.
   Several awards left: undecided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from preventedu.grants.ledger import Outcome
from preventedu.grants.models import Scope
from preventedu.grants.periods import Span, local_date

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

RULE_VERSION = "1"
NARROWNESS = {Scope.SCHOOL: 0, Scope.LEA: 1, Scope.STATE: 2}


@dataclass(frozen=True)
class AwardTerms:
    """An award, as far as attribution asks."""

    id: int
    fain: str
    time_zone: str
    performance: Span
    periods: tuple[Span, ...] = ()

    def day(self, moment: datetime) -> date:
        """Return the day of `moment` where the award is."""
        return local_date(moment, self.time_zone)


@dataclass(frozen=True)
class CoverageTerms:
    """A coverage with its agreement and award."""

    id: int
    award: AwardTerms
    agreement_id: int
    agreement: Span
    partner: str
    scope: Scope
    place: int | str
    """Id of the school or LEA, or the State's postal code."""
    span: Span
    grade_bands: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    priority: int | None = None
    priority_signed_on: date | None = None


@dataclass(frozen=True)
class Place:
    """A school, with what it lies in."""

    school_id: int
    lea_id: int
    state: str


@dataclass(frozen=True)
class Placement:
    """A course belongs to a school from a day on, as somebody recorded."""

    id: int
    place: Place
    effective_from: date
    recorded_at: datetime


@dataclass(frozen=True)
class Choice:
    """An assignment belongs to an award from a day on, as somebody recorded."""

    id: int
    award: AwardTerms
    effective_from: date
    recorded_at: datetime


@dataclass(frozen=True)
class Fact:
    """A completion, as far as attribution asks."""

    completed_at: datetime
    module: str
    grade_band: str
    placements: tuple[Placement, ...]
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Resolution:
    """The answer for one completion; see `ledger.Attribution` for the words."""

    outcome: Outcome
    effective_on: date
    school_id: int | None = None
    award_id: int | None = None
    agreement_id: int | None = None
    partners: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def is_joint(self) -> bool:
        """Tell whether several partners of one award cover equally."""
        return len(self.partners) > 1


def resolve(fact: Fact, coverages: Iterable[CoverageTerms]) -> Resolution:
    """Return where a completion belongs; the order of the inputs does not matter."""
    utc_day = fact.completed_at.astimezone(UTC).date()
    coverages = tuple(coverages)
    days = {utc_day} | {c.award.day(fact.completed_at) for c in coverages}
    place = place_on(fact.placements, max(days))
    if place is None:
        return Resolution(Outcome.NOT_YET_PLACED, utc_day)
    covering = [c for c in coverages if _covers(c, fact)]
    if not covering:
        return Resolution(Outcome.UNATTRIBUTED, utc_day, place.school_id)
    best = _best(_chosen(covering, fact), fact)
    awards = {c.award for c in best}
    if len(awards) == 1:
        return _primary(fact, awards.pop(), best, covering)
    tied = awards or {c.award for c in covering}
    return Resolution(Outcome.UNDECIDED, utc_day, place.school_id, also=_fains(tied))


def place_on(placements: Iterable[Placement], day: date) -> Place | None:
    """Return where a course is on a day: the latest recorded of those in force."""
    in_force = [p for p in placements if p.effective_from <= day]
    if not in_force:
        return None
    return max(in_force, key=lambda p: (p.recorded_at, p.id)).place


def _covers(coverage: CoverageTerms, fact: Fact) -> bool:
    day = coverage.award.day(fact.completed_at)
    spans = (coverage.award.performance, coverage.agreement, coverage.span)
    place = place_on(fact.placements, day)
    if place is None or not all(day in span for span in spans):
        return False
    here = {
        Scope.SCHOOL: place.school_id,
        Scope.LEA: place.lea_id,
        Scope.STATE: place.state,
    }
    return (
        coverage.place == here[coverage.scope]
        and (not coverage.grade_bands or fact.grade_band in coverage.grade_bands)
        and (not coverage.modules or fact.module in coverage.modules)
    )


def _chosen(covering: Sequence[CoverageTerms], fact: Fact) -> Sequence[CoverageTerms]:
    """Keep the chosen award's coverages: none, if it does not cover the completion."""
    in_force = [
        c for c in fact.choices if c.effective_from <= c.award.day(fact.completed_at)
    ]
    if not in_force:
        return covering
    choice = max(in_force, key=lambda c: (c.recorded_at, c.id))
    return [c for c in covering if c.award.id == choice.award.id]


def _best(covering: Sequence[CoverageTerms], fact: Fact) -> Sequence[CoverageTerms]:
    """Keep the coverages that go first; equal ones stay side by side."""
    ranked: Mapping[CoverageTerms, tuple[int, bool, float]] = {
        c: (NARROWNESS[c.scope], not c.modules, _priority(c, fact)) for c in covering
    }
    first = min(ranked.values(), default=None)
    return [c for c in covering if ranked[c] == first]


def _priority(coverage: CoverageTerms, fact: Fact) -> float:
    """Return the priority that was signed in time; without one, behind all."""
    day = coverage.award.day(fact.completed_at)
    starts = [p.starts_on for p in coverage.award.periods if day in p]
    signed_on = coverage.priority_signed_on
    if coverage.priority is None or signed_on is None:
        return float("inf")
    return coverage.priority if signed_on < min(starts, default=day) else float("inf")


def _primary(
    fact: Fact,
    award: AwardTerms,
    best: Sequence[CoverageTerms],
    covering: Sequence[CoverageTerms],
) -> Resolution:
    day = award.day(fact.completed_at)
    place = place_on(fact.placements, day)
    agreements = {c.agreement_id for c in best}
    return Resolution(
        Outcome.PRIMARY,
        day,
        school_id=place.school_id if place else None,
        award_id=award.id,
        agreement_id=agreements.pop() if len(agreements) == 1 else None,
        partners=tuple(sorted({c.partner for c in best})),
        also=_fains({c.award for c in covering} - {award}),
    )


def _fains(awards: Collection[AwardTerms]) -> tuple[str, ...]:
    return tuple(sorted(award.fain for award in awards))
