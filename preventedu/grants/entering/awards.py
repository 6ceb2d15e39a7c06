"""Enters awards with their targets and reporting periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.grants.entering.document import (
    award_document,
    periods_of,
    targets_of,
)
from preventedu.grants.entering.facts import period_entry
from preventedu.grants.entering.saving import check_shape, position_of, refuse, save
from preventedu.grants.importing.history import keep_changes
from preventedu.grants.importing.recorder import Action, Change
from preventedu.grants.models import Award, ReportingPeriod
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.grants.entering.facts import AwardFacts, TargetFacts
    from preventedu.grants.importing.problems import Path
    from preventedu.grants.models import Target
    from preventedu.grants.periods import Span

ENTRY: Path = ("awards", 0)


def add_award(session: Session, facts: AwardFacts, *, by: str, now: datetime) -> Award:
    """Enter an award.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    _refuse_known(session, facts.fain)
    save(session, {"awards": [facts.entry()]}, ENTRY, by=by, now=now)
    return session.scalars(select(Award).where(Award.fain == facts.fain.strip())).one()


def change_award(
    session: Session, award: Award, facts: AwardFacts, *, by: str, now: datetime
) -> None:
    """Correct an award in place; the change is kept with who made it.

    Raises:
        EntryRefusedError: Something is wrong, or releases rest on what it was.
    """
    data = award_document(session, award)
    data["awards"][0] |= facts.entry()
    check_shape(data, ENTRY)
    with session.begin_nested():
        if facts.fain.strip() != award.fain:
            _rename(session, award, facts.fain.strip(), by=by, now=now)
        save(session, data, ENTRY, by=by, now=now)


def add_target(
    session: Session, award: Award, facts: TargetFacts, *, by: str, now: datetime
) -> None:
    """Enter a target.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    data = award_document(session, award)
    targets = data["awards"][0]["targets"]
    targets.append(facts.entry())
    save(session, data, (*ENTRY, "targets", len(targets) - 1), by=by, now=now)


def change_target(
    session: Session, target: Target, facts: TargetFacts, *, by: str, now: datetime
) -> None:
    """Correct a target.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    award = session.get_one(Award, target.award_id)
    data = award_document(session, award)
    position = position_of(target, targets_of(session, award))
    data["awards"][0]["targets"][position] = facts.entry()
    save(session, data, (*ENTRY, "targets", position), by=by, now=now)


def remove_target(session: Session, target: Target, *, by: str, now: datetime) -> None:
    """Take a target back that was entered by mistake; that it was there is kept."""
    award = session.get_one(Award, target.award_id)
    data = award_document(session, award)
    position = position_of(target, targets_of(session, award))
    del data["awards"][0]["targets"][position]
    save(session, data, ENTRY, by=by, now=now)


def add_period(
    session: Session, award: Award, span: Span, *, by: str, now: datetime
) -> None:
    """Enter a reporting period.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    data = award_document(session, award)
    periods = data["awards"][0]["reporting_periods"]
    periods.append(period_entry(span))
    entry = (*ENTRY, "reporting_periods", len(periods) - 1)
    save(session, data, entry, by=by, now=now)


def change_period(
    session: Session, period: ReportingPeriod, span: Span, *, by: str, now: datetime
) -> None:
    """Correct an open period.

    Raises:
        EntryRefusedError: It is closed, or something is wrong.
    """
    data = award_document(session, period.award)
    position = position_of(period, periods_of(session, period.award))
    data["awards"][0]["reporting_periods"][position] = period_entry(span)
    entry = (*ENTRY, "reporting_periods", position)
    save(session, data, entry, by=by, now=now)


def remove_period(
    session: Session, period: ReportingPeriod, *, by: str, now: datetime
) -> None:
    """Take an open period back; that it was there is kept.

    Raises:
        EntryRefusedError: It is closed.
    """
    data = award_document(session, period.award)
    position = position_of(period, periods_of(session, period.award))
    del data["awards"][0]["reporting_periods"][position]
    save(session, data, ENTRY, by=by, now=now)


def _refuse_known(session: Session, fain: str) -> None:
    if session.scalar(select(Award.id).where(Award.fain == fain.strip())) is not None:
        raise refuse("fain", _("There is an award with this FAIN already."))


def _rename(
    session: Session, award: Award, fain: str, *, by: str, now: datetime
) -> None:
    """Correct a mistyped FAIN while no release can rest on it."""
    closed = select(ReportingPeriod.id).where(
        ReportingPeriod.award_id == award.id, ReportingPeriod.closed_at.is_not(None)
    )
    if session.scalar(closed.limit(1)) is not None:
        words = _(
            "A period is closed, and its releases name %(fain)s.", fain=award.fain
        )
        raise refuse("fain", words)
    _refuse_known(session, fain)
    change = Change(
        Action.CHANGE, "award", fain, f"fain: {award.fain} -> {fain}", award.id
    )
    award.fain = fain
    session.flush()
    keep_changes(session, [change], None, by=by, now=now)
