"""A class that is taught a lesson: the rows that these tests begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from preventedu import auth
from preventedu.auth import COOKIE, SeatGrant, SeatRole
from preventedu.courses import assignments, catalog, progress
from preventedu.courses.events import Batch, Finished, ScreenReached
from preventedu.courses.models import GradingPolicy
from preventedu.lti.models import (
    Context,
    Deployment,
    DeploymentStatus,
    Enrollment,
    Platform,
    ResourceLink,
    ToolKey,
)
from preventedu.lti.users import lti_user
from preventedu.people import Course, Lea
from tests.leas import open_lea, set_mode

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from preventedu.courses.content.schema import CompiledModule
    from preventedu.courses.models import Assignment, Completion
    from preventedu.lti.models import LtiUser

SLUG = "my-helpers"
ALTERNATIVE = "pip-and-the-garden"
COURSE_TITLE = "Grade 2, Room 5"
LEA_NAME = "Cedar Falls Unified"
CONTACT = "Office of Student Services, 555-0100"


@dataclass(frozen=True)
class Classroom:
    """A course with one lesson in it."""

    platform: Platform
    deployment: Deployment
    context: Context
    link: ResourceLink
    assignment: Assignment


def make_district(session: Session) -> Lea:
    lea = Lea(nces_id="0612345", name=LEA_NAME, state="CA", contact=CONTACT)
    session.add(lea)
    session.flush()
    set_mode(session, lea)
    return lea


def make_deployment(session: Session, lms_url: str, lea: Lea | None) -> Deployment:
    now = datetime.now(UTC)
    platform = Platform(
        issuer=f"{lms_url}/{now.timestamp()}",
        client_id="client-1",
        auth_url=f"{lms_url}/auth",
        token_url=f"{lms_url}/token",
        token_audience=None,
        jwks_url=f"{lms_url}/jwks",
        family="moodle",
        created_at=now,
    )
    deployment = Deployment(
        platform=platform,
        deployment_id="1",
        status=DeploymentStatus.ACTIVE,
        lea=lea,
        first_seen_at=now,
    )
    session.add(deployment)
    session.flush()
    return deployment


def make_classroom(
    session: Session,
    deployment: Deployment,
    lms_url: str,
    grading: GradingPolicy = GradingPolicy.COMPLETION,
) -> Classroom:
    now = datetime.now(UTC)
    lea_id = deployment.lea_id or open_lea(session).id
    course = Course(created_at=now, lea_id=lea_id)
    session.add(course)
    session.flush()
    context = Context(
        deployment=deployment,
        context_id=f"c-{course.id}",
        course=course,
        memberships_url=f"{lms_url}/members",
        line_items_url=None,
    )
    assignment = assignments.create_assignment(
        session, course.id, SLUG, grading, now=now
    )
    link = ResourceLink(
        deployment=deployment,
        resource_link_id=f"r-{course.id}",
        context=context,
        assignment=assignment,
        line_item_url=f"{lms_url}/line-items/1",
        can_score=True,
        can_read_results=True,
    )
    session.add_all([context, link])
    session.flush()
    return Classroom(deployment.platform, deployment, context, link, assignment)


def publish_modules(session: Session, modules: dict[str, CompiledModule]) -> None:
    for module in modules.values():
        catalog.publish(session, module, now=datetime.now(UTC))


def add_key(session: Session, key: ToolKey) -> None:
    """Give the tool the key that was made before."""
    session.add(
        ToolKey(
            kid=key.kid,
            private_key=key.private_key,
            slot=key.slot,
            created_at=key.created_at,
        )
    )
    session.flush()


def enroll(session: Session, room: Classroom, subject: str) -> LtiUser:
    """Let a student launch the lesson once."""
    now = datetime.now(UTC)
    user = lti_user(session, room.platform.id, subject, now=now)
    session.add(
        Enrollment(
            resource_link_id=room.link.id,
            lti_user_id=user.id,
            role=SeatRole.LEARNER.value,
            seen_at=now,
        )
    )
    session.flush()
    return user


def begin(session: Session, room: Classroom, user: LtiUser, screen: str) -> None:
    """Take the student as far as a screen."""
    who = assignments.taking(
        session, user.learner_id, room.assignment, is_test=False, now=datetime.now(UTC)
    )
    version = assignments.version_for(session, who)
    batch = Batch(version.id, 0, "en", (ScreenReached("e-1", screen),))
    progress.save_events(session, who, batch, now=datetime.now(UTC))


def complete(session: Session, room: Classroom, user: LtiUser) -> Completion:
    """Take the student to the end."""
    who = assignments.taking(
        session, user.learner_id, room.assignment, is_test=False, now=datetime.now(UTC)
    )
    version = assignments.version_for(session, who)
    batch = Batch(version.id, 0, "en", (Finished("e-9"),))
    later = datetime.now(UTC) - timedelta(minutes=1)
    progress.open_attempt(session, who, "en", now=later - timedelta(minutes=9))
    return progress.finish(session, who, batch, now=later)


def sit(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    role: SeatRole = SeatRole.TEACHER,
    user: LtiUser | None = None,
) -> Seat:
    """Give the client a seat in the classroom and the cookie that opens it."""
    with client.application.app_context():
        seat, token = make_seat(session, room, role, user)
    client.set_cookie(COOKIE, token, secure=True, domain="localhost")
    return seat


def make_seat(
    session: Session,
    room: Classroom,
    role: SeatRole,
    user: LtiUser | None = None,
    frame_origin: str = "https://lms.test",
) -> tuple[Seat, str]:
    now = datetime.now(UTC)
    browser, token = auth.open_session(session, None, now=now)
    grant = SeatGrant(
        platform_id=room.platform.id,
        lti_user_id=user.id if user else None,
        role=role,
        learner_id=user.learner_id if user else None,
        course_id=room.context.course_id,
        resource_link_id=room.link.id,
        course_title=COURSE_TITLE,
        frame_origin=frame_origin,
        locale="en",
    )
    seat = auth.grant_seat(session, browser, grant, now=now)
    session.commit()
    return seat, token
