"""The platform's side of things: registrations, users, links, and what it is owed."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from preventedu.auth import Seat
from preventedu.courses.models import Assignment, Completion, GradingPolicy
from preventedu.db import Base, TextEnum
from preventedu.people import Course, Lea, Learner, School


class Platform(Base):
    """One registration: an issuer and the client id it gave us."""

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    client_id: Mapped[str]
    auth_url: Mapped[str]
    token_url: Mapped[str]
    token_audience: Mapped[str | None]
    """`aud` of our client assertion, where it is not the token address."""
    jwks_url: Mapped[str]
    family: Mapped[str] = mapped_column(String(40))
    """`product_family_code` of the first launch; chooses `lti.platforms`."""
    created_at: Mapped[datetime]
    label: Mapped[str] = mapped_column(server_default="", default="")
    """What our own pages call it; the LMS never hears of it."""
    is_test: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """A trial copy of an LMS: nothing from it counts or is graded."""
    extra_origins: Mapped[list[str]] = mapped_column(server_default="[]", default=list)
    """Other web addresses of this LMS, entered by a person: they may frame our pages
    and take our answer to a content selection."""


class DeploymentStatus(enum.StrEnum):
    """Whether launches of a deployment are let in."""

    PENDING = "pending"
    ACTIVE = "active"
    OFF = "off"
    """Switched off by a person; grades that are owed still go out."""


class Deployment(Base):
    """The boundary between schools' data."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("platform_id", "deployment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey(Platform.id))
    deployment_id: Mapped[str]
    status: Mapped[DeploymentStatus] = mapped_column(TextEnum(DeploymentStatus))
    lea_id: Mapped[int | None] = mapped_column(ForeignKey(Lea.id))
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    """Set by a person: every new course of this deployment is placed at it."""
    first_seen_at: Mapped[datetime]
    label: Mapped[str] = mapped_column(server_default="", default="")
    """What our own pages call it."""
    bound_at: Mapped[datetime | None]
    """When somebody last said whose it is, or switched it on or off."""
    bound_by: Mapped[str | None]
    """The staff member's e-mail."""
    service_origins: Mapped[list[str]] = mapped_column(
        server_default="[]", default=list
    )
    """Where its grade and class list services are: seen first, or looked at since."""
    new_service_origins: Mapped[list[str]] = mapped_column(
        server_default="[]", default=list
    )
    """Seen since then at another place; a person has to look at them."""

    platform: Mapped[Platform] = relationship()
    lea: Mapped[Lea | None] = relationship()
    school: Mapped[School | None] = relationship()


class LtiUser(Base):
    """The opaque subject a grade is sent for; deleting it makes them anonymous."""

    __tablename__ = "lti_user"
    __table_args__ = (UniqueConstraint("platform_id", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey(Platform.id))
    subject: Mapped[str]
    learner_id: Mapped[str] = mapped_column(ForeignKey(Learner.id), index=True)
    first_seen_at: Mapped[datetime]

    learner: Mapped[Learner] = relationship()


class Context(Base):
    """A course as its deployment names it."""

    __tablename__ = "context"
    __table_args__ = (UniqueConstraint("deployment_id", "context_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey(Deployment.id))
    context_id: Mapped[str]
    course_id: Mapped[str] = mapped_column(ForeignKey(Course.id), unique=True)
    memberships_url: Mapped[str | None]
    """Names and Role Provisioning Service; the roster itself is never kept."""
    line_items_url: Mapped[str | None]
    account_id: Mapped[str | None] = mapped_column(String(255))
    """Canvas's account of the course; placement rules ask for it."""
    category_id: Mapped[str | None] = mapped_column(String(255))
    """Category of the course, where the LMS sends one; for placement rules."""
    sis_id: Mapped[str | None] = mapped_column(String(255))
    """The course's own id in the school's information system; for placement rules."""

    deployment: Mapped[Deployment] = relationship()
    course: Mapped[Course] = relationship()


class ResourceLink(Base):
    """A link in a course, and the assignment behind it."""

    __tablename__ = "resource_link"
    __table_args__ = (UniqueConstraint("deployment_id", "resource_link_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey(Deployment.id))
    resource_link_id: Mapped[str]
    context_id: Mapped[int | None] = mapped_column(ForeignKey(Context.id), index=True)
    assignment_id: Mapped[str | None] = mapped_column(
        ForeignKey(Assignment.id), index=True
    )
    awaited_module: Mapped[str | None] = mapped_column(String(64))
    """The sensitive lesson that the link names or was copied with, until a teacher
    has confirmed that the class is prepared and an assignment stands behind it."""
    awaited_grading: Mapped[GradingPolicy | None] = mapped_column(
        TextEnum(GradingPolicy)
    )
    """What a copied lesson sends to the gradebook; none where none is awaited."""
    line_item_url: Mapped[str | None]
    can_score: Mapped[bool]
    """The last launch's AGS claim granted the score scope."""
    can_read_results: Mapped[bool]

    deployment: Mapped[Deployment] = relationship()
    context: Mapped[Context | None] = relationship()
    assignment: Mapped[Assignment | None] = relationship()


class Enrollment(Base):
    """A user was seen at a link in a role; scores go only where a learner was seen."""

    __tablename__ = "enrollment"
    __table_args__ = (UniqueConstraint("resource_link_id", "lti_user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_link_id: Mapped[int] = mapped_column(ForeignKey(ResourceLink.id))
    lti_user_id: Mapped[int] = mapped_column(
        ForeignKey(LtiUser.id, ondelete="CASCADE"), index=True
    )
    role: Mapped[str] = mapped_column(String(20))
    """`auth.SeatRole` of the last launch."""
    seen_at: Mapped[datetime]


class LaunchState(Base):
    """State and nonce of one login, good for one launch."""

    __tablename__ = "launch_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    nonce: Mapped[str] = mapped_column(String(64))
    platform_id: Mapped[int] = mapped_column(ForeignKey(Platform.id))
    deployment_hint: Mapped[str | None]
    target_link_uri: Mapped[str]
    browser_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the login cookie: the launch must come from the same browser."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    """Set once, by the launch that used it up; kept so that a replay is told apart."""


class DeepLinkRequest(Base):
    """What a deep linking launch asked for; lives as long as its seat."""

    __tablename__ = "deep_link_request"

    seat_id: Mapped[str] = mapped_column(
        ForeignKey(Seat.id, ondelete="CASCADE"), primary_key=True
    )
    deployment_id: Mapped[int] = mapped_column(ForeignKey(Deployment.id))
    return_url: Mapped[str]
    data: Mapped[str | None]
    """Opaque, of any type, as JSON text; echoed verbatim, and left out if absent."""
    accepts_links: Mapped[bool]
    accepts_multiple: Mapped[bool]
    accepts_line_items: Mapped[bool]

    deployment: Mapped[Deployment] = relationship()


class ToolKey(Base):
    """Our own RSA key pair; made at first run, published as JWKS."""

    __tablename__ = "tool_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    kid: Mapped[str] = mapped_column(String(43), unique=True)
    """JWK thumbprint (RFC 7638)."""
    private_key: Mapped[str]
    """PEM, encrypted with the secret key of the settings (Fernet)."""
    slot: Mapped[str | None] = mapped_column(String(10), unique=True)
    """`current` for the key that signs; empty once retired. Being unique, it lets
    two processes that start at once agree on one key."""
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    """Still published for a while after this moment."""


class DeliveryStatus(enum.StrEnum):
    """How far the score that a gradebook is owed has come."""

    WAITING = "waiting"
    SENDING = "sending"
    """Committed before a request goes out: after a crash, read the result first."""
    SENT = "sent"
    FAILED = "failed"
    """Given up; the teacher sees why and may send it again."""


class ScoreDelivery(Base):
    """What one gradebook cell is owed, and what it got; derived from completions."""

    __tablename__ = "score_delivery"
    __table_args__ = (
        UniqueConstraint("resource_link_id", "lti_user_id"),
        Index("ix_score_delivery_due", "status", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_link_id: Mapped[int] = mapped_column(ForeignKey(ResourceLink.id))
    lti_user_id: Mapped[int] = mapped_column(
        ForeignKey(LtiUser.id, ondelete="CASCADE"), index=True
    )
    completion_id: Mapped[int] = mapped_column(ForeignKey(Completion.id))
    """The completion whose score is owed."""
    points: Mapped[int]
    """Owed, out of 100."""
    status: Mapped[DeliveryStatus] = mapped_column(TextEnum(DeliveryStatus))
    problem: Mapped[str] = mapped_column(String(40), default="")
    """Code of the last failure (`lti.problems`); empty when none."""
    attempts: Mapped[int] = mapped_column(default=0)
    """Failures in a row; throttling by the platform is none."""
    conflicts: Mapped[int] = mapped_column(default=0)
    """Times in a row that the platform held a newer time stamp (409)."""
    throttled_since: Mapped[datetime | None]
    """Since when the platform has answered nothing but "too much at once"."""
    due_at: Mapped[datetime]
    """When to send; while sending: when another worker may take over."""
    stamped_at: Mapped[datetime | None]
    """Timestamp of the last score sent: the time of sending, strictly rising."""
    sent_at: Mapped[datetime | None]

    resource_link: Mapped[ResourceLink] = relationship()
    lti_user: Mapped[LtiUser] = relationship()
    completion: Mapped[Completion] = relationship()
