"""Writes down who looked at live figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.staff.models import AccessLog

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember


def record_access(
    session: Session, member: StaffMember, what: str, *, now: datetime
) -> None:
    """Record that a staff member looked at something; never name a learner."""
    session.add(AccessLog(staff_member_id=member.id, what=what, at=now))
    session.flush()
