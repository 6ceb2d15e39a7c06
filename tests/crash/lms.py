"""A running practice LMS as tests meet it: its pages, its trouble, its gradebook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import requests

from preventedu.cli.demo.browser import TIMEOUT, Browser
from preventedu.cli.demo.ready_page import confirm_ready
from tests.second_platform.tool import GROOMING

if TYPE_CHECKING:
    from preventedu.cli.demo.browser import Page
    from preventedu.cli.demo.plan import Plan

TEACHER, COURSE = "rivera", 3
"""The course with the pupils: 8 in the Moodle-like LMS, 60 in the Canvas-like one."""
CARRIED = {"id_token", "JWT", "login_hint"}
"""Fields of the forms that a page posts by itself."""


@dataclass(frozen=True)
class Arrival:
    """A score that the LMS accepted."""

    person: str
    points: float
    received_at: datetime


@dataclass(frozen=True)
class Lms:
    """One practice LMS in a process of its own."""

    plan: Plan

    @property
    def course(self) -> str:
        """The address of the course."""
        return f"{self.plan.lms_url}/courses/{COURSE}"

    def cause(self, service: str, action: str, **more: str | float) -> None:
        """Plan trouble: see `practice_lms.faults.Plan`."""
        self._tell({"service": service, "action": action, **more})

    def clear(self) -> None:
        """Forget the trouble that was planned."""
        self._tell({"do": "clear"})

    def pending(self, service: str) -> int:
        """Return how often planned trouble will still hit a service."""
        plans = self._ask("/_faults")
        return sum(plan["times"] for plan in plans if plan["service"] == service)

    def arrivals(self, line_item: int) -> list[Arrival]:
        """Return every score that a column ever accepted, oldest first."""
        return [
            Arrival(
                person=row["person"],
                points=row["body"]["scoreGiven"],
                received_at=datetime.fromisoformat(row["received_at"]),
            )
            for row in self._ask("/_history")
            if row["line_item"] == line_item
        ]

    def grades(self, line_item: int) -> dict[str, float]:
        """Return the grades that stand in a column, by person."""
        return {
            row["person"]: row["score"]
            for row in self._cells()
            if row["line_item"] == line_item and row["score"] is not None
        }

    def add_lesson(self, grading: str) -> Activity:
        """Let the teacher add the lesson, by content selection as teachers do."""
        known, teacher = self._line_items(), sign_in(self, TEACHER)
        picker = follow(teacher, teacher.get(f"{self.course}/add/launch"))
        chosen = {"modules": GROOMING, "grading": grading, "add": "Add"}
        sent = teacher.submit(picker, picker.form(""), chosen)
        ending = follow(teacher, confirm_ready(teacher, sent))
        new = self._line_items() - known
        assert len(new) == 1, ending.text
        (line_item,) = new
        links = teacher.get(self.course).links
        numbers = [_activity_number(address) for _text, address in links]
        teacher.close()
        return Activity(self, max(numbers), line_item)

    def _line_items(self) -> set[int]:
        return {row["line_item"] for row in self._cells()}

    def _cells(self) -> Any:
        return self._ask(f"/api/gradebook?course={COURSE}")

    def _ask(self, path: str) -> Any:
        answer = requests.get(self.plan.lms_url + path, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def _tell(self, body: dict[str, str | float]) -> None:
        url = f"{self.plan.lms_url}/_faults"
        requests.post(url, json=body, timeout=TIMEOUT).raise_for_status()


@dataclass(frozen=True)
class Activity:
    """The lesson as it stands in the course, with its gradebook column."""

    lms: Lms
    number: int
    line_item: int

    @property
    def resource_link_id(self) -> str:
        """What the LMS calls it towards the tool."""
        return self.lms.plan.ways.resource_link_id(self.number)

    @property
    def launch(self) -> str:
        """Where somebody who is signed in opens it."""
        return f"{self.lms.course}/activities/{self.number}/launch"

    def grades(self) -> dict[str, float]:
        """Return the grades that stand, by person."""
        return self.lms.grades(self.line_item)

    def arrivals(self) -> list[Arrival]:
        """Return every score that ever arrived, oldest first."""
        return self.lms.arrivals(self.line_item)


class Visitor(Browser):
    """A browser that also sends what the player's script sends."""

    def post_json(
        self, url: str, body: dict[str, Any], headers: dict[str, str]
    ) -> requests.Response:
        """Send JSON."""
        return self._session.post(url, json=body, headers=headers, timeout=TIMEOUT)

    def close(self) -> None:
        """Close its connections."""
        self._session.close()


def sign_in(lms: Lms, person: str) -> Visitor:
    """Return the browser of somebody who has signed in at the LMS."""
    visitor = Visitor()
    visitor.post(f"{lms.plan.lms_url}/sign-in", [("person", person)])
    return visitor


def follow(visitor: Visitor, page: Page) -> Page:
    """Post the forms that pages post by themselves, until a page for people."""
    while True:
        assert page.status == 200, page.text
        carrying = [
            form
            for form in page.forms
            if form.method == "post" and CARRIED & {name for name, _ in form.fields}
        ]
        if not carrying:
            return page
        page = visitor.submit(page, carrying[0])


def _activity_number(address: str) -> int:
    _before, found, after = address.partition("/activities/")
    return int(after.split("/")[0].split("?")[0]) if found else 0
