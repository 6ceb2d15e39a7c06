"""Accounts of staff: inviting, taking up an invitation, clearing delays."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from preventedu.errors import NotFoundError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.people import Lea, Organization, StaffMember, StaffRole
from preventedu.staff import delays
from preventedu.staff.models import Invitation, SignInAttempt
from preventedu.staff.passwords import hash_password
from preventedu.staff.sign_in import end_all_sessions, hash_token, normal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

INVITATION_LIFETIME = timedelta(hours=72)
ROLES_OF_AN_LEA = (StaffRole.LEA_OFFICIAL, StaffRole.COUNSELOR)
"""Who works in a school district, and nowhere else."""
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


@dataclass(frozen=True)
class Employer:
    """For whom somebody works: an LEA or another organization, never both."""

    lea: str | None = None
    """NCES id of the LEA."""
    organization: str | None = None
    """Key of the State agency, tribe, NGO or law-enforcement agency."""


class InvitationError(NotFoundError):
    """The invitation was used, replaced, has expired, or never was."""

    def __init__(self) -> None:
        super().__init__(
            _("This invitation was used or has expired. Ask for a new one.")
        )


def invite(
    session: Session,
    email: str,
    name: str,
    role: StaffRole | None,
    employer: Employer | None,
    *,
    now: datetime,
) -> str:
    """Invite somebody, or let somebody we know choose a new password.

    Args:
        session: To write in.
        email: Where the link will be sent, by whoever runs this.
        name: As pages show it.
        role: What they do here; None: what they did before, else a grant manager.
        employer: For whom they work; None: as before. Without an LEA they never
            see a live figure.
        now: The present.

    Returns:
        The token for `/staff/invitation/<token>`, good once within 72 hours.

    Raises:
        RefusedError: This is no e-mail address, an LEA official or a counselor has
            no LEA, an administrator has another employer, or two are named.
        NotFoundError: There is no such LEA or organization.
    """
    email = normal(email)
    if not EMAIL.fullmatch(email) or not name.strip():
        raise RefusedError(_("Give an e-mail address and a name."))
    member = session.scalar(select(StaffMember).where(StaffMember.email == email))
    if member is None:
        member = StaffMember(
            email=email,
            role=StaffRole.GRANT_MANAGER,
            password_hash=None,
            created_at=now,
        )
    member.name, member.role = name.strip(), role or member.role
    if employer is not None:
        _employ(session, member, employer)
    if member.role in ROLES_OF_AN_LEA and member.lea_id is None:
        raise RefusedError(_("Say of which LEA: give its NCES id."))
    if member.role is StaffRole.ADMINISTRATOR and member.organization_id is not None:
        # Without an LEA, administrators reach everything.
        raise RefusedError(
            _("An administrator works for one LEA, or for the whole installation.")
        )
    session.add(member)
    session.flush()
    return new_link(session, member, None, now=now)


def find_invitation(session: Session, token: str, *, now: datetime) -> Invitation:
    """Return an open invitation.

    Raises:
        InvitationError: It is not open.
    """
    invitation = session.scalar(
        select(Invitation).where(
            Invitation.token_hash == hash_token(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
    )
    if invitation is None:
        raise InvitationError
    return invitation


def accept(
    session: Session, token: str, password: str, *, now: datetime
) -> StaffMember:
    """Take up an invitation with a password of one's own.

    Raises:
        InvitationError: The invitation is not open.
        WeakPasswordError: The password is too easy to guess.
    """
    invitation = find_invitation(session, token, now=now)
    member = invitation.staff_member
    password_hash = hash_password(password, member.email)
    taken = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None))
        .values(used_at=now)
        .returning(Invitation.id)
    )
    if taken.first() is None:
        # Sent twice at once: the other one was first.
        raise InvitationError
    member.password_hash = password_hash
    end_all_sessions(session, member, now=now)
    session.flush()
    return member


def unlock(session: Session, email: str, *, now: datetime) -> None:
    """Let somebody try to sign in at once, whoever made them wait.

    Raises:
        NotFoundError: Nobody has this e-mail address here.
    """
    del now
    email = normal(email)
    known = select(StaffMember.id).where(StaffMember.email == email)
    if session.scalar(known) is None:
        raise NotFoundError(_("Nobody has this e-mail address here."))
    session.execute(
        delete(SignInAttempt).where(SignInAttempt.account == delays.account_key(email))
    )


def end(session: Session, email: str, *, now: datetime) -> None:
    """Let somebody who has left sign in no more; what they recorded stays theirs.

    Raises:
        NotFoundError: Nobody has this e-mail address here.
    """
    member = session.scalar(
        select(StaffMember).where(StaffMember.email == normal(email))
    )
    if member is None:
        raise NotFoundError(_("Nobody has this e-mail address here."))
    end_access(session, member, now=now)


def end_access(session: Session, member: StaffMember, *, now: datetime) -> None:
    """End a staff member's password, links and sessions."""
    # First the links: one that is being taken up right now is waited for, and the
    # password that came of it ends too.
    _end_invitations(session, member, now=now)
    session.execute(
        update(StaffMember)
        .where(StaffMember.id == member.id)
        .values(password_hash=None)
        .execution_options(synchronize_session="fetch")
    )
    end_all_sessions(session, member, now=now)


def _employ(session: Session, member: StaffMember, employer: Employer) -> None:
    if employer.lea is not None and employer.organization is not None:
        raise RefusedError(_("Give an LEA or an organization, not both."))
    if employer.lea is not None:
        member.lea_id, member.organization_id = _lea_id(session, employer.lea), None
    elif employer.organization is not None:
        organization = _organization(session, employer.organization)
        member.lea_id, member.organization_id = None, organization.id


def _organization(session: Session, key: str) -> Organization:
    found = session.scalar(select(Organization).where(Organization.key == key))
    if found is None:
        raise NotFoundError(
            _("There is no organization %(key)s here. Enter it first.", key=key)
        )
    if found.lea_id is not None:
        # Who works for an LEA is of that LEA: its live figures are theirs to see.
        raise RefusedError(_("%(name)s is an LEA: give its NCES id.", name=found.name))
    return found


def _lea_id(session: Session, nces_id: str) -> int:
    lea_id = session.scalar(select(Lea.id).where(Lea.nces_id == nces_id))
    if lea_id is None:
        raise NotFoundError(
            _("There is no LEA %(id)s here. Import it first.", id=nces_id)
        )
    return lea_id


def _end_invitations(session: Session, member: StaffMember, *, now: datetime) -> None:
    session.execute(
        update(Invitation)
        .where(Invitation.staff_member_id == member.id, Invitation.used_at.is_(None))
        .values(used_at=now)
    )


def new_link(
    session: Session, member: StaffMember, made_by: str | None, *, now: datetime
) -> str:
    """Make a new link with which a staff member chooses a password, once.

    Earlier links open nothing any more; the password they have stays good.

    Args:
        session: To write in.
        member: Whom we know already.
        made_by: E-mail of who makes it; None: the command line.
        now: The present.

    Returns:
        The token for `/staff/invitation/<token>`, good once within 72 hours.
    """
    _end_invitations(session, member, now=now)
    token = secrets.token_urlsafe(32)
    session.add(
        Invitation(
            staff_member_id=member.id,
            token_hash=hash_token(token),
            expires_at=now + INVITATION_LIFETIME,
            made_by=made_by,
        )
    )
    session.flush()
    return token
