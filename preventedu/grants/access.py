"""Who may see what of an award.

Live figures are for the officials of an LEA that receives the award or is covered by
it, and only about their own schools. Staff without an LEA see releases only. Another
LEA's staff see nothing.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.grants.models import Agreement, Award, Coverage, Scope
from preventedu.people import Lea, StaffRole

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember


class Access(enum.Enum):
    """How much of an award somebody sees."""

    NOTHING = enum.auto()
    RELEASES = enum.auto()
    WORKING_FIGURES = enum.auto()


def access_to(session: Session, member: StaffMember, award: Award) -> Access:
    """Return how much of an award a staff member sees."""
    if member.lea_id is None:
        return Access.RELEASES
    if member.lea_id in lea_ids(session, award):
        return Access.WORKING_FIGURES
    return Access.NOTHING


def may_release(member: StaffMember, award: Award) -> bool:
    """Tell whether somebody may close periods: the recipient's own staff."""
    recipient_lea = award.recipient.lea_id
    if recipient_lea is None:
        return member.lea_id is None and member.role is StaffRole.GRANT_MANAGER
    return member.lea_id == recipient_lea


def lea_ids(session: Session, award: Award) -> set[int]:
    """Return the LEAs that an award goes to or has ever covered."""
    found = {award.recipient.lea_id} - {None}
    coverages = session.scalars(
        select(Coverage).join(Agreement).where(Agreement.award_id == award.id)
    )
    for coverage in coverages:
        if coverage.scope is Scope.SCHOOL and coverage.school is not None:
            found.add(coverage.school.lea_id)
        elif coverage.scope is Scope.LEA:
            found.add(coverage.lea_id)
        else:
            in_state = select(Lea.id).where(Lea.state == coverage.state)
            found.update(session.scalars(in_state))
    return {lea_id for lea_id in found if lea_id is not None}
