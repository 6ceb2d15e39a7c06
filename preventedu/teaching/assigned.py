"""What a seat's link teaches: its assignment, its module, its school district."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses import catalog
from preventedu.courses.models import Assignment, GradingPolicy
from preventedu.errors import NotFoundError
from preventedu.i18n import gettext as _
from preventedu.lti.models import ResourceLink
from preventedu.people import CoursePlacement

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from preventedu.courses.content.schema import CompiledModule
    from preventedu.lti.models import Deployment
    from preventedu.people import Lea


@dataclass(frozen=True)
class District:
    """The LEA a family may turn to; `contact` is empty until the LEA gives one."""

    name: str
    contact: str


@dataclass(frozen=True)
class Assigned:
    """One module given to one course through one link.

    Attributes:
        has_gradebook: The platform gave the link a line item and lets us score.
        alternative: The lesson of a learner who is opted out; it may be missing.
        district: Of the course; none until the course or deployment is placed.
    """

    assignment_id: str
    course_id: str
    resource_link_id: int
    grading: GradingPolicy
    has_gradebook: bool
    module: CompiledModule
    alternative: CompiledModule | None
    district: District | None


def assigned_at(session: Session, seat: Seat, *, on_date: date) -> Assigned:
    """Return what the seat's link teaches.

    Args:
        session: Reads only.
        seat: Of any role.
        on_date: The day on which the course's school is asked for.

    Raises:
        NotFoundError: Nobody has chosen a lesson for the link, or the link's lesson
            belongs to another course than the seat's.
    """
    found = session.execute(
        select(ResourceLink, Assignment)
        .join(Assignment, ResourceLink.assignment_id == Assignment.id)
        .where(
            ResourceLink.id == seat.resource_link_id,
            # A copied course may carry a link of its origin: never show that class.
            Assignment.course_id == seat.course_id,
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError(_("No lesson has been chosen here yet."))
    link, assignment = found
    module = catalog.load(catalog.module_version(session, assignment.module_slug))
    return Assigned(
        assignment_id=assignment.id,
        course_id=assignment.course_id,
        resource_link_id=link.id,
        grading=assignment.grading,
        has_gradebook=bool(link.line_item_url) and link.can_score,
        module=module,
        alternative=alternative_of(session, assignment.module_slug),
        district=_district(session, link.deployment, assignment.course_id, on_date),
    )


def alternative_of(session: Session, slug: str) -> CompiledModule | None:
    """Return the lesson that learners opted out of `slug` get, if there is one.

    Raises:
        NotFoundError: No module has this slug.
    """
    version = catalog.module_version(session, slug)
    if version.kind != catalog.LESSON:
        return None
    try:
        return catalog.load(catalog.alternative_of(session, version))
    except NotFoundError:
        return None


def _district(
    session: Session, deployment: Deployment, course_id: str, on_date: date
) -> District | None:
    lea = _lea_of_course(session, course_id, on_date) or _lea_of_deployment(deployment)
    return District(lea.name, lea.contact) if lea else None


def _lea_of_course(session: Session, course_id: str, on_date: date) -> Lea | None:
    placement = session.scalar(
        select(CoursePlacement)
        .where(
            CoursePlacement.course_id == course_id,
            CoursePlacement.effective_from <= on_date,
        )
        .order_by(CoursePlacement.recorded_at.desc(), CoursePlacement.id.desc())
        .limit(1)
    )
    return placement.school.lea if placement else None


def _lea_of_deployment(deployment: Deployment) -> Lea | None:
    return deployment.school.lea if deployment.school else deployment.lea
