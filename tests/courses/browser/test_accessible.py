"""No page state has an axe violation, at both sizes, in every theme and language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from preventedu.auth import SeatRole
from tests.courses.make import GARDEN, GROOMING, HELPERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.courses.browser.conftest import Tab
    from tests.courses.browser.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SIZES = ["chromebook", "phone"]


def every_step(tab: Tab) -> list[str]:
    ids: list[str] = tab.frame.evaluate(
        "() => [...document.querySelectorAll('.screen')].map(s => s.id)"
    )
    return ids


def set_theme(tab: Tab, theme: str, text: str = "normal") -> None:
    tab.frame.click("[data-open=settings]")
    for value in (theme, text):
        tab.frame.click(f"#settings label:has([value={value}])")
    tab.frame.click("#settings [data-close]")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_every_step_of_a_lesson(
    site: Site, new_tab: Callable[..., Tab], slug: str, size: str
) -> None:
    tab = new_tab(size, reduced_motion="reduce")
    tab.visit(site.let_in(slug))
    steps = every_step(tab)

    found = {}
    for step in steps:
        tab.go(step)
        found[step] = tab.axe()

    assert len(steps) > 10
    assert {step: each for step, each in found.items() if each} == {}
    assert tab.problems == []


def answer_practice(tab: Tab, slug: str) -> list[str]:
    """Answer until it is right, and look at each feedback."""
    found = []
    for number in range(3):
        if slug == HELPERS and number < 2:
            tab.frame.click(f".screen.on .pick >> nth={number}")
        elif tab.frame.is_visible(".screen.on [data-check]"):
            tab.frame.click(f".screen.on .opt >> nth={number}")
            tab.frame.click(".screen.on [data-check]")
        found += tab.axe()
        if tab.frame.is_visible(".screen.on [data-again]"):
            tab.frame.click(".screen.on [data-again]")
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["dark", "contrast"])
@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_themes_feedback_and_spanish(
    site: Site, new_tab: Callable[..., Tab], slug: str, theme: str, size: str
) -> None:
    tab = new_tab(size, reduced_motion="reduce")
    tab.visit(site.let_in(slug), "?lang=es")
    set_theme(tab, theme, "xlarge")

    found = tab.axe()
    tab.go("l1-s4")
    found += answer_practice(tab, slug)
    tab.go("l1-s2")
    found += tab.axe()

    assert found == []
    assert tab.frame.evaluate("() => document.documentElement.lang") == "es"
    assert tab.problems == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_dialogs_graded_answers_and_the_end(
    site: Site, new_tab: Callable[..., Tab], slug: str, size: str
) -> None:
    tab = new_tab(size, reduced_motion="reduce")
    tab.visit(site.let_in(slug))
    found = []
    for name in ("help", "settings"):
        tab.frame.click(f"[data-open={name}]")
        found += tab.axe()
        tab.page.keyboard.press("Escape")
    if slug == HELPERS:
        tab.go("after-1")
        tab.frame.click(".screen.on .pick >> nth=0")
        tab.frame.wait_for_selector(".say-back.good, .say-back.miss")
        found += tab.axe()
        tab.go("after-3")
    else:
        tab.go("l1-s5")
        tab.frame.click(".screen.on .go a >> nth=0")
        found += tab.axe()
        tab.go("after")
        tab.frame.click(".screen.on .opt >> nth=0")
        tab.frame.click(".screen.on [data-check] >> nth=0")
        tab.frame.wait_for_selector(".screen.on .fb")
        found += tab.axe()
    tab.frame.click("[data-next]")
    tab.saved()
    found += tab.axe()
    tab.frame.click("[data-leave]")
    found += tab.axe()

    assert found == []
    assert tab.problems == []


@pytest.mark.parametrize("size", SIZES)
def test_the_other_lesson_a_preview_and_a_finished_lesson(
    site: Site, new_tab: Callable[..., Tab], size: str
) -> None:
    tab = new_tab(size, reduced_motion="reduce")
    found = []
    visit = site.let_in(GROOMING, SeatRole.TEACHER)
    tab.visit(visit, f"?module={GARDEN}")
    found += tab.axe()
    tab.visit(visit, f"?module={GROOMING}")
    found += tab.axe()
    learner = site.let_in(GROOMING)
    tab.visit(learner)
    tab.go("after")
    tab.frame.click("[data-next]")
    tab.saved()
    tab.visit(learner)
    assert "You finished this lesson." in tab.frame.inner_text("main")
    found += tab.axe()

    assert found == []


@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_leave_is_called_so_where_only_its_picture_is_seen(
    site: Site, new_tab: Callable[..., Tab], slug: str
) -> None:
    tab = new_tab("phone")
    tab.visit(site.let_in(slug))

    leave = tab.frame.get_by_role("link", name=re.compile(r"^Leave this page now"))
    assert leave.count() == 1


@pytest.mark.parametrize("size", [*SIZES, "narrow"])
@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_nothing_is_wider_than_the_screen_and_targets_are_large(
    site: Site, new_tab: Callable[..., Tab], slug: str, size: str
) -> None:
    tab = new_tab(size, reduced_motion="reduce")
    tab.visit(site.let_in(slug))
    least = 52 if slug == HELPERS else 24

    for step in every_step(tab):
        tab.go(step)
        wide, small = tab.frame.evaluate(
            """least => [
              document.documentElement.scrollWidth - innerWidth,
              [...document.querySelectorAll('button, a.pill, .btn, summary')]
                .filter(e => e.getClientRects().length)
                .map(e => [e.textContent.trim(), e.getBoundingClientRect()])
                .filter(([, r]) => r.height < least || r.width < 24)
                .map(([text]) => text)]""",
            least,
        )
        assert wide <= 0, step
        assert small == [], step
