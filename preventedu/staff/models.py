"""Invitations, sessions, failed sign-ins, and who looked at live figures."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.db import Base
from preventedu.people import StaffMember


class Invitation(Base):
    """A link that lets a staff member choose a password, once."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_member_id: Mapped[int] = mapped_column(ForeignKey(StaffMember.id), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """Set when it was taken up, or when a newer invitation took its place."""
    made_by: Mapped[str | None]
    """E-mail of the staff member who made the link; empty: the command line."""

    staff_member: Mapped[StaffMember] = relationship()


class StaffSession(Base):
    """A signed-in browser; ending the row signs it out wherever its cookie went."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_member_id: Mapped[int] = mapped_column(ForeignKey(StaffMember.id), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    staff_member: Mapped[StaffMember] = relationship()


class SignInAttempt(Base):
    """A sign-in that failed or is being checked; success deletes it.

    `counter` is a hash: of the account, of a browser known to the account, or of
    the network address. Rows older than a day are deleted.
    """

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_counter", "counter", "tried_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    counter: Mapped[str] = mapped_column(String(64))
    account: Mapped[str] = mapped_column(String(64), index=True)
    """Hash of the account that was tried, so that an operator can clear it."""
    tried_at: Mapped[datetime] = mapped_column(index=True)


class AccessLog(Base):
    """Who looked at live figures, and when."""

    __tablename__ = "access_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_member_id: Mapped[int] = mapped_column(ForeignKey(StaffMember.id), index=True)
    what: Mapped[str]
    """Such as `working figures of <FAIN>`; never a learner."""
    at: Mapped[datetime]
