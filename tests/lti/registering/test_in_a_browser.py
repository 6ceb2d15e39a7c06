"""The whole way in a browser: from our link to the first launch, inside the LMS."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from preventedu.cli import database
from preventedu.db import make_engine
from preventedu.lti import registration
from preventedu.lti.models import Deployment, Platform
from preventedu.lti.registering.models import RegistrationInvite
from preventedu.people import StaffRole
from tests.lti.make import make_school
from tests.lti.registering.lms import served_lms
from tests.second_platform.tool import serve_tool
from tests.staff.make import EMAIL, PASSWORD, make_staff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Frame, Page

    from tests.lti.registering.lms import LiveLms
    from tests.second_platform.tool import Tool

pytestmark = pytest.mark.browser
SIZES = {"chromebook": (1366, 768), "phone": (390, 844)}


@pytest.fixture
def tool(tmp_path: Path) -> Iterator[Tool]:
    url = f"sqlite:///{tmp_path / 'tool.sqlite3'}"
    engine = make_engine(url)
    database.upgrade(engine)
    engine.dispose()
    with serve_tool(url, tmp_path) as tool:
        with tool.sessions() as session:
            make_school(session)
            make_staff(session, role=StaffRole.ADMINISTRATOR)
            session.commit()
        yield tool


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A fresh browser on a Chromebook, and on a telephone."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A fresh browser on a Chromebook."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield context.new_page()
    context.close()


def check(page: Page | Frame, name: str) -> None:
    """Hold a page, or the page in a frame, to WCAG 2.2 AA and to its width."""
    found = Axe().run(page)
    violations = [
        (each["id"], [node["target"] for node in each["nodes"]])
        for each in found.response["violations"]
    ]
    assert violations == [], name
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, name


def picture(page: Page, name: str) -> None:
    """Keep a picture, where somebody asked for them."""
    if folder := os.environ.get("SCREENSHOTS"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        path = Path(folder) / f"{name}-{width}.png"
        page.screenshot(path=path, full_page=True)


def sign_in_as_staff(page: Page, tool: Tool) -> None:
    page.goto(f"{tool.url}/staff/sign-in")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def make_link(page: Page, tool: Tool, lms: str) -> str:
    """Make a registration link on our own page."""
    page.goto(f"{tool.url}/lti/platforms/links")
    page.get_by_label("LMS", exact=True).select_option(label=lms)
    page.get_by_label("School", exact=True).select_option(index=1)
    picture(page, f"links-{lms[:6]}")
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("code.copy", has_text="/lti/register/").inner_text()
    check(page, "link made")
    picture(page, f"link-made-{lms[:6]}")
    return link


def register(page: Page, lms: LiveLms, link: str) -> None:
    """Do what the LMS's administrator does, up to our page's last button."""
    become(page, lms, "Sana Malik")
    page.get_by_role("link", name="Manage tools").click()
    page.locator("#link").fill(link)
    begin = {"moodle": "Add LTI Advantage", "canvas": "Continue"}[lms.personality]
    page.get_by_role("button", name=begin).click()
    ours = page.frame_locator("iframe.tool")
    expect(ours.get_by_role("heading", name="Connect")).to_be_visible()
    check(page.frames[1], "connect")
    picture(page, f"connect-{lms.personality}")
    ours.get_by_role("button", name="Connect").click()
    expect(ours.get_by_role("heading", name="preventedu is registered")).to_be_visible()
    check(page.frames[1], "connected")
    picture(page, f"connected-{lms.personality}")
    ours.get_by_role("button", name="Close and go back to the LMS").click()
    expect(page.get_by_role("heading", name="Manage tools")).to_be_visible()


def become(page: Page, lms: LiveLms, name: str) -> None:
    page.goto(lms.url)
    leave = page.get_by_role("button", name="Be someone else")
    if leave.is_visible():
        leave.click()
    page.get_by_role("button", name=name).click()


def choose_lessons(page: Page, lms: LiveLms) -> None:
    """Open content selection as the teacher does."""
    become(page, lms, "Rivera")
    page.get_by_role("link", name="Add a lesson").click()


def test_moodle_from_the_link_to_the_first_launch(
    desk: Page, tool: Tool, tmp_path: Path
) -> None:
    with served_lms("moodle", tmp_path) as lms:
        sign_in_as_staff(desk, tool)
        link = make_link(desk, tool, "Moodle")
        register(desk, lms, link)
        picture(desk, "manage-moodle")
        desk.get_by_role("button", name="Activate").click()
        desk.get_by_role("button", name="Show in activity chooser").click()
        choose_lessons(desk, lms)

        ours = desk.frame_locator("iframe.tool")
        heading = ours.get_by_role("heading", name="Add lessons to your class")
        expect(heading).to_be_visible()
    with tool.sessions() as session:
        deployment = session.scalars(select(Deployment)).one()
        assert deployment.school is not None
        invite = session.scalars(select(RegistrationInvite)).one()
        assert invite.platform_id == deployment.platform_id


def test_canvas_from_the_link_to_the_first_launch(
    desk: Page, tool: Tool, tmp_path: Path
) -> None:
    with served_lms("canvas", tmp_path) as lms:
        sign_in_as_staff(desk, tool)
        link = make_link(desk, tool, "Canvas (hosted by Instructure)")
        register(desk, lms, link)
        desk.get_by_role("button", name="Switch on").click()
        choose_lessons(desk, lms)
        ours = desk.frame_locator("iframe.tool")
        expect(ours.get_by_text("deployment_pending")).to_be_visible()

        with tool.sessions() as session:
            pending = session.scalars(select(Deployment)).one()
            registration.add_deployment(
                session,
                session.scalars(select(Platform)).one(),
                pending.deployment_id,
                session.scalars(select(RegistrationInvite)).one().school,
                now=datetime.now(UTC),
            )
            session.commit()
        choose_lessons(desk, lms)
        heading = ours.get_by_role("heading", name="Add lessons to your class")
        expect(heading).to_be_visible()


def test_our_pages_fit_and_are_readable_by_all(
    page: Page, tool: Tool, tmp_path: Path
) -> None:
    sign_in_as_staff(page, tool)
    for language in ("en", "es"):
        for name in ("links", "new"):
            page.goto(f"{tool.url}/lti/platforms/{name}?lang={language}")
            check(page, name)
            picture(page, f"{name}-{language}")
        asked = f"lms=moodle&address=https://lms.bay.example&lang={language}"
        page.goto(f"{tool.url}/lti/platforms/new?{asked}")
        check(page, "manual")
        picture(page, f"manual-{language}")
        page.goto(f"{tool.url}/lti/platforms/new?saved=moodle&lang={language}")
        check(page, "saved")
        picture(page, f"saved-{language}")
    link = make_link(page, tool, "Moodle")
    page.goto(link)
    check(page, "not from the LMS")
    picture(page, "refused")
    with served_lms("moodle", tmp_path) as lms:
        register(page, lms, link)
        picture(page, "manage")


def test_a_link_by_keyboard_alone_and_without_script(
    browser: Browser, tool: Tool
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in_as_staff(page, tool)
    page.goto(f"{tool.url}/lti/platforms/links")
    page.get_by_label("LMS", exact=True).focus()

    for _press in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("code.copy", has_text="/lti/register/")).to_be_visible()
    context.close()
