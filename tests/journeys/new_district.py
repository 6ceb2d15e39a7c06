"""A new district: its installation behind TLS, and the browsers of its people."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.journeys.programs import preventedu, until
from tests.journeys.tour import SIZES, Visitor

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from playwright.sync_api import Browser, Frame, Page

    from tests.tls import EmptyPlan

ZONE = "America/Chicago"
LEA, SCHOOL = "Bluebonnet District (test)", "Bluebonnet Middle School (test)"
LEA_ID, SCHOOL_ID, OTHER_SCHOOL_ID = "0099004", "009900400001", "009900400002"
OTHER_SCHOOL = "Pecan Elementary School (test)"
OFFICE = "Family office, room 3, 555-0101"
SHERIFF = "Pecan County Sheriff's Office (test)"
AGENCY = "State Office of Prevention (test)"
PASSWORD = "four words that nobody guesses"
PATIENCE = 30_000
"""Milliseconds until a page that should come is taken not to come."""


@dataclass
class District:
    """Its installation, and everybody who has a browser open."""

    plan: EmptyPlan
    chrome: Browser
    pictures: Path
    people: dict[str, Visitor] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        """What the operator's commands are given."""
        names = ("PREVENTEDU_", "REQUESTS_CA_BUNDLE")
        kept = self.plan.environment().items()
        return {name: value for name, value in kept if name.startswith(names)}

    def run(self, *arguments: str) -> str:
        """Run one of the operator's commands, which must work; return its words."""
        done = preventedu(*arguments, **self.settings)
        assert done.code == 0, done.out
        return done.out

    def person(self, name: str) -> Visitor:
        """Give somebody a browser of their own."""
        width, height = SIZES["chromebook"]
        context = self.chrome.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(PATIENCE)
        visitor = Visitor(context, context.new_page(), self, self.pictures)
        visitor.watch()
        self.people[name] = visitor
        return visitor

    def in_the_lms(self, name: str) -> Visitor:
        """Sign somebody of the practice LMS in, by its first page."""
        visitor = self.person(name)
        visitor.page.goto(self.plan.lms_url)
        visitor.page.get_by_role("button", name=name).first.click()
        visitor.page.get_by_role("heading", name="Lessons", exact=True).wait_for()
        return visitor


@cache
def today() -> date:
    """Return the day in the district, the same for the whole story."""
    return datetime.now(ZoneInfo(ZONE)).date()


def day(days: int) -> str:
    """Return a day so many days from today, as date fields take it."""
    return (today() + timedelta(days=days)).isoformat()


def write(page: Page | Frame, by_label: dict[str, str]) -> None:
    """Fill a form in: write, choose from a list, or tick, whichever the field is."""
    for label, value in by_label.items():
        box = page.get_by_label(label, exact=True)
        # A label around a list holds the text of all its choices.
        box = box.or_(page.get_by_role("combobox", name=label, exact=True)).first
        kind = box.evaluate("it => it.tagName == 'SELECT' ? 'select' : it.type")
        if kind == "select":
            box.select_option(label=value)
        elif kind in ("checkbox", "radio"):
            box.check()
        else:
            box.fill(value)


def press(page: Page | Frame, name: str) -> None:
    """Press a button of the page, which loads another without a complaint."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()
    assert not page.get_by_role("alert").count(), page.inner_text("main")


def follow(page: Page | Frame, *names: str) -> None:
    """Click links one after the other, each on the page before it."""
    for name in names:
        link = page.get_by_role("link", name=name, exact=True).first
        with page.expect_navigation():
            link.click()


def says(page: Page | Frame, *words: str) -> None:
    """Hold the page to words that somebody is to read there."""
    for each in words:
        page.get_by_text(each).first.wait_for()


def expect_one_refusal(visitor: Visitor) -> None:
    """Let the console have named one page as refused: such pages are part of this."""
    until(lambda: _has_complained(visitor), "the console names the refused page")
    assert len(visitor.complaints) == 1, visitor.complaints
    assert re.search("status of 40[34]", visitor.complaints.pop())


def _has_complained(visitor: Visitor) -> bool:
    visitor.page.wait_for_timeout(20)  # what the browser says is heard meanwhile
    return bool(visitor.complaints)
