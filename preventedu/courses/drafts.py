"""Draft modules: an LEA official may switch one on, by name and with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses import catalog
from preventedu.courses.models import DraftPermission
from preventedu.errors import NotAllowedError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.people import StaffMember, StaffRole

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.courses.models import ModuleVersion

FINAL = "published"


def may_assign(session: Session, version: ModuleVersion, lea_id: int | None) -> bool:
    """Tell whether a teacher of this LEA may assign the version.

    Args:
        session: Reads only.
        version: Any status: a published one is free, a retired one is not. An
            alternative is free, as it is where it stands in for a lesson.
        lea_id: Of the deployment; where nobody has said which LEA it is, there is
            no official who could switch a draft on.
    """
    if version.status == "retired":
        return False
    if version.status == FINAL or version.kind == catalog.ALTERNATIVE:
        return True
    if lea_id is None:
        return False
    return _permission(session, lea_id, version.slug) is not None


def permit(
    session: Session,
    lea_id: int,
    slug: str,
    staff_member_id: int,
    reason: str,
    *,
    now: datetime,
) -> DraftPermission:
    """Let the teachers of an LEA assign a draft module.

    Raises:
        NotAllowedError: The staff member is no official of this LEA.
        RefusedError: No reason is given.
    """
    _check_official(session, staff_member_id, lea_id)
    if not reason.strip():
        raise RefusedError(_("Say why this draft may be used."))
    permission = _permission(session, lea_id, slug)
    if permission is None:
        permission = DraftPermission(
            lea_id=lea_id,
            module_slug=slug,
            staff_member_id=staff_member_id,
            reason=reason.strip(),
            granted_at=now,
        )
        session.add(permission)
        session.flush()
    return permission


def end(session: Session, lea_id: int, slug: str, *, now: datetime) -> None:
    """Take the permission back; lessons already assigned go on."""
    permission = _permission(session, lea_id, slug)
    if permission is not None:
        permission.ended_at = now
        session.flush()


def _permission(session: Session, lea_id: int, slug: str) -> DraftPermission | None:
    return session.scalar(
        select(DraftPermission).where(
            DraftPermission.lea_id == lea_id,
            DraftPermission.module_slug == slug,
            DraftPermission.ended_at.is_(None),
        )
    )


def _check_official(session: Session, staff_member_id: int, lea_id: int) -> None:
    member = session.get(StaffMember, staff_member_id)
    if (
        member is None
        or member.role is not StaffRole.LEA_OFFICIAL
        or member.lea_id != lea_id
    ):
        raise NotAllowedError(_("Only an official of this LEA may switch a draft on."))
