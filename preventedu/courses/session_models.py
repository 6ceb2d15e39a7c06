"""Lessons that somebody presented to a group; a headcount is never a completion."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.courses.models import Assignment
from preventedu.db import Base, TextEnum
from preventedu.people import Organization

MOST_PRESENT = 5000
"""More people than any hall of a school holds: somebody mistyped."""


class SessionMode(enum.StrEnum):
    """How the group came together."""

    IN_PERSON = "in-person"
    VIRTUAL = "virtual"
    ASSEMBLY = "assembly"


class PresenterKind(enum.StrEnum):
    """Who presented; never a name."""

    EDUCATOR = "educator"
    PARTNER = "partner"
    """Somebody of an organization whose agreement says that it presents."""


class PresenterSession(Base):
    """A lesson presented to a group on a day; only rows are added.

    A correction is a new row that names the one it stands for in `corrects_id`; the
    last of such a chain is in force, unless it takes the session back. A headcount
    says nothing about a learner and is never added to students or completions.
    """

    __tablename__ = "presenter_session"
    __table_args__ = (
        CheckConstraint(f"headcount BETWEEN 1 AND {MOST_PRESENT}", name="headcount"),
        CheckConstraint(
            "(presenter = 'partner') = (organization_id IS NOT NULL)", name="partner"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey(Assignment.id), index=True)
    """What was presented, and to which class or on behalf of which."""
    held_on: Mapped[date]
    """The day in the LEA's calendar."""
    mode: Mapped[SessionMode] = mapped_column(TextEnum(SessionMode))
    presenter: Mapped[PresenterKind] = mapped_column(TextEnum(PresenterKind))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey(Organization.id))
    """The partner who presented; empty for an educator."""
    headcount: Mapped[int]
    """How many people were there, as somebody counted."""
    is_withdrawn: Mapped[bool]
    """The session it corrects did not take place."""
    corrects_id: Mapped[int | None] = mapped_column(
        ForeignKey("presenter_session.id"), unique=True
    )
    """The row that this one stands for; one row has one correction."""
    recorded_at: Mapped[datetime]
    lti_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("lti_user.id", ondelete="SET NULL")
    )
    """The teacher who recorded it."""

    assignment: Mapped[Assignment] = relationship()
    organization: Mapped[Organization | None] = relationship()
