"""The tour in a real browser: the tool in the LMS's frame, on another site."""

from __future__ import annotations

import hashlib
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Error, expect

from preventedu.cli.demo import walkthrough
from preventedu.cli.demo.browser import Browser as Walker
from preventedu.cli.demo.ready_page import lesson_day
from tests.journeys.programs import Demo, running_demo, until
from tests.journeys.test_demo import PASSWORD
from tests.journeys.tour import COURSE, SIZES, Visitor, axe, tab_to, tells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Cookie, Frame, Page

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.timeout(300),
]
MODULE = "Spotting online grooming tactics"
NEUTRAL = "Online safety, part 1"
SECONDS = 10.0
"""What "within seconds" means, on a machine that does much else."""
TEACHER = "Elena Rivera"
CLASS = "Class, as your counselor knows it"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo as a newcomer starts it."""
    with running_demo(tmp_path_factory.mktemp("tour") / "demo", {}) as demo:
        yield demo


@pytest.fixture(scope="module")
def added(demo: Demo) -> str:
    """Add the lesson to the course, over HTTP; return the activity's address."""
    teacher = Walker()
    walkthrough.sign_in(teacher, demo.plan, walkthrough.TEACHER)
    return walkthrough.pick_module(teacher, demo.plan)


@pytest.fixture
def visit(
    browser: Browser, demo: Demo, tmp_path: Path
) -> Iterator[Callable[..., Visitor]]:
    """Give people browsers of their own."""
    visitors: list[Visitor] = []

    def make(size: str = "chromebook") -> Visitor:
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(20_000)
        visitor = Visitor(context, context.new_page(), demo, tmp_path)
        visitor.watch()
        visitors.append(visitor)
        return visitor

    yield make
    for visitor in visitors:
        visitor.context.close()


def here(lesson: Frame) -> str:
    """Return the id of the screen that is shown."""
    return str(lesson.get_attribute(".screen.on", "id"))


def steps(lesson: Frame) -> list[str]:
    """Return the ids of all screens."""
    ids = "() => [...document.querySelectorAll('.screen')].map(each => each.id)"
    found: list[str] = lesson.evaluate(ids)
    return found


def walk_by_keyboard(page: Page, lesson: Frame, number: int) -> None:
    """Go on some screens with nothing but Tab and Enter."""
    for _screen in range(number):
        before = here(lesson)
        tab_to(page, lesson, "[data-next]")
        page.keyboard.press("Enter")
        lesson.wait_for_selector(f"#{before}:not(.on)", state="attached")


def go_through(lesson: Frame) -> list[str]:
    """Go to the end screen by screen and answer; return the screens that were shown."""
    seen, last = [here(lesson)], steps(lesson)[-1]
    while seen[-1] != last:
        answer(lesson)
        lesson.click("[data-next]")
        lesson.wait_for_selector(f"#{seen[-1]}:not(.on)", state="attached")
        seen.append(here(lesson))
    return seen


def answer(lesson: Frame) -> None:
    """Choose the first answer to each question of the screen, and check it."""
    for question in lesson.locator(".screen.on .q[data-q]").all():
        question.locator(".opt").first.click()
        check = question.locator("[data-check]")
        if check.is_visible():
            check.click()


def finish(lesson: Frame) -> None:
    """Stand on the last screen; the server has confirmed it when this returns."""
    lesson.wait_for_selector("[data-saved][data-state=saved]")
    lesson.wait_for_selector(".screen.on .after:visible")


def await_grade(teacher: Visitor, name: str) -> float:
    """Look at the LMS's gradebook until the grade stands; return the seconds."""
    started = time.monotonic()
    address = f"{teacher.demo.plan.lms_url}/courses/{COURSE}/grades"

    def stands() -> bool:
        teacher.page.goto(address)
        row = teacher.page.get_by_role("row").filter(has_text=name)
        return row.locator("td").last.locator("strong").all_inner_texts() == ["100"]

    until(stands, f"the grade of {name} stands", SECONDS)
    return time.monotonic() - started


def cookies(visitor: Visitor) -> dict[str, Cookie]:
    """Return the tool's cookies by name."""
    found = visitor.context.cookies(visitor.demo.plan.tool_url)
    return {each["name"]: each for each in found}


def pick(teacher: Visitor) -> None:
    """Add the lesson through content selection in the frame, by keyboard."""
    add = teacher.page.get_by_role("link", name="Add a lesson")
    expect(add).to_be_visible()
    add.click()
    picker = teacher.arrive("**/pick")
    teacher.look("picker", picker)
    box = picker.get_by_role("checkbox", name=re.compile(MODULE))
    box.focus()
    teacher.page.keyboard.press("Space")
    tab_to(teacher.page, picker, "[name=add]")
    teacher.page.keyboard.press("Enter")
    if is_asked(teacher):
        prepare(teacher)
    # The LMS shows what was added and goes back to the course by itself.
    teacher.page.wait_for_url(f"**/courses/{COURSE}")
    teacher.note_titles(teacher.page)


def is_asked(teacher: Visitor) -> bool:
    """Wait for what follows the choice: the step before a class, or the course.

    A class is prepared once; another test may have added the lesson before.
    """
    for _look in range(400):
        with suppress(Error):  # the frame may be on its way to another page
            if teacher.tool.get_by_label(CLASS).count():
                return True
        if teacher.page.url.endswith(f"/courses/{COURSE}"):
            return False
        teacher.page.wait_for_timeout(50)
    raise AssertionError("neither the step nor the course came")


def prepare(teacher: Visitor) -> None:
    """Confirm that the class is prepared, as a sensitive lesson asks."""
    step = teacher.tool
    step.get_by_label(CLASS).fill("Period 3, room 12")
    step.get_by_label("Date of the lesson").fill(lesson_day().isoformat())
    for words in ("I have read", "My counselor knows", "Opt-outs are done"):
        step.get_by_label(re.compile(words)).focus()
        teacher.page.keyboard.press("Space")
    teacher.look("ready", step)
    tab_to(teacher.page, step, "[name=confirm]")
    teacher.page.keyboard.press("Enter")


def preview(teacher: Visitor) -> None:
    """Look at the lesson as a student; nothing is saved."""
    page = teacher.open(NEUTRAL)
    page.get_by_role("link", name="Preview as a student").click()
    lesson = teacher.arrive("**/preview")
    lesson.wait_for_selector(".screen.on")
    sent = len(teacher.addresses)
    go_through(lesson)
    teacher.note_titles(teacher.page)
    posted = [url for url in teacher.addresses[sent:] if "/events" in url]
    told = [url for url in posted if "/preview" not in url]
    assert told == []
    page = teacher.open(NEUTRAL)
    expect(page.get_by_role("rowheader", name="Ben Lindqvist")).to_be_visible()
    expect(page.locator("tr[data-state]:not([data-state=not-started])")).to_have_count(
        0
    )


def learn(student: Visitor, name: str) -> None:
    """Take the lesson in the frame, the first screens by keyboard alone."""
    student.sign_in(name)
    lesson = student.open(NEUTRAL)
    lesson.wait_for_selector(".screen.on")
    student.look("lesson", lesson)
    walk_by_keyboard(student.page, lesson, 3)
    assert go_through(lesson)[0] == steps(lesson)[3]
    finish(lesson)
    student.look("finished", lesson)


def see_class(teacher: Visitor, name: str) -> None:
    """Find the student's name and arrived grade on the teacher's page."""
    page = teacher.open(NEUTRAL)
    row = page.locator("tr[data-state=finished][data-grade=arrived]")
    expect(row.get_by_role("rowheader")).to_have_text([name])
    teacher.look("class", page)


def sign_in_staff(manager: Visitor) -> None:
    """Sign in on the tool's own site and open the award."""
    assert isinstance(manager.demo, Demo)
    page, told = manager.page, PASSWORD.search(manager.demo.out)
    assert told
    page.goto(f"{manager.demo.plan.tool_url}/staff/sign-in")
    manager.look("sign-in")
    page.get_by_label("E-mail address").fill(told[1])
    page.get_by_label("Password").fill(told[2])
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Safe Futures (demo award)").click()
    page.get_by_text("Working figures, not for release.").wait_for()


def figure(manager: Visitor, table: str, row: str) -> int:
    """Read one working figure."""
    manager.page.reload()
    section = manager.page.locator(f"section[aria-labelledby={table}]")
    cells = section.get_by_role("row").filter(has_text=row).locator("td")
    return int(cells.first.inner_text().replace(",", ""))


def counts(manager: Visitor) -> list[int]:
    """Read the figures that one finished lesson raises."""
    sheriff = "Lakeside County Sheriff's Office (demo)"
    return [
        figure(manager, "by-school", "Lakeside Middle School (demo)"),
        figure(manager, "by-module", MODULE),
        figure(manager, "by-partner", sheriff),
        figure(manager, "by-band", "6-8"),
    ]


def release(manager: Visitor) -> None:
    """Close a period that is over, release it, and check the file against its hash."""
    page, sure = manager.page, "I know that a closed period stays closed"
    open_last_period_that_is_over(page)
    if page.get_by_label(sure).is_visible():
        manager.look("period")
        page.get_by_label(sure).check()
        page.get_by_role("button", name="Close the period").click()
    page.get_by_label("For whom it is made").fill("Demonstration Agency (invented)")
    manager.look("closed")
    page.get_by_role("button", name="Make the release").click()
    digest = page.locator("code").inner_text()
    manager.look("release")
    total = page.locator("[aria-labelledby=total] p.big").inner_text()
    assert int(total.replace(",", "")) > 9
    with page.expect_download() as file:
        page.get_by_role("link", name="JSON").click()
    content = file.value.path().read_bytes()
    assert hashlib.sha256(content).hexdigest() == digest


def open_last_period_that_is_over(page: Page) -> None:
    """Open the award's last reporting period that can be closed or is closed."""
    links = page.locator("a[href*='/grants/periods/']")
    addresses = [each.get_attribute("href") or "" for each in links.all()]
    for address in reversed(addresses):
        page.goto(urljoin(page.url, address))
        if not page.get_by_text("This period is not over yet.").is_visible():
            return
    raise AssertionError("no period is over")


def test_the_tour_from_a_click_to_a_release(
    visit: Callable[..., Visitor],
) -> None:
    manager, teacher, student = visit(), visit(), visit()
    sign_in_staff(manager)
    manager.look("award")
    before = counts(manager)
    teacher.sign_in(TEACHER)
    pick(teacher)
    preview(teacher)

    learn(student, "Ben Lindqvist")

    assert await_grade(teacher, "Ben Lindqvist") < SECONDS
    see_class(teacher, "Ben Lindqvist")
    more = [each + 1 for each in before]
    until(lambda: counts(manager) == more, "the figures count it", SECONDS)
    release(manager)
    for visitor in (manager, teacher, student):
        visitor.assert_quiet()
    student.assert_neutral()
    check_cookies(teacher, student, manager)
    check_titles(teacher)


def check_titles(teacher: Visitor) -> None:
    """What stands over the windows of a teacher tells nobody what is taught."""
    assert {title for title in teacher.titles if tells(title)} == set()


def check_cookies(teacher: Visitor, student: Visitor, manager: Visitor) -> None:
    """Cookies have the flags of production, on this machine too."""
    for visitor in (teacher, student):
        cookie = cookies(visitor)["__Host-preventedu-lti"]
        assert cookie["secure"]
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "None"
        assert cookie.get("partitionKey") == "http://localhost"
    own = cookies(manager)
    assert set(own) == {"__Host-preventedu-staff", "__Host-preventedu-known"}
    for cookie in own.values():
        assert cookie["secure"]
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Lax"
    for visitor in (teacher, student, manager):
        for name, cookie in cookies(visitor).items():
            assert name.startswith("__Host-")
            assert cookie["secure"]


def test_in_spanish_on_a_phone(added: str, visit: Callable[..., Visitor]) -> None:
    student, teacher = visit("phone"), visit()
    student.sign_in("Emi Tanaka")
    student.page.goto(added)
    lesson = student.arrive("**/lesson")
    lesson.wait_for_selector(".screen.on")
    for _screen in range(2):
        lesson.click("[data-next]")
    stood = here(lesson)
    lesson.wait_for_selector("[data-saved][data-state=saved]")
    english = lesson.inner_text(".screen.on h2")

    lesson.click("[data-language]")
    lesson.wait_for_selector("html[lang=es] .screen.on")

    assert here(lesson) == stood
    assert lesson.inner_text(".screen.on h2") != english
    student.look("es", lesson)
    go_through(lesson)
    finish(lesson)
    student.look("es-finished", lesson)
    teacher.sign_in(TEACHER)
    await_any_grade(teacher, "emi")
    student.assert_quiet()
    student.assert_neutral()


def await_any_grade(teacher: Visitor, key: str) -> None:
    """Wait for a full grade in any column."""
    walker = Walker()
    plan = teacher.demo.plan
    walkthrough.sign_in(walker, plan, walkthrough.TEACHER)
    until(
        lambda: any(
            row["person"] == key and row["score"] == 100
            for row in walkthrough.gradebook(walker, plan)
        ),
        f"the grade of {key} stands",
        SECONDS,
    )


def test_in_a_new_window(visit: Callable[..., Visitor], demo: Demo) -> None:
    walker = Walker()
    walkthrough.sign_in(walker, demo.plan, walkthrough.TEACHER)
    activity = walkthrough.pick_module(walker, demo.plan)
    course = walker.get(f"{demo.plan.lms_url}/courses/{COURSE}")
    form = course.form(f"{activity.removeprefix(demo.plan.lms_url)}/opens-in")
    walker.submit(course, form)
    student = visit()
    student.sign_in("Finn O'Rourke")
    student.page.goto(activity)

    with student.page.expect_popup() as opened:
        student.page.get_by_role("link", name="Open the lesson").click()
    window = opened.value
    window.wait_for_url("**/lesson")
    go_through(window.main_frame)
    finish(window.main_frame)

    student.look("window", window.main_frame)
    student.note_titles(window)
    await_any_grade(student, "finn")
    student.assert_quiet()
    student.assert_neutral()
    cookie = cookies(student)["__Host-preventedu-lti"]
    assert cookie["secure"]
    assert cookie["httpOnly"]


@pytest.mark.parametrize("size", SIZES)
def test_pages_for_grown_ups_are_readable_by_all(
    added: str, visit: Callable[..., Visitor], size: str
) -> None:
    manager, teacher = visit(size), visit(size)
    teacher.sign_in(TEACHER)
    teacher.look("course")
    teacher.page.goto(f"{teacher.demo.plan.lms_url}/courses/{COURSE}/add")
    teacher.look("picker", teacher.arrive("**/pick"))
    teacher.page.goto(added)
    teacher.look("class", teacher.arrive("**/class"))
    teacher.tool.get_by_role("link", name="What families see").click()
    family = teacher.arrive("**/family")
    teacher.look("family", family)
    family.get_by_role("link", name="Español").click()
    family.wait_for_selector("html[lang=es]")
    assert axe(family) == []
    sign_in_staff(manager)
    manager.look("award")
    release(manager)
    for visitor in (manager, teacher):
        visitor.assert_quiet()
    check_titles(teacher)
