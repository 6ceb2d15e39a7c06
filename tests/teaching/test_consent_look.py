"""Who takes part, in a real browser: 12 letters in one pass, questions left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.courses.consent_models import Consent, ConsentMode
from preventedu.db import make_engine, make_sessions
from preventedu.people import Course, Lea
from tests.conftest import NOW
from tests.leas import set_mode
from tests.teaching.live import NAMES, live_class
from tests.teaching.lms_double import LmsDouble
from tests.teaching.test_look import SIZES, check, tab_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import Session, sessionmaker

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.lti.models import ToolKey
    from tests.teaching.live import Live

pytestmark = pytest.mark.browser
TEACHER = SeatRole.TEACHER
CITATION = "Board policy 6142"


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A browser without script, on a Chromebook and on a telephone."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


@pytest.fixture
def lms_of_class() -> Iterator[LmsDouble]:
    with LmsDouble() as double:
        yield double


@pytest.fixture
def live(
    tmp_path: Path,
    lessons: dict[str, CompiledModule],
    lms_of_class: LmsDouble,
    tool_key: ToolKey,
) -> Iterator[Live]:
    with live_class(tmp_path, lessons, lms_of_class, tool_key) as place:
        yield place


@pytest.fixture
def sessions(live: Live, tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    """The database of the class, from now on of an LEA that asks guardians first."""
    assert live
    engine = make_engine(f"sqlite:///{tmp_path / 'live.sqlite3'}")
    made = make_sessions(engine)
    with made() as session:
        lea = session.scalars(select(Lea)).one()
        set_mode(session, lea, ConsentMode.OPT_IN, citation=CITATION, recorded_at=NOW)
        session.commit()
    yield made
    engine.dispose()


def test_the_letters_of_a_class_are_recorded_in_one_pass_by_keyboard(
    page: Page, live: Live, sessions: sessionmaker[Session]
) -> None:
    page.goto(live.seat(TEACHER, "class_page"))
    expect(page.get_by_text(CITATION)).to_be_visible()
    expect(page.locator("#taking-part")).not_to_have_attribute("open", "")
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    boxes = page.get_by_role("group", name="Tick each student").get_by_role("checkbox")
    # Sam Yazzie is opted out: a letter changes nothing of that.
    expect(boxes).to_have_count(len(NAMES) - 1)
    boxes.first.focus()
    for _box in range(len(NAMES) - 1):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    check(page, "consent-ticks")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text("Your change is saved.")
    expect(page.locator("#taking-part")).not_to_have_attribute("open", "")
    with sessions() as session:
        assert len(session.scalars(select(Consent)).all()) == len(NAMES) - 1
    page.locator("#taking-part > summary").click()
    page.get_by_text("Show 11 recorded consents").click()
    check(page, "consent-recorded")


def test_a_consent_is_taken_back_after_it_is_said_what_that_means(
    page: Page, live: Live, sessions: sessionmaker[Session]
) -> None:
    page.goto(live.seat(TEACHER, "class_page"))
    page.locator("#taking-part > summary").click()
    page.get_by_role("checkbox", name="Ada Okafor").check()
    page.get_by_role("button", name="Record the ticked letters").click()
    page.locator("#taking-part > summary").click()
    page.get_by_text("Show 1 recorded consent").click()

    page.get_by_role("button", name="Take back: Ada Okafor").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Take the consent for Ada Okafor back?"
    )
    check(page, "consent-take-back")
    page.get_by_role("button", name="Take back").click()

    expect(page.get_by_role("status")).to_have_text("Your change is saved.")
    with sessions() as session:
        assert session.scalars(select(Consent)).one().withdrawn_at is not None


def test_questions_are_left_out_for_one_student(page: Page, live: Live) -> None:
    page.goto(live.seat(TEACHER, "class_page"))
    page.locator("#taking-part > summary").click()
    page.get_by_label("Opt a student out").select_option("Dee Hart")
    page.get_by_label("Only the questions before and after it").check()
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("finishing the lesson gives full points")).to_be_visible()
    check(page, "survey-opt-out")
    page.get_by_role("button", name="Ask no questions").click()

    page.locator("#taking-part > summary").click()
    back = page.get_by_role("button", name="Ask the questions again: Dee Hart")
    expect(back).to_be_visible()
    check(page, "survey-opted-out")


def test_scores_stand_behind_a_closed_door(page: Page, live: Live) -> None:
    page.goto(live.seat(TEACHER, "class_page"))
    table = page.get_by_role("region", name="Table of students")
    expect(table).not_to_contain_text("%")
    page.locator("#scores > summary").click()
    check(page, "scores")


@pytest.mark.usefixtures("sessions")
def test_without_a_class_list_the_other_lesson_has_a_link_of_its_own(
    page: Page, live: Live, lms_of_class: LmsDouble
) -> None:
    lms_of_class.is_down = True
    page.goto(live.seat(TEACHER, "class_page"))
    page.locator("#taking-part > summary").click()

    address = page.get_by_label("Address of the link").input_value()
    assert address.endswith("/lti/launch?module=pip-and-the-garden")
    expect(page.get_by_text("every student without one gets")).to_be_visible()
    check(page, "consent-no-roster")


def test_where_no_mode_is_set_the_page_says_who_sets_it(
    page: Page, live: Live, sessions: sessionmaker[Session]
) -> None:
    with sessions() as session:
        lea = Lea(nces_id="0600077", name="Silent Valley Unified", state="CA")
        session.add(lea)
        session.flush()
        for course in session.scalars(select(Course)):
            course.lea_id = lea.id
        session.commit()
    page.goto(live.seat(TEACHER, "class_page"))

    expect(
        page.get_by_role("heading", name="Every student gets the other lesson for now")
    ).to_be_visible()
    expect(page.get_by_text("Silent Valley Unified has not said yet")).to_be_visible()
    check(page, "consent-no-mode")
