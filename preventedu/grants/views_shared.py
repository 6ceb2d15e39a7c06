"""What the pages of this room share: who may see which award, and words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app

from preventedu.db import get_session
from preventedu.errors import NotAllowedError, NotFoundError
from preventedu.grants.access import Access, access_to, may_release
from preventedu.grants.models import Award, ReportingPeriod
from preventedu.grants.worklist import ORIGINS_SLOT, CourseOrigins
from preventedu.i18n import gettext as _
from preventedu.staff.access_log import record_access
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember


def award_for(
    session: Session, award_id: int, *, least: Access
) -> tuple[Award, StaffMember]:
    """Return an award and who asks, if they may see at least so much of it.

    Raises:
        NotFoundError: There is no such award, or not for them: nobody is told which.
        NotAllowedError: They may see its releases, but no live figure.
    """
    member = current_staff()
    award = session.get(Award, award_id)
    access = Access.NOTHING if award is None else access_to(session, member, award)
    if award is None or access is Access.NOTHING:
        raise NotFoundError(_("There is nothing here for you."))
    if least is Access.WORKING_FIGURES and access is not least:
        raise NotAllowedError(
            _("Live figures are for officials of the LEA only. See the releases.")
        )
    return award, member


def period_for(session: Session, period_id: int) -> tuple[ReportingPeriod, StaffMember]:
    """Return a reporting period and who asks, if they may close and release it."""
    period = session.get(ReportingPeriod, period_id)
    if period is None:
        current_staff()
        raise NotFoundError(_("There is nothing here for you."))
    award, member = award_for(session, period.award_id, least=Access.RELEASES)
    if not may_release(member, award):
        raise NotAllowedError(
            _("Only staff of the award's recipient close periods and make releases.")
        )
    return period, member


def log_view(member: StaffMember, what: str) -> None:
    """Write down that somebody looks at live figures."""
    session = get_session()
    record_access(session, member, what, now=datetime.now(UTC))
    session.commit()


def course_origins() -> CourseOrigins | None:
    """Return what tells where a course comes from, if `app` filled the slot."""
    found: CourseOrigins | None = current_app.extensions.get(ORIGINS_SLOT)
    return found
