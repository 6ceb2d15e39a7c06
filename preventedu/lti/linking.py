"""Which assignment stands behind a resource link, also in a copied course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from preventedu.courses import assignments, catalog, drafts
from preventedu.courses.models import Assignment, GradingPolicy
from preventedu.courses.readiness import NotReadyError
from preventedu.errors import NotFoundError, RefusedError
from preventedu.lti.models import ResourceLink
from preventedu.people import Course, GradeBand

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.lti.claims import Launch
    from preventedu.lti.models import Context, Deployment


def resource_link(
    session: Session,
    deployment: Deployment,
    context: Context | None,
    launch: Launch,
    *,
    now: datetime,
) -> ResourceLink:
    """Return the launch's link, with its assignment and the services it may use.

    A link that names no module, or one that may not be taught here, has none: its
    teacher gets the picker.
    """
    link = _find_or_add(session, deployment, launch)
    services = launch.services
    link.line_item_url = services.line_item_url or None
    link.can_score = services.can_score
    link.can_read_results = services.can_read_results
    if context is not None:
        link.context_id = context.id
        link.assignment_id = _assignment_id(
            session, deployment, context, link, launch, now=now
        )
    session.flush()
    return link


def is_for_staff(session: Session, link: ResourceLink) -> bool:
    """Tell whether the link gives a module for school staff."""
    assignment = session.get(Assignment, link.assignment_id or "")
    if assignment is None:
        return False
    try:
        version = catalog.module_version(session, assignment.module_slug)
    except NotFoundError:
        return False
    return version.grade_band is GradeBand.EDUCATOR


def _find_or_add(
    session: Session, deployment: Deployment, launch: Launch
) -> ResourceLink:
    by_id = (
        select(ResourceLink)
        .where(
            ResourceLink.deployment_id == deployment.id,
            ResourceLink.resource_link_id == launch.resource_link_id,
        )
        .options(joinedload(ResourceLink.assignment))
    )
    found = session.scalar(by_id)
    if found is not None:
        return found
    new = ResourceLink(
        deployment_id=deployment.id,
        resource_link_id=launch.resource_link_id,
        can_score=False,
        can_read_results=False,
    )
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError:
        return session.scalars(by_id).one()
    return new


def _assignment_id(
    session: Session,
    deployment: Deployment,
    context: Context,
    link: ResourceLink,
    launch: Launch,
    *,
    now: datetime,
) -> str | None:
    """Return the assignment: the one named, the one chosen before, or a copy."""
    for assignment_id in (launch.assignment_id, link.assignment_id):
        found = _of_course(session, assignment_id, context.course_id)
        if found is not None:
            return found.id
    # Two launches at once must not make two assignments for one link.
    session.flush()
    session.refresh(link, ["assignment_id"], with_for_update=True)
    chosen = _of_course(session, link.assignment_id, context.course_id)
    if chosen is not None:
        return chosen.id
    slug, grading = _wanted(session, link, launch)
    if not slug or not _may_teach(session, deployment, context, slug):
        return None
    try:
        new = assignments.create_assignment(
            session, context.course_id, slug, grading, now=now
        )
    except NotReadyError:
        # Its teacher is asked to prepare the class; until then students wait.
        link.awaited_module, link.awaited_grading = slug, grading
        return None
    except (NotFoundError, RefusedError):
        return None
    return new.id


def _of_course(
    session: Session, assignment_id: str | None, course_id: str
) -> Assignment | None:
    """Return the assignment if it belongs to the course: never another's work."""
    if not assignment_id:
        return None
    found = session.get(Assignment, assignment_id)
    return found if found is not None and found.course_id == course_id else None


def _wanted(
    session: Session, link: ResourceLink, launch: Launch
) -> tuple[str, GradingPolicy]:
    """Return what a new assignment should teach.

    A restored course still names the assignment of the course it was copied from:
    the copy takes over its module and its grading, and nothing else.
    """
    for assignment_id in (launch.assignment_id, link.assignment_id):
        model = session.get(Assignment, assignment_id) if assignment_id else None
        if model is not None:
            return model.module_slug, model.grading
    if link.awaited_module and launch.module in ("", link.awaited_module):
        return link.awaited_module, link.awaited_grading or GradingPolicy.COMPLETION
    return launch.module, GradingPolicy.COMPLETION


def _may_teach(
    session: Session, deployment: Deployment, context: Context, slug: str
) -> bool:
    try:
        version = catalog.module_version(session, slug)
    except NotFoundError:
        return False
    # Of a deployment that several LEAs share, the one whose class it is decides.
    lea_id = session.get_one(Course, context.course_id).lea_id or deployment.lea_id
    return drafts.may_assign(session, version, lea_id)
