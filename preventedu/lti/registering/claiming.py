"""Whose a client id is: who connects one LMS gets no power over another.

With a client id and our signature its LMS gives out the names of its students and
takes grades. We have one signature for all. An LMS that named another one's client id
and token address would be handed that one's access token by us, with a launch that
says where to send it; or our signature, with an audience that it may choose.

Source: RFC 9700, 4.4, on the like between authorization servers ("mix-up").
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.lti import platforms, registration
from preventedu.lti.models import Platform
from preventedu.lti.registering import invites

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SHARD = 10**13
"""Canvas writes the same client id as `123`, `1~123` and `10000000000123`."""


def owners_of(session: Session, platform: Platform) -> set[int]:
    """Return the ids of the LEAs whose a platform is, as far as anybody has said."""
    bound = registration.deployments(session, platform.id)
    found = {row.lea_id for row in bound if row.lea_id is not None}
    return found | invites.leas_of(session, platform.id)


def find(session: Session, issuer: str, client_id: str) -> Platform | None:
    """Return the platform with this issuer and client id, if there is one."""
    return session.scalar(
        select(Platform).where(
            Platform.issuer == issuer, Platform.client_id == client_id
        )
    )


def is_client_of_others(
    session: Session, issuer: str, client_id: str, lea_id: int | None
) -> bool:
    """Tell whether another platform, not the LEA's alone, has this client id.

    Args:
        session: Reads only.
        issuer: Of the LMS that is being connected.
        client_id: What it calls us.
        lea_id: For whom it is connected; None: nobody has said.
    """
    for row in session.scalars(select(Platform)):
        is_itself = (row.issuer, row.client_id) == (issuer, client_id)
        if is_itself or not is_same_client(row.client_id, client_id):
            continue
        if lea_id is None or owners_of(session, row) != {lea_id}:
            return True
    return False


def is_issuer_of_others(session: Session, issuer: str, lea_id: int) -> bool:
    """Tell whether an LMS is connected already, and not for one LEA alone.

    The issuers that a vendor uses for everyone are nobody's.
    """
    if issuer in _shared_issuers():
        return False
    rows = session.scalars(select(Platform).where(Platform.issuer == issuer))
    return any(owners_of(session, row) != {lea_id} for row in rows)


def is_same_client(one: str, other: str) -> bool:
    """Tell whether two client ids are one to the least exact LMS.

    Databases compare without regard to case or blanks at the end; Canvas has several
    ways to write a number.
    """
    first, second = _read(one), _read(other)
    if first[1] != second[1]:
        return False
    return first[0] == second[0] or None in (first[0], second[0])


def _read(client_id: str) -> tuple[str | None, str]:
    """Return the shard, if one is named, and what identifies us there."""
    plain = unicodedata.normalize("NFKC", client_id).strip().casefold()
    shard, tilde, local = plain.rpartition("~")
    if not (local.isascii() and local.isdecimal()):
        return None, plain
    if tilde:
        return shard.lstrip("0"), str(int(local))
    named, number = divmod(int(local), SHARD)
    return (str(named) if named else None), str(number)


def _shared_issuers() -> set[str]:
    vendors = {
        one.issuer for family in platforms.KNOWN for one in family.shared_issuers
    }
    everyones = {
        choice.preset("", "").issuer
        for _family, choice in platforms.CHOICES.values()
        if not choice.needs_address
    }
    return vendors | everyones
