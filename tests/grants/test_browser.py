from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from werkzeug.serving import make_server

from preventedu.app import create_app
from preventedu.cli import database
from preventedu.grants.attribution import attribute_all
from preventedu.grants.importing import File, apply
from preventedu.grants.models import ReportingPeriod
from preventedu.grants.releases import close_period, release
from preventedu.people import Lea, School, StaffRole
from preventedu.settings import Settings
from preventedu.staff import accounts
from tests.grants import make
from tests.staff.make import EMAIL, make_staff
from tests.staff.make import PASSWORD as STAFF_PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import Session

pytestmark = pytest.mark.browser
SIZES = {"chromebook": (1366, 768), "phone": (390, 844)}
NOW = datetime.now(UTC)
PAGES = (
    "/grants/",
    "/grants/awards/1",
    "/grants/awards/1?span=all&lang=es",
    "/grants/awards/1/decisions",
    "/grants/placements",
    "/grants/periods/1",
    "/grants/periods/3",
    "/grants/releases/1",
    "/grants/drafts",
)
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Place:
    """The tool on this machine, and an invitation for each size of screen."""

    origin: str
    invitations: dict[str, str]


@pytest.fixture(scope="module")
def grants_tool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("grants")
    app = create_app(
        Settings(
            secret_key="a-secret-for-tests-that-is-long-enough",
            database_url=f"sqlite:///{folder / 'test.sqlite3'}",
            data_dir=folder,
        )
    )
    database.upgrade(app.extensions["engine"])
    with app.extensions["writers"]() as session:
        _fill(session)
        invitations = {
            size: accounts.invite(
                session, f"{size}@lea.example", "Maria Garcia",
                StaffRole.LEA_OFFICIAL, accounts.Employer(lea="0099001"), now=NOW,
            )
            for size in SIZES
        }  # fmt: skip
        make_staff(session, session.scalars(select(Lea)).one())
        session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Place(f"http://127.0.0.1:{server.server_port}", invitations)
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["engine"].dispose()


def _fill(session: Session) -> None:
    file = Path(__file__).parent / "district.yaml"
    apply(session, File(file.name, file.read_bytes()), by="test", now=NOW)
    version = make.make_module(session, "spotting-online-grooming")
    schools = session.scalars(select(School).order_by(School.id)).all()
    for school, number in ((schools[0], 24), (schools[1], 11), (None, 3)):
        assignment = make.make_assignment(session, version)
        if school is not None:
            make.place(session, assignment, school)
        for position in range(number):
            at = datetime(2026, 8, 3, 17, tzinfo=UTC) + timedelta(days=3 * position)
            make.complete(session, assignment, version, at)
    attribute_all(session, now=NOW)
    period = session.scalars(
        select(ReportingPeriod).where(ReportingPeriod.starts_on == date(2026, 7, 1))
    ).one()
    close_period(session, period, author="test", now=NOW)
    release(session, period, author="test", recipient="The agency", now=NOW)


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.on("console", lambda message: _refuse(message.type, message.text))
    yield page
    page.close()


def _refuse(kind: str, text: str) -> None:
    assert kind != "error", text


def _check(page: Page, where: str) -> None:
    """Every page is readable by all and fits its screen."""
    violations = Axe().run(page).response["violations"]
    found = [(it["id"], [n["target"] for n in it["nodes"]]) for it in violations]
    assert found == [], where
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, f"{where} scrolls sideways"


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_readable_by_all_at_each_size(
    grants_tool: Place, tab: Page, size: str
) -> None:
    width, height = SIZES[size]
    tab.set_viewport_size({"width": width, "height": height})
    tab.goto(f"{grants_tool.origin}/staff/sign-in")
    _check(tab, "sign-in")
    tab.goto(f"{grants_tool.origin}/staff/invitation/{grants_tool.invitations[size]}")
    _check(tab, "invitation")
    # By keyboard alone: Tab goes from the address bar past skip link and brand.
    tab.get_by_label("New password").focus()
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Tab")
    tab.keyboard.type(PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/grants/")

    for address in PAGES:
        answer = tab.goto(grants_tool.origin + address)
        assert answer is not None
        assert answer.status == 200, address
        _check(tab, address)


def test_a_course_is_placed_by_keyboard(grants_tool: Place, tab: Page) -> None:
    tab.goto(f"{grants_tool.origin}/staff/sign-in")
    tab.get_by_label("E-mail address").fill(EMAIL)
    tab.get_by_label("Password").fill(STAFF_PASSWORD)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/grants/")

    tab.goto(f"{grants_tool.origin}/grants/placements")
    tab.get_by_label("School").focus()
    tab.keyboard.type("Heron")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    tab.get_by_role("status").wait_for()

    assert "Heron Middle School (demo)" in tab.get_by_role("status").inner_text()
    assert "Every course with completions is placed." in tab.inner_text("main")
