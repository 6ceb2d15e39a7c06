"""The tool on both databases, a platform for each test, and the way between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from preventedu.cli import database
from preventedu.cli.demo.ready_page import lesson_day
from preventedu.db import make_engine
from tests.databases import empty_postgres
from tests.second_platform.browser import Browser
from tests.second_platform.course import INSTRUCTOR, LEARNER, Link
from tests.second_platform.keys import Keys, new_keys
from tests.second_platform.tool import (
    GROOMING,
    Tool,
    fill,
    register_at,
    serve_tool,
    served,
)
from tests.second_platform.web import CLIENT_ID, SELECT, Lms, create_lms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.second_platform.browser import Page
    from tests.second_platform.course import Course, Person


@pytest.fixture(
    scope="session",
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
def tool(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tool]:
    """The tool with its lessons, on a database that nobody else uses."""
    folder = tmp_path_factory.mktemp("second-platform")
    url = f"sqlite:///{folder / 'tool.sqlite3'}"
    if request.param == "postgres":
        url = empty_postgres(request.getfixturevalue("postgres_server"))
    engine = make_engine(url)
    database.upgrade(engine)
    engine.dispose()
    with serve_tool(url, folder) as tool:
        with tool.sessions() as session:
            fill(session)
            session.commit()
        yield tool


@pytest.fixture(scope="session")
def platform_keys() -> Keys:
    """The platform's own pair; a pair takes a while to make."""
    return new_keys()


@pytest.fixture
def lms(tool: Tool, platform_keys: Keys) -> Iterator[Lms]:
    """A platform with an empty course that the tool knows."""
    made: list[Lms] = []

    def make_app(url: str) -> Flask:
        made.append(Lms(url, tool.addresses, platform_keys))
        return create_lms(made[0])

    with served(make_app, "localhost"):
        register_at(tool, made[0], CLIENT_ID)
        yield made[0]


@dataclass(frozen=True)
class School:
    """The course of a platform with a teacher and a student in it."""

    lms: Lms
    tool: Tool
    teacher: Person
    student: Person

    @property
    def course(self) -> Course:
        return self.lms.course

    def launch(self, link: Link, person: Person) -> Page:
        """Open a link in a fresh browser and return where the tool leads."""
        return self.begin(Browser(), link.id, person)

    def begin(self, browser: Browser, hint: str, person: Person) -> Page:
        carried = browser.get(f"{self.lms.url}/go/{hint}/{person.id}")
        return browser.send(carried.form())

    def select(self, *slugs: str, grading: str = "completion") -> Page:
        """Let the teacher choose lessons; return what the platform says to it."""
        browser = Browser()
        picker = self.begin(browser, SELECT, self.teacher)
        handed_over = browser.send(
            picker.form(), modules=list(slugs), grading=grading, add="Add"
        )
        if "ready-form" in handed_over.text:
            step = handed_over.form("/ready")
            handed_over = browser.send(step, modules=list(slugs), **prepared())
        return browser.send(handed_over.form("/selected"))

    def add_lesson(self, slug: str = GROOMING, grading: str = "completion") -> Link:
        """Let the teacher add one lesson and return its link."""
        assert self.select(slug, grading=grading).status == 200
        return list(self.course.links.values())[-1]

    def finish(self, link: Link, person: Person) -> Page:
        """Let a student go through a lesson to its end, without script."""
        browser = Browser()
        lesson = self.begin(browser, link.id, person)
        return browser.send(lesson.form("/lesson/finish"))


def prepared() -> dict[str, str | list[str]]:
    """Return what a teacher confirms before a sensitive lesson."""
    ticks = ("protocol_read", "counselor_told", "opt_outs_done")
    return {
        "class_label": "Room 12",
        "teaching_on": lesson_day().isoformat(),
        **dict.fromkeys(ticks, "y"),
    }


@pytest.fixture
def school(lms: Lms, tool: Tool) -> School:
    teacher = lms.course.enrol("Tara Teacher", INSTRUCTOR)
    student = lms.course.enrol("Sam Student", LEARNER)
    return School(lms, tool, teacher, student)
