"""Signing in and out, and how long each session lives."""

from __future__ import annotations

import hashlib
import math
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from preventedu.errors import NotAllowedError
from preventedu.i18n import gettext as _
from preventedu.people import StaffMember
from preventedu.staff import delays
from preventedu.staff.models import SignInAttempt, StaffSession
from preventedu.staff.passwords import is_right

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.staff.delays import Visitor

SESSION_LIFETIME = timedelta(hours=10)


class WrongPasswordError(NotAllowedError):
    """No such account, or not its password; nobody is told which."""


class TooSoonError(NotAllowedError):
    """Too many attempts: wait first. Nothing was checked."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = math.ceil(wait.total_seconds())
        super().__init__(
            _(
                "Too many tries. Wait %(seconds)s seconds, then try again. Nobody is "
                "locked out.",
                seconds=self.seconds,
            )
        )


def count_attempt(
    session: Session, email: str, visitor: Visitor, *, now: datetime
) -> None:
    """Count an attempt before its password is checked, or refuse it.

    Commit before checking: guesses that come all at once are then all counted.

    Raises:
        TooSoonError: The account or the address has to wait.
    """
    email = normal(email)
    counts = delays.counters(email, visitor)
    delays.take_turns(session, counts)
    longest = max(delays.wait(session, counter, now=now) for counter in counts)
    if longest:
        raise TooSoonError(longest)
    for counter in counts:
        delays.count(session, email, counter, now=now)
    session.flush()


def check_password(session: Session, email: str, password: str) -> StaffMember:
    """Return the staff member whose password this is.

    Raises:
        WrongPasswordError: There is none, or it is another password.
    """
    member = session.scalar(
        select(StaffMember).where(StaffMember.email == normal(email))
    )
    if not is_right(password, member.password_hash if member else None) or not member:
        raise WrongPasswordError(_("This e-mail and password do not fit together."))
    return member


def open_session(session: Session, member: StaffMember, *, now: datetime) -> str:
    """Open a session, forgive the account's attempts; returns the session's token."""
    session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.account == delays.account_key(member.email)
        )
    )
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            staff_member_id=member.id,
            token_hash=hash_token(token),
            expires_at=now + SESSION_LIFETIME,
        )
    )
    session.flush()
    return token


def find_member(session: Session, token: str, *, now: datetime) -> StaffMember | None:
    """Return who is signed in by this token, if anybody still is."""
    return session.scalar(
        select(StaffMember)
        .join(StaffSession)
        .where(
            StaffSession.token_hash == hash_token(token),
            StaffSession.expires_at > now,
            StaffSession.ended_at.is_(None),
            # Somebody whose access ended while they were signing in.
            StaffMember.password_hash.is_not(None),
        )
    )


def end_session(session: Session, token: str, *, now: datetime) -> None:
    """Sign out: the token opens nothing any more, wherever it was copied to."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == hash_token(token))
        .values(ended_at=now)
    )


def end_all_sessions(session: Session, member: StaffMember, *, now: datetime) -> None:
    """Sign a staff member out everywhere."""
    session.execute(
        update(StaffSession)
        .where(
            StaffSession.staff_member_id == member.id, StaffSession.ended_at.is_(None)
        )
        .values(ended_at=now)
    )


def normal(email: str) -> str:
    """Return an e-mail address as it is kept."""
    return email.strip().lower()


def hash_token(token: str) -> str:
    """Return what is kept of a token: a stolen database opens nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
