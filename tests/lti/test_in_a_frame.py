"""The whole way in a real browser, inside the frame of an LMS on another site."""

from __future__ import annotations

import html
import os
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import delete
from werkzeug.serving import make_server

from preventedu.app import create_app
from preventedu.cli import database
from preventedu.cli.demo.ready_page import lesson_day
from preventedu.courses.consent_models import Readiness
from preventedu.db import make_engine, make_sessions
from preventedu.lti.models import Deployment
from preventedu.settings import Settings
from tests.conftest import SECRET
from tests.courses.make import GROOMING, HELPERS, real_module
from tests.lti.double import (
    DL_SETTINGS,
    MEMBERSHIP,
    Asked,
    Double,
    Reply,
    claims,
    serving,
    sign,
)
from tests.lti.make import make_platform, make_school, permit_draft, publish
from tests.ready import add_contacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FrameLocator, Page

pytestmark = pytest.mark.browser
SIZES = {"chromebook": (1366, 768), "phone": (390, 844), "low": (1000, 340)}


class Lms(Double):
    """The platform with a page that frames the tool, and its half of the handshake."""

    tool = ""
    database = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.routes |= {
            "/course": self._course,
            "/auth": self._authenticate,
            "/return": lambda _asked: html_page("<h1>Added to the course</h1>"),
        }

    def page(self, **login: str) -> str:
        return f"{self.url}/course?{urlencode(login)}"

    def _course(self, asked: Asked) -> Reply:
        params = {
            "iss": self.url,
            "login_hint": "teacher",
            "target_link_uri": f"{self.tool}/lti/launch",
            "client_id": "client-1",
        } | asked.query
        source = html.escape(f"{self.tool}/lti/login?{urlencode(params)}")
        style = "border:0;width:100%;height:calc(100vh - 20px)"
        return html_page(
            f'<iframe title="Lesson" style="{style}" src="{source}"></iframe>'
        )

    def _authenticate(self, asked: Asked) -> Reply:
        said = claims(
            self,
            asked.query["nonce"],
            datetime.now(UTC),
            sub="teacher",
            roles=[MEMBERSHIP + "Instructor"],
            message_type="LtiDeepLinkingRequest",
            resource_link=None,
            target_link_uri=f"{self.tool}/lti/launch",
            **{
                DL_SETTINGS: {
                    "accept_types": ["ltiResourceLink"],
                    "accept_multiple": True,
                    "deep_link_return_url": f"{self.url}/return?course=1",
                }
            },
        )
        form = {"id_token": sign(said), "state": asked.query["state"]}
        fields = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
            for name, value in form.items()
        )
        action = html.escape(asked.query["redirect_uri"])
        return html_page(
            f'<form method="post" action="{action}">{fields}</form>'
            "<script>document.forms[0].submit()</script>"
        )


def html_page(body: str) -> Reply:
    text = f'<!doctype html><html lang="en"><title>LMS</title><body>{body}'
    return Reply(body=text.encode(), headers={"Content-Type": "text/html"})


@pytest.fixture(scope="module")
def lms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lms]:
    """The tool on 127.0.0.1 and an LMS on localhost: two sites for a browser."""
    folder = tmp_path_factory.mktemp("in-a-frame")
    url = f"sqlite:///{folder / 'frame.sqlite3'}"
    engine = make_engine(url)
    database.upgrade(engine)
    with serving(Lms(host="localhost")) as lms:
        assert isinstance(lms, Lms)
        with make_sessions(engine)() as session:
            make_platform(session, lms)
            school = make_school(session)
            for slug in (GROOMING, HELPERS):
                publish(session, real_module(slug))
            permit_draft(session, school.lea_id, GROOMING)
            add_contacts(session, school.lea_id)
            for deployment in session.query(Deployment).all():
                deployment.lea_id = school.lea_id
            session.commit()
        lms.database = url
        server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
        lms.tool = f"http://127.0.0.1:{server.server_port}"
        server.app = create_app(
            Settings(
                secret_key=SECRET,
                database_url=url,
                data_dir=folder,
                public_url=lms.tool,
                allow_loopback_platforms=True,
            )
        )
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield lms
        server.shutdown()
        thread.join()
        server.server_close()
        server.app.extensions["engine"].dispose()
    engine.dispose()


@pytest.fixture(params=list(SIZES))
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context.new_page()
    context.close()


@pytest.fixture
def unprepared(lms: Lms) -> Lms:
    """The same LMS with a class that nobody has prepared for anything."""
    engine = make_engine(lms.database)
    with make_sessions(engine)() as session:
        session.execute(delete(Readiness))
        session.commit()
    engine.dispose()
    return lms


def prepare(page: Page, *, keeping: str) -> None:
    """Confirm by keyboard that the class is prepared; keep a picture of the step."""
    frame = frame_of(page)
    expect(frame.get_by_role("heading", level=1)).to_have_text(
        "Before you teach “Spotting online grooming tactics”"
    )
    check(page)
    frame.get_by_label("Class, as your counselor knows it").focus()
    page.keyboard.type("Period 3, room 12")
    friday = lesson_day() + timedelta(days=2)
    frame.get_by_label("Date of the lesson").fill(friday.isoformat())
    for words in ("I have read", "My counselor knows", "Opt-outs are done"):
        frame.get_by_label(re.compile(words)).focus()
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("alert")).to_contain_text("This is a Friday.")
    check(page)
    if folder := os.environ.get("PICTURES"):
        size = page.viewport_size or {"width": 0}
        name = f"ready-{keeping}-{size['width']}.png"
        page.screenshot(path=Path(folder) / name, full_page=True)
    frame.get_by_role("button", name="Confirm and go on").focus()
    page.keyboard.press("Enter")


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def check(page: Page) -> None:
    """Hold the frame to WCAG 2.2 AA and to its width."""
    found = Axe().run(page)
    problems = [
        (each["id"], node["html"])
        for each in found.response["violations"]
        for node in each["nodes"]
        if len(node["target"]) > 1  # inside the frame: the LMS's page is not ours
    ]
    assert problems == []
    inside = page.frames[-1]
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{time.monotonic_ns()}.png")
    assert inside.evaluate("document.body.scrollWidth <= window.innerWidth")


def test_a_teacher_adds_lessons_from_inside_the_lms(
    page: Page, unprepared: Lms
) -> None:
    lms = unprepared
    page.goto(lms.page())
    frame = frame_of(page)
    expect(frame.get_by_role("heading", level=1)).to_have_text(
        re.compile("Add lessons to your class")
    )
    check(page)
    allowed = frame.get_by_role("checkbox", name=re.compile("grooming"))
    assert frame.get_by_role("checkbox", name=re.compile("helpers")).is_disabled()
    frame.get_by_text("Spotting online grooming tactics").first.click()
    expect(allowed).to_be_checked()
    for state in (expect(allowed).not_to_be_checked, expect(allowed).to_be_checked):
        allowed.focus()
        page.keyboard.press("Space")
        state()

    frame.get_by_role("button", name="Add to class").click()
    prepare(page, keeping="frame")

    title = frame.get_by_role("heading", level=1)
    expect(title).to_have_text("Added to the course")
    sent = [asked for asked in lms.asked if asked.path == "/return"][-1]
    assert sent.form["JWT"].count(".") == 2
    assert sent.query == {"course": "1"}


def test_the_list_is_narrowed_in_place(page: Page, lms: Lms) -> None:
    page.goto(lms.page())
    frame = frame_of(page)
    frame.get_by_label("Grade").select_option("k-2")
    frame.get_by_role("button", name="Show").click()

    expect(frame.get_by_role("status")).to_have_text(re.compile("1 lesson"))
    check(page)


def test_the_signed_answer_goes_back_without_script(
    browser: Browser, unprepared: Lms
) -> None:
    lms = unprepared
    context = browser.new_context()
    page = context.new_page()
    page.goto(lms.page())
    frame = frame_of(page)
    frame.get_by_text("Spotting online grooming tactics").first.click()
    expect(frame.get_by_role("checkbox", name=re.compile("grooming"))).to_be_checked()
    page.route("**/return.js*", lambda route: route.abort())
    frame.get_by_role("button", name="Add to class").click()
    prepare(page, keeping="no-script")
    check(page)

    frame.get_by_role("button", name="Back to your class").click()

    title = frame.get_by_role("heading", level=1)
    expect(title).to_have_text("Added to the course")
    context.close()


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ({"iss": "https://unknown.example"}, "issuer_unknown"),
        ({"client_id": "x"}, "client_unknown"),
    ],
)
def test_an_error_page_is_seen_inside_the_frame(
    page: Page, lms: Lms, login: dict[str, str], code: str
) -> None:
    page.goto(lms.page(**login))

    expect(frame_of(page).get_by_text("Error code:")).to_contain_text(code)
    check(page)


def test_a_browser_that_keeps_no_cookie_is_told_what_to_do(
    browser: Browser, lms: Lms
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route(
        "**/lti/launch",
        lambda route: route.continue_(
            headers={k: v for k, v in route.request.headers.items() if k != "cookie"}
        ),
    )
    page.on("request", lambda _request: context.clear_cookies())
    page.goto(lms.page())

    frame = frame_of(page)
    expect(frame.get_by_text("Error code:")).to_contain_text("cookie_missing")
    expect(frame.get_by_text("in a new window").first).to_be_visible()
    context.close()
