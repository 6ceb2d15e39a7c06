"""Reads what attribution asks for: coverage in force, completions, placements."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses.models import Assignment, Completion, ModuleVersion
from preventedu.grants.models import (
    Agreement,
    Award,
    AwardChoice,
    Coverage,
    ReportingPeriod,
    Scope,
)
from preventedu.grants.periods import Span
from preventedu.grants.resolution import (
    AwardTerms,
    Choice,
    CoverageTerms,
    Fact,
    Place,
    Placement,
)
from preventedu.people import CoursePlacement, Lea, Organization, School

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def counts() -> ColumnElement[bool]:
    """Say in SQL which completions count: no alternative, test, retake or old row."""
    return (
        Completion.is_alternative.is_(False)
        & Completion.is_test.is_(False)
        & Completion.retake_of_id.is_(None)
        & Completion.superseded_at.is_(None)
    )


def awards(session: Session) -> dict[int, AwardTerms]:
    """Return every award by its id."""
    periods = defaultdict(list)
    for period in session.scalars(select(ReportingPeriod)):
        periods[period.award_id].append(Span(period.starts_on, period.ends_on))
    return {
        award.id: AwardTerms(
            award.id,
            award.fain,
            award.time_zone,
            Span(award.starts_on, award.ends_on),
            tuple(sorted(periods[award.id], key=lambda span: span.starts_on)),
        )
        for award in session.scalars(select(Award))
    }


def coverages(session: Session) -> tuple[CoverageTerms, ...]:
    """Return every coverage that is not withdrawn."""
    terms = awards(session)
    rows = session.execute(
        select(Coverage, Agreement, Organization.key)
        .join(Agreement, Agreement.id == Coverage.agreement_id)
        .join(Organization, Organization.id == Agreement.partner_id)
        .where(Coverage.withdrawn_at.is_(None))
    )
    return tuple(
        _coverage_terms(coverage, agreement, partner, terms[agreement.award_id])
        for coverage, agreement, partner in rows
    )


def facts(session: Session, completion_ids: Collection[int]) -> dict[int, Fact]:
    """Return what attribution asks about some completions, by their id."""
    rows = session.execute(
        select(
            Completion.id,
            Completion.completed_at,
            ModuleVersion.slug,
            Completion.grade_band,
            Completion.course_id,
            Completion.assignment_id,
        )
        .join(ModuleVersion, ModuleVersion.id == Completion.module_version_id)
        .where(Completion.id.in_(completion_ids))
    ).all()
    placed = placements(session, {row.course_id for row in rows})
    chosen = choices(session, {row.assignment_id for row in rows})
    return {
        row.id: Fact(
            row.completed_at,
            row.slug,
            row.grade_band,
            placed.get(row.course_id, ()),
            chosen.get(row.assignment_id, ()),
        )
        for row in rows
    }


def assignment_facts(
    session: Session, assignment: Assignment
) -> tuple[tuple[Placement, ...], tuple[Choice, ...], str | None]:
    """Return an assignment's placements, choices and the grade band of its module."""
    band = session.scalar(
        select(ModuleVersion.grade_band)
        .where(ModuleVersion.slug == assignment.module_slug)
        .order_by(ModuleVersion.is_current.desc(), ModuleVersion.id.desc())
        .limit(1)
    )
    placed = placements(session, {assignment.course_id})
    chosen = choices(session, {assignment.id})
    return (
        placed.get(assignment.course_id, ()),
        chosen.get(assignment.id, ()),
        band,
    )


def placements(
    session: Session, course_ids: Collection[str]
) -> dict[str, tuple[Placement, ...]]:
    """Return every placement of some courses."""
    found = defaultdict(list)
    rows = session.execute(
        select(CoursePlacement, School.lea_id, Lea.state)
        .join(School, School.id == CoursePlacement.school_id)
        .join(Lea, Lea.id == School.lea_id)
        .where(CoursePlacement.course_id.in_(course_ids))
    )
    for row, lea_id, state in rows:
        place = Place(row.school_id, lea_id, state)
        found[row.course_id].append(
            Placement(row.id, place, row.effective_from, row.recorded_at)
        )
    return {course: tuple(rows) for course, rows in found.items()}


def choices(
    session: Session, assignment_ids: Collection[str]
) -> dict[str, tuple[Choice, ...]]:
    """Return every award choice for some assignments."""
    found = defaultdict(list)
    rows: Sequence[AwardChoice] = session.scalars(
        select(AwardChoice).where(AwardChoice.assignment_id.in_(assignment_ids))
    ).all()
    terms = awards(session) if rows else {}
    for row in rows:
        choice = Choice(
            row.id, terms[row.award_id], row.effective_from, row.recorded_at
        )
        found[row.assignment_id].append(choice)
    return {assignment: tuple(rows) for assignment, rows in found.items()}


def _coverage_terms(
    coverage: Coverage, agreement: Agreement, partner: str, award: AwardTerms
) -> CoverageTerms:
    places: dict[Scope, int | str | None] = {
        Scope.SCHOOL: coverage.school_id,
        Scope.LEA: coverage.lea_id,
        Scope.STATE: coverage.state,
    }
    place = places[coverage.scope]
    if place is None:
        raise ValueError(f"coverage {coverage.id} names no place")
    return CoverageTerms(
        id=coverage.id,
        award=award,
        agreement_id=agreement.id,
        agreement=Span(agreement.starts_on, agreement.ends_on),
        partner=partner,
        scope=coverage.scope,
        place=place,
        span=Span(coverage.starts_on, coverage.ends_on),
        grade_bands=frozenset(coverage.grade_bands),
        modules=frozenset(coverage.modules),
        priority=coverage.priority,
        priority_signed_on=coverage.priority_signed_on,
    )
