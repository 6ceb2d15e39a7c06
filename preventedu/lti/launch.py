"""Admission: from a verified launch to the rows it needs and the seat it grants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from preventedu.auth import SeatGrant, SeatRole
from preventedu.lti import linking, placing, registration, users
from preventedu.lti.addresses import origin_of
from preventedu.lti.claims import Message
from preventedu.lti.errors import LaunchError, framed_by
from preventedu.lti.models import (
    Context,
    DeepLinkRequest,
    Deployment,
    DeploymentStatus,
    Platform,
)
from preventedu.people import Course

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from preventedu.lti.claims import DeepLinkingClaim, Launch, Services
    from preventedu.lti.context_claim import ContextClaim
    from preventedu.lti.models import LtiUser, ResourceLink
    from preventedu.lti.registration import Registered


MOST_ORIGINS = 10
"""Places of a deployment's services that are remembered."""


@dataclass(frozen=True)
class Admission:
    """What a launch is let in for."""

    grant: SeatGrant
    has_assignment: bool
    deep_linking: DeepLinkingClaim | None
    deployment_id: int


def deployment_of(
    session: Session, platform: Registered, launch: Launch, *, now: datetime
) -> Deployment:
    """Return the launch's deployment; one never seen is recorded as pending.

    A pending one lets nobody in: see `check_active`.
    """
    found = registration.find_deployment(session, platform.id, launch.deployment_id)
    if found is not None:
        return found
    new = Deployment(
        platform_id=platform.id,
        deployment_id=launch.deployment_id,
        status=DeploymentStatus.PENDING,
        first_seen_at=now,
    )
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        again = registration.find_deployment(session, platform.id, launch.deployment_id)
        return again or new
    return new


def as_let_in(platform: Registered, launch: Launch) -> Launch:
    """Return the launch as it is answered: at a test platform nobody's work counts."""
    if platform.is_test and launch.role is SeatRole.LEARNER:
        return replace(launch, role=SeatRole.TEST_LEARNER)
    return launch


def check_active(platform: Registered, deployment: Deployment) -> None:
    """Refuse a deployment that nobody has switched on, or that is off again.

    Raises:
        LaunchError: `deployment_pending` or `deployment_off`.
    """
    with framed_by(platform.frame_origins, platform.id):
        if deployment.status is DeploymentStatus.PENDING:
            raise LaunchError("deployment_pending")
        if deployment.status is DeploymentStatus.OFF:
            raise LaunchError("deployment_off")


def admit(
    session: Session,
    platform: Registered,
    deployment: Deployment,
    launch: Launch,
    *,
    now: datetime,
) -> Admission:
    """Make or refresh the rows behind a launch and say what it is let in for.

    Raises:
        LaunchError: `teachers_only` for a content selection by anyone else.
    """
    is_choosing = launch.message is Message.DEEP_LINKING
    with framed_by(platform.frame_origins, platform.id):
        if is_choosing and launch.role is not SeatRole.TEACHER:
            raise LaunchError("teachers_only")
    _learn_family(session, platform, launch)
    _note_origins(deployment, launch.services)
    user = None
    if launch.role in users.KEPT_ROLES:
        user = users.lti_user(session, platform.id, launch.subject, now=now)
    context = None
    if launch.context is not None:
        context = _context(session, deployment, launch, launch.context, now=now)
    link = None
    if not is_choosing:
        link = linking.resource_link(session, deployment, context, launch, now=now)
        if user is not None:
            users.note_role(session, link.id, user, launch.role, now=now)
    grant = _grant(platform, launch, user, context, link)
    if link is not None and _may_take_as_staff(session, launch, link):
        person = users.lti_user(session, platform.id, launch.subject, now=now)
        grant = replace(grant, lti_user_id=person.id, learner_id=person.learner_id)
    return Admission(
        grant=grant,
        has_assignment=link is not None and link.assignment_id is not None,
        deep_linking=launch.deep_linking,
        deployment_id=deployment.id,
    )


def remember_choice(session: Session, seat: Seat, admission: Admission) -> None:
    """Keep what a content selection asked for, as long as its seat lives."""
    asked = admission.deep_linking
    if asked is None:
        return
    session.add(
        DeepLinkRequest(
            seat_id=seat.id,
            deployment_id=admission.deployment_id,
            return_url=asked.return_url,
            data=asked.data,
            accepts_links=asked.accepts_links,
            accepts_multiple=asked.accepts_multiple,
            accepts_line_items=asked.accepts_line_items,
        )
    )
    session.flush()


def _grant(
    platform: Registered,
    launch: Launch,
    user: LtiUser | None,
    context: Context | None,
    link: ResourceLink | None,
) -> SeatGrant:
    learns = launch.role in (SeatRole.LEARNER, SeatRole.TEST_LEARNER)
    return SeatGrant(
        platform_id=platform.id,
        lti_user_id=user.id if user else None,
        role=launch.role,
        learner_id=user.learner_id if user and learns else None,
        course_id=context.course_id if context else None,
        resource_link_id=link.id if link else None,
        course_title=launch.context.title if launch.context else "",
        frame_origin=platform.frame_origins,
        locale=launch.locale,
        is_test=platform.is_test,
    )


def _may_take_as_staff(session: Session, launch: Launch, link: ResourceLink) -> bool:
    """Tell whether this is somebody who works here, at a lesson for staff.

    They may take it as themselves, also without a role in the course. No cell of the
    gradebook is theirs: only a learner's launch makes one.
    """
    has_pages = launch.role in (SeatRole.TEACHER, SeatRole.GUEST)
    return launch.is_staff and has_pages and linking.is_for_staff(session, link)


def _learn_family(session: Session, platform: Registered, launch: Launch) -> None:
    """Let the first launch say which LMS product it is."""
    if platform.family or not launch.family:
        return
    row = session.get(Platform, platform.id)
    if row is not None:
        row.family = launch.family[:40]


def _note_origins(deployment: Deployment, services: Services) -> None:
    """Remember where the services are: school IT is told when they move elsewhere."""
    given = (
        services.line_item_url,
        services.line_items_url,
        services.memberships_url,
    )
    origins = {origin_of(url) for url in given if url}
    new = sorted(
        origins - {*deployment.service_origins, *deployment.new_service_origins}
    )
    if new and not deployment.service_origins:
        deployment.service_origins = new[:MOST_ORIGINS]
    elif new:
        known = deployment.new_service_origins
        deployment.new_service_origins = [*known, *new][:MOST_ORIGINS]


def _context(
    session: Session,
    deployment: Deployment,
    launch: Launch,
    claim: ContextClaim,
    *,
    now: datetime,
) -> Context:
    by_id = select(Context).where(
        Context.deployment_id == deployment.id, Context.context_id == claim.context_id
    )
    found = session.scalar(by_id)
    if found is None:
        try:
            with session.begin_nested():
                found = _new_context(session, deployment, claim, now=now)
        except IntegrityError:
            found = session.scalars(by_id).one()
    # Moodle leaves the roster's address out until a course uses the tool: one that
    # was given once stays.
    services = launch.services
    found.memberships_url = services.memberships_url or found.memberships_url
    found.line_items_url = services.line_items_url or found.line_items_url
    _note_ids(found, claim)
    return found


def _note_ids(context: Context, claim: ContextClaim) -> None:
    """Keep what placement rules ask for, as the platform last said it."""
    context.account_id = claim.account_id or context.account_id
    context.category_id = claim.category_id or context.category_id
    context.sis_id = claim.sis_id or context.sis_id


def _new_context(
    session: Session, deployment: Deployment, claim: ContextClaim, *, now: datetime
) -> Context:
    course = Course(created_at=now, lea_id=deployment.lea_id)
    session.add(course)
    session.flush()
    context = Context(
        deployment_id=deployment.id, context_id=claim.context_id, course_id=course.id
    )
    _note_ids(context, claim)
    session.add(context)
    session.flush()
    placing.place_new(session, deployment, context, now=now)
    return context
