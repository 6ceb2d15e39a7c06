"""The step before a sensitive lesson, filled in as a teacher does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from preventedu.cli.demo.browser import UnexpectedPageError

if TYPE_CHECKING:
    from datetime import date

    from preventedu.cli.demo.browser import Browser, Form, Page

CLASS_LABEL = "Period 3, room 12"
WEDNESDAY, WEEK = 2, 7
AHEAD = timedelta(days=21)
"""Longer than the notice that the demo's LEA promises families."""
MOST_STEPS = 6
"""A step for each sensitive lesson, and one more where a day is warned of."""


def confirm_ready(teacher: Browser, page: Page) -> Page:
    """Confirm each lesson that the page asks about; return what follows.

    Raises:
        UnexpectedPageError: The page asks on and on, or the LEA's contacts are
            missing.
    """
    for _step in range(MOST_STEPS):
        form = _form_of(page)
        if form is None:
            return page
        page = teacher.submit(page, form, _filled_in())
    raise UnexpectedPageError("the class is not prepared in the end")


def lesson_day() -> date:
    """Return the day that is confirmed: a Wednesday some weeks from now."""
    day = datetime.now(UTC).date() + AHEAD
    return day + timedelta(days=(WEDNESDAY - day.weekday()) % WEEK)


def _form_of(page: Page) -> Form | None:
    found = [form for form in page.forms if form.action.endswith("/ready")]
    return found[0] if found else None


def _filled_in() -> dict[str, str]:
    ticks = dict.fromkeys(("protocol_read", "counselor_told", "opt_outs_done"), "y")
    return {
        "class_label": CLASS_LABEL,
        "teaching_on": lesson_day().isoformat(),
        **ticks,
    }
