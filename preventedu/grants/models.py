"""Awards, agreements, coverage, targets and periods: what was agreed and decided.

What is derived from them is in `grants.ledger`.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.courses.models import Assignment
from preventedu.db import Base, TextEnum
from preventedu.people import Lea, Organization, School


class Award(Base):
    """A federal award; its period of performance bounds what reports may count."""

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="period_of_performance"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    fain: Mapped[str] = mapped_column(String(40), unique=True)
    """Federal Award Identification Number (2 CFR 200.1)."""
    title: Mapped[str]
    assistance_listing: Mapped[str] = mapped_column(String(6))
    """NN.NNN, as text: 93.320 must not become 93.32."""
    agency: Mapped[str]
    recipient_id: Mapped[int] = mapped_column(ForeignKey(Organization.id))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    time_zone: Mapped[str] = mapped_column(String(60))
    """IANA name; the days of this award begin at midnight there."""
    acknowledgement_en: Mapped[str]
    acknowledgement_es: Mapped[str | None]
    acknowledgement_on_learner_screens: Mapped[bool]
    """The terms require the text on a child's screen."""

    recipient: Mapped[Organization] = relationship()


class AgreementRole(enum.StrEnum):
    """What a partner does under an agreement; several go together."""

    FUNDS = "funds"
    PRESENTS = "presents"
    PROTOCOL = "protocol"
    ADVISES = "advises"


class Agreement(Base):
    """What a partner has agreed to do under an award."""

    __tablename__ = "agreement"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    award_id: Mapped[int] = mapped_column(ForeignKey(Award.id), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey(Organization.id))
    roles: Mapped[list[str]]
    """`AgreementRole`s."""
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    signed_on: Mapped[date]

    award: Mapped[Award] = relationship()
    partner: Mapped[Organization] = relationship()


class Scope(enum.StrEnum):
    """How wide a coverage reaches; the narrowest goes first."""

    SCHOOL = "school"
    LEA = "lea"
    STATE = "state"


class Coverage(Base):
    """Which lessons, where and when, an agreement stands behind.

    A row is never changed: a correction withdraws it and adds another.
    """

    __tablename__ = "coverage"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("(scope = 'school') = (school_id IS NOT NULL)", name="school"),
        CheckConstraint("(scope = 'lea') = (lea_id IS NOT NULL)", name="lea"),
        CheckConstraint("(scope = 'state') = (state IS NOT NULL)", name="state"),
        CheckConstraint(
            "(priority IS NULL) = (priority_signed_on IS NULL)", name="priority"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey(Agreement.id), index=True)
    scope: Mapped[Scope] = mapped_column(TextEnum(Scope))
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    lea_id: Mapped[int | None] = mapped_column(ForeignKey(Lea.id))
    state: Mapped[str | None] = mapped_column(String(2))
    grade_bands: Mapped[list[str]]
    """Empty: all."""
    modules: Mapped[list[str]]
    """Slugs; empty: all."""
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    priority: Mapped[int | None]
    """1 goes first; counts only from the day after it was signed."""
    priority_signed_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    agreement: Mapped[Agreement] = relationship()
    school: Mapped[School | None] = relationship()
    lea: Mapped[Lea | None] = relationship()


class Measure(enum.StrEnum):
    """What a target counts; `grants.measures` has the definitions."""

    COMPLETIONS = "completions"
    STUDENTS = "students"


class Target(Base):
    """What an award promised to reach in some time."""

    __tablename__ = "target"
    __table_args__ = (UniqueConstraint("award_id", "measure", "starts_on", "ends_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey(Award.id))
    measure: Mapped[Measure] = mapped_column(TextEnum(Measure))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    value: Mapped[int]


class ImportedFile(Base):
    """A file that set facts of this room, kept whole: who recorded what, and when."""

    __tablename__ = "imported_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(server_default="")
    """What the file was called where it came from."""
    content: Mapped[str]
    """Its text; of a workbook, the text of its cells as CSV."""
    original: Mapped[bytes | None] = mapped_column(deferred=True)
    """A workbook byte for byte; empty for a file that is text itself."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file, byte for byte."""
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    """A staff member's e-mail, or an account of the server."""


class RecordedChange(Base):
    """One thing that somebody entered, changed or withdrew, in a form or by a file.

    Rows are only added: whoever asks later sees who entered what, and when.
    """

    __tablename__ = "recorded_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int | None] = mapped_column(ForeignKey(Award.id), index=True)
    """The award it is about; empty for an LEA, a school or an organization."""
    action: Mapped[str] = mapped_column(String(10))
    """`create`, `change` or `withdraw`."""
    what: Mapped[str] = mapped_column(String(40))
    """Such as `agreement`."""
    name: Mapped[str]
    """Which one, in the words of the import file."""
    detail: Mapped[str]
    """What was entered, or what changed from what to what."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    """A staff member's e-mail, or an account of the server."""
    file_id: Mapped[int | None] = mapped_column(ForeignKey(ImportedFile.id))
    """The file that said so; empty for a form."""


class AwardChoice(Base):
    """Somebody decided to which award an assignment belongs, from a day on.

    The latest recorded one in force on a day counts.
    """

    __tablename__ = "award_choice"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[str] = mapped_column(ForeignKey(Assignment.id), index=True)
    award_id: Mapped[int] = mapped_column(ForeignKey(Award.id))
    chosen_by: Mapped[str]
    """A staff member's e-mail."""
    reason: Mapped[str]
    effective_from: Mapped[date]
    recorded_at: Mapped[datetime]


class ReportingPeriod(Base):
    """A part of an award's time that is reported on once, after it was closed."""

    __tablename__ = "reporting_period"
    __table_args__ = (
        UniqueConstraint("award_id", "starts_on"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey(Award.id))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    """Releases tell what was recorded at this moment, however late they are made."""
    closed_by: Mapped[str | None]

    award: Mapped[Award] = relationship()
