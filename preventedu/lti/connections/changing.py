"""What school IT decides about a platform and its deployments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select, update

from preventedu.auth import Seat, SeatRole
from preventedu.courses.models import Answer, Assignment, Attempt, Completion
from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _
from preventedu.lti import addresses, registration
from preventedu.lti.models import (
    Context,
    Deployment,
    DeploymentStatus,
    Enrollment,
    ResourceLink,
)

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from preventedu.lti.models import Platform
    from preventedu.people import Lea, School, StaffMember

MOST_ORIGINS = 10
LONGEST_LABEL = 80


@dataclass(frozen=True)
class PlatformSettings:
    """What a person says about a platform."""

    label: str
    extra_origins: tuple[str, ...]
    is_test: bool


def read_origins(text: str, *, allow_loopback: bool) -> tuple[str, ...]:
    """Return the web addresses that a person wrote, one on each line, as origins.

    Raises:
        RefusedError: One of them cannot be used; the message names it.
    """
    found = []
    for line in text.split():
        address = line if "://" in line else f"https://{line}"
        if not addresses.is_usable(address, allow_loopback=allow_loopback):
            raise RefusedError(
                _(
                    "%(address)s cannot be used. Write a public https address, such "
                    "as https://canvas.district.example.",
                    address=line[:200],
                )
            )
        found.append(addresses.origin_of(address))
    if len(found) > MOST_ORIGINS:
        raise RefusedError(_("These are too many addresses: ten are enough."))
    return tuple(dict.fromkeys(found))


def change_platform(
    session: Session, platform: Platform, wanted: PlatformSettings, *, now: datetime
) -> None:
    """Keep what a person says about a platform; turning it into a test one ends seats.

    What was completed before stays counted. What is under way when a platform
    becomes a test one is a test from now on. When it is one no more, all trials there
    end, so that nobody's trial stands in the way of the lesson that counts.
    """
    platform.label = wanted.label.strip()
    platform.extra_origins = list(wanted.extra_origins)
    if platform.is_test is not wanted.is_test:
        platform.is_test = wanted.is_test
        _end_seats(session, Seat.platform_id == platform.id, now=now)
        if wanted.is_test:
            _make_open_attempts_tests(session, platform)
        else:
            _end_trials(session, platform, now=now)
    session.flush()


def bind(
    session: Session,
    deployment: Deployment,
    lea: Lea,
    school: School | None,
    member: StaffMember,
    *,
    now: datetime,
) -> None:
    """Say whose a deployment is, and let its launches in.

    Its new courses belong there. Courses that it has already stay where they are:
    those at no school can be placed, and those at a wrong one corrected.

    Raises:
        RefusedError: The school is not one of the LEA.
    """
    if school is not None and school.lea_id != lea.id:
        raise RefusedError(
            _("%(school)s is no school of %(lea)s.", school=school.name, lea=lea.name)
        )
    registration.add_deployment(
        session,
        deployment.platform,
        deployment.deployment_id,
        school=school,
        lea=lea,
        now=now,
    )
    _sign(deployment, member, now=now)


def switch_off(
    session: Session, deployment: Deployment, member: StaffMember, *, now: datetime
) -> None:
    """Let nobody in any more; who is inside is sent back to their course."""
    deployment.status = DeploymentStatus.OFF
    _sign(deployment, member, now=now)
    courses = select(Context.course_id).where(Context.deployment_id == deployment.id)
    links = select(ResourceLink.id).where(ResourceLink.deployment_id == deployment.id)
    of_deployment = or_(Seat.course_id.in_(courses), Seat.resource_link_id.in_(links))
    _end_seats(session, of_deployment, now=now)
    session.flush()


def switch_on(
    session: Session, deployment: Deployment, member: StaffMember, *, now: datetime
) -> None:
    """Let launches in again.

    Raises:
        RefusedError: Nobody has said yet whose it is.
    """
    if deployment.lea_id is None:
        raise RefusedError(_("Say first to which LEA it belongs."))
    deployment.status = DeploymentStatus.ACTIVE
    _sign(deployment, member, now=now)
    session.flush()


def accept_origins(deployment: Deployment) -> None:
    """A person has looked at the new places of the services: they are right."""
    known = [*deployment.service_origins, *deployment.new_service_origins]
    deployment.service_origins = list(dict.fromkeys(known))[-MOST_ORIGINS:]
    deployment.new_service_origins = []


def course_count(session: Session, deployment: Deployment) -> int:
    """Return how many courses of a deployment have been opened."""
    number = session.scalar(
        select(func.count())
        .select_from(Context)
        .where(Context.deployment_id == deployment.id)
    )
    return number or 0


def _sign(deployment: Deployment, member: StaffMember, *, now: datetime) -> None:
    deployment.bound_at, deployment.bound_by = now, member.email


def _end_seats(session: Session, which: ColumnElement[bool], *, now: datetime) -> None:
    session.execute(
        update(Seat).where(which, Seat.ended_at.is_(None)).values(ended_at=now)
    )


def _make_open_attempts_tests(session: Session, platform: Platform) -> None:
    """Else an attempt that was begun before would still be counted at its end."""
    session.execute(
        update(Attempt)
        .where(
            Attempt.assignment_id.in_(_assignments_at(platform)),
            Attempt.closed_at.is_(None),
        )
        .values(is_test=True)
    )


def _end_trials(session: Session, platform: Platform, *, now: datetime) -> None:
    """Forget what the trial left: it would be taken for what a learner really did."""
    given = _assignments_at(platform)
    trials = select(Attempt.id).where(
        Attempt.assignment_id.in_(given), Attempt.is_test.is_(True)
    )
    session.execute(delete(Answer).where(Answer.attempt_id.in_(trials)))
    session.execute(
        update(Attempt)
        .where(Attempt.id.in_(trials), Attempt.closed_at.is_(None))
        .values(closed_at=now)
    )
    session.execute(
        update(Completion)
        .where(
            Completion.assignment_id.in_(given),
            Completion.is_test.is_(True),
            Completion.superseded_at.is_(None),
        )
        .values(superseded_at=now)
    )
    links = (
        select(ResourceLink.id)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .where(Deployment.platform_id == platform.id)
    )
    # A class list goes by the role seen last; the LMS's own test student comes again.
    session.execute(
        delete(Enrollment).where(
            Enrollment.resource_link_id.in_(links),
            Enrollment.role == SeatRole.TEST_LEARNER.value,
        )
    )


def _assignments_at(platform: Platform) -> Select[str]:
    return (
        select(Assignment.id)
        .join(Context, Context.course_id == Assignment.course_id)
        .where(Context.deployment.has(platform_id=platform.id))
    )
