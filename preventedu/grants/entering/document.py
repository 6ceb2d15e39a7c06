"""An award as the import file would have it, with all that belongs to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from preventedu.grants.entering.facts import (
    AgreementFacts,
    AwardFacts,
    CoverageFacts,
    TargetFacts,
    period_entry,
)
from preventedu.grants.importing.problems import Lines
from preventedu.grants.models import Agreement, Coverage, ReportingPeriod, Scope, Target
from preventedu.grants.periods import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from preventedu.grants.entering.facts import Entry
    from preventedu.grants.importing.problems import Path
    from preventedu.grants.models import Award


def award_document(session: Session, award: Award) -> Entry:
    """Return a document of one award; nobody else changes the award until we commit.

    Its lists are in the order of `targets_of`, `periods_of`, `agreements_of` and
    `coverage_of`.
    """
    session.refresh(award, with_for_update=True)
    entry = award_facts(award).entry()
    entry["targets"] = [target_facts(it).entry() for it in targets_of(session, award)]
    entry["reporting_periods"] = [
        period_entry(Span(it.starts_on, it.ends_on))
        for it in periods_of(session, award)
    ]
    entry["agreements"] = [
        agreement_facts(it).entry()
        | {
            "coverage": [
                coverage_facts(row).entry() for row in coverage_of(session, it)
            ]
        }
        for it in agreements_of(session, award)
    ]
    return {"awards": [entry]}


def targets_of(session: Session, award: Award) -> Sequence[Target]:
    """Return the targets of an award, the earliest first."""
    return session.scalars(
        select(Target)
        .where(Target.award_id == award.id)
        .order_by(Target.starts_on, Target.measure, Target.id)
    ).all()


def periods_of(session: Session, award: Award) -> Sequence[ReportingPeriod]:
    """Return the reporting periods of an award, the earliest first."""
    return session.scalars(
        select(ReportingPeriod)
        .where(ReportingPeriod.award_id == award.id)
        .order_by(ReportingPeriod.starts_on)
    ).all()


def agreements_of(session: Session, award: Award) -> Sequence[Agreement]:
    """Return the agreements of an award, the earliest first."""
    return session.scalars(
        select(Agreement)
        .where(Agreement.award_id == award.id)
        .order_by(Agreement.starts_on, Agreement.key)
    ).all()


def coverage_of(session: Session, agreement: Agreement) -> Sequence[Coverage]:
    """Return the coverage of an agreement that stands, as it was recorded."""
    return session.scalars(
        select(Coverage)
        .where(Coverage.agreement_id == agreement.id, Coverage.withdrawn_at.is_(None))
        .order_by(Coverage.id)
    ).all()


def award_facts(award: Award) -> AwardFacts:
    """Return what a form shows of an award."""
    return AwardFacts(
        fain=award.fain,
        title=award.title,
        assistance_listing=award.assistance_listing,
        agency=award.agency,
        recipient=award.recipient.key,
        performance=Span(award.starts_on, award.ends_on),
        time_zone=award.time_zone,
        acknowledgement_en=award.acknowledgement_en,
        acknowledgement_es=award.acknowledgement_es or "",
        acknowledgement_on_learner_screens=award.acknowledgement_on_learner_screens,
    )


def agreement_facts(agreement: Agreement) -> AgreementFacts:
    """Return what a form shows of an agreement."""
    return AgreementFacts(
        key=agreement.key,
        partner=agreement.partner.key,
        roles=tuple(agreement.roles),
        span=Span(agreement.starts_on, agreement.ends_on),
        signed_on=agreement.signed_on,
    )


def coverage_facts(coverage: Coverage) -> CoverageFacts:
    """Return what a form shows of a coverage."""
    return CoverageFacts(
        place=_place(coverage),
        grade_bands=tuple(coverage.grade_bands),
        modules=tuple(coverage.modules),
        span=Span(coverage.starts_on, coverage.ends_on),
        priority=coverage.priority,
        priority_signed_on=coverage.priority_signed_on,
    )


def target_facts(target: Target) -> TargetFacts:
    """Return what a form shows of a target."""
    span = Span(target.starts_on, target.ends_on)
    return TargetFacts(target.measure.value, span, target.value)


def written(data: Entry) -> Lines:
    """Return what was entered at each place of a document, for its problems."""
    lines = Lines()
    _note(data, (), lines)
    return lines


def _place(coverage: Coverage) -> str:
    if coverage.school is not None:
        school = coverage.school
        return f"{Scope.SCHOOL}:{school.scheme}:{school.school_id}"
    if coverage.lea is not None:
        return f"{Scope.LEA}:{coverage.lea.nces_id}"
    return f"{Scope.STATE}:{coverage.state}"


def _note(value: Any, path: Path, lines: Lines) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            _note(part, (*path, name), lines)
    elif isinstance(value, list):
        for position, part in enumerate(value):
            _note(part, (*path, position), lines)
    else:
        lines.add(path, 1, str(value))
