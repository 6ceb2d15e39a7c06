"""Enters recipients and partners."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from preventedu.grants.access import enters_everything, may_enter
from preventedu.grants.entering.saving import refuse, save
from preventedu.grants.models import Agreement, Award
from preventedu.i18n import gettext as _
from preventedu.people import Organization, StaffMember

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.grants.entering.facts import OrganizationFacts

ENTRY = ("organizations", 0)
KEY_LENGTH = 36
"""Leaves room for a number behind it."""


def organizations(session: Session) -> Sequence[Organization]:
    """Return every organization by name."""
    query = select(Organization).order_by(Organization.name, Organization.key)
    return session.scalars(query).all()


def add_organization(
    session: Session, facts: OrganizationFacts, *, by: str, now: datetime
) -> Organization:
    """Enter an organization; one without a key gets one made from its name.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    taken = set(session.scalars(select(Organization.key)))
    if facts.key in taken:
        raise refuse("key", _("Another organization has this short name."))
    entry = facts.entry()
    entry["key"] = facts.key or free_key(facts.name, taken)
    save(session, {"organizations": [entry]}, ENTRY, by=by, now=now)
    return _by_key(session, entry["key"].strip())


def change_organization(
    session: Session,
    organization: Organization,
    facts: OrganizationFacts,
    *,
    by: str,
    now: datetime,
) -> None:
    """Correct an organization; its key stays, because files and reports use it.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    entry = facts.entry() | {"key": organization.key}
    save(session, {"organizations": [entry]}, ENTRY, by=by, now=now)


def may_change(
    session: Session, member: StaffMember, organization: Organization
) -> bool:
    """Tell whether somebody may correct an organization.

    Besides whoever runs the installation: their own staff; and if nobody works for
    it, those who enter every award in which it appears.
    """
    if enters_everything(member):
        return True
    if organization.lea_id is not None:
        return organization.lea_id == member.lea_id
    if organization.id == member.organization_id:
        return True
    staff = select(StaffMember.id).where(StaffMember.organization_id == organization.id)
    if session.scalar(staff.limit(1)) is not None:
        return False
    awards = session.scalars(
        select(Award)
        .outerjoin(Agreement, Agreement.award_id == Award.id)
        .where(
            or_(
                Award.recipient_id == organization.id,
                Agreement.partner_id == organization.id,
            )
        )
        .distinct()
    ).all()
    return bool(awards) and all(may_enter(member, award) for award in awards)


def free_key(name: str, taken: Container[str]) -> str:
    """Return a short name that nobody has yet: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub("[^a-z0-9]+", "-", plain.lower())[:KEY_LENGTH].strip("-") or "one"
    key, number = stem, 2
    while key in taken:
        key, number = f"{stem}-{number}", number + 1
    return key


def _by_key(session: Session, key: str) -> Organization:
    return session.scalars(select(Organization).where(Organization.key == key)).one()
