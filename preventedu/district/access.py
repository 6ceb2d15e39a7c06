"""Who reads, enters and sets up what of an LEA.

Administrators set LEAs, schools and staff up: everywhere, or in the one LEA they
belong to. An LEA's own officials enter what its lessons need. Its other staff read
that. Nobody else sees anything here, whatever the role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.people import StaffRole

if TYPE_CHECKING:
    from preventedu.people import Lea, StaffMember

ENTERED_BY_OFFICIALS = (
    StaffRole.LEA_OFFICIAL,
    StaffRole.GRANT_MANAGER,
    StaffRole.COUNSELOR,
)
"""Whom an LEA official invites; administrators come from an administrator only."""
SEEING_FIGURES = (StaffRole.LEA_OFFICIAL, StaffRole.GRANT_MANAGER)


def is_everywhere(member: StaffMember) -> bool:
    """Tell whether somebody sets up every LEA: an administrator of none."""
    employer = member.lea_id or member.organization_id
    return member.role is StaffRole.ADMINISTRATOR and employer is None


def may_read(member: StaffMember, lea: Lea) -> bool:
    """Tell whether somebody may read what an LEA has prepared."""
    return is_everywhere(member) or member.lea_id == lea.id


def may_set_up(member: StaffMember, lea: Lea) -> bool:
    """Tell whether somebody may correct the LEA itself."""
    return member.role is StaffRole.ADMINISTRATOR and may_read(member, lea)


def may_enter(member: StaffMember, lea: Lea) -> bool:
    """Tell whether somebody may enter contacts, steps, breaks and consent modes."""
    return member.role is StaffRole.LEA_OFFICIAL and member.lea_id == lea.id


def may_enter_schools(member: StaffMember, lea: Lea) -> bool:
    """Tell whether somebody may add and correct schools and staff of the LEA."""
    return may_set_up(member, lea) or may_enter(member, lea)


def may_see_figures(member: StaffMember, lea: Lea) -> bool:
    """Tell whether somebody may see how many classes have finished what."""
    return member.role in SEEING_FIGURES and member.lea_id == lea.id


def may_manage(actor: StaffMember, target: StaffMember) -> bool:
    """Tell whether somebody may end another's access or make them a new link."""
    if is_everywhere(actor):
        return True
    if actor.lea_id is None or actor.lea_id != target.lea_id:
        return False
    if actor.role is StaffRole.ADMINISTRATOR:
        return True
    return actor.role is StaffRole.LEA_OFFICIAL and target.role in ENTERED_BY_OFFICIALS


def roles_to_give(member: StaffMember) -> tuple[StaffRole, ...]:
    """Return the roles in which somebody may invite others; none: nobody."""
    if member.role is StaffRole.ADMINISTRATOR and member.organization_id is None:
        return tuple(StaffRole)
    if member.role is StaffRole.LEA_OFFICIAL and member.lea_id is not None:
        return ENTERED_BY_OFFICIALS
    return ()
