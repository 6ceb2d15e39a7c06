"""Moving, languages, settings, reading aloud, no script, weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.courses.models import Answer, Attempt, Completion, GradingPolicy
from preventedu.security import STATIC
from tests.courses.make import GROOMING, HELPERS, real_module

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext

    from tests.courses.browser.conftest import Tab
    from tests.courses.browser.site import Site

pytestmark = pytest.mark.browser
KILOBYTE = 1024
SCRIPTS = [STATIC / "boot.js", STATIC / "player.js"]


def test_the_script_is_small_before_it_is_compressed() -> None:
    assert sum(path.stat().st_size for path in SCRIPTS) <= 15 * KILOBYTE


def here(tab: Tab) -> str | None:
    return tab.frame.get_attribute(".screen.on", "id")


def test_back_and_forward_go_screen_by_screen(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(GROOMING))
    for _ in range(3):
        frame.click("[data-next]")
    assert here(tab) == "l1-s2"

    frame.evaluate("() => history.back()")
    frame.wait_for_selector("#l1-s1.on")
    frame.evaluate("() => history.forward()")
    frame.wait_for_selector("#l1-s2.on")


def test_the_keyboard_is_enough(site: Site, new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(GROOMING))
    keys = tab.page.keyboard
    tab.go("l1-s3")
    frame.focus(".screen.on .opt input >> nth=0")

    keys.press("ArrowDown")
    keys.press("ArrowUp")
    frame.focus(".screen.on [data-check]")
    keys.press("Enter")
    assert frame.locator(".screen.on .fb").count() == 1
    frame.focus("[data-open=help]")
    keys.press("Space")
    assert frame.is_visible("#help:modal")
    keys.press("Escape")
    assert not frame.is_visible("#help")
    assert frame.evaluate("() => document.activeElement.dataset.open") == "help"
    frame.focus("[data-next]")
    keys.press("Enter")
    assert here(tab) == "l1-s4"
    assert frame.evaluate("() => document.activeElement.id") == "l1-s4"


def test_spanish_comes_in_place(site: Site, new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(GROOMING))
    tab.go("l1-s4")
    tab.saved()

    frame.click("[data-language]")
    tab.frame.wait_for_selector("html[lang=es] .screen.on")

    assert here(tab) == "l1-s4"
    spanish = real_module(GROOMING).documents["es"].screens[3].title
    assert spanish in tab.frame.inner_text(".screen.on h2")


def test_settings_hold_in_the_frame_of_another_site(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    visit = site.let_in(GROOMING)
    frame = tab.visit(visit)
    frame.click("[data-open=settings]")
    with tab.page.expect_response("**/settings") as answered:
        frame.click("#settings label:has([value=dark])")
    assert answered.value.status == 204

    frame = tab.visit(visit)

    assert frame.get_attribute("html", "data-theme") == "dark"


def test_pictures_of_later_screens_are_there_when_the_connection_is_not(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(HELPERS))
    frame.click("[data-next]")
    frame.wait_for_function(
        "() => [...document.images].every(i => i.complete && i.naturalWidth)"
    )
    tab.page.context.set_offline(offline=True)

    tab.go("l1-s13")

    assert frame.evaluate("() => document.querySelector('.on img').naturalWidth") > 0


def test_words_are_explained_where_they_stand(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(GROOMING))
    tab.go("l1-s1")

    frame.click(".screen.on .term")

    meaning = real_module(GROOMING).documents["en"].glossary["grooming"]
    assert frame.inner_text(".screen.on .def") == meaning
    frame.click(".screen.on .term")
    assert not frame.is_visible(".screen.on .def")


SPEAKER = """window.said = []; window.ends = [];
speechSynthesis.speak = u => { said.push(u.text); ends.push(u.onend) };
speechSynthesis.cancel = () => said.push('stop');
window.SpeechSynthesisUtterance = function (text) { this.text = text }"""


def test_listening_reads_one_paragraph_after_another_and_stops_on_leaving(
    site: Site, new_context: Callable[..., BrowserContext], new_tab: Callable[..., Tab]
) -> None:
    context = new_context()
    context.add_init_script(SPEAKER)
    tab = new_tab(context=context)
    frame = tab.visit(site.let_in(HELPERS))
    frame.click("[data-next]")
    frame.evaluate("() => { said.length = 0 }")

    frame.click(".screen.on [data-listen]")
    assert frame.locator(".screen.on .saying").count() == 1
    frame.evaluate("() => ends.at(-1)()")
    said = frame.evaluate("() => said.filter(t => t !== 'stop')")
    screen = real_module(HELPERS).documents["en"].screens[0]
    assert said[0] == screen.title
    assert "This is Pip." in said[1]

    frame.click("[data-next]")
    assert frame.evaluate("() => said.at(-1)") == "stop"
    assert frame.locator(".saying").count() == 0


def test_without_a_voice_of_the_device_nothing_offers_to_read(
    site: Site, new_context: Callable[..., BrowserContext], new_tab: Callable[..., Tab]
) -> None:
    context = new_context()
    network = "[{lang: 'en-US', localService: false}]"
    context.add_init_script(f"speechSynthesis.getVoices = () => {network}")
    tab = new_tab(context=context)

    frame = tab.visit(site.let_in(GROOMING))

    assert not frame.is_visible("[data-listen]")


def test_the_frame_speaks_to_its_platform_only(
    site: Site, new_context: Callable[..., BrowserContext], new_tab: Callable[..., Tab]
) -> None:
    context = new_context()
    context.add_init_script(
        "if (parent === window) { window.heard = []; addEventListener('message',"
        " e => { heard.push(e.data.subject); if (e.data.subject ==="
        " 'lti.fetchWindowSize') e.source.postMessage({subject:"
        " 'lti.fetchWindowSize.response', height: 800, offset: {top: 100},"
        " footer: 50}, '*') }) }"
    )
    tab = new_tab(context=context)
    frame = tab.visit(site.let_in(GROOMING))
    frame.click("[data-next]")
    tab.page.wait_for_function("() => heard.includes('lti.scrollToTop')")

    heard = tab.page.evaluate("() => heard")

    assert heard[:2] == ["lti.fetchWindowSize", "lti.frameResize"]


def test_the_certificate_carries_no_telling_word_and_sends_no_name(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    frame = tab.visit(site.let_in(GROOMING))
    tab.go("after")
    frame.click("[data-next]")
    tab.saved()
    frame.evaluate("() => { window.print = () => {} }")
    tab.sent.clear()

    frame.fill("#certificate-name", "Robin")
    frame.click("[data-certificate]")

    sheet = frame.text_content(".sheet") or ""
    assert "Robin" in sheet
    assert real_module(GROOMING).lms_title["en"] in sheet
    assert "groom" not in sheet
    tab.page.wait_for_timeout(300)
    assert tab.sent == []


@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_without_script_the_whole_lesson_is_there_and_can_be_finished(
    site: Site, new_context: Callable[..., BrowserContext], slug: str
) -> None:
    context = new_context(java_script_enabled=False)
    page = context.new_page()
    visit = site.let_in(slug)
    page.goto(site.framed(visit.url))
    frame = page.frame_locator("iframe")

    screens = frame.locator(".screen:visible")
    frame.locator("h1").wait_for(state="attached")
    assert screens.count() > 10
    for hidden in ("[data-next]", "[data-listen]", "[data-check]"):
        assert frame.locator(f"{hidden}:visible").count() == 0
    assert frame.locator("#help:visible").count() == 1
    before = page.url
    if slug == HELPERS:
        frame.locator("#after-1 .pick").first.click()
        frame.locator("#after-1 .say-back.good, #after-1 .say-back.miss").wait_for()
    else:
        frame.locator("#after .opt").first.click()
        frame.locator("#after button[type=submit]:visible").click()
        frame.locator("#after .fb").wait_for()
    frame.locator("#done button[type=submit]:visible").click()
    frame.get_by_text("Your teacher will see that you finished.").wait_for()

    assert page.url == before
    with site.sessions() as session:
        found = select(Completion).where(Completion.learner_id == visit.learner_id)
        assert session.scalars(found).one().mastery is not None


def test_without_script_finish_sends_the_answers_along(
    site: Site, new_context: Callable[..., BrowserContext]
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    visit = site.let_in(GROOMING, grading=GradingPolicy.MASTERY)
    page.goto(visit.url)

    page.locator("#after .q").first.locator(".opt").first.click()
    page.locator("#done button[type=submit]:visible").click()
    page.get_by_text("You finished!").wait_for()

    with site.sessions() as session:
        answers = select(Answer).join(Attempt, Attempt.id == Answer.attempt_id)
        kept = answers.where(Attempt.learner_id == visit.learner_id)
        assert session.scalars(kept).one().phase == "post"


@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_the_first_load_is_light_and_does_not_jump(
    site: Site, new_context: Callable[..., BrowserContext], slug: str
) -> None:
    context = new_context("phone")
    context.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries()"
        ".forEach(e => { moved += e.value }))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    urls: dict[str, str] = {}
    sizes: dict[str, float] = {}
    wire.on(
        "Network.responseReceived",
        lambda event: urls.update({event["requestId"]: event["response"]["url"]}),
    )
    wire.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(site.let_in(slug).url, wait_until="load")
    page.wait_for_timeout(1000)

    total = sum(sizes.values())
    script = sum(s for name, s in sizes.items() if ".js" in urls.get(name, ""))
    moved = page.evaluate("() => moved")
    largest = sorted(((sizes[n], urls.get(n, "")) for n in sizes), reverse=True)
    assert total <= 60 * KILOBYTE, largest
    assert script <= 15 * KILOBYTE
    assert moved <= 0.02
    fonts = [url for url in urls.values() if ".woff2" in url]
    assert len(fonts) == 1
