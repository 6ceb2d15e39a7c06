"""What leaves the browser: the screen reached and scored answers, nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from preventedu.auth import Seat
from preventedu.courses.models import Answer, Attempt
from tests.courses.make import GROOMING, HELPERS, real_module

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext

    from tests.courses.browser.conftest import Tab
    from tests.courses.browser.site import Site

pytestmark = pytest.mark.browser


def quiet(tab: Tab) -> None:
    """Wait until nothing is on its way, then forget what was sent."""
    tab.saved()
    tab.page.wait_for_timeout(300)
    tab.sent.clear()


@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_get_help_and_leave_send_nothing(
    site: Site, new_tab: Callable[..., Tab], slug: str
) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(slug))
    frame.click("[data-next]")
    quiet(tab)

    frame.click("[data-open=help]")
    assert frame.is_visible("#help:modal")
    frame.click("#help [data-close]")
    frame.click("[data-leave]")
    tab.page.wait_for_timeout(1500)

    assert tab.sent == []
    assert frame.inner_text("body").split("\n")[0] == "Class home"
    assert frame.title() == "Class home"
    assert urlsplit(frame.evaluate("() => location.href")).path == "/away"
    assert real_module(slug).lms_title["en"] not in frame.content()


def test_leaving_holds_when_going_back(site: Site, new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(GROOMING))
    for _ in range(3):
        frame.click("[data-next]")
    quiet(tab)
    frame.focus("[data-next]")
    for _ in range(3):
        tab.page.keyboard.press("Shift")
    assert "Class home" in frame.inner_text("body")

    frame.evaluate("() => history.back()")
    tab.page.wait_for_timeout(500)

    assert frame.inner_text("body").startswith("Class home")
    assert urlsplit(frame.evaluate("() => location.href")).path == "/away"
    assert tab.sent == []


def test_leaving_holds_when_going_back_past_a_change_of_language(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    visit = site.let_in(GROOMING)
    tab.visit(visit)
    tab.go("l1-s1")
    tab.go("l1-s2")
    tab.frame.click("[data-language]")
    tab.frame.wait_for_selector("html[lang=es] .screen.on")
    tab.frame.click("[data-leave]")

    for _ in range(2):
        tab.frame.evaluate("() => history.back()")
        tab.page.wait_for_timeout(500)
        assert tab.frame.inner_text("body").startswith("Inicio de la clase")
        assert urlsplit(tab.frame.evaluate("() => location.href")).path == "/away"

    tab.frame.goto(visit.url)
    assert tab.frame.is_visible(".screen.on"), "a new launch opens the lesson again"


@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_leaving_without_script_holds_when_going_back(
    site: Site, new_context: Callable[..., BrowserContext], slug: str
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    visit = site.let_in(slug)
    page.goto(visit.url)
    page.locator("[data-leave]").click()
    page.get_by_text("Class home").wait_for()

    page.go_back()

    assert page.get_by_text("Class home").is_visible()
    assert page.locator(".screen").count() == 0

    with site.sessions() as session:
        session.get_one(Seat, visit.seat_id).granted_at = datetime.now(UTC)
        session.commit()
    page.goto(visit.url)
    assert page.locator(".screen").count() > 0, "a new launch opens the lesson again"


def test_mixed_shift_keys_do_not_leave(site: Site, new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(GROOMING))
    tab.go("l2-s3")
    frame.click(".screen.on textarea")

    for word in ("Aunt ", "May ", "Coach ", "Lee"):
        tab.page.keyboard.press(f"Shift+{word[0]}")
        tab.page.keyboard.type(word[1:])

    assert frame.input_value(".screen.on textarea") == "Aunt May Coach Lee"


def test_stories_practice_and_reflections_stay_in_the_browser(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    visit = site.let_in(GROOMING)
    frame = tab.visit(visit)
    tab.go("l2-s3")
    frame.fill(".screen.on textarea", "my own words")
    tab.go("l1-s3")
    frame.click(".screen.on .opt >> nth=0")
    frame.click(".screen.on [data-check]")
    frame.wait_for_selector(".screen.on .fb")
    tab.go("l1-s5")
    quiet(tab)

    for _ in range(4):
        choices = frame.locator(".screen.on .go a:visible")
        if not choices.count():
            break
        choices.first.click()
    frame.click(".screen.on [data-undo]")
    tab.page.wait_for_timeout(500)

    assert tab.sent == []
    with site.sessions() as session:
        assert (
            session.scalars(
                select(Answer)
                .join(Attempt, Attempt.id == Answer.attempt_id)
                .where(Attempt.learner_id == visit.learner_id)
            ).all()
            == []
        )


def test_what_was_written_stays_when_the_language_changes_and_nowhere_else(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    tab.visit(site.let_in(GROOMING))
    tab.go("l2-s3")
    tab.frame.fill(".screen.on textarea", "my own words")
    quiet(tab)

    tab.frame.click("[data-language]")
    tab.frame.wait_for_selector("html[lang=es] .screen.on textarea")

    assert tab.frame.input_value(".screen.on textarea") == "my own words"
    kept = tab.frame.evaluate("() => JSON.stringify([history.state, name])")
    assert kept == '[null,""]'
    told = [f"{each.url} {each.all_headers()} {each.post_data}" for each in tab.sent]
    assert told
    assert not any("own" in each for each in told)

    # What was rubbed out does not come back, nor does it after leaving.
    tab.frame.fill(".screen.on textarea", "")
    tab.frame.click("[data-language]")
    tab.frame.wait_for_selector("html[lang=en] .screen.on textarea")
    assert tab.frame.input_value(".screen.on textarea") == ""


def test_every_batch_holds_screens_and_scored_answers_only(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(GROOMING))
    for _ in range(30):
        if not frame.is_visible("[data-next]"):
            break
        frame.click("[data-next]")
    tab.saved()

    posts = [request for request in tab.sent if request.method == "POST"]
    kinds = {
        (event["t"], *sorted(event))
        for post in posts
        for event in json.loads(post.post_data or "{}")["events"]
    }

    assert kinds == {("screen", "id", "s", "t"), ("finish", "id", "t")}


def test_nothing_is_asked_of_a_third_party(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    for slug in (GROOMING, HELPERS):
        tab.visit(site.let_in(slug))
        tab.saved()

    hosts = {urlsplit(request.url).netloc for request in tab.sent}
    assert hosts == {urlsplit(site.origin).netloc, urlsplit(site.lms).netloc}


def test_neither_the_browser_nor_the_history_has_a_telling_title(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(GROOMING))
    module = real_module(GROOMING)

    for _ in range(4):
        assert frame.title() == module.lms_title["en"]
        assert GROOMING not in frame.url
        frame.click("[data-next]")


def test_what_is_kept_on_the_device_is_ids_and_letters(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    frame = tab.visit_alone(site.let_in(GROOMING))
    tab.saved()
    tab.page.context.set_offline(offline=True)
    tab.go("after")
    frame.click(".screen.on .opt >> nth=0")
    frame.click(".screen.on [data-check] >> nth=0")

    kept: dict[str, str] = frame.evaluate("() => ({...localStorage})")

    ((key, value),) = kept.items()
    assert key.startswith("pe:")
    for event in json.loads(value):
        assert set(event) <= {"id", "t", "s", "q", "phase", "a"}
    tab.page.context.set_offline(offline=False)
    tab.saved()
    assert frame.evaluate("() => localStorage.length") == 0


def test_the_next_pupil_finds_nothing_of_the_last(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    frame = tab.visit_alone(site.let_in(GROOMING))
    frame.evaluate("() => localStorage.setItem('pe:of-somebody-else', '[]')")

    frame = tab.visit_alone(site.let_in(GROOMING))
    tab.saved()

    assert frame.evaluate("() => ({...localStorage})") == {}


ON_PAPER = """screen => {
  const look = part => {
    const style = getComputedStyle(part);
    const seen = part.offsetParent && style.visibility !== "hidden";
    return seen ? [part.value, part.checked, style.border, style.backgroundColor] : "";
  };
  const parts = [...screen.querySelectorAll(".opt,.opt input,textarea,.pick,.scene")];
  return JSON.stringify([screen.innerText, parts.map(look)]);
}"""
"""Invisible parts count as nothing, whatever they hold."""


@pytest.mark.parametrize(
    ("slug", "shown"),
    [
        (GROOMING, ("#l1-s3", "#l1-s5", "#l2-s3", "#after")),
        (HELPERS, (".screen:has([type=button].pick) >> nth=0", "#after-1")),
    ],
)
def test_a_printed_lesson_shows_nothing_that_was_entered(
    site: Site, new_tab: Callable[..., Tab], slug: str, shown: tuple[str, ...]
) -> None:
    tab = new_tab()
    tab.visit_alone(site.let_in(slug))
    tab.frame.click("[data-next]")
    empty = printed(tab, shown)

    for screen in shown:
        enter_something(tab, screen)
    tab.saved()

    # A colour may still be on its way after a press.
    for _ in range(20):
        if (full := printed(tab, shown)) == empty:
            break
        tab.page.wait_for_timeout(100)
    assert [a == b for a, b in zip(full, empty, strict=True)] == [True] * len(shown)


def enter_something(tab: Tab, screen: str) -> None:
    """Do what a screen offers: answer, decide, write."""
    tab.go(tab.frame.locator(screen).get_attribute("id") or "")
    for offer in (".opt", ".pick", ".go a:visible"):
        if tab.frame.locator(f".screen.on {offer}").count():
            tab.frame.click(f".screen.on {offer} >> nth=0")
    if tab.frame.locator(".screen.on [data-check]").count():
        tab.frame.click(".screen.on [data-check] >> nth=0")
        tab.frame.wait_for_selector(".screen.on .fb")
    for box in tab.frame.locator(".screen.on textarea").all():
        box.fill("my own words")


def printed(tab: Tab, screens: tuple[str, ...]) -> list[str]:
    """Return what stands on paper of some screens: words, boxes, ticks and frames."""
    tab.go("start")
    tab.page.emulate_media(media="print", reduced_motion="reduce")
    found = [str(tab.frame.locator(screen).evaluate(ON_PAPER)) for screen in screens]
    tab.page.emulate_media(media="screen", reduced_motion="no-preference")
    return found
