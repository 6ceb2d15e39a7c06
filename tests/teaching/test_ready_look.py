"""Readiness, letter, sheet and review in a real browser, on the screen and on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.courses.models import Assignment
from preventedu.db import make_engine, make_sessions
from tests.ready import LABEL, make_ready
from tests.teaching.live import live_class
from tests.teaching.lms_double import LmsDouble
from tests.teaching.make import SLUG
from tests.teaching.test_look import check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.lti.models import ToolKey
    from tests.teaching.live import Live

pytestmark = pytest.mark.browser
TEACHER, OBSERVER = SeatRole.TEACHER, SeatRole.OBSERVER
SIZES = {"chromebook": (1366, 768), "phone": (390, 844)}
PAGE = re.compile(rb"/Type\s*/Page[^s]")


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory,
    lessons: dict[str, CompiledModule],
    tool_key: ToolKey,
) -> Iterator[Live]:
    """A class whose teacher has confirmed a date."""
    folder = tmp_path_factory.mktemp("prepared")
    with LmsDouble() as lms, live_class(folder, lessons, lms, tool_key) as live:
        engine = make_engine(f"sqlite:///{folder / 'live.sqlite3'}")
        with make_sessions(engine)() as session:
            course = session.scalars(select(Assignment.course_id)).one()
            day = datetime.now(UTC).date() + timedelta(days=40)
            make_ready(session, course, SLUG, teaching_on=day)
            session.commit()
        engine.dispose()
        yield live


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (TEACHER, "class_page"),
        (TEACHER, "sheet"),
        (TEACHER, "letter?only=en"),
        (OBSERVER, "letter?only=es"),
        (OBSERVER, "family?lang=es"),
    ],
)
def test_each_page_can_be_read_by_everybody(
    page: Page, prepared: Live, role: SeatRole, name: str
) -> None:
    page.goto(prepared.seat(role, name))

    check(page, f"prepared-{name.partition('?')[0]}")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_review_can_be_read_by_everybody(
    page: Page, prepared: Live, language: str
) -> None:
    page.goto(f"{prepared.tool}/review/spotting-online-grooming?lang={language}")

    check(page, f"review-{language}")


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_letter_fits_on_two_pages_and_holds_nothing_for_the_teacher(
    desk: Page, prepared: Live, language: str
) -> None:
    desk.goto(prepared.seat(TEACHER, f"letter?only={language}"))
    expect(desk.locator(".gaps")).to_be_visible()

    paper = desk.pdf(format="Letter")

    assert len(PAGE.findall(paper)) <= 2
    desk.emulate_media(media="print")
    expect(desk.locator(".slip")).to_be_visible()
    for hidden in (".gaps", ".notices", ".alert", "nav", ".disclosure"):
        for found in desk.locator(hidden).all():
            expect(found).to_be_hidden()


def test_the_sheet_fits_on_one_page(desk: Page, prepared: Live) -> None:
    desk.goto(prepared.seat(TEACHER, "sheet"))

    assert len(PAGE.findall(desk.pdf(format="Letter"))) == 1
    desk.emulate_media(media="print")
    expect(desk.get_by_text(LABEL)).to_be_visible()
    expect(desk.get_by_role("heading", name="If a student tells you")).to_be_visible()


def test_a_word_that_is_explained_is_no_button_on_the_review(
    desk: Page, prepared: Live
) -> None:
    desk.goto(f"{prepared.tool}/review/spotting-online-grooming")

    expect(desk.locator("main button")).to_have_count(0)
    expect(desk.locator("main dfn").first).to_be_visible()
