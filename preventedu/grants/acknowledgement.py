"""The acknowledgement text of the award behind an assignment, for pages below."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from preventedu.courses.acknowledgement import Acknowledgement
from preventedu.courses.models import Assignment
from preventedu.grants import facts
from preventedu.grants.ledger import Outcome
from preventedu.grants.models import Award
from preventedu.grants.resolution import CoverageTerms, Fact, Resolution, resolve
from preventedu.i18n import language
from preventedu.people import Organization, OrganizationKind

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

NOON = time(12)


def acknowledgements(
    session: Session, assignment_id: str, on_date: date
) -> tuple[Acknowledgement, ...]:
    """Return what must be acknowledged for an assignment on a day.

    That is the award to which a completion of that day would belong: the chosen one,
    or else the one whose coverage goes first. While awards are tied, each of them is
    acknowledged; leaving one out would break its terms.
    """
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        return ()
    placements, choices, band = facts.assignment_facts(session, assignment)
    if not placements or band is None:
        return ()
    terms = facts.coverages(session)
    found: dict[str, tuple[str, ...]] = {}
    for zone in sorted({coverage.award.time_zone for coverage in terms}):
        at = datetime.combine(on_date, NOON, ZoneInfo(zone))
        fact = Fact(at, assignment.module_slug, band, placements, choices)
        found |= _named(resolve(fact, terms), terms)
    awards = session.scalars(
        select(Award).where(Award.fain.in_(found)).order_by(Award.fain)
    )
    return tuple(_words(session, award, found[award.fain]) for award in awards)


def _named(
    resolution: Resolution, terms: tuple[CoverageTerms, ...]
) -> dict[str, tuple[str, ...]]:
    """Return the partners to name for each award, by FAIN."""
    if resolution.outcome is Outcome.PRIMARY:
        fains = {c.award.fain for c in terms if c.award.id == resolution.award_id}
        return dict.fromkeys(fains, resolution.partners)
    if resolution.outcome is Outcome.UNDECIDED:
        return dict.fromkeys(resolution.also, ())
    return {}


def _words(
    session: Session, award: Award, partners: tuple[str, ...]
) -> Acknowledgement:
    names = session.scalars(
        select(Organization.name)
        .where(
            Organization.key.in_(partners),
            Organization.kind == OrganizationKind.LAW_ENFORCEMENT,
        )
        .order_by(Organization.name)
    ).all()
    spanish = award.acknowledgement_es if language() == "es" else None
    return Acknowledgement(
        award=f"{award.title}, {award.fain}",
        partners=tuple(names),
        text=spanish or award.acknowledgement_en,
        on_learner_screens=award.acknowledgement_on_learner_screens,
    )
