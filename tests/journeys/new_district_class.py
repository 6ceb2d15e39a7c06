"""What the teachers and students of a new district do, inside the LMS."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import requests
from playwright.sync_api import expect

from preventedu.cli.demo.ready_page import lesson_day
from tests.journeys.new_district import (
    LEA,
    OFFICE,
    SCHOOL,
    SHERIFF,
    day,
    follow,
    press,
    says,
    write,
)
from tests.journeys.new_district_staff import ACKNOWLEDGEMENT
from tests.journeys.programs import until
from tests.journeys.test_browser_tour import finish, go_through
from tests.journeys.tour import COURSE

if TYPE_CHECKING:
    from datetime import date

    from playwright.sync_api import Frame

    from tests.journeys.tour import Visitor

MODULE, NEUTRAL = "Spotting online grooming tactics", "Online safety, part 1"
LABEL = "Period 3, room 12"
LESSON_DAY = lesson_day()
BREAK_AFTER = timedelta(days=7)
DAYS_WITHOUT = timedelta(days=2)
NOTICE = timedelta(days=1)


def school_break() -> tuple[date, date]:
    """Return the days without school that the district enters: from a Wednesday on."""
    first = LESSON_DAY + BREAK_AFTER
    return first, first + DAYS_WITHOUT


def add_lesson(teacher: Visitor) -> None:
    """Pick the sensitive lesson; prepare the class, at first for too late a day."""
    follow(teacher.page, "Add a lesson")
    picker = teacher.arrive("**/pick")
    picker.get_by_role("checkbox", name=re.compile(MODULE)).check()
    with picker.expect_navigation():
        picker.get_by_role("button", name="Add to class").click()
    says(picker, "Call Casey Morgan, 555-0142.", "State line (test)")
    last_day = school_break()[0] - timedelta(days=1)
    ticks = {"I have read": "", "My counselor knows": "", "Opt-outs are done": ""}
    for words in ticks:
        picker.get_by_label(re.compile(words)).check()
    when = {"Date of the lesson": last_day.isoformat()}
    write(picker, {"Class, as your counselor knows it": LABEL, **when})
    with picker.expect_navigation():
        picker.get_by_role("button", name="Confirm and go on").click()
    says(picker, "This is the last school day before a break (Spring break).")
    write(picker, {"Date of the lesson": LESSON_DAY.isoformat()})
    picker.get_by_role("button", name="Confirm and go on").click()
    teacher.page.wait_for_url(f"**/courses/{COURSE}")
    teacher.page.get_by_role("link", name=NEUTRAL, exact=True).wait_for()


def say_school(teacher: Visitor) -> None:
    """Answer, once, at which school the class is."""
    page = teacher.open(NEUTRAL)
    follow(page, "Say which school")
    write(page, {SCHOOL: ""})
    press(page, "Save")
    expect(page.get_by_role("heading", name=MODULE)).to_be_visible()


def taking_part(teacher: Visitor) -> Frame:
    """Open the private part of the class page."""
    page = teacher.open(NEUTRAL)
    page.get_by_text("Who takes part").click()
    return page


def consent(teacher: Visitor, *names: str) -> None:
    """Record letters that came back with a yes."""
    page = taking_part(teacher)
    write(page, dict.fromkeys(names, ""))
    press(page, "Record the ticked letters")


def opt_out(teacher: Visitor, name: str) -> None:
    """Record that a family says no."""
    page = taking_part(teacher)
    write(page, {"Opt a student out": name})
    press(page, "Continue")
    says(page, "it counts in no report from now on")
    press(page, "Opt out")


def read_letter(teacher: Visitor) -> None:
    """Read what goes home: who pays, with whom, what is asked, until when."""
    page = teacher.open(NEUTRAL)
    follow(page, "Family letter")
    letter = page.locator("article[lang=en]")
    facts = (ACKNOWLEDGEMENT, SHERIFF, LEA, OFFICE)
    for words in (*facts, "Your child takes this lesson only if you say yes."):
        expect(letter).to_contain_text(words)
    answer_by = LESSON_DAY - NOTICE
    expect(letter).to_contain_text(f"{answer_by:%B} {answer_by.day}, {answer_by.year}")
    expect(letter.get_by_text("Yes, my child may take part")).to_be_visible()
    expect(page.locator("article[lang=es]")).to_contain_text(ACKNOWLEDGEMENT)
    teacher.look("new-district-letter", page)


OURS, OTHER = "Six moves to watch for", "Six hooks to watch for"
"""A screen of the lesson, and the one that stands for it in the other lesson."""


def take(student: Visitor) -> str:
    """Take whichever lesson is behind the link, to its end; tell which it was."""
    lesson = student.open(NEUTRAL)
    lesson.wait_for_selector(".screen.on")
    go_through(lesson)
    finish(lesson)
    student.note_titles(student.page)
    return lesson_of(lesson)


def look_at(student: Visitor) -> str:
    """Open whichever lesson is behind the link, and tell which it is."""
    lesson = student.open(NEUTRAL)
    lesson.wait_for_selector(".screen.on")
    student.note_titles(student.page)
    return lesson_of(lesson)


def lesson_of(lesson: Frame) -> str:
    """Tell which lesson is behind the link."""
    titles = "() => [...document.querySelectorAll('.screen h2')].map(h => h.innerText)"
    found = " ".join(lesson.evaluate(titles))
    return next(each for each in (OURS, OTHER) if each in found)


def what_others_see(student: Visitor) -> tuple[str, ...]:
    """Return what shows of a lesson over a shoulder, in a list, or in a history."""
    lesson = student.open(NEUTRAL)
    lesson.wait_for_selector(".screen.on")
    page = student.page
    heading = lesson.locator("h1").first.inner_text()
    address = re.sub("/s/[^/]+/", "/s/…/", lesson.url)
    seen = (page.title(), page.inner_text("main"), lesson.title(), heading, address)
    follow(page, "Back to the course")
    return (*seen, page.inner_text("main"), page.get_by_role("main").inner_html())


def step_in(substitute: Visitor) -> None:
    """Open class page and safety steps as a teacher who was not there before."""
    page = substitute.open(NEUTRAL)
    says(page, "A teacher of this class confirmed on", LABEL)
    assert "Elena" not in page.inner_text("main")
    follow(page, "If a student tells you something")
    says(page, "Call Casey Morgan, 555-0142.", "State line (test)", "555-0199")
    substitute.look("new-district-tell", page)
    follow(page, "Back to your class")


def teach_from_the_front(substitute: Visitor, *names: str) -> None:
    """Show the first screens to the class, then tick who was there."""
    page = substitute.open(NEUTRAL)
    follow(page, "Teach from the front", "Show the lesson")
    says(page, "1 / ")
    assert not [name for name in names if name in page.inner_text("body")]
    page = substitute.open(NEUTRAL)
    follow(page, "Teach from the front", "Show the list of names")
    for name in names:
        page.get_by_role("checkbox", name=name).check()
    press(page, "Save who was here")
    for name in names:
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()


def record_session(substitute: Visitor, headcount: int) -> None:
    """Write down that the partner presented, and to how many."""
    page = substitute.open(NEUTRAL)
    follow(page, "Presenter sessions")
    page.locator("[name=held_on]").fill(day(0))
    page.locator("[name=headcount]").fill(str(headcount))
    page.locator("select[name=presenter]").select_option(label=SHERIFF)
    page.get_by_label("Assembly of several classes").check()
    press(page, "Record the session")
    expect(page.get_by_role("row").filter(has_text=SHERIFF)).to_contain_text(
        str(headcount)
    )


def without_roster(teacher: Visitor) -> None:
    """A class whose LMS tells no names: the page says so and offers a link."""
    plan = teacher.demo.plan
    faults = f"http://127.0.0.1:{plan.lms_port}/_faults"
    trouble = {"service": "memberships", "action": "status", "status": 403, "times": -1}
    requests.post(faults, json=trouble, timeout=10).raise_for_status()
    page = taking_part(teacher)
    says(page, "Students whose name we cannot read are listed without one")
    says(page, "Without a class list")
    # A yes is recorded of all but Amara and Diego.
    says(page, "Your LMS tells no names for 2 students.")
    link = page.get_by_label("Address of the link", exact=True).input_value()
    assert link == f"{plan.tool_url}/lti/launch?module=media-balance-6-8"
    for name in ("Amara Okafor", "Ben Lindqvist"):
        assert name not in page.inner_text("body")
    teacher.look("new-district-no-roster", page)
    requests.post(faults, json={"do": "clear"}, timeout=10).raise_for_status()
    assert "Ben Lindqvist" in stages(teacher)


def code_for(teacher: Visitor, name: str) -> str:
    """A guardian asks what is kept: make a code for the district's office."""
    page = teacher.open(NEUTRAL)
    follow(page, "A guardian asks what is kept")
    write(page, {"Student": name})
    press(page, "Make a code")
    return page.locator("p.big code").inner_text()


def stages(teacher: Visitor) -> dict[str, tuple[str, str]]:
    """Read the class page: each student's stage and grade."""
    page = teacher.open(NEUTRAL)
    rows = page.locator("tr[data-state]")
    return {
        row.locator("th").inner_text(): (
            row.get_attribute("data-state") or "",
            row.get_attribute("data-grade") or "",
        )
        for row in rows.all()
    }


def grades(teacher: Visitor) -> dict[str, str]:
    """Read the LMS's gradebook: full grades by name, and no others."""
    page = teacher.page
    page.goto(f"{teacher.demo.plan.lms_url}/courses/{COURSE}/grades")
    rows = page.locator("tbody tr").filter(has=page.locator("strong"))
    return {
        row.locator("th").inner_text(): row.locator("strong").inner_text()
        for row in rows.all()
    }


def await_grades(teacher: Visitor, *names: str) -> None:
    """Look until exactly these students have the full grade."""
    wanted = dict.fromkeys(names, "100")
    until(lambda: grades(teacher) == wanted, f"the grades are {wanted}")
