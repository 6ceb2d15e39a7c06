"""A pupil at a lesson: opens it by a real launch, sends what the player sends."""

from __future__ import annotations

import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from preventedu.courses.content.compile import compile_module
from preventedu.courses.content.loader import load_tree
from preventedu.settings import DEFAULT_CONTENT
from tests.crash.lms import follow, sign_in
from tests.second_platform.tool import GROOMING

if TYPE_CHECKING:
    from preventedu.cli.demo.browser import Page
    from preventedu.courses.content.schema import CompiledModule, Question
    from tests.crash.lms import Activity, Visitor

CLICKS_AT_ONCE = 4
Event = dict[str, Any]


class NotSavedError(Exception):
    """The server did not say that it has saved."""


@dataclass(frozen=True)
class Owed:
    """Points that the gradebook may show from a moment on."""

    points: int
    since: datetime


@dataclass
class Pupil:
    """One pupil of a course with the lesson open."""

    key: str
    activity: Activity
    browser: Visitor
    page: Page
    owed: list[Owed] = field(default_factory=list)

    @property
    def points(self) -> int:
        """What the gradebook is owed now."""
        return self.owed[-1].points

    @property
    def seat_id(self) -> str:
        """The seat that the launch granted, as the page's address names it."""
        return self.page.url.split("/s/")[1].partition("/")[0]

    def reopen(self) -> None:
        """Load the lesson again."""
        self.page = self.browser.get(self.page.url)

    def events(self, right: int) -> list[Event]:
        """Return what the player sends on a way to the end with so many right answers.

        A screen, an answer before, a screen … as a slow reader would send them.
        """
        screens = [{"t": "screen", "s": s.id} for s in lesson().documents["en"].screens]
        before = [_answer(q, "pre", is_right=True) for q in self._asked("pre")]
        after = [
            _answer(q, "post", is_right=n < right)
            for n, q in enumerate(self._asked("post"))
        ]
        told = [*before, *screens, *after, {"t": "finish"}]
        return [{"id": str(uuid.uuid4()), **event} for event in told]

    def send(self, *events: Event) -> list[str]:
        """Send events; return the ids of those that the server calls saved.

        Raises:
            NotSavedError: It said something else.
            requests.ConnectionError: It said nothing.
        """
        body = {
            "version": int(self._data("version")),
            "sitting": int(self._data("sitting")),
            "lang": self._data("lang"),
            "events": list(events),
        }
        url = urljoin(self.page.url, self._data("events"))
        headers = {"X-CSRF-Token": self._data("csrf")}
        answer = self.browser.post_json(url, body, headers)
        if answer.status_code != HTTPStatus.OK:
            raise NotSavedError(f"HTTP {answer.status_code}")
        told = answer.json()
        assert told["ignored"] == {}, told
        saved: list[str] = told["saved"]
        return saved

    def take(self, right: int) -> None:
        """Go through the lesson to its end, and note what is owed from now on."""
        self.note_owed(right)
        self.send(*self.events(right))

    def note_owed(self, right: int) -> None:
        """Note what a finish with so many right answers makes the gradebook owed."""
        points = right * 100 // self.number_asked
        if not self.owed or points > self.points:
            self.owed.append(Owed(points, datetime.now(UTC)))

    @property
    def number_asked(self) -> int:
        """How many questions the page asks after the lesson."""
        return len(self._asked("post"))

    def _asked(self, phase: str) -> list[Question]:
        names = re.findall(rf'data-q="(\w+)"[^>]*data-phase="{phase}"', self.page.text)
        pool = {question.id: question for question in lesson().documents["en"].pool}
        return [pool[name] for name in dict.fromkeys(names)]

    def _data(self, name: str) -> str:
        found = re.search(rf'data-{name}="([^"]*)"', self.page.text)
        assert found is not None, self.page.text
        return found[1]


@cache
def lesson() -> CompiledModule:
    """The lesson that all of them take, with its key."""
    return compile_module(load_tree(DEFAULT_CONTENT), GROOMING)


def open_lessons(activity: Activity, number: int) -> list[Pupil]:
    """Let the first pupils of the course open the lesson."""
    keys = [f"pupil{n + 1}" for n in range(number)]
    with ThreadPoolExecutor(CLICKS_AT_ONCE) as pool:
        return list(pool.map(lambda key: _open(activity, key), keys))


def _open(activity: Activity, key: str) -> Pupil:
    browser = sign_in(activity.lms, key)
    page = follow(browser, browser.get(activity.launch))
    assert page.url.endswith("/lesson"), page.text
    return Pupil(key, activity, browser, page)


def _answer(question: Question, phase: str, *, is_right: bool) -> Event:
    options = [o.id for o in question.options if o.correct is is_right]
    chosen = options if is_right else options[:1]
    return {"t": "answer", "q": question.id, "phase": phase, "a": chosen}
