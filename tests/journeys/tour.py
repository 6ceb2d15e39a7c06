"""A person's browser on the tour, and all that it must not meet on the way."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Protocol

import yaml

from preventedu.settings import DEFAULT_CONTENT

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, ConsoleMessage, Frame, Page, Request

    from preventedu.cli.demo.plan import Plan

SIZES = {"chromebook": (1366, 768), "phone": (390, 844)}
AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COURSE = 2
LONGEST_TAB_WAY = 120
RANDOM = re.compile(r"(?=[\w-]*[A-Z0-9])[\w-]{16,}")
"""Ids and tokens: any three letters may stand in them by chance."""


def forbidden_words() -> tuple[str, ...]:
    """Return the beginnings that no word of a neutral title may have."""
    text = (DEFAULT_CONTENT / "_shared" / "policy.yaml").read_text("utf-8")
    return tuple(yaml.safe_load(text)["lms_title"]["forbidden"])


FORBIDDEN = forbidden_words()


def tells(text: str) -> list[str]:
    """Return the words of a title or an address that tell what is taught."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    words = re.findall(r"[a-z]+", plain)
    return [word for word in words if word.startswith(FORBIDDEN)]


class HasPlan(Protocol):
    """A demo, or another installation with an LMS."""

    @property
    def plan(self) -> Plan:
        """Its addresses."""


@dataclass
class Visitor:
    """One person's browser with one window of the LMS, watched."""

    context: BrowserContext
    page: Page
    demo: HasPlan
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    """What the console said of errors, refusals and the security policy."""
    addresses: list[str] = field(default_factory=list)
    """Everything that was asked for."""
    visited: list[str] = field(default_factory=list)
    """What a history could hold: addresses of documents."""
    titles: set[str] = field(default_factory=set)

    def watch(self) -> None:
        """Note all requests and complaints from now on, in every window."""
        self.context.on("request", self._note_request)
        self.context.on("console", self._note_console)
        self.context.on(
            "weberror", lambda each: self.complaints.append(str(each.error))
        )

    def _note_request(self, request: Request) -> None:
        self.addresses.append(request.url)
        if request.is_navigation_request():
            self.visited.append(request.url)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    @property
    def tool(self) -> Frame:
        """The tool's frame in the LMS's page."""
        return self.page.frames[-1]

    def sign_in(self, name: str) -> None:
        """Be somebody of the practice LMS, by its first page."""
        self.page.goto(self.demo.plan.lms_url)
        pupils = self.page.get_by_role("button", name=name, exact=False)
        pupils.first.click()
        self.page.get_by_role("heading", name="Lessons", exact=True).wait_for()

    def open(self, title: str) -> Frame:
        """Open an activity of the course and wait for the tool in its frame."""
        self.page.goto(f"{self.demo.plan.lms_url}/courses/{COURSE}")
        self.page.get_by_role("link", name=title, exact=True).last.click()
        return self.arrive("**/s/*/*")

    def arrive(self, address: str) -> Frame:
        """Wait until the tool's frame shows an address."""
        frame = self.page.wait_for_selector("iframe.tool")
        assert frame is not None
        tool = frame.content_frame()
        assert tool is not None
        tool.wait_for_url(address)
        return tool

    def look(self, name: str, frame: Frame | None = None) -> None:
        """Keep a picture and hold what is shown to what every page keeps."""
        shown = frame or self.page.main_frame
        size = self.page.viewport_size or {"width": 0}
        shown.page.screenshot(path=self.pictures / f"{name}-{size['width']}.png")
        self.note_titles(shown.page)
        assert axe(shown) == []
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert not shown.evaluate(wide), f"{name} scrolls sideways"

    def note_titles(self, page: Page) -> None:
        """Note the titles of a window and of its frames."""
        self.titles |= {each.title() for each in page.frames}

    def assert_quiet(self) -> None:
        """Hold the whole visit to two hosts and a silent console."""
        plan = self.demo.plan
        hosts = (plan.tool_url, plan.lms_url, "data:", "blob:", "about:")
        assert [each for each in self.addresses if not each.startswith(hosts)] == []
        assert self.complaints == []

    def assert_neutral(self) -> None:
        """Hold titles and addresses to words that tell nobody what is taught."""
        assert self.titles
        assert {title: tells(title) for title in self.titles if tells(title)} == {}
        assert [url for url in self.visited if tells(RANDOM.sub("", url))] == []


def axe(frame: Frame) -> list[str]:
    """Return what axe-core finds wrong in a frame."""
    if not frame.evaluate("() => 'axe' in window"):
        frame.evaluate(AXE)
    found: dict[str, Any] = frame.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{each['id']}: {node['html']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def tab_to(page: Page, frame: Frame, selector: str) -> None:
    """Press Tab until the focus is there and seen, as a person without a mouse."""
    inside = "s => document.hasFocus() && document.activeElement.matches(s)"
    for _press in range(LONGEST_TAB_WAY):
        page.keyboard.press("Tab")
        if frame.evaluate(inside, selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")
