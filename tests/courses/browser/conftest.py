"""A real Chromium, and the tool inside a page of another site."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest

from tests.courses.browser.site import make_lms, make_site, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Frame, Page, Request

    from tests.courses.browser.site import Site, Visit

SIZES = {"chromebook": (1366, 768), "phone": (390, 844), "narrow": (320, 568)}
"""The narrow one is WCAG's measure for reflow: 1280 pixels at a zoom of 400 %."""
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VOICES = """speechSynthesis.getVoices = () => ['en-US', 'es-US'].map(
  lang => ({lang, localService: true, name: lang}))"""
"""Chromium on a server has no voices; a device of a school has."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The tool on 127.0.0.1 and the page around it on localhost."""
    site = make_site(tmp_path_factory.mktemp("browser"))
    with (
        serving(site.app, "127.0.0.1") as tool,
        serving(make_lms(), "localhost") as lms,
    ):
        site.origin, site.lms = tool, lms
        yield site
    site.app.extensions["engine"].dispose()


@dataclass
class Tab:
    """A tab of the LMS with the tool in its frame, and what went over the wire."""

    page: Page
    site: Site
    sent: list[Request] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def frame(self) -> Frame:
        """The tool's frame; the page itself where it stands alone."""
        return self.page.frames[-1]

    def open(self, url: str) -> Frame:
        """Open an address of the tool inside the LMS and wait for its first screen."""
        self.page.goto(self.site.framed(url))
        self.frame.wait_for_selector(".screen.on")
        return self.frame

    def visit(self, visit: Visit, query: str = "") -> Frame:
        """Open a lesson as after a launch."""
        return self.open(visit.url + query)

    def visit_alone(self, visit: Visit) -> Frame:
        """Open a lesson in a window of its own, where storage is not blocked."""
        self.page.goto(visit.url)
        self.frame.wait_for_selector(".screen.on")
        return self.frame

    def go(self, step: str) -> None:
        """Go to a step by its place in the list of steps."""
        self.frame.evaluate(
            "step => document.querySelector(`[data-step] a[href='#${step}']`).click()",
            step,
        )

    def saved(self) -> None:
        """Wait until the page says that everything is saved."""
        self.frame.wait_for_selector("[data-saved][data-state=saved]")

    def axe(self) -> list[str]:
        """Return what axe-core finds wrong in the frame."""
        if not self.frame.evaluate("() => 'axe' in window"):
            self.frame.evaluate(AXE)
        found: dict[str, Any] = self.frame.evaluate(
            "rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES
        )
        return [
            f"{each['id']}: {node['html']} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    def bodies(self) -> list[str]:
        """Return what was posted, one text for each request."""
        return [request.post_data or "" for request in self.sent]


@pytest.fixture
def new_context(
    browser: Browser,
) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser profiles that are thrown away after the test."""
    contexts: list[BrowserContext] = []

    def make(size: str = "chromebook", **options: Any) -> BrowserContext:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, **options
        )
        context.set_default_timeout(10_000)
        context.add_init_script(VOICES)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def new_tab(
    new_context: Callable[..., BrowserContext], site: Site
) -> Callable[..., Tab]:
    """Open tabs that note every request of the tool and every fault of a page."""

    def make(
        size: str = "chromebook", context: BrowserContext | None = None, **options: Any
    ) -> Tab:
        page = (context or new_context(size, **options)).new_page()
        tab = Tab(page, site)

        def note(request: Request) -> None:
            tab.sent.append(request)

        page.on("request", note)
        page.on("pageerror", lambda error: tab.problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                tab.problems.append(message.text)
                if "Content Security Policy" in message.text
                else None
            ),
        )
        return tab

    return make
