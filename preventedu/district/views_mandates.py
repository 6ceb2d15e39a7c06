"""The coverage matrix as a page and as CSV. No legal advice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Response, request

from preventedu import spreadsheets
from preventedu.courses import catalog
from preventedu.courses.labels import in_language
from preventedu.db import get_session
from preventedu.district import access, mandates, states
from preventedu.district.consent_modes import BANDS
from preventedu.district.entries import YEARS, today_in
from preventedu.district.views_shared import lea_for, now, show
from preventedu.i18n import gettext as _
from preventedu.i18n import language
from preventedu.staff.access_log import record_access

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.typing import ResponseReturnValue

    from preventedu.courses.models import ModuleVersion
    from preventedu.people import Lea
    from preventedu.spreadsheets import Cell

HEADER = (
    "state", "rule", "citation", "status", "reviewed_on", "plan_due", "report_due",
    "required_topic", "grades", "how_often", "grade_band", "lesson", "classes",
    "classes_finished", "percent", "days_from", "days_to",
)  # fmt: skip
NOTE = "Not legal advice. Whether a lesson satisfies a rule is for the LEA to decide."


def mandate_page(lea_id: int) -> ResponseReturnValue:
    """Show what the State requires and how many classes have finished it."""
    found, days, problem = _asked(lea_id)
    session, today = get_session(), today_in(found, now=now())
    rules = states.rules_of(found.state)
    lines = mandates.matrix(session, found, days)
    return show(
        "mandates.html",
        "mandates",
        found,
        rules=[(rule, [line for line in lines if line.rule is rule]) for rule in rules],
        topics=states.known_states().topics,
        columns=BANDS,
        days=days,
        problem=problem,
        title_of=_title,
        due=lambda month_day: states.next_due(month_day, today),
    )


def mandate_csv(lea_id: int) -> ResponseReturnValue:
    """Return the same as CSV for spreadsheets."""
    found, days, _problem = _asked(lea_id)
    rows = _rows(mandates.matrix(get_session(), found, days), found, days)
    name = f"state-rules-{found.nces_id}-{days.first}-{days.last}.csv"
    return Response(
        spreadsheets.to_csv(rows),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _asked(lea_id: int) -> tuple[Lea, mandates.Days, str]:
    """Return whose figures for which days, and write down who looked at them."""
    session = get_session()
    found, member = lea_for(session, lea_id, access.may_see_figures)
    record_access(session, member, f"coverage matrix of LEA {found.nces_id}", now=now())
    session.commit()
    days = mandates.school_year(today_in(found, now=now()))
    try:
        first = date.fromisoformat(request.args.get("from", "") or str(days.first))
        last = date.fromisoformat(request.args.get("to", "") or str(days.last))
    except ValueError:
        return found, days, _("Write each day as year-month-day.")
    if first > last or first.year not in YEARS or last.year not in YEARS:
        return found, days, _("The last day is before the first, or a year is wrong.")
    return found, mandates.Days(first, last), ""


def _rows(
    lines: list[mandates.Line], found: Lea, days: mandates.Days
) -> Iterator[list[Cell]]:
    today, topics = today_in(found, now=now()), states.known_states().topics
    yield list(HEADER)
    for line in lines:
        rule, part = line.rule, line.requirement
        yield [
            rule.state,
            rule.name.in_language(language()),
            rule.citation,
            rule.status.value,
            rule.reviewed_on.isoformat(),
            _due(rule.plan_due, today),
            _due(rule.report_due, today),
            topics[line.topic].title.in_language(language()),
            part.grades.in_language(language()),
            part.frequency.value if part.frequency else "",
            line.band.value,
            _title(line.lesson) if line.lesson else "",
            line.classes,
            line.finished,
            "" if line.percent is None else line.percent,
            days.first.isoformat(),
            days.last.isoformat(),
        ]
    yield [NOTE]


def _due(month_day: str | None, today: date) -> str:
    return states.next_due(month_day, today).isoformat() if month_day else ""


def _title(version: ModuleVersion) -> str:
    return in_language(catalog.load(version).title, language())
