"""Who takes part: opt-outs, consent, and a teacher's readiness. No reason is kept."""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.db import Base, TextEnum
from preventedu.people import Course, GradeBand, Lea, Learner


class OptOutKind(enum.StrEnum):
    """What a learner takes no part in."""

    LESSON = "lesson"
    SURVEY = "survey"
    """The questions before and after; the lesson itself is taken."""


class OptOut(Base):
    """A learner takes no part in one module, in any course. No reason is kept."""

    __tablename__ = "opt_out"
    __table_args__ = (
        Index(
            "uq_opt_out_open",
            "learner_id",
            "module_slug",
            "kind",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey(Learner.id), index=True)
    module_slug: Mapped[str] = mapped_column(String(64))
    kind: Mapped[OptOutKind] = mapped_column(
        TextEnum(OptOutKind), server_default=OptOutKind.LESSON.value
    )
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ConsentMode(enum.StrEnum):
    """What has to happen before a child takes part."""

    NOTICE = "notice"
    """Guardians are told."""
    OPT_OUT = "opt-out"
    """Guardians are told and may say no."""
    OPT_IN = "opt-in"
    """A guardian says yes before."""


class ConsentPolicy(Base):
    """The consent mode of an LEA for a grade band, from a day on.

    Append-only: of the rows in force, the one of the latest day counts, and of one day
    the one recorded last.
    """

    __tablename__ = "consent_policy"
    __table_args__ = (Index("ix_consent_policy_lea_band", "lea_id", "grade_band"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lea_id: Mapped[int] = mapped_column(ForeignKey(Lea.id))
    grade_band: Mapped[GradeBand] = mapped_column(TextEnum(GradeBand))
    mode: Mapped[ConsentMode] = mapped_column(TextEnum(ConsentMode))
    notice_days: Mapped[int]
    """Days between the family letter and the lesson; 0 or more."""
    citation: Mapped[str]
    """What the LEA goes by, such as a State rule; may be empty."""
    effective_from: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    """A staff member's e-mail."""


class Consent(Base):
    """A guardian said yes to one module, in any course; only opt-in asks for it."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_open",
            "learner_id",
            "module_slug",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey(Learner.id), index=True)
    module_slug: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Readiness(Base):
    """A teacher confirmed, before a sensitive lesson, that all is prepared.

    A row exists only with every tick set: protocol read, counselor told the date,
    opt-outs done. Of a course and module, the row confirmed last counts; a new date
    is a new row.
    """

    __tablename__ = "readiness"
    __table_args__ = (Index("ix_readiness_course_module", "course_id", "module_slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey(Course.id))
    module_slug: Mapped[str] = mapped_column(String(64))
    class_label: Mapped[str] = mapped_column(String(80))
    """How the counselor knows this class, such as `Period 3, room 12`."""
    teaching_on: Mapped[date]
    confirmed_at: Mapped[datetime]
    lti_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("lti_user.id", ondelete="SET NULL")
    )
    """The teacher who ticked."""

    course: Mapped[Course] = relationship()
