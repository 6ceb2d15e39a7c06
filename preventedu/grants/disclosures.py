"""The disclosure log: who got which release, how and when.

Releases hold nothing about a person. The log is kept all the same, for whoever has to
judge what several of them say together (34 CFR 99.31(b)(1)).
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.errors import RefusedError
from preventedu.grants.ledger import Disclosure, DisclosureWay, Release
from preventedu.i18n import gettext as _
from preventedu.spreadsheets import safe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

COLUMNS = (
    "disclosed_at",
    "award",
    "period_from",
    "period_to",
    "version",
    "sha256",
    "recipient",
    "way",
    "recorded_by",
)


def record_disclosure(
    session: Session,
    release: Release,
    way: DisclosureWay,
    recipient: str,
    by: str,
    *,
    now: datetime,
) -> None:
    """Write down that somebody got a release.

    Args:
        session: To write in.
        release: What they got.
        way: How.
        recipient: Who.
        by: A staff member's e-mail, or an operator's account.
        now: When.

    Raises:
        RefusedError: Nobody is named.
    """
    if not recipient.strip():
        raise RefusedError(_("Say who got it."))
    session.add(
        Disclosure(
            release_id=release.id,
            way=way,
            recipient=recipient.strip(),
            disclosed_at=now,
            recorded_by=by,
        )
    )
    session.flush()


def reader(member: StaffMember) -> str:
    """Return how the log names a staff member who opens a release."""
    employer = member.lea or member.organization
    return f"{member.name}, {employer.name}" if employer else member.name


def disclosures_of(session: Session, award_id: int) -> Sequence[Disclosure]:
    """Return who got the releases of an award, the latest first."""
    return session.scalars(
        select(Disclosure)
        .join(Release, Release.id == Disclosure.release_id)
        .where(Release.award_id == award_id)
        .order_by(Disclosure.id.desc())
    ).all()


def to_csv(log: Sequence[Disclosure]) -> bytes:
    """Return the log for a spreadsheet: UTF-8 with a mark, times in UTC."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in log:
        release, period = each.release, each.release.period
        row = (
            each.disclosed_at.isoformat(),
            release.award.fain,
            period.starts_on.isoformat(),
            period.ends_on.isoformat(),
            release.version,
            release.content_hash,
            each.recipient,
            each.way,
            each.recorded_by,
        )
        writer.writerow([safe(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")
