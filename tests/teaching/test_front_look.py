"""The class display and the pages around it in a browser: keys, frame, no names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from preventedu.auth import SeatRole
from tests.teaching.live import NAMES, live_class
from tests.teaching.lms_double import LmsDouble
from tests.teaching.test_look import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.lti.models import ToolKey
    from tests.teaching.live import Live

pytestmark = pytest.mark.browser
SIZES = {"chromebook": (1366, 768), "phone": (390, 844), "projector": (1920, 1080)}
TEACHER = SeatRole.TEACHER
PAGES = ("front", "show", "present", "sessions", "tell")


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
    """A fresh browser on a Chromebook, a telephone and a projector."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A fresh browser on a projector."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    yield context.new_page()
    context.close()


def shown(page: Page) -> str:
    """Return the id of the screen that the class sees."""
    found = page.locator(".screen.on").get_attribute("id")
    assert found
    return found


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_read_by_everybody(
    page: Page, live: Live, name: str, language: str
) -> None:
    page.goto(live.seat(TEACHER, f"{name}?lang={language}"))

    check(page, f"{name}-{language}")


def test_the_display_shows_no_name_and_sends_nothing(desk: Page, live: Live) -> None:
    sent: list[str] = []
    desk.on("request", lambda r: sent.append(r.method) if r.method != "GET" else None)
    desk.goto(live.seat(TEACHER, "show"))
    for _screen in range(30):
        desk.keyboard.press("ArrowRight")

    assert shown(desk) == "done"
    text = desk.content()
    assert [name for name in NAMES if name in text] == []
    assert sent == []
    assert desk.evaluate("Object.keys(localStorage)") == []


def test_the_lesson_is_led_by_keyboard_alone(desk: Page, live: Live) -> None:
    desk.goto(live.seat(TEACHER, "show"))
    first = shown(desk)

    desk.keyboard.press("ArrowRight")
    second = shown(desk)
    desk.keyboard.press("Space")
    third = shown(desk)
    desk.keyboard.press("PageUp")

    assert len({first, second, third}) == 3
    assert shown(desk) == second
    desk.keyboard.press("ArrowLeft")
    assert shown(desk) == first


def test_the_screen_goes_blank_and_comes_back_where_it_was(
    desk: Page, live: Live
) -> None:
    desk.goto(live.seat(TEACHER, "show"))
    desk.keyboard.press("ArrowRight")
    before = shown(desk)

    desk.keyboard.press("b")
    covered = "document.elementFromPoint(900, 400).closest('#blank') !== null"
    assert desk.evaluate(covered)
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("b")

    assert not desk.evaluate(covered)
    assert shown(desk) == before


def test_leaving_hides_the_lesson_at_once(desk: Page, live: Live) -> None:
    desk.goto(live.seat(TEACHER, "show"))
    for _time in range(3):
        desk.keyboard.press("Shift")

    expect(desk.get_by_role("heading", level=1)).to_have_text("Class home")
    expect(desk).to_have_url(re.compile("/away$"))


def test_a_questions_answers_are_uncovered_after_the_talk(
    desk: Page, live: Live
) -> None:
    desk.goto(live.seat(TEACHER, "show"))
    while not desk.locator(".screen.on .uncover").count():
        desk.keyboard.press("ArrowRight")
    asked = shown(desk)
    right = desk.locator(".screen.on .uncover .good")
    expect(right).to_be_hidden()
    check(desk, "show-question")

    desk.locator(".screen.on .uncover summary").focus()
    desk.keyboard.press("Space")

    expect(right).to_be_visible()
    assert shown(desk) == asked
    check(desk, "show-uncovered")


def test_the_display_works_without_script(browser: Browser, live: Live) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live.seat(TEACHER, "show"))

    assert page.locator(".screen:visible").count() > 8
    page.get_by_role("link", name="Blank").click()
    expect(page.locator("#blank")).to_be_visible()
    page.get_by_role("link", name="Show it again").click()
    expect(page.locator("#blank")).to_be_hidden()
    page.get_by_role("link", name="Teacher: end the lesson").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Teach from the front")
    context.close()


def test_the_class_is_ticked_from_the_display_in_a_frame_of_another_site(
    desk: Page, live: Live
) -> None:
    problems: list[str] = []
    desk.on("console", lambda said: problems.append(said.text))
    desk.goto(live.frame + live.seat(TEACHER, "show"))
    inside = desk.frame_locator("iframe")
    while not inside.locator("#done.on").count():
        inside.locator("[data-next]").click()
    inside.get_by_role("link", name="Teacher: end the lesson").click()
    expect(inside.get_by_text("The next page shows names.")).to_be_visible()
    inside.get_by_role("link", name="Show the list of names").click()
    expect(inside.get_by_label("Minutes taught")).to_have_value("1")
    box = inside.get_by_label("Max Ortiz")
    box.check()
    inside.get_by_role("button", name="Save who was here").click()

    expect(inside.get_by_role("status")).to_have_text("Who was present is saved.")
    expect(box).to_be_checked()
    box.uncheck()
    inside.get_by_role("button", name="Save who was here").click()
    expect(box).not_to_be_checked()
    assert problems == []


def test_a_session_is_recorded_corrected_and_taken_back_by_keyboard(
    desk: Page, live: Live
) -> None:
    desk.goto(live.seat(TEACHER, "sessions"))
    desk.get_by_label("Headcount").focus()
    desk.keyboard.type("64")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status")).to_have_text("The session is recorded.")
    check(desk, "sessions-recorded")

    desk.get_by_role("link", name=re.compile("^Correct")).click()
    check(desk, "session")
    desk.get_by_label("Headcount").fill("46")
    desk.get_by_role("button", name="Save the correction").click()
    expect(desk.get_by_role("table")).to_contain_text("46")

    desk.get_by_role("link", name=re.compile("^Correct")).click()
    desk.get_by_role("button", name="Take this session back").click()
    expect(desk.get_by_text("No session is recorded yet.")).to_be_visible()


@pytest.mark.parametrize("name", ["class_page", "guide", "letter", "front", "present"])
def test_the_safety_steps_are_one_touch_away(desk: Page, live: Live, name: str) -> None:
    desk.goto(live.seat(TEACHER, name))

    desk.get_by_role("navigation", name="Safety").get_by_role("link").click()

    expect(desk.get_by_role("heading", level=1)).to_have_text(
        "If a student tells you something"
    )


def test_the_safety_steps_print_without_what_is_for_the_screen(
    desk: Page, live: Live
) -> None:
    desk.goto(live.seat(TEACHER, "tell"))
    desk.emulate_media(media="print")

    expect(desk.get_by_text("Stay with the student")).to_be_visible()
    expect(desk.get_by_role("link", name="Back to your class")).to_be_hidden()
