"""An award is entered by keyboard alone, from its organizations to its periods."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from werkzeug.serving import make_server

from preventedu.app import create_app
from preventedu.cli import database
from preventedu.grants.importing.examples import example
from preventedu.grants.models import Agreement, Award, Coverage, ReportingPeriod, Target
from preventedu.people import Lea, School, SchoolIdScheme, StaffRole
from preventedu.settings import Settings
from tests.grants import make
from tests.staff.make import EMAIL, PASSWORD, make_staff

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
NOW = datetime.now(UTC)
FOCUSED = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return "";
  const legend = it.closest("fieldset")?.querySelector("legend")?.textContent + ": ";
  const label = it.labels?.[0]?.textContent ?? it.textContent;
  return (it.type === "checkbox" && it.closest("fieldset") ? legend : "")
    + label.trim().replace(/\\s+/g, " ");
}"""
FARTHEST = 80
"""Presses of Tab until somebody would give up."""


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """Serve an installation with one LEA and an administrator."""
    folder = tmp_path_factory.mktemp("entering")
    app = create_app(
        Settings(
            secret_key="a-secret-for-tests-that-is-long-enough",
            database_url=f"sqlite:///{folder / 'test.sqlite3'}",
            data_dir=folder,
        )
    )
    database.upgrade(app.extensions["engine"])
    with app.extensions["writers"]() as session:
        lea = Lea(nces_id="0099001", name="Lakeside", state="ZZ")
        session.add(lea)
        session.flush()
        school = School(
            lea_id=lea.id,
            scheme=SchoolIdScheme.NCES,
            school_id="009900100001",
            name="Heron",
        )
        session.add(school)
        make.make_module(session, "spotting-online-grooming")
        make_staff(session, None, StaffRole.ADMINISTRATOR)
        session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield app, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["engine"].dispose()


class Keyboard:
    """Somebody who has no mouse, and reads each page to the end."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, name: str) -> None:
        """Press Tab until something of this name has the focus."""
        for _ in range(FARTHEST):
            self.page.keyboard.press("Tab")
            if str(self.page.evaluate(FOCUSED)).startswith(name):
                return
        raise AssertionError(f"Tab does not reach {name}")

    def type(self, name: str, text: str) -> None:
        self.reach(name)
        self.page.keyboard.type(text)

    def tick(self, name: str) -> None:
        self.reach(name)
        self.page.keyboard.press("Space")

    def press(self, name: str) -> None:
        """Press a button or follow a link, and look at the page it leads to."""
        self.reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        violations = Axe().run(self.page).response["violations"]
        found = [(it["id"], [n["target"] for n in it["nodes"]]) for it in violations]
        assert found == [], self.page.url
        wide = self.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, self.page.url
        assert not self.page.locator('[role="alert"]').count(), self.page.inner_text(
            "main"
        )


STEPS = (
    (Keyboard.press, "Award set-up"),
    (Keyboard.press, "Enter the recipient and its partners"),
    (Keyboard.press, "Enter an organization"),
    (Keyboard.type, "Name", "Lakeside Unified"),
    (Keyboard.type, "What it is", "LEA"),
    (Keyboard.type, "Which LEA it is", "Lakeside"),
    (Keyboard.press, "Save"),
    (Keyboard.press, "Enter an organization"),
    (Keyboard.type, "Name", "County Sheriff"),
    (Keyboard.type, "What it is", "Law"),
    (Keyboard.type, "Law enforcement of", "a county"),
    (Keyboard.press, "Save"),
    (Keyboard.press, "Award set-up"),
    (Keyboard.press, "Enter an award"),
    (Keyboard.type, "Title", "Safe Futures"),
    (Keyboard.type, "FAIN", "TEST-26-0001"),
    (Keyboard.type, "Assistance listing", "93.320"),
    (Keyboard.type, "Agency", "An agency"),
    (Keyboard.type, "Recipient", "Lakeside"),
    (Keyboard.type, "First day", "07012026"),
    (Keyboard.type, "Last day", "06302027"),
    (Keyboard.type, "Time zone", "America/Chicago"),
    (Keyboard.type, "Acknowledgement in English", "Supported by an award."),
    (Keyboard.press, "Save"),
    (Keyboard.press, "Safe Futures"),
    (Keyboard.press, "Enter an agreement"),
    (Keyboard.type, "Partner", "County"),
    (Keyboard.tick, "What the partner does: presents"),
    (Keyboard.type, "Signed on", "06122026"),
    (Keyboard.press, "Save"),
    (Keyboard.press, "Cover places"),
    (Keyboard.type, "Where", "Lakeside: Heron"),
    (Keyboard.tick, "Grade bands: Grades 6-8"),
    (Keyboard.tick, "Modules: Module spotting-online-grooming"),
    (Keyboard.press, "Save"),
    (Keyboard.press, "Enter a target"),
    (Keyboard.type, "What is counted", "Module"),
    (Keyboard.type, "Target", "400"),
    (Keyboard.type, "First day", "07012026"),
    (Keyboard.type, "Last day", "06302027"),
    (Keyboard.press, "Save"),
    (Keyboard.press, "Enter a reporting period"),
    (Keyboard.type, "First day", "07012026"),
    (Keyboard.type, "Last day", "12312026"),
    (Keyboard.press, "Save"),
)


@pytest.fixture
def keys(browser: Browser, office: tuple[Flask, str]) -> Iterator[Keyboard]:
    page = browser.new_page(locale="en-US")
    page.goto(office[1] + "/staff/sign-in")
    keyboard = Keyboard(page)
    keyboard.type("E-mail address", EMAIL)
    keyboard.type("Password", PASSWORD)
    keyboard.press("Sign in")
    yield keyboard
    page.close()


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["chromebook", "phone"])
def test_an_award_is_entered_by_keyboard(
    office: tuple[Flask, str], keys: Keyboard, size: tuple[int, int]
) -> None:
    keys.page.set_viewport_size({"width": size[0], "height": size[1]})
    for act, *words in STEPS:
        act(keys, *words)

    assert "Nothing is missing" in keys.page.inner_text("main")
    with office[0].extensions["readers"]() as session:
        coverage = session.scalars(select(Coverage)).one()
        assert coverage.school is not None
        assert coverage.school.name == "Heron"
        assert coverage.grade_bands == ["6-8"]
        assert coverage.modules == ["spotting-online-grooming"]
        for model in (Award, Agreement, Target, ReportingPeriod):
            session.scalars(select(model)).one()


def test_a_workbook_is_imported_in_the_browser(
    office: tuple[Flask, str], keys: Keyboard
) -> None:
    keys.press("Import")
    keys.page.get_by_label("File", exact=True).set_input_files(
        {
            "name": "district.xlsx",
            "mimeType": "application/octet-stream",
            "buffer": example("xlsx"),
        }
    )
    keys.press("Show what it would do")
    assert "Nothing is written yet." in keys.page.inner_text("main")
    # The first one is in the bar, and the second leads back.
    for _ in range(2):
        keys.reach("Import")
    keys.press("Import")

    assert "The file is imported." in keys.page.inner_text("main")
    with office[0].extensions["readers"]() as session:
        assert session.scalars(select(Award.fain)).all() == ["EXAMPLE-26-0001"]
