"""Registration links: made by an administrator, used up once by an LMS's."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _
from preventedu.lti.registering.models import RegistrationInvite
from preventedu.lti.registering.problems import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import CursorResult
    from sqlalchemy.orm import Session

    from preventedu.people import Lea, School

LIFETIME = timedelta(days=7)


@dataclass(frozen=True)
class InviteDetails:
    """What a link is to connect."""

    family: str
    """Key of `lti.platforms.CHOICES`."""
    lea: Lea | None
    school: School | None
    is_test: bool


def make(
    session: Session, details: InviteDetails, created_by: str, *, now: datetime
) -> tuple[RegistrationInvite, str]:
    """Make a link; returns its row and its token, which is kept nowhere.

    Raises:
        RefusedError: The school is one of another LEA.
    """
    school, lea = details.school, details.lea
    if school is not None and lea is not None and school.lea_id != lea.id:
        raise RefusedError(_("This school does not belong to that LEA."))
    token = secrets.token_urlsafe(32)
    row = RegistrationInvite(
        token_hash=_hash(token),
        family=details.family,
        lea_id=school.lea_id if school is not None else lea.id if lea else None,
        school_id=school.id if school is not None else None,
        is_test=details.is_test,
        created_by=created_by,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    session.flush()
    return row, token


def find(session: Session, token: str, *, now: datetime) -> RegistrationInvite:
    """Return the living link that a token opens.

    Raises:
        RegistrationError: `link_unknown` or `link_used`.
    """
    row = session.scalar(
        select(RegistrationInvite).where(RegistrationInvite.token_hash == _hash(token))
    )
    if row is None or row.withdrawn_at is not None:
        raise RegistrationError("link_unknown")
    if row.used_at is not None:
        raise RegistrationError("link_used")
    if row.expires_at <= now:
        raise RegistrationError("link_unknown")
    return row


def use_up(session: Session, invite: RegistrationInvite, *, now: datetime) -> None:
    """Take the link; of two who try at once, one gets it.

    Commit before the LMS is asked, and `give_back` if nothing comes of it.

    Raises:
        RegistrationError: `link_used`.
    """
    taken: CursorResult[tuple[()]] = session.execute(  # type: ignore[assignment]  # an UPDATE gives a cursor
        update(RegistrationInvite)
        .where(
            RegistrationInvite.id == invite.id,
            RegistrationInvite.used_at.is_(None),
            RegistrationInvite.withdrawn_at.is_(None),
        )
        .values(used_at=now)
    )
    if taken.rowcount != 1:
        raise RegistrationError("link_used")


def give_back(session: Session, invite_id: int) -> None:
    """Let a link be used again: the LMS was asked, and nothing came of it."""
    session.execute(
        update(RegistrationInvite)
        .where(
            RegistrationInvite.id == invite_id,
            RegistrationInvite.platform_id.is_(None),
        )
        .values(used_at=None)
    )


def withdraw(session: Session, invite: RegistrationInvite, *, now: datetime) -> None:
    """Make a link that nobody used worthless; a used one stays as it is."""
    if invite.used_at is None and invite.withdrawn_at is None:
        invite.withdrawn_at = now
        session.flush()


def listed(session: Session, lea_id: int | None) -> Sequence[RegistrationInvite]:
    """Return the links of an LEA, or all for None, the newest first."""
    rows = select(RegistrationInvite).order_by(RegistrationInvite.id.desc())
    if lea_id is not None:
        rows = rows.where(RegistrationInvite.lea_id == lea_id)
    return session.scalars(rows).all()


def leas_of(session: Session, platform_id: int) -> set[int]:
    """Return the ids of the LEAs through whose links a platform was connected."""
    rows = session.scalars(
        select(RegistrationInvite.lea_id).where(
            RegistrationInvite.platform_id == platform_id,
            RegistrationInvite.lea_id.is_not(None),
        )
    )
    return {lea_id for lea_id in rows if lea_id is not None}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
