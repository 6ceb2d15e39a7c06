"""Makes awards, coverage and completions for this room's tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import TYPE_CHECKING

from preventedu.courses.models import (
    Assignment,
    Completion,
    DeliveryMode,
    GradingPolicy,
    ModuleVersion,
)
from preventedu.grants.models import Agreement, Award, Coverage, ReportingPeriod, Scope
from preventedu.people import (
    Course,
    CoursePlacement,
    GradeBand,
    Lea,
    Learner,
    Organization,
    OrganizationKind,
    PartnerKind,
    School,
    SchoolIdScheme,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NUMBERS = count(1)
YEAR = (date(2026, 7, 1), date(2027, 6, 30))
NOON = datetime(2026, 10, 5, 17, 0, tzinfo=UTC)
"""Noon in Chicago on a Monday of the year."""


@dataclass(frozen=True)
class District:
    """An LEA with its schools, in the order they were asked for."""

    lea: Lea
    schools: tuple[School, ...]


def make_district(session: Session, schools: int = 2) -> District:
    number = next(NUMBERS)
    lea = Lea(nces_id=f"{number:07}", name=f"LEA {number}", state="ZZ")
    session.add(lea)
    session.flush()
    made = [
        School(
            lea_id=lea.id,
            scheme=SchoolIdScheme.NCES,
            school_id=f"{number:07}{place:05}",
            name=f"School {number}-{place}",
        )
        for place in range(schools)
    ]
    session.add_all(made)
    session.flush()
    return District(lea, tuple(made))


def make_partner(session: Session, key: str) -> Organization:
    partner = Organization(
        key=key,
        name=key.title(),
        kind=OrganizationKind.LAW_ENFORCEMENT,
        partner_kind=PartnerKind.LOCAL,
    )
    session.add(partner)
    session.flush()
    return partner


def make_award(session: Session, lea: Lea | None = None) -> Award:
    number = next(NUMBERS)
    recipient = Organization(
        key=f"recipient-{number}",
        name=f"Recipient {number}",
        kind=OrganizationKind.LEA if lea else OrganizationKind.STATE_AGENCY,
        lea_id=lea.id if lea else None,
    )
    session.add(recipient)
    session.flush()
    award = Award(
        fain=f"DEMO-{number:04}",
        title=f"Award {number}",
        assistance_listing="00.000",
        agency="An agency",
        recipient_id=recipient.id,
        starts_on=YEAR[0],
        ends_on=YEAR[1],
        time_zone="America/Chicago",
        acknowledgement_en="Supported by an award.",
        acknowledgement_es="Con el apoyo de un fondo.",
        acknowledgement_on_learner_screens=False,
    )
    session.add(award)
    session.flush()
    return award


def make_agreement(session: Session, award: Award, partner: Organization) -> Agreement:
    agreement = Agreement(
        key=f"agreement-{next(NUMBERS)}",
        award_id=award.id,
        partner_id=partner.id,
        roles=["presents"],
        starts_on=YEAR[0],
        ends_on=YEAR[1],
        signed_on=date(2026, 6, 1),
    )
    session.add(agreement)
    session.flush()
    return agreement


def cover_lea(session: Session, agreement: Agreement, lea: Lea) -> Coverage:
    return _cover(session, _coverage(agreement, Scope.LEA, lea_id=lea.id))


def cover_school(session: Session, agreement: Agreement, school: School) -> Coverage:
    return _cover(session, _coverage(agreement, Scope.SCHOOL, school_id=school.id))


def _coverage(
    agreement: Agreement,
    scope: Scope,
    *,
    lea_id: int | None = None,
    school_id: int | None = None,
) -> Coverage:
    return Coverage(
        agreement_id=agreement.id,
        scope=scope,
        lea_id=lea_id,
        school_id=school_id,
        grade_bands=[],
        modules=[],
        starts_on=YEAR[0],
        ends_on=YEAR[1],
        recorded_at=datetime(2026, 6, 1, tzinfo=UTC),
    )


def _cover(session: Session, coverage: Coverage) -> Coverage:
    session.add(coverage)
    session.flush()
    return coverage


def make_module(
    session: Session, slug: str = "m1", band: GradeBand = GradeBand.G6_8
) -> ModuleVersion:
    version = ModuleVersion(
        slug=slug,
        version="1.0.0",
        content_hash=f"{next(NUMBERS):064}",
        grade_band=band,
        status="draft",
        compiled={"title": {"en": f"Module {slug}", "es": f"Módulo {slug}"}},
        built_at=NOON,
        is_current=True,
    )
    session.add(version)
    session.flush()
    return version


def make_assignment(session: Session, version: ModuleVersion) -> Assignment:
    course = Course(created_at=NOON)
    session.add(course)
    session.flush()
    assignment = Assignment(
        course_id=course.id,
        module_slug=version.slug,
        grading=GradingPolicy.COMPLETION,
        created_at=NOON,
    )
    session.add(assignment)
    session.flush()
    return assignment


def place(
    session: Session,
    assignment: Assignment,
    school: School,
    effective_from: date = YEAR[0],
    recorded_at: datetime = NOON,
) -> CoursePlacement:
    placement = CoursePlacement(
        course_id=assignment.course_id,
        school_id=school.id,
        effective_from=effective_from,
        recorded_at=recorded_at,
        recorded_by="test",
    )
    session.add(placement)
    session.flush()
    return placement


def complete(
    session: Session,
    assignment: Assignment,
    version: ModuleVersion,
    at: datetime = NOON,
    learner: Learner | None = None,
) -> Completion:
    learner = learner or make_learner(session)
    completion = Completion(
        learner_id=learner.id,
        assignment_id=assignment.id,
        course_id=assignment.course_id,
        module_version_id=version.id,
        grade_band=version.grade_band,
        audience="student",
        delivery_mode=DeliveryMode.SELF_PACED,
        language="en",
        minutes=20,
        is_alternative=False,
        is_test=False,
        completed_at=at,
    )
    session.add(completion)
    session.flush()
    return completion


def make_learner(session: Session) -> Learner:
    learner = Learner(created_at=NOON)
    session.add(learner)
    session.flush()
    return learner


def make_period(
    session: Session,
    award: Award,
    starts_on: date = date(2026, 10, 1),
    ends_on: date = date(2026, 12, 31),
) -> ReportingPeriod:
    period = ReportingPeriod(award_id=award.id, starts_on=starts_on, ends_on=ends_on)
    session.add(period)
    session.flush()
    return period
