"""The class list, read live from the LMS for one page view and never kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.lti import problems, registration
from preventedu.lti.adapters import PlatformServices, ServiceError
from preventedu.lti.adapters.current import current_wire
from preventedu.lti.addresses import origin_of
from preventedu.lti.models import (
    Context,
    Enrollment,
    LtiUser,
    Platform,
    ResourceLink,
)
from preventedu.lti.roles import seat_role
from preventedu.lti.web import UnreachableError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.auth import Seat

log = logging.getLogger(__name__)

MAX_PAGES = 100
"""Canvas sends 50 members a page: 5,000 in one course is beyond any class."""
ACTIVE = "Active"


@dataclass(frozen=True)
class Member:
    """One person of the course, as the LMS names them now."""

    subject: str
    name: str = field(repr=False)
    """Empty where the LMS shares no names."""
    is_learner: bool
    status: str
    """Active, Inactive or Deleted."""


@dataclass(frozen=True)
class Roster:
    """The class list, or what is wrong with it (`lti.problems`)."""

    members: tuple[Member, ...]
    problem: str = ""


def read_roster(session: Session, seat: Seat, *, now: datetime) -> Roster:
    """Return the members of the seat's course.

    Roles seen in a launch go before those of the list: Moodle lists a non-editing
    teacher as a learner.

    Args:
        session: Reads only.
        seat: A teacher's.
        now: Time of the request.
    """
    context = session.scalar(select(Context).where(Context.course_id == seat.course_id))
    platform = session.get(Platform, seat.platform_id)
    if context is None or platform is None or not context.memberships_url:
        return Roster((), problems.NO_ROSTER)
    wire = current_wire()
    if not wire.load_key(session):
        return Roster((), problems.ROSTER_REFUSED)
    services = PlatformServices(registration.plain(platform), wire, now=now)
    listed, problem = _all_pages(services, context.memberships_url)
    seen = _roles_seen(session, context)
    learning = {SeatRole.LEARNER}
    if platform.is_test:
        # Everybody who learns there is a test learner; the class shall still be seen.
        learning.add(SeatRole.TEST_LEARNER)
    members = (_member(each, seen, learning) for each in listed)
    return Roster(tuple(m for m in members if m.subject), problem)


def _all_pages(
    services: PlatformServices, first: str
) -> tuple[list[Mapping[str, object]], str]:
    """Return all members and the problem, if a page is missing."""
    members: list[Mapping[str, object]] = []
    url: str | None = first
    visited: set[str] = set()
    while url is not None:
        # Our token goes to no other host, and no circle is walked twice.
        if origin_of(url) != origin_of(first) or url in visited:
            return members, _incomplete()
        if len(visited) == MAX_PAGES:
            return members, _incomplete()
        visited.add(url)
        try:
            page, url = services.members_page(url)
        except ServiceError as error:
            return members, _problem_of(error, members)
        except UnreachableError:
            return members, _incomplete() if members else problems.ROSTER_UNREACHABLE
        members.extend(page)
    return members, ""


def _problem_of(error: ServiceError, so_far: list[Mapping[str, object]]) -> str:
    if so_far:
        return _incomplete()
    is_fault = error.is_throttled or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return problems.ROSTER_UNREACHABLE if is_fault else problems.ROSTER_REFUSED


def _incomplete() -> str:
    log.warning("a class list could be read in part only")
    return problems.ROSTER_INCOMPLETE


def _roles_seen(session: Session, context: Context) -> dict[str, SeatRole]:
    """Return the role of the last launch in this course by subject."""
    rows = session.execute(
        select(LtiUser.subject, Enrollment.role)
        .join(Enrollment, Enrollment.lti_user_id == LtiUser.id)
        .join(ResourceLink, ResourceLink.id == Enrollment.resource_link_id)
        .where(ResourceLink.context_id == context.id)
        .order_by(Enrollment.seen_at)
    )
    return {subject: SeatRole(role) for subject, role in rows}


def _member(
    listed: Mapping[str, object],
    seen: Mapping[str, SeatRole],
    learning: Collection[SeatRole],
) -> Member:
    subject = _text(listed, "user_id")
    roles = listed.get("roles")
    names = (
        [role for role in roles if isinstance(role, str)]
        if isinstance(roles, list)
        else []
    )
    role = seen.get(subject) or seat_role(names)
    return Member(
        subject=subject,
        name=_name(listed),
        is_learner=role in learning,
        status=_text(listed, "status") or ACTIVE,
    )


def _name(listed: Mapping[str, object]) -> str:
    parts = (_text(listed, "given_name"), _text(listed, "family_name"))
    return _text(listed, "name") or " ".join(part for part in parts if part)


def _text(listed: Mapping[str, object], name: str) -> str:
    value = listed.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""
