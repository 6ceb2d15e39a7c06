"""Writes an award with its targets, periods, agreements and coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import false, select

from preventedu.grants.models import (
    Agreement,
    Award,
    Coverage,
    ReportingPeriod,
    Scope,
    Target,
)
from preventedu.people import Lea, Organization, School

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.grants.importing.recorder import Recorder
    from preventedu.grants.importing.schema import (
        AgreementEntry,
        AwardEntry,
        CoverageEntry,
    )

Place = tuple[int | None, int | None, str | None]
"""School id, LEA id, State: one of them is set."""


def write_award(recorder: Recorder, entry: AwardEntry) -> None:
    """Write an award and everything under it."""
    session = recorder.session
    award = recorder.put(
        session.scalar(select(Award).where(Award.fain == entry.fain)),
        Award,
        entry.fain,
        {
            "fain": entry.fain,
            "title": entry.title,
            "assistance_listing": entry.assistance_listing,
            "agency": entry.agency,
            "recipient_id": _organization_id(session, entry.recipient),
            "starts_on": entry.starts_on,
            "ends_on": entry.ends_on,
            "time_zone": entry.time_zone,
            "acknowledgement_en": entry.acknowledgement.en,
            "acknowledgement_es": entry.acknowledgement.es,
            "acknowledgement_on_learner_screens": (
                entry.acknowledgement_on_learner_screens
            ),
        },
    )
    recorder.award_id = award.id
    _write_targets(recorder, award, entry)
    _write_periods(recorder, award, entry)
    for agreement in entry.agreements:
        _write_agreement(recorder, award, agreement)
    _withdraw_other_coverage(recorder, award, entry)
    recorder.award_id = None


def _withdraw_other_coverage(
    recorder: Recorder, award: Award, entry: AwardEntry
) -> None:
    """Withdraw the coverage of agreements that are gone from the file."""
    session = recorder.session
    rows = session.scalars(
        select(Coverage)
        .join(Agreement)
        .where(
            Agreement.award_id == award.id,
            Agreement.key.not_in([agreement.key for agreement in entry.agreements]),
            Coverage.withdrawn_at.is_(None),
        )
        .order_by(Coverage.id)
    )
    for row in rows.all():
        _withdraw_coverage(recorder, row.agreement, row)
    session.flush()


def _withdraw_coverage(recorder: Recorder, agreement: Agreement, row: Coverage) -> None:
    row.withdrawn_at = recorder.now
    name = f"{agreement.key} {row.scope} from {row.starts_on}"
    recorder.withdraw(row, name)


def _write_targets(recorder: Recorder, award: Award, entry: AwardEntry) -> None:
    session = recorder.session
    old = {
        (row.measure, row.starts_on, row.ends_on): row
        for row in session.scalars(select(Target).where(Target.award_id == award.id))
    }
    for target in entry.targets:
        key = (target.measure, target.starts_on, target.ends_on)
        values = {
            "award_id": award.id,
            "measure": target.measure,
            "starts_on": target.starts_on,
            "ends_on": target.ends_on,
            "value": target.value,
        }
        name = f"{award.fain} {target.measure} {target.starts_on}"
        recorder.put(old.pop(key, None), Target, name, values)
    for row in old.values():
        recorder.withdraw(row, f"{award.fain} {row.measure} {row.starts_on}")
        session.delete(row)
    session.flush()


def _write_periods(recorder: Recorder, award: Award, entry: AwardEntry) -> None:
    session = recorder.session
    old = {
        row.starts_on: row
        for row in session.scalars(
            select(ReportingPeriod).where(ReportingPeriod.award_id == award.id)
        )
    }
    for period in entry.reporting_periods:
        values = {
            "award_id": award.id,
            "starts_on": period.starts_on,
            "ends_on": period.ends_on,
        }
        name = f"{award.fain} {period.starts_on}"
        recorder.put(old.pop(period.starts_on, None), ReportingPeriod, name, values)
    for row in old.values():
        recorder.withdraw(row, f"{award.fain} {row.starts_on}")
        session.delete(row)
    session.flush()


def _write_agreement(recorder: Recorder, award: Award, entry: AgreementEntry) -> None:
    session = recorder.session
    agreement = recorder.put(
        session.scalar(select(Agreement).where(Agreement.key == entry.key)),
        Agreement,
        entry.key,
        {
            "key": entry.key,
            "award_id": award.id,
            "partner_id": _organization_id(session, entry.partner),
            "roles": [role.value for role in entry.roles],
            "starts_on": entry.starts_on,
            "ends_on": entry.ends_on,
            "signed_on": entry.signed_on,
        },
    )
    _write_coverage(recorder, agreement, entry)


def _write_coverage(
    recorder: Recorder, agreement: Agreement, entry: AgreementEntry
) -> None:
    session = recorder.session
    old = list(
        session.scalars(
            select(Coverage).where(
                Coverage.agreement_id == agreement.id, Coverage.withdrawn_at.is_(None)
            )
        )
    )
    for coverage in entry.coverage:
        values = _coverage_values(session, agreement, coverage)
        same = [row for row in old if _has(row, values)]
        if same:
            old.remove(same[0])
            continue
        name = f"{agreement.key} {coverage.scope} from {coverage.starts_on}"
        recorder.put(None, Coverage, name, values | {"recorded_at": recorder.now})
    for row in old:
        _withdraw_coverage(recorder, agreement, row)
    session.flush()


def _coverage_values(
    session: Session, agreement: Agreement, entry: CoverageEntry
) -> dict[str, object]:
    school_id, lea_id, state = _place(session, entry)
    return {
        "agreement_id": agreement.id,
        "scope": entry.scope,
        "school_id": school_id,
        "lea_id": lea_id,
        "state": state,
        "grade_bands": [band.value for band in entry.grade_bands],
        "modules": list(entry.modules),
        "starts_on": entry.starts_on,
        "ends_on": entry.ends_on,
        "priority": entry.priority,
        "priority_signed_on": entry.priority_signed_on,
    }


def _has(row: Coverage, values: dict[str, object]) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())


def _place(session: Session, entry: CoverageEntry) -> Place:
    if entry.scope is Scope.SCHOOL:
        return _school_id(session, entry.school or ""), None, None
    if entry.scope is Scope.LEA:
        query = select(Lea.id).where(Lea.nces_id == entry.lea)
        return None, session.scalars(query).one(), None
    return None, None, entry.state


def _school_id(session: Session, reference: str) -> int:
    """Return the school that is named by its id, or by `scheme:id`."""
    scheme, colon, school_id = reference.partition(":")
    exact = (School.scheme == scheme) & (School.school_id == school_id)
    query = select(School.id).where(
        (School.school_id == reference) | (exact if colon else false())
    )
    return session.scalars(query).one()


def _organization_id(session: Session, key: str) -> int:
    return session.scalars(select(Organization.id).where(Organization.key == key)).one()
