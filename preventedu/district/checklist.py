"""What an LEA enters before a class begins, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu import safety
from preventedu.courses import catalog, drafts
from preventedu.district import consent_modes, places, preparations
from preventedu.district.entries import today_in
from preventedu.lti.models import Deployment, DeploymentStatus, Platform
from preventedu.people import StaffMember, StaffRole

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from preventedu.people import ContactKind, GradeBand, Lea


@dataclass(frozen=True)
class Drafts:
    """Lessons that nobody has reviewed: an official switches each on by name."""

    switched_on: int
    all: int


@dataclass(frozen=True)
class Connections:
    """Deployments of real platforms.

    Attributes:
        bound: Let in, and of this LEA.
        pending: Waiting for school IT, anywhere in the installation.
    """

    bound: int
    pending: int


@dataclass(frozen=True)
class Checklist:
    """Each step, in the order in which it is best done.

    Attributes:
        schools: How many are entered.
        has_family_contact: Somebody said whom a family may ask.
        counselors: How many counselors can sign in.
        missing_contacts: Kinds that some class would look for in vain.
        stale_contacts: How many were last checked more than 180 days ago.
        protocol_steps: How many steps are in force.
        bands_without_mode: Where nobody takes part without recorded consent.
        breaks_ahead: How many breaks end today or later.
    """

    schools: int
    has_family_contact: bool
    counselors: int
    missing_contacts: frozenset[ContactKind]
    stale_contacts: int
    protocol_steps: int
    bands_without_mode: tuple[GradeBand, ...]
    breaks_ahead: int
    drafts: Drafts
    connections: Connections

    @property
    def done(self) -> int:
        """How many of the steps are done."""
        return sum(self.steps)

    @property
    def steps(self) -> tuple[bool, ...]:
        """Whether each step is done, in the order of the page."""
        return (
            self.schools > 0 and self.has_family_contact,
            self.counselors > 0,
            not self.missing_contacts and not self.stale_contacts,
            self.protocol_steps > 0,
            not self.bands_without_mode,
            self.breaks_ahead > 0,
            not self.drafts.all or self.drafts.switched_on > 0,
            self.connections.bound > 0,
        )


def checklist(session: Session, lea: Lea, *, now: datetime) -> Checklist:
    """Return how far an LEA has come."""
    today = today_in(lea, now=now)
    return Checklist(
        schools=len(places.schools_of(session, lea.id)),
        has_family_contact=bool(lea.contact),
        counselors=_counselors(session, lea),
        missing_contacts=safety.missing_contacts(session, lea.id),
        stale_contacts=_stale(session, lea, today),
        protocol_steps=len(safety.protocol_of(session, lea.id)),
        bands_without_mode=tuple(consent_modes.bands_without(session, lea, now=now)),
        breaks_ahead=len(
            [
                each
                for each in preparations.breaks_of(session, lea.id)
                if each.ends_on >= today
            ]
        ),
        drafts=_drafts(session, lea),
        connections=_connections(session, lea),
    )


def _counselors(session: Session, lea: Lea) -> int:
    found = select(func.count(StaffMember.id)).where(
        StaffMember.lea_id == lea.id,
        StaffMember.role == StaffRole.COUNSELOR,
        StaffMember.password_hash.is_not(None),
    )
    return session.scalar(found) or 0


def _stale(session: Session, lea: Lea, today: date) -> int:
    contacts = preparations.contacts_of(session, lea.id)
    return sum(safety.stale(contact, today) for contact in contacts)


def _drafts(session: Session, lea: Lea) -> Drafts:
    versions = [
        version
        for version in catalog.current_modules(session)
        if version.status not in (drafts.FINAL, "retired")
    ]
    on = sum(drafts.may_assign(session, version, lea.id) for version in versions)
    return Drafts(switched_on=on, all=len(versions))


def _connections(session: Session, lea: Lea) -> Connections:
    real = (
        select(func.count(Deployment.id))
        .join(Platform, Platform.id == Deployment.platform_id)
        .where(Platform.is_test.is_(False))
    )
    bound = real.where(
        Deployment.lea_id == lea.id, Deployment.status == DeploymentStatus.ACTIVE
    )
    pending = real.where(Deployment.status == DeploymentStatus.PENDING)
    return Connections(
        bound=session.scalar(bound) or 0, pending=session.scalar(pending) or 0
    )
