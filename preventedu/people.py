"""The people and places that every room speaks of.

No student identity is kept here: a learner is a random id and nothing else.
"""

from __future__ import annotations

import enum
import secrets
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.db import Base, TextEnum

RANDOM_ID_BYTES = 16


def random_id() -> str:
    """Return 22 unguessable characters that are safe in an address."""
    return secrets.token_urlsafe(RANDOM_ID_BYTES)


class SchoolIdScheme(enum.StrEnum):
    """Who numbered the school; only `nces` ids are checked for their length."""

    NCES = "nces"
    BIE = "bie"
    TRIBAL = "tribal"
    PRIVATE = "private"


class GradeBand(enum.StrEnum):
    """The bands in which modules are written and completions are counted."""

    K_2 = "k-2"
    G3_5 = "3-5"
    G6_8 = "6-8"
    G9_12 = "9-12"
    EDUCATOR = "educator"
    FAMILY = "family"


class Lea(Base):
    """A local educational agency: a school district or charter operator."""

    __tablename__ = "lea"
    __table_args__ = (CheckConstraint("length(nces_id) = 7", name="nces_id_length"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    nces_id: Mapped[str] = mapped_column(String(7), unique=True)
    """NCES agency id: 7 digits as text, because it may begin with 0."""
    name: Mapped[str]
    state: Mapped[str] = mapped_column(String(2))
    """Two-letter postal code of the State or territory."""
    contact: Mapped[str] = mapped_column(default="")
    """Whom a family may ask: an office with its telephone number, no pupil's data."""


class School(Base):
    """A school of an LEA."""

    __tablename__ = "school"
    __table_args__ = (
        UniqueConstraint("scheme", "school_id"),
        CheckConstraint(
            "scheme <> 'nces' OR length(school_id) = 12", name="nces_id_length"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lea_id: Mapped[int] = mapped_column(ForeignKey(Lea.id), index=True)
    scheme: Mapped[SchoolIdScheme] = mapped_column(TextEnum(SchoolIdScheme))
    school_id: Mapped[str] = mapped_column(String(40))
    """NCES school id (12 digits as text), or the id of another scheme."""
    name: Mapped[str]

    lea: Mapped[Lea] = relationship()


class Learner(Base):
    """Someone who learns, known by a random id only.

    The LMS's subject is kept in `lti.models.LtiUser`; deleting that row makes the
    learner anonymous for ever and changes no count.
    """

    __tablename__ = "learner"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    created_at: Mapped[datetime]


class Course(Base):
    """A class in an LMS, known by a random id; `lti.models.Context` has its LMS ids."""

    __tablename__ = "course"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    created_at: Mapped[datetime]


class CoursePlacement(Base):
    """The append-only fact that a course belongs to a school from a day on.

    The row with the latest `recorded_at` among those in force on a day counts, so a
    correction is a new row and any past report can be told again.
    """

    __tablename__ = "course_placement"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey(Course.id), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id))
    effective_from: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    """Who placed it: a staff member's e-mail, or the rule that did."""

    school: Mapped[School] = relationship()


class StaffRole(enum.StrEnum):
    """What a staff member does here."""

    GRANT_MANAGER = "grant-manager"
    LEA_OFFICIAL = "lea-official"


class StaffMember(Base):
    """A grown-up who signs in without an LMS."""

    __tablename__ = "staff_member"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """Kept in lower case."""
    name: Mapped[str]
    role: Mapped[StaffRole] = mapped_column(TextEnum(StaffRole))
    lea_id: Mapped[int | None] = mapped_column(ForeignKey(Lea.id))
    """The LEA whose official this is; without one, no live figure is ever shown."""
    password_hash: Mapped[str | None]
    """Argon2id; empty until the invitation is taken up."""
    created_at: Mapped[datetime]

    lea: Mapped[Lea | None] = relationship()
