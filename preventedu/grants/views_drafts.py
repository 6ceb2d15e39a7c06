"""The page on which an LEA official lets draft lessons be assigned."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select

from preventedu.courses import catalog
from preventedu.courses import drafts as permissions
from preventedu.courses.models import DraftPermission
from preventedu.db import get_reader, get_session
from preventedu.errors import NotAllowedError, RefusedError
from preventedu.grants import labels
from preventedu.grants.forms import DraftEndForm, DraftForm
from preventedu.i18n import gettext as _
from preventedu.i18n import language
from preventedu.people import StaffMember, StaffRole
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

FREE = ("published", "retired")


def drafts() -> ResponseReturnValue:
    """List draft lessons, and who switched which on."""
    session, (member, lea_id) = get_reader(), _official()
    versions = [v for v in catalog.current_modules(session) if v.status not in FREE]
    return render_template(
        "grants/drafts.html",
        lea=member.lea,
        versions=versions,
        titles=labels.modules(session, [v.slug for v in versions], language()),
        permitted=_permitted(session, lea_id),
        form=DraftForm(),
        end_form=DraftEndForm(),
    )


def permit_draft() -> ResponseReturnValue:
    """Switch a draft lesson on, by name and with a reason."""
    session, (member, lea_id) = get_session(), _official()
    form = DraftForm()
    if not form.is_submitted_and_valid():
        raise RefusedError(_("Say why, in three letters or more."))
    version = catalog.module_version(session, str(form.module.data))
    reason = str(form.reason.data)
    now = datetime.now(UTC)
    permissions.permit(session, lea_id, version.slug, member.id, reason, now=now)
    session.commit()
    flash(_("Your teachers can now choose this lesson."))
    return redirect(url_for("grants.drafts"), 303)


def end_draft() -> ResponseReturnValue:
    """Switch a draft lesson off; what is assigned already goes on."""
    session, (_member, lea_id) = get_session(), _official()
    form = DraftEndForm()
    if not form.is_submitted_and_valid():
        raise RefusedError(_("This form has expired. Load the page again."))
    permissions.end(session, lea_id, str(form.module.data), now=datetime.now(UTC))
    session.commit()
    flash(_("The lesson is switched off. Classes that have it keep it."))
    return redirect(url_for("grants.drafts"), 303)


def _official() -> tuple[StaffMember, int]:
    member = current_staff(StaffRole.LEA_OFFICIAL)
    if member.lea_id is None:
        raise NotAllowedError(_("This page is for officials of an LEA."))
    return member, member.lea_id


def _permitted(session: Session, lea_id: int) -> dict[str, DraftPermission]:
    rows = session.scalars(
        select(DraftPermission).where(
            DraftPermission.lea_id == lea_id, DraftPermission.ended_at.is_(None)
        )
    )
    return {row.module_slug: row for row in rows}
