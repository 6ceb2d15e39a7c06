"""An LMS that a person enters by hand: who may, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _
from preventedu.lti import registration
from preventedu.lti.registering import claiming
from preventedu.people import Lea, School

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.lti.models import Platform
    from preventedu.lti.registration import PlatformDetails
    from preventedu.people import StaffMember


@dataclass(frozen=True)
class Owner:
    """Whose a connection is to be."""

    lea: Lea | None
    school: School | None


@dataclass(frozen=True)
class Entry:
    """One LMS as somebody entered it."""

    details: PlatformDetails
    deployment_id: str
    """Empty: the first launch shows it."""
    owner: Owner
    is_test: bool


def leas_for(session: Session, member: StaffMember) -> list[Lea]:
    """Return the LEAs that an administrator may connect an LMS for, by name."""
    rows = select(Lea).order_by(Lea.name)
    if member.lea_id is not None:
        rows = rows.where(Lea.id == member.lea_id)
    return list(session.scalars(rows))


def schools_for(session: Session, member: StaffMember) -> list[School]:
    """Return the schools that an administrator may connect an LMS for, by name."""
    rows = select(School).join(Lea).order_by(Lea.name, School.name)
    if member.lea_id is not None:
        rows = rows.where(School.lea_id == member.lea_id)
    return list(session.scalars(rows))


def owner_of(session: Session, member: StaffMember, lea: str, school: str) -> Owner:
    """Return whose a connection is, from what was chosen in a form.

    Args:
        session: Reads only.
        member: Who chose; an LEA's own administrator chooses in that LEA only.
        lea: Row id as text; empty for none.
        school: Row id as text; empty for none.

    Raises:
        RefusedError: The school belongs to another LEA, or not to the member's.
    """
    found = session.get(School, int(school)) if school.isdecimal() else None
    of_lea = session.get(Lea, int(lea)) if lea.isdecimal() else None
    if member.lea_id is not None:
        of_lea = member.lea
    if found is not None and of_lea is not None and found.lea_id != of_lea.id:
        raise RefusedError(_("This school does not belong to that LEA."))
    return Owner(found.lea if found is not None else of_lea, found)


def enter(
    session: Session,
    member: StaffMember,
    entry: Entry,
    *,
    allow_loopback: bool,
    now: datetime,
) -> Platform:
    """Keep an LMS that somebody entered, or bring it up to date.

    Args:
        session: Commits are the caller's.
        member: Who entered it.
        entry: As they entered it, addresses checked.
        allow_loopback: `Settings.allow_loopback_platforms`.
        now: Time of registration.

    Raises:
        RefusedError: It is another LEA's, or names no deployment where it must.
    """
    if member.lea_id is not None:
        _check_reach(session, member.lea_id, entry)
    platform = registration.add_platform(
        session, entry.details, allow_loopback=allow_loopback, now=now
    )
    # Correcting an address must not make a trial copy count.
    platform.is_test = platform.is_test or entry.is_test
    if entry.deployment_id:
        registration.add_deployment(
            session,
            platform,
            entry.deployment_id,
            entry.owner.school,
            entry.owner.lea,
            now=now,
        )
    session.flush()
    return platform


def _check_reach(session: Session, lea_id: int, entry: Entry) -> None:
    if not entry.deployment_id:
        raise RefusedError(
            _(
                "Enter the deployment id too: by it we know that the connection is "
                "your school district's."
            )
        )
    issuer, client_id = entry.details.issuer, entry.details.client_id
    known = claiming.find(session, issuer, client_id)
    if (
        (known is not None and claiming.owners_of(session, known) != {lea_id})
        or claiming.is_client_of_others(session, issuer, client_id, lea_id)
        or claiming.is_issuer_of_others(session, issuer, lea_id)
    ):
        raise RefusedError(
            _(
                "This LMS is connected already, and not for your school district "
                "alone. Ask the people who run preventedu for you to add yours."
            )
        )
