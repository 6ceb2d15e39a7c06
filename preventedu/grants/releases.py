"""Closes periods and makes releases: the only way figures leave the school side.

A release tells what was recorded when its period was closed. Whatever is recorded
later changes no release, so two releases of a period can never be subtracted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.errors import NotAllowedError, RefusedError
from preventedu.grants import disclosure, figures, labels, snapshot
from preventedu.grants.attribution import attribute_all, locked_progress
from preventedu.grants.disclosure import DISCLOSURE_VERSION, SMALLEST_SHOWN
from preventedu.grants.disclosures import record_disclosure
from preventedu.grants.figures import Question
from preventedu.grants.ledger import DisclosureWay, Release
from preventedu.grants.measures import BANDS, MEASURES_VERSION, N_
from preventedu.grants.models import Measure, ReportingPeriod
from preventedu.grants.periods import Span, has_ended
from preventedu.grants.resolution import RULE_VERSION
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.grants.disclosure import Table

NOTES = (
    N_(
        "A completion is a student reaching the end of a module; the same version "
        "taken again is not counted again. Alternative lessons, previews and test "
        "students are never counted."
    ),
    N_(
        "Each completion is counted for one award only. Partners of the award that "
        "cover a lesson equally are one row, named jointly, and counted once."
    ),
    N_(
        "The tables are shown whole, or all withheld if any number in any of them is "
        "from 1 to 9, so that no small group can be worked out. Zeros are shown."
    ),
    N_(
        "Completions at a school not yet known, under no award, or awaiting a "
        "decision when the period was closed are not in these figures."
    ),
    N_("What was recorded after the period was closed changes no release of it."),
    N_(
        "A student whose record was erased, because a guardian asked or its time was "
        "over, and who returns is counted as somebody new."
    ),
)


class NotEndedError(NotAllowedError):
    """The period is not over yet."""


class NotClosedError(NotAllowedError):
    """Only a closed period can be released."""


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


def content_of(session: Session, period: ReportingPeriod) -> snapshot.Content:
    """Return what a release of a closed period says.

    Raises:
        NotClosedError: The period is still open.
    """
    award = period.award
    total, tables, names = _protected(session, period)
    return snapshot.Content(
        award=snapshot.AwardPart(
            fain=award.fain,
            title=award.title,
            assistance_listing=award.assistance_listing,
            agency=award.agency,
            recipient=award.recipient.name,
            recipient_uei=award.recipient.uei,
            starts_on=award.starts_on.isoformat(),
            ends_on=award.ends_on.isoformat(),
        ),
        period=_period_part(period),
        total=total,
        tables=tuple(snapshot.table_part(t, names[t.dimension]) for t in tables),
        acknowledgement=snapshot.Acknowledgements(
            en=award.acknowledgement_en, es=award.acknowledgement_es
        ),
        parameters=snapshot.Parameters(
            measure=Measure.COMPLETIONS,
            smallest_shown=SMALLEST_SHOWN,
            attribution_rules=RULE_VERSION,
            disclosure_rules=DISCLOSURE_VERSION,
            measures=MEASURES_VERSION,
        ),
        notes=NOTES,
    )


def verify(session: Session, made: Release) -> Verification:
    """Hash a release again, and compute its numbers again from the facts."""
    told = snapshot.read(made.content)
    total, tables, _names = _protected(session, made.period)
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
    return Verification(
        has_its_hash=snapshot.digest(made.content) == made.content_hash,
        differences=tuple(differences + ["total"] * (total != told.total)),
    )


def span_of(period: ReportingPeriod) -> Span:
    """Return the days of a period."""
    return Span(period.starts_on, period.ends_on)


def _protected(
    session: Session, period: ReportingPeriod
) -> tuple[int | None, tuple[Table, ...], Mapping[str, dict[str, str]]]:
    if period.closed_at is None:
        raise NotClosedError(_("Close the period first; only then can it be released."))
    question = Question(period.award, span_of(period), as_of=period.closed_at)
    counts = figures.tables(session, question)
    cells, names = _cells(session, question, counts)
    total = counts.total.completions
    tables = disclosure.protect(cells, total)
    return disclosure.protect_total(total).value, tables, names


def _cells(
    session: Session, question: Question, counts: figures.Tables
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, str]]]:
    """Return each dimension's numbers and names; covered, but none yet, is 0."""
    schools = labels.covered_schools(session, question)
    schools |= labels.schools(session, counts.by_school)
    keys = {
        school_id: labels.school_key(school) for school_id, school in schools.items()
    }
    partners = labels.covered_partners(session, question)
    by_school = {keys[place]: count for place, count in counts.by_school.items()}
    cells = {
        "school": _numbers(sorted(keys.values()), by_school),
        "grade_band": _numbers(list(BANDS), counts.by_band),
        "module": _numbers([], counts.by_module),
        "partner": _numbers(sorted(partners), counts.by_partner),
    }
    names = {
        "school": {keys[place]: school.name for place, school in schools.items()},
        "grade_band": dict(BANDS),
        "module": labels.modules(session, cells["module"]),
        "partner": labels.partners(session, cells["partner"]),
    }
    return cells, names


def _numbers(covered: list[str], counts: Mapping[str, figures.Count]) -> dict[str, int]:
    """Return numbers by key, in an order that depends on the keys alone."""
    numbers = {str(key): count.completions for key, count in counts.items()}
    others = sorted(key for key in numbers if key not in covered)
    return {key: numbers.get(key, 0) for key in covered + others}


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


def _period_part(period: ReportingPeriod) -> snapshot.PeriodPart:
    closed_at = period.closed_at.isoformat() if period.closed_at else ""
    return snapshot.PeriodPart(
        starts_on=period.starts_on.isoformat(),
        ends_on=period.ends_on.isoformat(),
        time_zone=period.award.time_zone,
        closed_at=closed_at,
    )
