"""What is taught and what learners did. Completions are the ledger of the house."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.db import Base, JsonObject, TextEnum
from preventedu.people import (
    Course,
    GradeBand,
    Lea,
    Learner,
    StaffMember,
    random_id,
)


class ModuleVersion(Base):
    """One compiled version of a module; attempts are pinned to it for ever."""

    __tablename__ = "module_version"
    __table_args__ = (
        UniqueConstraint("slug", "content_hash"),
        Index(
            "uq_module_version_current",
            "slug",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(20))
    """Semantic version from module.yaml."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the compiled document."""
    kind: Mapped[str] = mapped_column(String(20), default="lesson")
    """lesson, or the alternative that opted-out learners of its band get."""
    grade_band: Mapped[GradeBand] = mapped_column(TextEnum(GradeBand))
    status: Mapped[str] = mapped_column(String(20))
    compiled: Mapped[JsonObject] = mapped_column(deferred=True)
    """`courses.content.schema.CompiledModule`, all languages. Read it with
    `catalog.load`, which keeps it in memory: a request then never fetches it."""
    built_at: Mapped[datetime]
    is_current: Mapped[bool]
    """The version that new attempts get; one per slug."""


class GradingPolicy(enum.StrEnum):
    """What goes to the gradebook."""

    COMPLETION = "completion"
    """Full points for reaching the end; skipping is allowed."""
    MASTERY = "mastery"
    """The share of right answers after the lesson, chosen by the teacher."""


class Assignment(Base):
    """A module given to a course."""

    __tablename__ = "assignment"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    course_id: Mapped[str] = mapped_column(ForeignKey(Course.id), index=True)
    module_slug: Mapped[str] = mapped_column(String(64))
    grading: Mapped[GradingPolicy] = mapped_column(TextEnum(GradingPolicy))
    created_at: Mapped[datetime]

    course: Mapped[Course] = relationship()


class Attempt(Base):
    """A learner's way through one module version under one assignment."""

    __tablename__ = "attempt"
    __table_args__ = (
        # One open attempt at a time: two tabs write into the same one.
        Index(
            "uq_attempt_open",
            "learner_id",
            "assignment_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    learner_id: Mapped[str] = mapped_column(ForeignKey(Learner.id), index=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey(Assignment.id), index=True)
    module_version_id: Mapped[int] = mapped_column(ForeignKey(ModuleVersion.id))
    is_alternative: Mapped[bool]
    """The band's alternative lesson, given to a learner who is opted out."""
    has_survey: Mapped[bool] = mapped_column(server_default=text("true"))
    """The questions before and after are asked; false after a survey opt-out."""
    is_test: Mapped[bool]
    """Made by the LMS's test student: never graded, never counted."""
    language: Mapped[str] = mapped_column(String(10))
    """The language shown last."""
    screen: Mapped[str] = mapped_column(String(40))
    """Id of the furthest screen reached."""
    started_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    """When it was finished, or ended by an opt-out."""

    assignment: Mapped[Assignment] = relationship()
    module_version: Mapped[ModuleVersion] = relationship()
    learner: Mapped[Learner] = relationship()


class Answer(Base):
    """The answer to one scored question; practice answers are never sent.

    The first answer counts: feedback follows it, so a second would measure nothing.
    Who wants to do better takes the lesson again.
    """

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("attempt_id", "client_id"),
        UniqueConstraint("attempt_id", "phase", "question_id"),
        CheckConstraint("phase IN ('pre', 'post')", name="phase"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str] = mapped_column(
        ForeignKey(Attempt.id, ondelete="CASCADE"), index=True
    )
    client_id: Mapped[str] = mapped_column(String(40))
    """Made by the page, so that a batch sent twice is kept once."""
    phase: Mapped[str] = mapped_column(String(4))
    question_id: Mapped[str] = mapped_column(String(40))
    chosen: Mapped[list[str]]
    """Option ids."""
    is_correct: Mapped[bool]
    received_at: Mapped[datetime]


class DeliveryMode(enum.StrEnum):
    """How the lesson was taken."""

    SELF_PACED = "self-paced"
    TEACHER_LED = "teacher-led"
    """Shown to the class; the teacher ticked who was present. Never has a mastery."""


ONE_COUNTED = (
    "retake_of_id IS NULL AND superseded_at IS NULL AND attempt_id IS NOT NULL"
)


class Completion(Base):
    """The fact that a learner reached the end; all grades and reports derive from it.

    Its facts are frozen. A correction supersedes the row and never changes it.

    Reports count the first completion of a learner under an assignment, on its own
    date. A retake writes a row only if it betters the mastery of an assignment that
    is graded by mastery; that row names the first in `retake_of_id`, raises the
    grade (`scoring.best`) and is not counted again. The alternative lesson and the
    lesson itself are completed apart from each other.
    """

    __tablename__ = "completion"
    __table_args__ = (
        CheckConstraint("mastery BETWEEN 0 AND 100", name="mastery_percent"),
        Index("ix_completion_recent", "completed_at", "id"),
        # One counted completion. Rows without an attempt are corrections and history.
        Index(
            "uq_completion_first",
            "learner_id",
            "assignment_id",
            "is_alternative",
            unique=True,
            sqlite_where=text(ONE_COUNTED),
            postgresql_where=text(ONE_COUNTED),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[str | None] = mapped_column(ForeignKey(Attempt.id), unique=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey(Learner.id), index=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey(Assignment.id), index=True)
    course_id: Mapped[str] = mapped_column(ForeignKey(Course.id), index=True)
    module_version_id: Mapped[int] = mapped_column(ForeignKey(ModuleVersion.id))
    grade_band: Mapped[GradeBand] = mapped_column(TextEnum(GradeBand))
    audience: Mapped[str] = mapped_column(String(10))
    """student, educator or family."""
    delivery_mode: Mapped[DeliveryMode] = mapped_column(TextEnum(DeliveryMode))
    language: Mapped[str] = mapped_column(String(10))
    minutes: Mapped[int]
    """Whole minutes from start to end by the server's clock, at most 240; of a lesson
    taught from the front, as the teacher says."""
    mastery: Mapped[int | None]
    """Percent of the scored questions after the lesson answered right; none asked
    or none answered: empty."""
    is_alternative: Mapped[bool]
    """Never attributed, never counted; graded in full all the same."""
    has_survey: Mapped[bool] = mapped_column(server_default=text("true"))
    """False after a survey opt-out: no score was asked for, and finishing earns full
    points. Figures of what was learned leave the row out."""
    is_test: Mapped[bool]
    completed_at: Mapped[datetime]
    """When the server received the last requirement."""
    superseded_at: Mapped[datetime | None]
    retake_of_id: Mapped[int | None] = mapped_column(ForeignKey("completion.id"))
    """The counted completion that this one betters in the gradebook."""

    module_version: Mapped[ModuleVersion] = relationship()
    assignment: Mapped[Assignment] = relationship()

    @hybrid_property
    def counts(self) -> bool:
        """Whether reports count this row; in a query, the condition for it."""
        return not (
            self.is_alternative
            or self.is_test
            or self.superseded_at
            or self.retake_of_id
        )

    @counts.inplace.expression
    @classmethod
    def _counts_in_sql(cls) -> ColumnElement[bool]:
        return and_(
            cls.is_alternative.is_(False),
            cls.is_test.is_(False),
            cls.superseded_at.is_(None),
            cls.retake_of_id.is_(None),
        )


class DraftPermission(Base):
    """An LEA official lets a draft module be assigned, by name and with a reason."""

    __tablename__ = "draft_permission"

    id: Mapped[int] = mapped_column(primary_key=True)
    lea_id: Mapped[int] = mapped_column(ForeignKey(Lea.id), index=True)
    module_slug: Mapped[str] = mapped_column(String(64))
    staff_member_id: Mapped[int] = mapped_column(ForeignKey(StaffMember.id))
    reason: Mapped[str]
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    staff_member: Mapped[StaffMember] = relationship()
