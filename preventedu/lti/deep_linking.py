"""Adding lessons to a course: the answer to a content selection, or a link's choice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import select

from preventedu.courses import assignments, catalog, drafts
from preventedu.errors import NotAllowedError
from preventedu.i18n import LANGUAGES, force_locale, ngettext
from preventedu.i18n import gettext as _
from preventedu.lti.adapters import ContentItem, DeepLinkAnswer
from preventedu.lti.models import DeepLinkRequest, Deployment, ResourceLink
from preventedu.lti.picker import in_language
from preventedu.people import Course

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from preventedu.courses.models import Assignment, GradingPolicy


@dataclass(frozen=True)
class Choice:
    """What a teacher chose."""

    slugs: Sequence[str]
    grading: GradingPolicy


def request_of(session: Session, seat: Seat) -> DeepLinkRequest | None:
    """Return what the LMS asked to choose, or nothing for a link without a module."""
    return session.get(DeepLinkRequest, seat.id)


def link_of(session: Session, seat: Seat) -> ResourceLink | None:
    """Return the link that the seat was opened at, if any."""
    if seat.resource_link_id is None:
        return None
    return session.get(ResourceLink, seat.resource_link_id)


def lea_of(session: Session, seat: Seat) -> int | None:
    """Return the LEA whose officials may switch drafts on for this seat's course.

    Of a deployment that several LEAs share, it is the one whose class it is.
    """
    course = session.get(Course, seat.course_id or "")
    if course is not None and course.lea_id is not None:
        return course.lea_id
    asked, link = request_of(session, seat), link_of(session, seat)
    deployment_id = asked.deployment_id if asked else None
    if deployment_id is None and link is not None:
        deployment_id = link.deployment_id
    return session.scalar(
        select(Deployment.lea_id).where(Deployment.id == deployment_id)
    )


def answer(
    session: Session, seat: Seat, choice: Choice, launch_url: str, *, now: datetime
) -> DeepLinkAnswer:
    """Make an assignment for each chosen module and return the content items.

    Each item names its module and assignment in `custom` and in its address, so that
    a copied course still knows what it teaches.

    Raises:
        NotAllowedError: The seat chooses nothing, has no course, or a draft is not
            switched on.
        NotReadyError: A sensitive module, and the class is not prepared.
    """
    asked = request_of(session, seat)
    if asked is None:
        raise NotAllowedError(_("Open the selection again from your course."))
    items = []
    for slug in choice.slugs:
        made = _assign(session, seat, slug, choice.grading, now=now)
        items.append(_item(session, seat, asked, made, launch_url))
    with force_locale(_language(seat)):
        count = len(items)
        message = ngettext("%(num)d lesson added.", "%(num)d lessons added.", count)
    return DeepLinkAnswer(
        deployment_id=asked.deployment.deployment_id,
        data=None if asked.data is None else json.loads(asked.data),
        items=items,
        message=message if items else "",
    )


def choose_for_link(
    session: Session, seat: Seat, slug: str, grading: GradingPolicy, *, now: datetime
) -> None:
    """Let a link that named no module teach one; a choice made before stays.

    Raises:
        NotAllowedError: The seat has no link or course, or a draft is not switched
            on.
        NotReadyError: A sensitive module, and the class is not prepared.
    """
    link = link_of(session, seat)
    if link is None:
        raise NotAllowedError(_("Open the selection again from your course."))
    session.refresh(link, ["assignment_id"], with_for_update=True)
    if link.assignment_id is None:
        made = _assign(session, seat, slug, grading, now=now)
        link.assignment_id = made.id
        link.awaited_module = link.awaited_grading = None
        session.flush()


def course_of(seat: Seat) -> str:
    """Return the id of the course that the seat's lessons go to.

    Raises:
        NotAllowedError: The seat was opened outside a course.
    """
    if seat.course_id is None:
        raise NotAllowedError(
            _("Lessons belong to a course. Open preventedu from inside a course.")
        )
    return seat.course_id


def _language(seat: Seat) -> str:
    """Return the LMS's language if we speak it: what a class reads is in that one."""
    asked = seat.locale[:2]
    return asked if asked in LANGUAGES else "en"


def _assign(
    session: Session, seat: Seat, slug: str, grading: GradingPolicy, *, now: datetime
) -> Assignment:
    course_id = course_of(seat)
    version = catalog.module_version(session, slug)
    if not drafts.may_assign(session, version, lea_of(session, seat)):
        raise NotAllowedError(_("This lesson still awaits review."))
    return assignments.create_assignment(session, course_id, slug, grading, now=now)


def _item(
    session: Session,
    seat: Seat,
    asked: DeepLinkRequest,
    made: Assignment,
    launch_url: str,
) -> ContentItem:
    module = catalog.load(catalog.module_version(session, made.module_slug))
    # What a class and a gradebook read is neutral, in the LMS's language.
    language, source = _language(seat), module.languages[0]
    with force_locale(language):
        text = _("A short lesson, about %(minutes)d minutes.", minutes=module.minutes)
    custom = {"module": made.module_slug, "assignment": made.id}
    return ContentItem(
        title=in_language(module.lms_title, language, source),
        text=text,
        url=f"{launch_url}?{urlencode(custom)}",
        custom=custom,
        resource_id=made.id,
        has_line_item=asked.accepts_line_items,
    )
