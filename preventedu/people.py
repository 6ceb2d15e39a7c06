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
    time_zone: Mapped[str] = mapped_column(String(60), server_default="UTC")
    """IANA name; school days and consent dates begin at midnight there."""


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


class OrganizationKind(enum.StrEnum):
    """What an organization is."""

    LEA = "lea"
    STATE_AGENCY = "state-agency"
    TRIBE = "tribe"
    NGO = "ngo"
    LAW_ENFORCEMENT = "law-enforcement"


class PartnerKind(enum.StrEnum):
    """What a law-enforcement partner is."""

    STATE = "state"
    LOCAL = "local"
    TRIBAL = "tribal"
    FEDERAL_TASK_FORCE = "federal-task-force"


class Organization(Base):
    """A recipient of an award or a partner of an agreement."""

    __tablename__ = "organization"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'law-enforcement') = (partner_kind IS NOT NULL)",
            name="partner_kind",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Short name that files and attributions use."""
    name: Mapped[str]
    kind: Mapped[OrganizationKind] = mapped_column(TextEnum(OrganizationKind))
    partner_kind: Mapped[PartnerKind | None] = mapped_column(TextEnum(PartnerKind))
    uei: Mapped[str | None] = mapped_column(String(12), unique=True)
    """Unique Entity Identifier, 12 characters, from SAM.gov."""
    lea_id: Mapped[int | None] = mapped_column(ForeignKey(Lea.id))
    """Set when the organization is an LEA."""

    lea: Mapped[Lea | None] = relationship()

    @property
    def is_eo5_eligible(self) -> bool:
        """Tell whether this is a State, local or tribal law-enforcement partner.

        Source: Executive Order 13903, section 5, which names these three.
        """
        kinds = (PartnerKind.STATE, PartnerKind.LOCAL, PartnerKind.TRIBAL)
        return self.partner_kind in kinds


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
    lea_id: Mapped[int | None] = mapped_column(ForeignKey(Lea.id), index=True)
    """Whose class it is: the LEA of its deployment, or of the school it was placed
    at. Until somebody has said so, no consent mode is known for its learners."""


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
    """What a staff member does here.

    What a person sees follows from where they belong, whatever the role: live and
    exact figures are for an LEA's own grant managers and officials.
    """

    ADMINISTRATOR = "administrator"
    """School IT: sets the installation up, connects platforms, sees no figures."""
    LEA_OFFICIAL = "lea-official"
    GRANT_MANAGER = "grant-manager"
    COUNSELOR = "counselor"
    """Knows beforehand which class does what on which day; sees no figures."""


class StaffMember(Base):
    """A grown-up who signs in without an LMS."""

    __tablename__ = "staff_member"
    __table_args__ = (
        CheckConstraint(
            "lea_id IS NULL OR organization_id IS NULL", name="one_employer"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    """Kept in lower case."""
    name: Mapped[str]
    role: Mapped[StaffRole] = mapped_column(TextEnum(StaffRole))
    lea_id: Mapped[int | None] = mapped_column(ForeignKey(Lea.id))
    """The LEA whose official this is; without one, no live figure is ever shown."""
    organization_id: Mapped[int | None] = mapped_column(ForeignKey(Organization.id))
    """The State agency, tribe, NGO or law-enforcement agency they work for."""
    password_hash: Mapped[str | None]
    """Argon2id; empty until the invitation is taken up."""
    created_at: Mapped[datetime]

    lea: Mapped[Lea | None] = relationship()
    organization: Mapped[Organization | None] = relationship()


class ContactKind(enum.StrEnum):
    """Whom a grown-up in school turns to when a child tells them something."""

    SCHOOL_CONTACT = "school-contact"
    """A named person, such as the counselor."""
    CHILD_ABUSE_LINE = "child-abuse-line"
    """The State's line for reports of child abuse."""


class SafetyContact(Base):
    """A contact that an LEA entered; sensitive lessons wait until both kinds exist.

    A row is never changed: a correction ends it and adds another.
    """

    __tablename__ = "safety_contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    lea_id: Mapped[int] = mapped_column(ForeignKey(Lea.id), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    """Empty: for every school of the LEA."""
    kind: Mapped[ContactKind] = mapped_column(TextEnum(ContactKind))
    name: Mapped[str]
    """The person's name, or the line's."""
    role: Mapped[str]
    """Such as `School counselor`; empty for a line."""
    phone: Mapped[str]
    where: Mapped[str]
    """Room, hours or web address; may be empty."""
    checked_on: Mapped[date]
    """When the LEA last made sure that this is right."""
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    """A staff member's e-mail."""
    ended_at: Mapped[datetime | None]

    lea: Mapped[Lea] = relationship()
    school: Mapped[School | None] = relationship()


class ProtocolStep(Base):
    """One of the LEA's steps for "if a student tells you something".

    The steps recorded together at the latest moment are the protocol in force.
    """

    __tablename__ = "protocol_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    lea_id: Mapped[int] = mapped_column(ForeignKey(Lea.id), index=True)
    number: Mapped[int]
    text: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class SchoolBreak(Base):
    """Days without school, such as a holiday; both ends belong to it."""

    __tablename__ = "school_break"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="dates"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lea_id: Mapped[int] = mapped_column(ForeignKey(Lea.id), index=True)
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
