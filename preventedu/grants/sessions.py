"""Presenter sessions beside the working figures: never among completions.

They are in no release: the headcount of one session can point at one class.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from preventedu.courses import sessions
from preventedu.courses.models import Assignment
from preventedu.courses.session_models import PresenterSession
from preventedu.courses.sessions import Presenter
from preventedu.grants import facts
from preventedu.grants.ledger import Outcome
from preventedu.grants.models import Agreement, AgreementRole, Coverage, Scope
from preventedu.grants.periods import Span
from preventedu.grants.resolution import Fact, place_on, resolve
from preventedu.people import Organization, School

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy.orm import Session

    from preventedu.grants.figures import Question
    from preventedu.grants.resolution import CoverageTerms, Place, Resolution

NOON = time(12)


@dataclass(frozen=True)
class Presented:
    """Sessions of one presenter; `name` is empty for educators of the schools."""

    name: str
    sessions: int
    headcount: int
    """Of all sessions together: who came twice is in it twice."""


def presenters(
    session: Session, assignment_id: str, first: date, last: date
) -> Sequence[Presenter]:
    """Return the partners who may present an assignment on some day of a span.

    Their agreement has the role "presents" and a coverage of the class's school, LEA
    or State, its grade band and its module, on a day on which the class is there.
    """
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        return ()
    placed, _choices, band = facts.assignment_facts(session, assignment)
    place, asked = place_on(placed, last), Span(first, last)
    if place is None:
        return ()
    rows = session.execute(
        select(Coverage, Agreement, Organization)
        .join(Agreement, Agreement.id == Coverage.agreement_id)
        .join(Organization, Organization.id == Agreement.partner_id)
        .where(Coverage.withdrawn_at.is_(None))
        .order_by(Organization.name)
    )
    found = {
        partner.id: Presenter(partner.id, partner.name)
        for coverage, agreement, partner in rows
        if AgreementRole.PRESENTS.value in agreement.roles
        and _is_in_force(coverage, agreement, asked)
        and _reaches(coverage, place)
        and (not coverage.grade_bands or band in coverage.grade_bands)
        and (not coverage.modules or assignment.module_slug in coverage.modules)
    }
    return tuple(found.values())


def presented(session: Session, question: Question) -> Sequence[Presented]:
    """Return the sessions of an award at one LEA's schools, by presenter.

    A session belongs to the award to which a completion of its class on its day would
    belong. Sessions of classes at no school yet belong to none.

    Args:
        session: Reads only.
        question: Its `lea_id` must be set: these figures are live and exact.
    """
    terms = facts.coverages(session)
    schools = set(
        session.scalars(select(School.id).where(School.lea_id == question.lea_id))
    )
    counted: dict[str, list[int]] = defaultdict(list)
    for row in session.scalars(
        sessions.in_force().where(
            PresenterSession.held_on.between(
                question.span.starts_on, question.span.ends_on
            )
        )
    ):
        answer = _resolution(session, row, terms, question.award.time_zone)
        is_ours = answer.outcome is Outcome.PRIMARY and answer.school_id in schools
        if is_ours and answer.award_id == question.award.id:
            name = row.organization.name if row.organization else ""
            counted[name].append(row.headcount)
    return tuple(
        Presented(name, len(counts), sum(counts))
        for name, counts in sorted(counted.items())
    )


def _resolution(
    session: Session,
    row: PresenterSession,
    terms: tuple[CoverageTerms, ...],
    time_zone: str,
) -> Resolution:
    placed, chosen, band = facts.assignment_facts(session, row.assignment)
    at = datetime.combine(row.held_on, NOON, ZoneInfo(time_zone))
    slug = row.assignment.module_slug
    return resolve(Fact(at, slug, band or "", placed, chosen), terms)


def _is_in_force(coverage: Coverage, agreement: Agreement, asked: Span) -> bool:
    award = agreement.award
    first = max(coverage.starts_on, agreement.starts_on, award.starts_on)
    last = min(coverage.ends_on, agreement.ends_on, award.ends_on)
    return first <= last and Span(first, last).overlaps(asked)


def _reaches(coverage: Coverage, place: Place) -> bool:
    here = {
        Scope.SCHOOL: (coverage.school_id, place.school_id),
        Scope.LEA: (coverage.lea_id, place.lea_id),
        Scope.STATE: (coverage.state, place.state),
    }
    covered, actual = here[coverage.scope]
    return covered == actual
