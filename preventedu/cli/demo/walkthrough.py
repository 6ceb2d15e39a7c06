"""The tour by itself: every hop over HTTP, every fact read back from where it arrived.

Teacher picks and prepares the class, the counselor knows of it, student finishes,
grade lands in the LMS's gradebook, the completion stands in the working figures with
its award, a closed period's snapshot is written.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import escape

from practice_lms.people import STUDENTS
from preventedu.cli.demo.browser import Browser, Page, UnexpectedPageError
from preventedu.cli.demo.figures_page import AwardPage
from preventedu.cli.demo.ready_page import CLASS_LABEL, confirm_ready, lesson_day
from preventedu.cli.workbench import say
from preventedu.errors import PreventEduError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from practice_lms.people import Person
    from preventedu.cli.demo.plan import Plan
    from preventedu.cli.demo.setting_up import Accounts

COURSE = 2
TEACHER = "rivera"
MODULE = "spotting-online-grooming"
MODULE_TITLE = "Spotting online grooming tactics"
EXPECTED = {
    f"by-module: {MODULE_TITLE}",
    "by-partner: Lakeside County Sheriff's Office (demo)",
    "by-school: Lakeside Middle School (demo)",
    "by-band: Grades 6-8",
}
"""Rows of the working figures that one finished lesson raises by one."""
FULL_GRADE = 100.0
CLASS_ROW = r'<tr data-state="finished" data-grade="arrived">\s*<th[^>]*>'
WAIT_SECONDS = 20.0
POLL_SECONDS = 0.25
LONGEST_CHAIN = 6
"""Pages that post themselves on the way into the tool and back."""


class TourError(PreventEduError):
    """A step of the tour did not happen; the message says which and what was seen."""


@dataclass
class Clock:
    """Prints each step with its time."""

    number: int = 0

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Time a step; say it when it is done.

        Raises:
            TourError: The step failed.
        """
        self.number += 1
        started = time.monotonic()
        try:
            yield
        except UnexpectedPageError as error:
            raise TourError(f"Step {self.number}, {what}: {error}.") from error
        say(f"{self.number:2}. {what:62} {time.monotonic() - started:6.2f} s")


def walk(plan: Plan, accounts: Accounts) -> None:
    """Take the whole tour.

    Raises:
        TourError: A fact was not found where it should have arrived.
    """
    clock = Clock()
    started = time.monotonic()
    manager = Browser()
    with clock.step("The grant manager signs in and reads the working figures"):
        sign_in_staff(manager, plan, accounts.manager, accounts.password)
        award = AwardPage(manager, plan.tool_url)
        before = award.figures()
    teacher, student = Browser(), Browser()
    sign_in(teacher, plan, TEACHER)
    rows = gradebook(teacher, plan)
    person = fresh_student(rows)
    columns = {row["line_item"] for row in rows}
    with clock.step("The teacher picks a module inside the LMS"):
        activity = pick_module(teacher, plan)
    with clock.step("The counselor finds the class and its day"):
        counselor_knows(plan, accounts)
    with clock.step("A student opens it and reaches the end"):
        take_lesson(student, person, activity, plan)
    with clock.step("The grade stands in the LMS's gradebook"):
        wait_for("a full grade", lambda: is_graded(teacher, plan, person, columns))
    with clock.step("The teacher's page says that it arrived"):
        wait_for("an arrived grade", lambda: says_arrived(teacher, person, activity))
    with clock.step("The working figures count it for its award and partner"):
        wait_for("one completion more", lambda: has_risen(award, before))
    with clock.step("A closed period's snapshot is written and read back"):
        digest = award.release_ended_period()
    say(f"\nSnapshot SHA-256 {digest}")
    say(f"All facts were read back, in {time.monotonic() - started:.1f} s.")


def sign_in_staff(browser: Browser, plan: Plan, email: str, password: str) -> None:
    """Sign in to the tool's own pages."""
    page = browser.get(f"{plan.tool_url}/staff/sign-in")
    signed_in = browser.submit(
        page, page.form(""), {"email": email, "password": password}
    )
    expect(signed_in, status=200)
    if "/staff/sign-in" in signed_in.url:
        raise UnexpectedPageError("the sign-in was refused")


def sign_in(browser: Browser, plan: Plan, person: str) -> None:
    """Become somebody of the practice LMS."""
    browser.post(f"{plan.lms_url}/sign-in", [("person", person)])


def pick_module(teacher: Browser, plan: Plan) -> str:
    """Add the module to the course by content selection; return the new activity."""
    course = f"{plan.lms_url}/courses/{COURSE}"
    known = activities(teacher.get(course))
    picker = follow(teacher, teacher.get(f"{course}/add/launch"), stop_at="/pick")
    expect(picker, status=200)
    form = picker.form("")
    if ("modules", MODULE) not in form.choices:
        raise UnexpectedPageError("the picker does not offer the module")
    add = next(pair for pair in form.buttons if pair[0] == "add")
    answer = teacher.submit(picker, form, {"modules": MODULE, add[0]: add[1]})
    follow(teacher, confirm_ready(teacher, answer))
    new = [link for link in activities(teacher.get(course)) if link not in known]
    if len(new) != 1:
        raise UnexpectedPageError(f"{len(new)} activities were added instead of one")
    return new[0]


def counselor_knows(plan: Plan, accounts: Accounts) -> None:
    """Read on the counselor's own list which class does what on the day."""
    counselor = Browser()
    sign_in_staff(counselor, plan, accounts.counselor, accounts.password)
    week = f"{plan.tool_url}/counselor/weeks/{lesson_day().isoformat()}"
    page = counselor.get(week)
    expect(page, status=200)
    for words in (CLASS_LABEL, escape(MODULE_TITLE)):
        if str(words) not in page.text:
            raise UnexpectedPageError("the counselor's list lacks the class")


def fresh_student(rows: list[dict[str, object]]) -> Person:
    """Return a student without a grade: a second finish would not count again.

    Raises:
        TourError: All have one, from earlier tours.
    """
    done = {row["person"] for row in rows if row["score"] is not None}
    for person in STUDENTS:
        if person.key not in done:
            return person
    raise TourError("All students have finished. Start afresh: choose another --data.")


def take_lesson(student: Browser, person: Person, activity: str, plan: Plan) -> None:
    """Launch the activity as a student and finish the lesson without a script."""
    sign_in(student, plan, person.key)
    lesson = follow(student, student.get(f"{activity}/launch"), stop_at="/lesson")
    expect(lesson, status=200)
    done = student.submit(lesson, lesson.form("/finish"))
    expect(done, status=200)


def gradebook(teacher: Browser, plan: Plan) -> list[dict[str, object]]:
    """Read the LMS's gradebook of the course, as its teacher."""
    rows = teacher.get_json(f"{plan.lms_url}/api/gradebook?course={COURSE}")
    return rows if isinstance(rows, list) else []


def is_graded(
    teacher: Browser, plan: Plan, person: Person, old_columns: set[object]
) -> bool:
    """Tell whether the new column holds the student's full grade."""
    return any(
        row["person"] == person.key
        and row["line_item"] not in old_columns
        and row["score"] == row["max"] == FULL_GRADE
        for row in gradebook(teacher, plan)
    )


def says_arrived(teacher: Browser, person: Person, activity: str) -> bool:
    """Tell whether the teacher's page says that the student's grade arrived."""
    page = follow(teacher, teacher.get(f"{activity}/launch"), stop_at="/class")
    expect(page, status=200)
    return (
        re.search(CLASS_ROW + re.escape(str(escape(person.name))), page.text)
        is not None
    )


def has_risen(award: AwardPage, before: dict[str, int]) -> bool:
    """Tell whether the figures count one completion more, in every table."""
    now = award.figures()
    return {n for n in now if now[n] == before.get(n, 0) + 1} >= EXPECTED


def wait_for(what: str, happened: Callable[[], bool]) -> None:
    """Look again and again.

    Raises:
        UnexpectedPageError: It did not happen in time.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while not happened():
        if time.monotonic() > deadline:
            raise UnexpectedPageError(f"{what} did not show up in {WAIT_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)


def follow(browser: Browser, page: Page, stop_at: str = "") -> Page:
    """Post the forms that pages post by themselves, until a page for people."""
    for _ in range(LONGEST_CHAIN):
        if stop_at and stop_at in page.url:
            return page
        posting = [
            form
            for form in page.forms
            if form.method == "post"
            and {"id_token", "JWT", "login_hint", "SAMLResponse"}
            & {name for name, _ in form.fields}
        ]
        if not posting:
            break
        page = browser.submit(page, posting[0])
    if stop_at and stop_at not in page.url:
        raise UnexpectedPageError(f"expected {stop_at}, got HTTP {page.status}")
    return page


def activities(course: Page) -> list[str]:
    """Return the addresses of a course's activities."""
    parts = [address.partition("?")[0] for _, address in course.links]
    found = [part for part in parts if part.rsplit("/", 2)[-2:-1] == ["activities"]]
    return list(dict.fromkeys(found))


def expect(page: Page, status: int) -> None:
    """Refuse a page with another status."""
    if page.status != status:
        raise UnexpectedPageError(f"HTTP {page.status} instead of {status}")
