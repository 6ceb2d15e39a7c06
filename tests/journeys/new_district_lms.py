"""How the LMS of a new district is connected, on our pages and on its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journeys.new_district import (
    LEA,
    SCHOOL,
    expect_one_refusal,
    follow,
    press,
    says,
    write,
)
from tests.journeys.tour import COURSE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journeys.new_district import District
    from tests.journeys.tour import Visitor

LABELS = {"moodle": "Moodle", "canvas": "Canvas (hosted by Instructure)"}
BEGIN = {"moodle": "Add LTI Advantage", "canvas": "Continue"}


def make_link(page: Page, personality: str) -> str:
    """Make a registration link for all schools of the LEA."""
    follow(page, "LMS connections", "Connect an LMS")
    write(page, {"LMS": LABELS[personality], "School district (LEA)": LEA})
    press(page, "Make a link")
    return page.locator("code.copy", has_text="/lti/register/").inner_text()


def register(district: District, link: str) -> None:
    """Do what the LMS's administrator does: paste, connect, switch on, show."""
    page = district.in_the_lms("Sana Malik").page
    personality = district.plan.personality
    follow(page, "Manage tools")
    page.locator("#link").fill(link)
    page.get_by_role("button", name=BEGIN[personality]).click()
    ours = page.frame_locator("iframe.tool")
    ours.get_by_role("button", name="Connect", exact=True).click()
    ours.get_by_role("heading", name="preventedu is registered").wait_for()
    ours.get_by_role("button", name="Close and go back to the LMS").click()
    page.get_by_role("heading", name="Manage tools").wait_for()
    if personality == "moodle":
        press(page, "Activate")
        press(page, "Show in activity chooser")
    else:
        press(page, "Switch on")
    says(page, "Active, and teachers find it")


def open_platform(page: Page) -> None:
    """Open the page of the one LMS."""
    follow(page, "LMS connections")
    with page.expect_navigation():
        page.locator("main h2 a").first.click()


def try_connection(page: Page) -> dict[str, str]:
    """Test the connection; return each check's result by its name."""
    open_platform(page)
    press(page, "Test now")
    rows = page.get_by_role("region", name="Test the connection").locator("li")
    found = {}
    for row in rows.all():
        found[row.locator("b").inner_text()] = row.locator(".tag").inner_text().strip()
    return found


def bind(teacher: Visitor, page: Page) -> None:
    """Canvas names its deployment at the first launch: say then whose it is."""
    teacher.page.get_by_role("link", name="Add a lesson").click()
    frame = teacher.page.frame_locator("iframe.tool")
    frame.get_by_text("deployment_pending").wait_for()
    expect_one_refusal(teacher)
    follow(page, "LMS connections")
    says(page, "1 deployment waits for you")
    open_platform(page)
    write(page, {"School district (LEA)": LEA})
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Let it in")).click()
    teacher.page.goto(f"{teacher.demo.plan.lms_url}/courses/{COURSE}")


def confirm_school(page: Page) -> None:
    """Confirm at which school the teacher says that the class is."""
    follow(page, "LMS connections", "Courses and schools")
    says(page, f"The teacher says: {SCHOOL}.")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Confirm")).click()
    says(page, f"is placed at {SCHOOL}")


def expect_launches(page: Page) -> None:
    """Find the launches in school IT's log, all of them let in."""
    follow(page, "LMS connections", "Launches")
    rows = page.get_by_role("region", name="Launches").last.locator("tbody tr")
    expect(rows.filter(has_text="Choosing lessons").first).to_contain_text("Let in")
    expect(rows.filter(has_text="Student").first).to_contain_text("Let in")
