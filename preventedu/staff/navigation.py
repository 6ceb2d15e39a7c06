"""The pages that staff find in the bar: who is shown which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from preventedu.people import OrganizationKind, StaffMember, StaffRole


@dataclass(frozen=True)
class StaffPage:
    """One entry of the bar.

    Attributes:
        name: What a page calls its section, so that the entry is marked there.
        endpoint: Where the entry leads; needs no arguments.
        label: Lazily translated text.
        roles: Who finds it.
        of_lea: Who finds it only if they belong to an LEA.
        not_of: Kinds of organizations whose staff do not find it.
    """

    name: str
    endpoint: str
    label: object
    roles: frozenset[StaffRole]
    of_lea: frozenset[StaffRole] = frozenset()
    not_of: frozenset[OrganizationKind] = frozenset()

    def is_for(self, member: StaffMember) -> bool:
        """Tell whether a staff member finds this entry."""
        if member.organization and member.organization.kind in self.not_of:
            return False
        is_of_lea = member.lea_id is not None and member.role in self.of_lea
        return is_of_lea or member.role in self.roles


def pages_for(member: StaffMember, pages: Iterable[StaffPage]) -> list[StaffPage]:
    """Return the entries of a staff member's bar, in order; the first is home."""
    return [page for page in pages if page.is_for(member)]
