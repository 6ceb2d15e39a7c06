"""Enters agreements and their coverage; coverage is only added and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.grants.entering.document import (
    agreements_of,
    award_document,
    coverage_of,
)
from preventedu.grants.entering.organizations import free_key
from preventedu.grants.entering.saving import position_of, refuse, save
from preventedu.grants.models import Agreement
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.grants.entering.facts import (
        AgreementFacts,
        CoverageFacts,
        Entry,
    )
    from preventedu.grants.models import Award, Coverage


def add_agreement(
    session: Session, award: Award, facts: AgreementFacts, *, by: str, now: datetime
) -> Agreement:
    """Enter an agreement; one without a key gets one from its partner and year.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    taken = set(session.scalars(select(Agreement.key)))
    if facts.key in taken:
        raise refuse("key", _("Another agreement has this short name."))
    made = free_key(f"{facts.partner}-{facts.span.starts_on.year}", taken)
    data = award_document(session, award)
    agreements = data["awards"][0]["agreements"]
    agreements.append(facts.entry() | {"key": facts.key or made})
    entry = ("awards", 0, "agreements", len(agreements) - 1)
    save(session, data, entry, by=by, now=now)
    key = str(agreements[-1]["key"]).strip()
    return session.scalars(select(Agreement).where(Agreement.key == key)).one()


def change_agreement(
    session: Session,
    agreement: Agreement,
    facts: AgreementFacts,
    *,
    by: str,
    now: datetime,
) -> None:
    """Correct an agreement in place; its key stays, because files use it.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    data, position = _document(session, agreement)
    data["awards"][0]["agreements"][position] |= facts.entry() | {"key": agreement.key}
    save(session, data, ("awards", 0, "agreements", position), by=by, now=now)


def cover(
    session: Session,
    agreement: Agreement,
    facts: CoverageFacts,
    *,
    by: str,
    now: datetime,
) -> None:
    """Say what an agreement stands behind.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    data, position = _document(session, agreement)
    coverage = data["awards"][0]["agreements"][position]["coverage"]
    coverage.append(facts.entry())
    entry = ("awards", 0, "agreements", position, "coverage", len(coverage) - 1)
    save(session, data, entry, by=by, now=now)


def withdraw(session: Session, coverage: Coverage, *, by: str, now: datetime) -> None:
    """Withdraw a coverage: it counts no more, and its row stays.

    Raises:
        EntryRefusedError: It was withdrawn already.
    """
    data, position = _document(session, coverage.agreement)
    row = position_of(coverage, coverage_of(session, coverage.agreement))
    del data["awards"][0]["agreements"][position]["coverage"][row]
    save(session, data, ("awards", 0), by=by, now=now)


def _document(session: Session, agreement: Agreement) -> tuple[Entry, int]:
    """Return the award's document, and where in it the agreement stands."""
    award = agreement.award
    data = award_document(session, award)
    return data, position_of(agreement, agreements_of(session, award))
