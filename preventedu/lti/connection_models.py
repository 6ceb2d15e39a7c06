"""What school IT decides about connections, and what it can look back on."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.db import Base, TextEnum
from preventedu.lti.models import Deployment, Platform
from preventedu.people import Course, School


class PlacementAttribute(enum.StrEnum):
    """What a placement rule looks at: something that the LMS says of a course."""

    CANVAS_ACCOUNT = "canvas-account"
    CATEGORY = "category"
    SIS_PREFIX = "sis-prefix"
    """The beginning of the course's id in the school's information system."""
    CONTEXT = "context"
    """The id that the LMS itself gave to the course."""


class PlacementRule(Base):
    """Courses of a deployment with this attribute belong to a school.

    The first rule that fits, by `position`, places a course at its first launch.
    """

    __tablename__ = "placement_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey(Deployment.id), index=True)
    position: Mapped[int]
    """Order among the deployment's rules, from 1."""
    attribute: Mapped[PlacementAttribute] = mapped_column(TextEnum(PlacementAttribute))
    value: Mapped[str] = mapped_column(String(255))
    """What the attribute must be, or begin with; letters' case counts."""
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    """A staff member's e-mail."""
    ended_at: Mapped[datetime | None]
    """When it was taken out; what it placed stays placed."""

    deployment: Mapped[Deployment] = relationship()
    school: Mapped[School] = relationship()


class PlacementAnswer(Base):
    """A teacher said at which school a class is; it counts once staff confirm it.

    Nothing is kept of which teacher it was.
    """

    __tablename__ = "placement_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey(Course.id), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id))
    answered_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    """When staff confirmed it, or placed the course elsewhere."""
    decided_by: Mapped[str | None]
    """The staff member's e-mail."""
    is_confirmed: Mapped[bool | None]
    """Whether the school was the one that the teacher named."""

    school: Mapped[School] = relationship()


class Proof(enum.StrEnum):
    """What showed that a launch ended in the browser that began it."""

    NOT_REACHED = ""
    COOKIE = "cookie"
    """The login's own cookie came back."""
    NO_COOKIE = "no-cookie"
    OTHER_BROWSER = "other-browser"


class LaunchRecord(Base):
    """One launch or refusal, without anybody in it; deleted after 30 days.

    Neither subject, name, network address nor course is kept.
    """

    __tablename__ = "launch_record"
    __table_args__ = (Index("ix_launch_record_platform_at", "platform_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    platform_id: Mapped[int | None] = mapped_column(ForeignKey(Platform.id))
    deployment_id: Mapped[int | None] = mapped_column(ForeignKey(Deployment.id))
    code: Mapped[str] = mapped_column(String(40))
    """`ok`, or the code of the error page (`lti.errors`)."""
    kind: Mapped[str] = mapped_column(String(40))
    """`lti.claims.Message`, or `login`; empty when it was not understood so far."""
    role: Mapped[str] = mapped_column(String(20))
    """`auth.SeatRole` as it was let in or refused; empty when not known."""
    proof: Mapped[Proof] = mapped_column(TextEnum(Proof))
    milliseconds: Mapped[int]
    """From the request's arrival to our answer, by our clock."""
    clock_seconds: Mapped[int | None]
    """Our time less the token's time of issue: far from 0, a clock is wrong."""
    said_issuer: Mapped[str] = mapped_column(String(200))
    """What an unknown platform called itself, cut; else empty."""
    said_client: Mapped[str] = mapped_column(String(200))
    """The client id that an unknown platform named, cut; else empty."""

    platform: Mapped[Platform | None] = relationship()
    deployment: Mapped[Deployment | None] = relationship()


class CheckName(enum.StrEnum):
    """What a test of a connection looks at, in the order of its page."""

    KEYS = "keys"
    TOKEN = "token"  # noqa: S105 (the name of a check, no secret)
    CLOCK = "clock"
    COOKIES = "cookies"
    ROSTER = "roster"
    GRADES = "grades"


class CheckResult(enum.StrEnum):
    """What came of one check."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    NOT_YET = "not-yet"
    """Cannot be known before somebody has launched, or a grade was due."""


class ConnectionCheck(Base):
    """The latest result of one check of one platform."""

    __tablename__ = "connection_check"
    __table_args__ = (UniqueConstraint("platform_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey(Platform.id))
    name: Mapped[CheckName] = mapped_column(TextEnum(CheckName))
    result: Mapped[CheckResult] = mapped_column(TextEnum(CheckResult))
    code: Mapped[str] = mapped_column(String(40))
    """Which sentence and fix the page shows."""
    detail: Mapped[str] = mapped_column(String(300))
    """A number, or the names of permissions; never a person."""
    checked_at: Mapped[datetime]
    checked_by: Mapped[str]
    """A staff member's e-mail."""
