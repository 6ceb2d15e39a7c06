"""What a release says: the protected figures of a closed period, and its notes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from preventedu.errors import NotAllowedError
from preventedu.grants import disclosure, figures, labels, snapshot
from preventedu.grants.disclosure import DISCLOSURE_VERSION, SMALLEST_SHOWN
from preventedu.grants.figures import Question
from preventedu.grants.measures import BANDS, MEASURES_VERSION, N_
from preventedu.grants.models import Measure
from preventedu.grants.periods import Span
from preventedu.grants.resolution import RULE_VERSION
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from preventedu.grants.disclosure import Table
    from preventedu.grants.models import ReportingPeriod

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
    N_(
        "School staff who finished a lesson for staff are told apart from students "
        "and are in no other figure. Presenter sessions are in no release."
    ),
    N_("What was recorded after the period was closed changes no release of it."),
    N_(
        "A student whose record was erased, because a guardian asked or its time was "
        "over, and who returns is counted as somebody new."
    ),
)


class NotClosedError(NotAllowedError):
    """Only a closed period can be released."""


def content_of(session: Session, period: ReportingPeriod) -> snapshot.Content:
    """Return what a release of a closed period says.

    Raises:
        NotClosedError: The period is still open.
    """
    award = period.award
    total, tables, names = protected(session, period)
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
        staff=staff_part(session, period),
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


def span_of(period: ReportingPeriod) -> Span:
    """Return the days of a period."""
    return Span(period.starts_on, period.ends_on)


def protected(
    session: Session, period: ReportingPeriod
) -> tuple[int | None, tuple[Table, ...], Mapping[str, dict[str, str]]]:
    """Return the total (None: withheld), the tables, and the names of their keys.

    Raises:
        NotClosedError: The period is still open.
    """
    if period.closed_at is None:
        raise NotClosedError(_("Close the period first; only then can it be released."))
    question = _question(period)
    counts = figures.tables(session, question)
    cells, names = _cells(session, question, counts)
    total = counts.total.completions
    tables = disclosure.protect(cells, total)
    return disclosure.protect_total(total).value, tables, names


def _question(period: ReportingPeriod) -> Question:
    return Question(period.award, span_of(period), as_of=period.closed_at)


def staff_part(session: Session, period: ReportingPeriod) -> snapshot.StaffPart:
    """Return how many school staff finished a lesson for staff."""
    asked = replace(_question(period), audience=figures.EDUCATOR)
    people = figures.total(session, asked).students
    return snapshot.StaffPart(people=disclosure.protect_total(people).value)


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


def _period_part(period: ReportingPeriod) -> snapshot.PeriodPart:
    closed_at = period.closed_at.isoformat() if period.closed_at else ""
    return snapshot.PeriodPart(
        starts_on=period.starts_on.isoformat(),
        ends_on=period.ends_on.isoformat(),
        time_zone=period.award.time_zone,
        closed_at=closed_at,
    )
