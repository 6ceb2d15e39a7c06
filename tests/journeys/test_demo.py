"""`preventedu demo`: starts, prints a tour, is left with Ctrl-C and found again."""

from __future__ import annotations

import json
import os
import re
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from practice_lms.people import STUDENTS
from preventedu.cli.demo import walkthrough
from preventedu.cli.demo.browser import Browser
from preventedu.cli.demo.figures_page import AwardPage
from tests.journeys.programs import (
    family,
    is_listening,
    new_demo,
    running_demo,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.programs import Demo

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PASSWORD = re.compile(r"^ +(\S+@\S+)   password: (\S+)$", re.MULTILINE)
OFFICIAL = re.compile(r"The LEA official is (\S+), with the same password\.")
SCHOOL = "by-school: Lakeside Middle School (demo)"


@dataclass(frozen=True)
class Facts:
    """What a visitor of the demo can read."""

    accounts: tuple[str, str]
    figures: dict[str, int]
    grades: dict[str, float]


def read(demo: Demo) -> Facts:
    """Sign in as everybody that the tour names, and read."""
    told = PASSWORD.search(demo.out)
    official = OFFICIAL.search(demo.out)
    assert told
    assert official
    for email in (official[1], told[1]):
        browser = Browser()
        walkthrough.sign_in_staff(browser, demo.plan, email, told[2])
    teacher = Browser()
    walkthrough.sign_in(teacher, demo.plan, walkthrough.TEACHER)
    return Facts(
        (told[1], told[2]),
        AwardPage(browser, demo.plan.tool_url).figures(),
        grades(teacher, demo),
    )


def grades(teacher: Browser, demo: Demo) -> dict[str, float]:
    """Return who has which grade in the LMS's gradebook."""
    rows = walkthrough.gradebook(teacher, demo.plan)
    text = json.dumps([row for row in rows if row["score"] is not None])
    return {row["person"]: row["score"] for row in json.loads(text)}


def finish_all_but_one(demo: Demo) -> None:
    """Let a teacher add the lesson, and all but one student finish it."""
    teacher = Browser()
    walkthrough.sign_in(teacher, demo.plan, walkthrough.TEACHER)
    activity = walkthrough.pick_module(teacher, demo.plan)
    done = STUDENTS[:-1]
    for person in done:
        walkthrough.take_lesson(Browser(), person, activity, demo.plan)
    wanted = {person.key: 100.0 for person in done}
    until(lambda: grades(teacher, demo) == wanted, "all grades arrive")


def await_figure(demo: Demo, number: int) -> None:
    """Wait until the figures count so many completions of the middle school."""
    told = PASSWORD.search(demo.out)
    assert told
    manager = Browser()
    walkthrough.sign_in_staff(manager, demo.plan, told[1], told[2])
    award = AwardPage(manager, demo.plan.tool_url)
    until(lambda: award.figures()[SCHOOL] == number, "the figures count them")


def leave(demo: Demo, number: signal.Signals) -> int:
    """Stop the demo; nothing of it may be left."""
    assert demo.process is not None
    children = family(demo.process.pid)
    assert len(children) >= 3
    code = demo.stop(number)
    until(lambda: not any(map(is_alive, children)), "its processes have ended", 10)
    assert not is_listening(demo.port)
    assert not is_listening(demo.lms_port)
    return code


def is_alive(pid: int) -> bool:
    """Tell whether a process of this machine runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.server
def test_a_demo_is_left_with_ctrl_c_and_found_again(tmp_path: Path) -> None:
    with running_demo(tmp_path / "demo", {}) as demo:
        for line in (
            f"The LMS (a small practice LMS):  {demo.plan.lms_url}",
            f"The tool's own pages for staff:  {demo.plan.tool_url}/staff/sign-in",
        ):
            assert line in demo.out
        fresh = read(demo)
        finish_all_but_one(demo)
        more = fresh.figures[SCHOOL] + len(STUDENTS) - 1
        await_figure(demo, more)
        first = read(demo)
        assert leave(demo, signal.SIGINT) == 0
        assert demo.out.endswith("Stopped.\n")

        demo.start()
        second = read(demo)
        assert leave(demo, signal.SIGTERM) == 0

        assert fresh.grades == {}
        assert second == first
        check_that_the_tour_ends(demo)


def check_that_the_tour_ends(demo: Demo) -> None:
    """Take the tour with the last student, and then with none."""
    again = demo.walk()
    assert again.code == 0, again.out
    assert " 7. " in again.out

    ended = demo.walk()
    assert ended.code == 1
    assert ended.out.strip().splitlines()[-1] == (
        "Error: All students have finished. Start afresh: choose another --data."
    )
    assert "Traceback" not in ended.out


def test_a_demo_that_is_stopped_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    demo = new_demo(tmp_path / "demo", {})
    process = demo.begin()
    until(lambda: len(family(process.pid)) > 0, "its first process starts")

    leave_early(demo)

    assert not is_listening(demo.port)
    assert not is_listening(demo.lms_port)


def leave_early(demo: Demo) -> None:
    """Send SIGTERM before the demo runs, and wait for all of it."""
    assert demo.process is not None
    children = family(demo.process.pid)
    demo.stop(signal.SIGTERM)
    until(lambda: not any(map(is_alive, children)), "its processes have ended", 10)
