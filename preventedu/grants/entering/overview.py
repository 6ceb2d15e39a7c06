"""What an award has and still lacks, who entered it, and what may be covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu.grants.entering.document import (
    agreements_of,
    coverage_of,
    periods_of,
    targets_of,
)
from preventedu.grants.models import (
    Agreement,
    Award,
    Coverage,
    RecordedChange,
    ReportingPeriod,
    Scope,
    Target,
)
from preventedu.people import Lea, Organization, School

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

SHOWN_CHANGES = 100


@dataclass(frozen=True)
class Checklist:
    """How many of each thing an award has; without one of each it cannot report."""

    agreements: int
    coverage: int
    """That is not withdrawn."""
    targets: int
    periods: int

    @property
    def done(self) -> int:
        """Return how many of the four are there."""
        parts = (self.agreements, self.coverage, self.targets, self.periods)
        return sum(number > 0 for number in parts)


@dataclass(frozen=True)
class Beginnings:
    """How much an installation has of what comes before an award."""

    leas: int
    schools: int
    organizations: int


@dataclass(frozen=True)
class SetUp:
    """Everything that the set-up page of an award shows."""

    checklist: Checklist
    agreements: Sequence[tuple[Agreement, Sequence[Coverage]]]
    targets: Sequence[Target]
    periods: Sequence[ReportingPeriod]
    changes: Sequence[RecordedChange]


@dataclass(frozen=True)
class Places:
    """What a coverage may name, as `(place, name)`."""

    states: list[tuple[str, str]]
    leas: list[tuple[str, str]]
    schools: list[tuple[str, str]]


def checklist(session: Session, award: Award) -> Checklist:
    """Return what an award has."""
    coverage = (
        select(func.count())
        .select_from(Coverage)
        .join(Agreement)
        .where(Agreement.award_id == award.id, Coverage.withdrawn_at.is_(None))
    )
    return Checklist(
        agreements=_number(session, Agreement, award),
        coverage=session.scalars(coverage).one(),
        targets=_number(session, Target, award),
        periods=_number(session, ReportingPeriod, award),
    )


def beginnings(session: Session) -> Beginnings:
    """Return how much there is of what comes before an award."""
    counts = [
        session.scalars(select(func.count()).select_from(model)).one()
        for model in (Lea, School, Organization)
    ]
    return Beginnings(*counts)


def set_up(session: Session, award: Award) -> SetUp:
    """Return everything that was entered about an award, and by whom."""
    changes = session.scalars(
        select(RecordedChange)
        .where(RecordedChange.award_id == award.id)
        .order_by(RecordedChange.recorded_at.desc(), RecordedChange.id.desc())
        .limit(SHOWN_CHANGES)
    ).all()
    agreements = agreements_of(session, award)
    return SetUp(
        checklist=checklist(session, award),
        agreements=[(it, coverage_of(session, it)) for it in agreements],
        targets=targets_of(session, award),
        periods=periods_of(session, award),
        changes=changes,
    )


def places(session: Session, member: StaffMember) -> Places:
    """Return what somebody may cover: staff of an LEA only their own."""
    leas = select(Lea).order_by(Lea.name, Lea.nces_id)
    schools = select(School).join(Lea).order_by(Lea.name, School.name, School.id)
    if member.lea_id is not None:
        leas = leas.where(Lea.id == member.lea_id)
        schools = schools.where(School.lea_id == member.lea_id)
    found = session.scalars(leas).all()
    states = sorted({lea.state for lea in found}) if member.lea_id is None else []
    return Places(
        states=[(f"{Scope.STATE}:{state}", state) for state in states],
        leas=[(f"{Scope.LEA}:{lea.nces_id}", lea.name) for lea in found],
        schools=[
            (f"{Scope.SCHOOL}:{it.scheme}:{it.school_id}", f"{it.lea.name}: {it.name}")
            for it in session.scalars(schools)
        ],
    )


def _number(
    session: Session,
    model: type[Agreement | Target | ReportingPeriod],
    award: Award,
) -> int:
    query = select(func.count()).select_from(model).where(model.award_id == award.id)
    return session.scalars(query).one()
