"""Closes periods and makes releases: the only way figures leave the school side.

A release tells what was recorded when its period was closed. Whatever is recorded
later changes no release, so two releases of a period can never be subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.errors import NotAllowedError, RefusedError
from preventedu.grants import snapshot
from preventedu.grants.attribution import attribute_all, locked_progress
from preventedu.grants.contents import (
    content_of,
    protected,
    span_of,
    staff_part,
)
from preventedu.grants.disclosures import record_disclosure
from preventedu.grants.ledger import DisclosureWay, Release
from preventedu.grants.models import ReportingPeriod
from preventedu.grants.periods import has_ended
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session


class NotEndedError(NotAllowedError):
    """The period is not over yet."""


class OverlapError(NotAllowedError):
    """Two closed periods with days in common could be subtracted."""


@dataclass(frozen=True)
class Verification:
    """Whether a release still says what it said, and whether the facts agree."""

    has_its_hash: bool
    differences: tuple[str, ...]
    """Dimensions whose numbers, computed again, differ from the release's."""

    @property
    def is_good(self) -> bool:
        """Tell whether nothing differs."""
        return self.has_its_hash and not self.differences


def close_period(
    session: Session, period: ReportingPeriod, *, author: str, now: datetime
) -> None:
    """Close a period for ever, after deriving all that can be derived by now.

    Raises:
        NotEndedError: Its last day is not over in the award's time zone.
        NotAllowedError: It is closed already.
        OverlapError: It has a day in common with another closed period.
    """
    span, zone = span_of(period), period.award.time_zone
    if not has_ended(span, zone, now=now):
        raise NotEndedError(_("This period is not over yet. Close it after its end."))
    progress = locked_progress(session)
    session.refresh(period)
    if period.closed_at is not None:
        raise NotAllowedError(_("This period is closed already."))
    _refuse_overlap(session, period)
    attribute_all(session, now=now)
    # Every attribution written from here on is recorded later than this moment.
    period.closed_at = progress.recorded_at
    period.closed_by = author
    session.flush()


def release(
    session: Session,
    period: ReportingPeriod,
    *,
    author: str,
    recipient: str,
    now: datetime,
) -> Release:
    """Make a release of a closed period, or return the recipient's own.

    The first release of a period fixes what all of them say: another recipient gets
    the same text, whatever has been renamed or found missing since.

    Args:
        session: To write in.
        period: A closed period.
        author: Who makes it.
        recipient: For whom it is made.
        now: The present.

    Raises:
        NotClosedError: The period is still open.
        RefusedError: Nobody is named as recipient.
    """
    recipient = recipient.strip()
    if not recipient:
        raise RefusedError(_("Say for whom the release is made."))
    # Two at once would take the same version number.
    session.scalars(
        select(ReportingPeriod.id)
        .where(ReportingPeriod.id == period.id)
        .with_for_update()
    ).one()
    made = session.scalars(
        select(Release)
        .where(Release.period_id == period.id)
        .order_by(Release.version.desc())
    ).all()
    for old in made:
        if old.recipient == recipient:
            return old
    text = made[-1].content if made else snapshot.write(content_of(session, period))
    new = Release(
        award_id=period.award_id,
        period_id=period.id,
        version=made[0].version + 1 if made else 1,
        content=text,
        content_hash=snapshot.digest(text),
        recipient=recipient,
        created_at=now,
        created_by=author,
        supersedes_id=made[0].id if made else None,
    )
    session.add(new)
    session.flush()
    record_disclosure(session, new, DisclosureWay.MADE, recipient, author, now=now)
    return new


def verify(session: Session, made: Release) -> Verification:
    """Hash a release again, and compute its numbers again from the facts."""
    told = snapshot.read(made.content)
    total, tables, _names = protected(session, made.period)
    said = {
        t.dimension: (t.withheld, {row.key: row.value for row in t.rows if row.value})
        for t in told.tables
    }
    # A row of zero comes with each school that is new since: it tells no number.
    differences = [
        t.dimension
        for t in tables
        if said.get(t.dimension)
        != (t.is_withheld, {key: value for key, value in t.rows if value})
    ]
    if total != told.total:
        differences.append("total")
    if told.staff is not None and told.staff != staff_part(session, made.period):
        differences.append("staff")
    return Verification(
        has_its_hash=snapshot.digest(made.content) == made.content_hash,
        differences=tuple(differences),
    )


def _refuse_overlap(session: Session, period: ReportingPeriod) -> None:
    others = session.scalars(
        select(ReportingPeriod).where(
            ReportingPeriod.award_id == period.award_id,
            ReportingPeriod.id != period.id,
            ReportingPeriod.closed_at.is_not(None),
        )
    )
    if any(span_of(other).overlaps(span_of(period)) for other in others):
        raise OverlapError(_("Another closed period has days in common with this one."))
