"""The pages in a real browser: by keyboard alone, at both sizes, readable by all."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import make_server

from preventedu.app import create_app
from preventedu.cli import database
from preventedu.courses import catalog
from preventedu.people import StaffRole
from preventedu.settings import Settings
from tests.courses.make import real_module
from tests.district.make import make_lea, make_school
from tests.staff.make import PASSWORD, make_staff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
SIZES = {"chromebook": (1366, 768), "phone": (390, 844)}
OFFICIAL, ADMIN = "official@lea.example", "admin@host.example"
PAGES = (
    "", "/correct", "/schools", "/schools/1", "/contacts", "/protocol", "/breaks",
    "/consent", "/consent?preset=oh-sb-288", "/state-rules",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """The tool on this machine, with one LEA of Ohio."""

    origin: str

    def address(self, page: str = "") -> str:
        """Return the address of one of the LEA's pages."""
        return f"{self.origin}/district/leas/1{page}"


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("district")
    app = create_app(
        Settings(
            secret_key="a-secret-for-tests-that-is-long-enough",
            database_url=f"sqlite:///{folder / 'test.sqlite3'}",
            data_dir=folder,
        )
    )
    database.upgrade(app.extensions["engine"])
    with app.extensions["writers"]() as session:
        lea = make_lea(session)
        make_school(session, lea)
        for slug in ("my-helpers", "spotting-online-grooming"):
            catalog.publish(session, real_module(slug), now=datetime.now(UTC))
        make_staff(session, lea, StaffRole.LEA_OFFICIAL, OFFICIAL)
        make_staff(session, None, StaffRole.ADMINISTRATOR, ADMIN)
        session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Place(f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["engine"].dispose()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(java_script_enabled=True)
    page.on("console", lambda message: _refuse(message.type, message.text))
    yield page
    page.close()


def _refuse(kind: str, text: str) -> None:
    assert kind != "error", text


def sign_in(tab: Page, place: Place, email: str) -> None:
    tab.goto(f"{place.origin}/staff/sign-in")
    tab.get_by_label("E-mail address").focus()
    tab.keyboard.type(email)
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url(lambda address: "/staff/" not in address)


def check(tab: Page, where: str) -> None:
    """Nothing is unreadable for anybody, and nothing is wider than the screen."""
    violations = Axe().run(tab).response["violations"]
    found = [(it["id"], [n["target"] for n in it["nodes"]]) for it in violations]
    assert found == [], where
    wide = tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, f"{where} scrolls sideways"


def type_into(tab: Page, label: str, text: str) -> None:
    """Reach a field and write into it by keyboard."""
    tab.get_by_label(label, exact=True).focus()
    tab.keyboard.press("Control+A")
    tab.keyboard.type(text)


def press(tab: Page, name: str) -> None:
    """Reach a button and press it by keyboard."""
    tab.get_by_role("button", name=name, exact=True).focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("status").first.wait_for()


def type_day(tab: Page, label: str, day: str) -> None:
    """Write a day, given as month, day and year, into a date field."""
    tab.get_by_label(label, exact=True).focus()
    tab.keyboard.type(day)


def enter_contacts(tab: Page, tool: Place) -> None:
    tab.goto(tool.address("/contacts"))
    type_into(tab, "Name of the person or line", "Ms. Rivera")
    type_into(tab, "Role, for a person", "School counselor")
    type_into(tab, "Telephone", "555-0100")
    press(tab, "Add the contact")
    tab.get_by_label("School contact").focus()
    tab.keyboard.press("ArrowDown")
    expect(tab.get_by_label("Child-abuse line of the State")).to_be_checked()
    type_into(tab, "Name of the person or line", "State line")
    type_into(tab, "Telephone", "555-0199")
    press(tab, "Add the contact")
    expect(tab.get_by_text("Missing:")).to_have_count(0)


def enter_steps(tab: Page, tool: Place) -> None:
    tab.goto(tool.address("/protocol"))
    tab.get_by_label("Steps, one to a line, in order").focus()
    tab.keyboard.type("Listen. Stay calm.\nCall Ms. Rivera, 555-0100.")
    press(tab, "Record the steps")


def enter_break(tab: Page, tool: Place) -> None:
    tab.goto(tool.address("/breaks"))
    type_into(tab, "Name", "Winter break")
    year = datetime.now(UTC).year + 1
    type_day(tab, "First day without school", f"1220{year}")
    type_day(tab, "Last day without school", f"1231{year}")
    press(tab, "Add the break")


def set_modes(tab: Page, tool: Place) -> None:
    tab.goto(tool.address("/consent"))
    for band in ("Grades K-2", "Grades 3-5", "Grades 6-8", "Grades 9-12"):
        tab.get_by_label(band).focus()
        tab.keyboard.press("Space")
    tab.locator("input[name=mode]").first.focus()
    tab.keyboard.press("Space")
    tab.keyboard.press("ArrowDown")
    type_into(tab, "Days between the family letter and the lesson", "14")
    press(tab, "Record the mode")
    expect(tab.locator(".modes").get_by_text("Opt-out", exact=True)).to_have_count(4)


def test_an_official_prepares_an_lea_by_keyboard(tool: Place, tab: Page) -> None:
    sign_in(tab, tool, OFFICIAL)

    for enter in (enter_contacts, enter_steps, enter_break, set_modes):
        enter(tab, tool)

    tab.goto(tool.address())
    expect(tab.get_by_text("4 of 8 steps done")).to_be_visible()


def test_ending_somebodys_access_asks_first(tool: Place, tab: Page) -> None:
    sign_in(tab, tool, ADMIN)
    tab.goto(f"{tool.origin}/district/staff")
    type_into(tab, "Name", "Nadia Okafor")
    type_into(tab, "E-mail address", "nadia@lea.example")
    tab.get_by_label("Role", exact=True).select_option("counselor")
    tab.get_by_label("Works for", exact=True).select_option(label="Example Unified")
    press(tab, "Make the link")
    link = tab.get_by_label("Link to hand over").input_value()
    assert "/staff/invitation/" in link
    check(tab, "the link")

    tab.goto(f"{tool.origin}/district/staff")
    row = tab.get_by_role("listitem").filter(has_text="Nadia Okafor")
    end = row.get_by_role("button", name="End access Nadia Okafor")
    expect(end).to_be_hidden()
    row.locator("summary").focus()
    tab.keyboard.press("Enter")
    end.focus()
    tab.keyboard.press("Enter")

    expect(tab.get_by_role("status")).to_contain_text("can sign in no more")
    answer = tab.request.get(tool.origin + link[link.index("/staff/") :])
    assert answer.status == 404
    assert "was used or has expired" in answer.text()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_fits_each_screen_and_reader(
    tool: Place, tab: Page, size: str, language: str
) -> None:
    width, height = SIZES[size]
    tab.set_viewport_size({"width": width, "height": height})
    sign_in(tab, tool, OFFICIAL)
    for page in PAGES:
        sign = "&" if "?" in page else "?"
        answer = tab.goto(tool.address(f"{page}{sign}lang={language}"))
        assert answer is not None
        assert answer.status == 200, page
        check(tab, page)


@pytest.mark.parametrize("size", SIZES)
def test_an_administrators_pages_fit_too(tool: Place, tab: Page, size: str) -> None:
    width, height = SIZES[size]
    tab.set_viewport_size({"width": width, "height": height})
    sign_in(tab, tool, ADMIN)
    for page in ("/district/", "/district/staff", "/district/leas/new"):
        tab.goto(tool.origin + page)
        check(tab, page)


def test_the_pages_work_without_script(tool: Place, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    sign_in(tab, tool, OFFICIAL)
    later = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()

    tab.goto(tool.address("/breaks"))
    tab.get_by_label("Name").fill("Spring break")
    tab.get_by_label("First day without school").fill(later)
    tab.get_by_label("Last day without school").fill(later)
    tab.get_by_role("button", name="Add the break").click()
    expect(tab.get_by_role("status")).to_contain_text("The break is added.")
    tab.locator("summary", has_text="Remove Spring break").click()
    tab.get_by_role("button", name="Remove Spring break").click()

    expect(tab.get_by_role("status")).to_contain_text("The break is removed.")
    context.close()
