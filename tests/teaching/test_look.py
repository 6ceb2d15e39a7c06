"""The pages in a real browser: readable by all, by keyboard, inside an LMS's frame."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from preventedu.auth import SeatRole
from tests.teaching.live import live_class
from tests.teaching.lms_double import LmsDouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.lti.models import ToolKey
    from tests.teaching.live import Live

pytestmark = pytest.mark.browser
CHROMEBOOK, PHONE = (1366, 768), (390, 844)
SIZES = {"chromebook": CHROMEBOOK, "phone": PHONE}
TEACHER, OBSERVER = SeatRole.TEACHER, SeatRole.OBSERVER
STATES = {
    "class": (TEACHER, "class_page"),
    "class-es": (TEACHER, "class_page?lang=es"),
    "class-saved": (TEACHER, "class_page?said=saved&order=name"),
    "guide": (TEACHER, "guide"),
    "guide-es": (TEACHER, "guide?lang=es"),
    "letter": (TEACHER, "letter"),
    "family": (OBSERVER, "family"),
    "family-es": (OBSERVER, "family?lang=es"),
    "family-letter": (OBSERVER, "letter"),
}


@pytest.fixture(scope="module")
def lms_of_class() -> Iterator[LmsDouble]:
    with LmsDouble() as double:
        yield double


@pytest.fixture(scope="module")
def live(
    tmp_path_factory: pytest.TempPathFactory,
    lessons: dict[str, CompiledModule],
    lms_of_class: LmsDouble,
    tool_key: ToolKey,
) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    with live_class(folder, lessons, lms_of_class, tool_key) as place:
        yield place


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A fresh browser on a Chromebook, and on a telephone."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A fresh browser on a Chromebook."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield context.new_page()
    context.close()


def check(page: Page, name: str) -> None:
    """Hold the page to WCAG 2.2 AA, to its width, and to its size of targets."""
    found = Axe().run(
        page,
        options={
            "runOnly": [
                "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice",
            ]
        },
    )  # fmt: skip
    assert found.violations_count == 0, found.generate_report()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert page.evaluate(wide) is False
    if folder := os.environ.get("PICTURES"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("state", list(STATES))
def test_a_page_can_be_read_by_everybody(page: Page, live: Live, state: str) -> None:
    page.goto(live.seat(*STATES[state]))

    check(page, state)


def test_the_page_without_a_roster_can_be_read(
    page: Page, live: Live, lms_of_class: LmsDouble
) -> None:
    lms_of_class.is_down = True
    page.goto(live.seat(TEACHER, "class_page"))
    lms_of_class.is_down = False

    expect(page.get_by_role("rowheader", name="Student 1", exact=True)).to_be_visible()
    check(page, "class-no-roster")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_public_page_can_be_read(page: Page, live: Live, language: str) -> None:
    for slug in ("my-helpers", "spotting-online-grooming"):
        page.goto(f"{live.tool}/about/{slug}?lang={language}")
        check(page, f"about-{slug}-{language}")


def test_a_student_is_opted_out_and_back_in_by_keyboard_alone(
    page: Page, live: Live
) -> None:
    page.goto(live.seat(TEACHER, "class_page"))
    table = page.get_by_role("table").inner_text()
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    check(page, "class-who-takes-part")
    tab_to(page, "select")
    page.keyboard.type("Ann")
    tab_to(page, ".choose button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Opt Ann Bell out of this lesson?"
    )
    check(page, "opt-out")
    tab_to(page, "button")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text("Your change is saved.")
    expect(page.locator("#taking-part")).not_to_have_attribute("open", "")
    assert page.get_by_role("table").inner_text() == table
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    back = page.get_by_role("button", name="Opt back in: Ann Bell")
    back.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Your change is saved.")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on something, as a person without a mouse does."""
    wanted = f"main .other {selector}, main .one-column {selector}"
    inside = f"document.activeElement.matches('{wanted}')"
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate(inside):
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(outline) != "none"
            return
    pytest.fail(f"the keyboard does not reach {selector}")


def test_all_of_it_works_in_a_frame_on_another_site(desk: Page, live: Live) -> None:
    problems: list[str] = []
    desk.on("console", lambda said: problems.append(said.text))
    desk.goto(live.frame + live.seat(TEACHER, "class_page"))
    inside = desk.frame_locator("iframe")

    expect(inside.get_by_role("heading", level=1)).to_be_visible()
    inside.get_by_text("Who takes part", exact=True).click()
    inside.get_by_label("Opt a student out").select_option("Eli Stone")
    inside.get_by_role("button", name="Continue").click()
    inside.get_by_role("button", name="Opt out").click()

    expect(inside.get_by_role("status")).to_have_text("Your change is saved.")
    assert problems == []
    if folder := os.environ.get("PICTURES"):
        desk.screenshot(path=Path(folder) / "frame.png")


def test_late_grades_are_sent_again_from_the_frame(desk: Page, live: Live) -> None:
    desk.goto(live.frame + live.seat(TEACHER, "class_page"))
    inside = desk.frame_locator("iframe")
    one = inside.get_by_role("button", name=re.compile("Send again: "))
    expect(one).to_have_count(2)

    one.first.click()
    expect(inside.get_by_role("status")).to_contain_text("on their way")
    expect(one).to_have_count(1)

    inside.get_by_role("button", name="Send 1 grade again").click()
    expect(one).to_have_count(0)


def test_another_site_may_not_frame_the_public_page(desk: Page, live: Live) -> None:
    desk.goto(live.frame + f"{live.tool}/about/my-helpers")

    heading = desk.frame_locator("iframe").get_by_role("heading", level=1)
    expect(heading).to_have_count(0)


def test_a_printed_guide_says_what_to_do_if_a_student_tells_something(
    desk: Page, live: Live
) -> None:
    desk.goto(live.seat(TEACHER, "guide"))
    desk.emulate_media(media="print")

    said = desk.get_by_role("heading", name="If a student tells you something")
    expect(said).to_be_visible()
    expect(desk.get_by_role("link", name="Preview as a student")).to_be_hidden()


def test_the_letter_prints_each_language_on_its_own_page(
    desk: Page, live: Live
) -> None:
    desk.goto(live.seat(TEACHER, "letter"))
    desk.emulate_media(media="print")

    second = desk.locator("article.letter").nth(1)
    assert second.evaluate("e => getComputedStyle(e).breakBefore") == "page"
    for said in desk.get_by_text("If a student tells you something").all():
        expect(said).to_be_hidden()
    expect(desk.get_by_role("heading", name="Family letter")).to_be_hidden()
    expect(desk.get_by_role("navigation")).to_be_hidden()
