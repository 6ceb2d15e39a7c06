"""What is derived: attributions of completions, and releases of closed periods.

Rows are only ever added (`grants.immutability` has the database refuse the rest).
"""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.courses.models import Completion
from preventedu.db import Base, TextEnum
from preventedu.grants.models import Agreement, Award, ReportingPeriod
from preventedu.people import School


class Outcome(enum.StrEnum):
    """Where a completion belongs."""

    PRIMARY = "primary"
    UNATTRIBUTED = "unattributed"
    UNDECIDED = "undecided"
    NOT_YET_PLACED = "not-yet-placed"


class Attribution(Base):
    """What the rules said about one completion when this was recorded.

    The row that no other supersedes counts today; with a limit on `recorded_at`,
    what counted then.
    """

    __tablename__ = "attribution"
    __table_args__ = (
        Index("ix_attribution_award_day", "award_id", "effective_on"),
        CheckConstraint(
            "(outcome = 'primary') = (award_id IS NOT NULL)", name="primary_award"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    completion_id: Mapped[int] = mapped_column(ForeignKey(Completion.id), index=True)
    outcome: Mapped[Outcome] = mapped_column(TextEnum(Outcome))
    award_id: Mapped[int | None] = mapped_column(ForeignKey(Award.id))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey(Agreement.id))
    """Empty when several agreements cover equally."""
    partners: Mapped[list[str]]
    """Keys of the partner organizations, sorted."""
    is_joint: Mapped[bool]
    """Several partners of the award cover equally; counted once all the same."""
    also: Mapped[list[str]]
    """FAINs at weight 0: other covering awards, or the tied ones of an undecided."""
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id), index=True)
    effective_on: Mapped[date]
    """The day of the completion, in the award's time zone; without one, in UTC."""
    rule_version: Mapped[str] = mapped_column(String(20))
    recorded_at: Mapped[datetime] = mapped_column(index=True)
    supersedes_id: Mapped[int | None] = mapped_column(
        ForeignKey("attribution.id"), unique=True
    )
    reason: Mapped[str]
    author: Mapped[str]


class AttributionProgress(Base):
    """How far attribution has come: one row, locked by whoever works."""

    __tablename__ = "attribution_progress"

    id: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    """Later than this is every attribution still to come."""
    swept_at: Mapped[datetime]
    """When all completions were last searched for one without an attribution."""
    seen: Mapped[list[str]]
    """Count and last id of each kind of fact that attribution has taken in."""
    review_after: Mapped[int | None]
    """While all completions are derived again: the last one done."""


class Release(Base):
    """An immutable snapshot of one closed period; all that ever leaves."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("period_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey(Award.id), index=True)
    period_id: Mapped[int] = mapped_column(ForeignKey(ReportingPeriod.id))
    version: Mapped[int]
    content: Mapped[str]
    """JSON as `grants.snapshot` writes it, byte for byte."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of `content` in UTF-8."""
    recipient: Mapped[str]
    """For whom it was made."""
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))

    award: Mapped[Award] = relationship()
    period: Mapped[ReportingPeriod] = relationship()


class DisclosureWay(enum.StrEnum):
    """How somebody got a release."""

    MADE = "made"
    """It was made for them."""
    PAGE = "page"
    FILE = "file"
    HANDED_OVER = "handed-over"
    """Sent or given by somebody, who wrote it down."""


class Disclosure(Base):
    """Who got a release, how and when; the log of all that left the school side."""

    __tablename__ = "disclosure"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey(Release.id), index=True)
    way: Mapped[DisclosureWay] = mapped_column(TextEnum(DisclosureWay))
    recipient: Mapped[str]
    """A person with where they work, or an office."""
    disclosed_at: Mapped[datetime]
    recorded_by: Mapped[str]
    """A staff member's e-mail, or an operator's account."""

    release: Mapped[Release] = relationship()
