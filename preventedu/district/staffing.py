"""Who works here: inviting, new links, and ending access, each within one's reach."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.district import access
from preventedu.district.entries import WrongEntryError, clean_line
from preventedu.errors import NotAllowedError, NotFoundError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.people import (
    Lea,
    Organization,
    OrganizationKind,
    StaffMember,
    StaffRole,
)
from preventedu.staff import accounts
from preventedu.staff.models import Invitation
from preventedu.staff.sign_in import normal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


class Standing(enum.Enum):
    """Whether somebody can sign in."""

    SIGNED_UP = enum.auto()
    INVITED = enum.auto()
    """A link is open; no password yet."""
    EXPIRED = enum.auto()
    """The link was not used in time."""
    ENDED = enum.auto()


@dataclass(frozen=True)
class Person:
    """A staff member as the list shows them.

    Attributes:
        invited_at: When the latest link was made.
        open_until: Until when it can be used; None: it cannot.
        invited_by: Who made it; empty: the command line.
        is_manageable: Whoever looks may end their access or make a new link.
    """

    member: StaffMember
    standing: Standing
    invited_at: datetime | None
    open_until: datetime | None
    invited_by: str
    is_manageable: bool


@dataclass(frozen=True)
class Invitee:
    """Whom to invite; at most one of the two employers is set."""

    email: str
    name: str
    role: StaffRole
    lea_id: int | None
    organization_id: int | None


def people_for(session: Session, viewer: StaffMember, *, now: datetime) -> list[Person]:
    """Return the staff whom somebody finds in the list: their LEA's, or everybody."""
    query = select(StaffMember).order_by(StaffMember.name, StaffMember.id)
    if not access.is_everywhere(viewer):
        query = query.where(
            StaffMember.lea_id == viewer.lea_id, StaffMember.lea_id.is_not(None)
        )
    members = session.scalars(query).all()
    links = _latest_links(session, [member.id for member in members])
    return [
        _person(member, links.get(member.id), viewer, now=now) for member in members
    ]


def employers_for(
    session: Session, inviter: StaffMember
) -> tuple[Sequence[Lea], Sequence[Organization]]:
    """Return the LEAs and other organizations whose people somebody may invite."""
    if not access.is_everywhere(inviter):
        own = select(Lea).where(Lea.id == inviter.lea_id)
        return session.scalars(own).all(), ()
    others = select(Organization).where(
        Organization.lea_id.is_(None), Organization.kind != OrganizationKind.LEA
    )
    return (
        session.scalars(select(Lea).order_by(Lea.name, Lea.id)).all(),
        session.scalars(others.order_by(Organization.name)).all(),
    )


def invite(
    session: Session, inviter: StaffMember, invitee: Invitee, *, now: datetime
) -> str:
    """Invite somebody, within what the inviter may give.

    Whoever could sign in, or still has an open link, is left alone: an invitation
    would change their role or open their account to whoever holds the link.

    Returns:
        The token for `/staff/invitation/<token>`, good once within 72 hours.

    Raises:
        NotAllowedError: The inviter may not invite, or not in this role or place.
        WrongEntryError: A field cannot be taken.
    """
    if invitee.role not in access.roles_to_give(inviter):
        raise NotAllowedError(_("You cannot invite somebody in this role."))
    if not access.is_everywhere(inviter) and invitee.lea_id != inviter.lea_id:
        raise NotAllowedError(_("You can invite people of your own LEA only."))
    _check_employer(invitee)
    if not accounts.EMAIL.fullmatch(normal(invitee.email)):
        raise WrongEntryError("email", _("This is no e-mail address."))
    member = _known_or_new(session, inviter, invitee, now=now)
    member.name, member.role = clean_line("name", invitee.name), invitee.role
    member.lea_id, member.organization_id = invitee.lea_id, invitee.organization_id
    session.add(member)
    session.flush()
    return accounts.new_link(session, member, inviter.email, now=now)


def new_link(
    session: Session, actor: StaffMember, member_id: int, *, now: datetime
) -> tuple[StaffMember, str]:
    """Make a new link for somebody in reach; returns them and its token.

    Raises:
        NotFoundError: There is nobody like this in reach.
    """
    member = _in_reach(session, actor, member_id)
    return member, accounts.new_link(session, member, actor.email, now=now)


def end(
    session: Session, actor: StaffMember, member_id: int, *, now: datetime
) -> StaffMember:
    """End somebody's access; what they recorded stays theirs.

    Raises:
        NotFoundError: There is nobody like this in reach.
        RefusedError: No administrator would be left who can let others in.
    """
    member = _in_reach(session, actor, member_id)
    if member.role is StaffRole.ADMINISTRATOR and _is_last(session, member):
        raise RefusedError(
            _(
                "This is the last administrator who can sign in. Invite another one "
                "first, and wait until they have signed up."
            )
        )
    accounts.end_access(session, member, now=now)
    return member


def _in_reach(session: Session, actor: StaffMember, member_id: int) -> StaffMember:
    member = session.get(StaffMember, member_id)
    if member is None or not access.may_manage(actor, member):
        raise NotFoundError(_("There is nobody here whom you could change."))
    return member


def _is_last(session: Session, member: StaffMember) -> bool:
    """Tell whether nobody else could let administrators in again.

    Locks the administrators, so that two of them cannot end each other at once.
    """
    administrators = session.scalars(
        select(StaffMember)
        .where(StaffMember.role == StaffRole.ADMINISTRATOR)
        .order_by(StaffMember.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    others = [
        each
        for each in administrators
        if each.id != member.id and each.password_hash is not None
    ]
    if member.lea_id is None:
        others = [each for each in others if access.is_everywhere(each)]
    else:
        others = [each for each in others if access.may_manage(each, member)]
    return member.password_hash is not None and not others


def _check_employer(invitee: Invitee) -> None:
    if invitee.lea_id is not None and invitee.organization_id is not None:
        raise WrongEntryError(
            "employer", _("Give an LEA or an organization, not both.")
        )
    if invitee.role in accounts.ROLES_OF_AN_LEA and invitee.lea_id is None:
        raise WrongEntryError("employer", _("Somebody in this role works for an LEA."))
    if invitee.role is StaffRole.ADMINISTRATOR and invitee.organization_id is not None:
        raise WrongEntryError(
            "employer",
            _("An administrator works for one LEA, or for the whole installation."),
        )
    nobody = invitee.lea_id is None and invitee.organization_id is None
    if invitee.role is StaffRole.GRANT_MANAGER and nobody:
        raise WrongEntryError(
            "employer", _("Choose for whom they work: it decides what they see.")
        )


def _known_or_new(
    session: Session, inviter: StaffMember, invitee: Invitee, *, now: datetime
) -> StaffMember:
    email = normal(invitee.email)
    member = session.scalar(select(StaffMember).where(StaffMember.email == email))
    if member is None:
        return StaffMember(email=email, password_hash=None, created_at=now)
    if not access.may_manage(inviter, member):
        raise WrongEntryError(
            "email", _("This address cannot be invited here. Ask an administrator.")
        )
    link = _latest_links(session, [member.id]).get(member.id)
    if _standing(member, link, now=now) in (Standing.SIGNED_UP, Standing.INVITED):
        raise WrongEntryError(
            "email",
            _(
                "Somebody with this address is in the list already. Make them a new "
                "link there, or end their access first to give them another role."
            ),
        )
    return member


def _latest_links(session: Session, member_ids: list[int]) -> dict[int, Invitation]:
    rows = session.scalars(
        select(Invitation)
        .where(Invitation.staff_member_id.in_(member_ids))
        .order_by(Invitation.id)
    )
    return {row.staff_member_id: row for row in rows}


def _standing(
    member: StaffMember, link: Invitation | None, *, now: datetime
) -> Standing:
    if member.password_hash is not None:
        return Standing.SIGNED_UP
    if link is None or link.used_at is not None:
        return Standing.ENDED
    return Standing.INVITED if link.expires_at > now else Standing.EXPIRED


def _person(
    member: StaffMember, link: Invitation | None, viewer: StaffMember, *, now: datetime
) -> Person:
    is_open = link is not None and link.used_at is None and link.expires_at > now
    return Person(
        member=member,
        standing=_standing(member, link, now=now),
        invited_at=link.expires_at - accounts.INVITATION_LIFETIME if link else None,
        open_until=link.expires_at if link and is_open else None,
        invited_by=(link.made_by or "") if link else "",
        is_manageable=access.may_manage(viewer, member),
    )
