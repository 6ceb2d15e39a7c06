"""Who may see what of an award, and who may enter its facts.

Live figures are for grant managers and officials of an LEA that receives the award or
is covered by it, and only about their own schools. Staff of another organization see
releases, of awards that concern it. Whoever sets the installation up enters facts and
sees no figures. Everybody else sees nothing.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.grants.models import Agreement, Award, Coverage, Scope
from preventedu.people import Lea, Organization, OrganizationKind, StaffRole

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

FIGURE_ROLES = (StaffRole.GRANT_MANAGER, StaffRole.LEA_OFFICIAL)
"""Who works with figures; an administrator and a counselor never do."""
ENTERING_ROLES = (StaffRole.ADMINISTRATOR, *FIGURE_ROLES)
PUBLIC_AUTHORITIES = (OrganizationKind.STATE_AGENCY, OrganizationKind.TRIBE)


class Access(enum.Enum):
    """How much of an award somebody sees."""

    NOTHING = enum.auto()
    RELEASES = enum.auto()
    WORKING_FIGURES = enum.auto()


def access_to(session: Session, member: StaffMember, award: Award) -> Access:
    """Return how much of an award a staff member sees."""
    if member.role not in FIGURE_ROLES:
        return Access.NOTHING
    if member.lea_id is not None and member.lea_id in lea_ids(session, award):
        return Access.WORKING_FIGURES
    if _concerns_employer(session, member, award):
        return Access.RELEASES
    return Access.NOTHING


def may_release(member: StaffMember, award: Award) -> bool:
    """Tell whether somebody may close periods: the recipient's own staff."""
    return member.role in FIGURE_ROLES and _works_for(member, award.recipient)


def enters_everything(member: StaffMember) -> bool:
    """Tell whether somebody sets up the whole installation: school IT of no one LEA."""
    return (
        member.role is StaffRole.ADMINISTRATOR
        and member.lea_id is None
        and member.organization_id is None
    )


def may_enter(member: StaffMember, award: Award) -> bool:
    """Tell whether somebody may enter an award's facts."""
    if member.role not in ENTERING_ROLES:
        return False
    return enters_everything(member) or _works_for(member, award.recipient)


def may_enter_anything(session: Session, member: StaffMember) -> bool:
    """Tell whether the pages for entering are for somebody at all.

    Law enforcement enters only for an award that it already receives: its first one
    is entered by whoever runs the installation.
    """
    if member.role not in ENTERING_ROLES:
        return False
    if enters_everything(member) or member.lea_id is not None:
        return True
    employer = member.organization
    if employer is None or employer.kind is not OrganizationKind.LAW_ENFORCEMENT:
        return employer is not None
    received = select(Award.id).where(Award.recipient_id == employer.id)
    return session.scalar(received.limit(1)) is not None


def may_cover(member: StaffMember) -> bool:
    """Tell whether somebody may say which schools an agreement stands behind.

    What is covered comes into the award's released figures. An NGO and law
    enforcement must not draw schools into theirs by themselves.
    """
    employer = member.organization
    return employer is None or employer.kind in PUBLIC_AUTHORITIES


def own_organizations(session: Session, member: StaffMember) -> dict[str, Organization]:
    """Return by key the organizations for which somebody may enter awards."""
    query = select(Organization).order_by(Organization.name, Organization.key)
    if not enters_everything(member):
        query = query.where(_is_employer(member))
    return {found.key: found for found in session.scalars(query)}


def lea_ids(session: Session, award: Award) -> set[int]:
    """Return the LEAs that an award goes to or has ever covered."""
    found = {award.recipient.lea_id} - {None}
    coverages = session.scalars(
        select(Coverage).join(Agreement).where(Agreement.award_id == award.id)
    )
    for coverage in coverages:
        if coverage.scope is Scope.SCHOOL and coverage.school is not None:
            found.add(coverage.school.lea_id)
        elif coverage.scope is Scope.LEA:
            found.add(coverage.lea_id)
        else:
            in_state = select(Lea.id).where(Lea.state == coverage.state)
            found.update(session.scalars(in_state))
    return {lea_id for lea_id in found if lea_id is not None}


def _works_for(member: StaffMember, organization: Organization) -> bool:
    if organization.lea_id is not None:
        return member.lea_id == organization.lea_id
    return member.organization_id == organization.id


def _is_employer(member: StaffMember) -> ColumnElement[bool]:
    """Match the organizations that a member works for."""
    if member.lea_id is not None:
        return Organization.lea_id == member.lea_id
    return Organization.id == member.organization_id


def _concerns_employer(session: Session, member: StaffMember, award: Award) -> bool:
    """Tell whether a member's organization receives the award or is a partner."""
    if _works_for(member, award.recipient):
        return True
    agreed = (
        select(Agreement.id)
        .join(Organization, Organization.id == Agreement.partner_id)
        .where(Agreement.award_id == award.id, _is_employer(member))
    )
    return session.scalar(agreed.limit(1)) is not None
