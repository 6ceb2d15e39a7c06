"""Who sees and changes which platform.

An administrator without an LEA looks after all; with one, after what is that LEA's.
An LEA's officials read, and place its courses. Figures are nowhere on these pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, or_, select, true

from preventedu.errors import NotAllowedError, NotFoundError
from preventedu.i18n import gettext as _
from preventedu.lti.models import Deployment, Platform
from preventedu.lti.registering.models import RegistrationInvite
from preventedu.people import Lea, StaffRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

ROLES = (StaffRole.ADMINISTRATOR, StaffRole.LEA_OFFICIAL)


def check_reader(member: StaffMember) -> None:
    """Refuse whoever is not school IT and no official of an LEA.

    Raises:
        NotAllowedError: Another role, or an official without an LEA.
    """
    is_official = member.role is StaffRole.LEA_OFFICIAL and member.lea_id is not None
    if not may_change(member) and not is_official:
        raise NotAllowedError(_("This page is not for your role."))


def sees_everything(member: StaffMember) -> bool:
    """Tell whether somebody looks after every platform."""
    return may_change(member) and member.lea_id is None


def may_change(member: StaffMember) -> bool:
    """Tell whether somebody may change what they see, and not only place courses.

    Nobody of another organization may: a State agency, say, connects no school.
    """
    is_administrator = member.role is StaffRole.ADMINISTRATOR
    return is_administrator and member.organization_id is None


def may_change_platform(
    session: Session, member: StaffMember, platform: Platform
) -> bool:
    """Tell whether somebody may change what concerns all deployments of a platform."""
    return may_change(member) and is_own_platform(session, member, platform)


def is_own_platform(session: Session, member: StaffMember, platform: Platform) -> bool:
    """Tell whether a platform serves no LEA but the person's own."""
    others = select(Deployment.id).where(
        Deployment.platform_id == platform.id,
        Deployment.lea_id.is_not(None),
        Deployment.lea_id != member.lea_id,
    )
    return member.lea_id is None or session.scalar(others.limit(1)) is None


def platforms_for(session: Session, member: StaffMember) -> Sequence[Platform]:
    """Return the platforms that somebody sees, the oldest first."""
    query = select(Platform).where(_is_platform_of(session, member))
    return session.scalars(query.order_by(Platform.id)).all()


def platform_for(session: Session, member: StaffMember, platform_id: int) -> Platform:
    """Return one platform.

    Raises:
        NotFoundError: There is none, or not for them: nobody is told which.
    """
    found = session.scalar(
        select(Platform).where(
            Platform.id == platform_id, _is_platform_of(session, member)
        )
    )
    if found is None:
        raise NotFoundError(_("There is nothing here for you."))
    return found


def deployment_for(
    session: Session, member: StaffMember, deployment_id: int
) -> Deployment:
    """Return one deployment, by our own id.

    Raises:
        NotFoundError: There is none, or not for them.
    """
    found = session.scalar(
        select(Deployment).where(
            Deployment.id == deployment_id, is_deployment_of(session, member)
        )
    )
    if found is None:
        raise NotFoundError(_("There is nothing here for you."))
    return found


def is_deployment_of(session: Session, member: StaffMember) -> ColumnElement[bool]:
    """Return the condition for a deployment that somebody sees.

    One that nobody has bound is shown to an LEA's own staff only where it cannot be
    another LEA's: there is no other, or the platform was connected for them.
    """
    if sees_everything(member):
        return true()
    mine = Deployment.lea_id == member.lea_id
    if is_only_lea(session):
        return or_(mine, Deployment.lea_id.is_(None))
    invited = exists().where(
        RegistrationInvite.platform_id == Deployment.platform_id,
        RegistrationInvite.lea_id == member.lea_id,
    )
    return or_(mine, Deployment.lea_id.is_(None) & invited)


def leas_for(session: Session, member: StaffMember) -> Sequence[Lea]:
    """Return the LEAs to which somebody may bind a deployment, by name."""
    query = select(Lea).order_by(Lea.name, Lea.id)
    if member.lea_id is not None:
        query = query.where(Lea.id == member.lea_id)
    return session.scalars(query).all()


def is_only_lea(session: Session) -> bool:
    """Tell whether there is one LEA here and no other."""
    return len(session.scalars(select(Lea.id).limit(2)).all()) == 1


def _is_platform_of(session: Session, member: StaffMember) -> ColumnElement[bool]:
    if sees_everything(member) or is_only_lea(session):
        return true()
    has_one = exists().where(
        Deployment.platform_id == Platform.id, is_deployment_of(session, member)
    )
    invited = exists().where(
        RegistrationInvite.platform_id == Platform.id,
        RegistrationInvite.lea_id == member.lea_id,
    )
    return or_(has_one, invited)
