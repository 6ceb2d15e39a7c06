"""Over https as in production: a launch in the LMS's frame, and grades that arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from playwright.sync_api import Error

from preventedu.cli.demo import walkthrough
from preventedu.cli.demo.browser import Browser as Walker
from tests.journeys.tour import SIZES, Visitor
from tests.tls import Authority, TlsWorld, skip_without_tls, tls_world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", params=["moodle", "canvas"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TlsWorld]:
    """A district on a server with TLS."""
    skip_without_tls()
    folder = tmp_path_factory.mktemp("tls")
    with tls_world(folder, request.param) as world:
        yield world


@pytest.fixture
def _trusted(world: TlsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process's own requests trust our authority, and no other."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.plan.ca_file))


@pytest.mark.usefixtures("_trusted")
def test_the_whole_tour_goes_over_https_with_every_certificate_checked(
    world: TlsWorld,
) -> None:
    # The LMS's key set, tokens, roster and grades are asked for by the tool's own
    # requests, and the tool's key set by the LMS's.
    walkthrough.walk(world.plan, world.accounts)


@pytest.mark.browser
@pytest.mark.usefixtures("_trusted")
def test_a_pupil_opens_a_lesson_in_the_frame_of_the_lms(
    world: TlsWorld, browser: Browser
) -> None:
    teacher = Walker()
    walkthrough.sign_in(teacher, world.plan, walkthrough.TEACHER)
    walkthrough.pick_module(teacher, world.plan)
    chrome = world.trusting(browser)
    width, height = SIZES["chromebook"]
    context = chrome.new_context(viewport={"width": width, "height": height})
    pupil = Visitor(context, context.new_page(), world, world.plan.data)
    pupil.watch()

    pupil.sign_in("Amara Okafor")
    lesson = pupil.open("Online safety, part 1")

    assert lesson.url.startswith(world.plan.tool_url)
    assert pupil.page.url.startswith(world.plan.lms_url)
    lesson.wait_for_selector(".screen.on")
    kept = {each["name"]: each for each in context.cookies(world.plan.tool_url)}
    assert kept["__Host-preventedu-lti"]["secure"] is True
    pupil.assert_quiet()
    chrome.close()


@pytest.mark.browser
def test_a_browser_that_does_not_trust_the_authority_is_stopped(
    world: TlsWorld, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Authority(tmp_path_factory.mktemp("stranger")).trusting(browser)
    page = stranger.new_page()

    for address in (world.plan.tool_url, world.plan.lms_url):
        with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
            page.goto(address)

    stranger.close()


@pytest.mark.usefixtures("_trusted")
def test_the_proxy_adds_what_it_should_and_keeps_figures_inside(
    world: TlsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = world.plan.tool_url
    ready = requests.get(f"{tool}/readyz?with=worker", timeout=10)
    refused = requests.get(f"{tool}/metrics", timeout=10)

    assert ready.json()["ready"] is True
    assert ready.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert refused.status_code == 404
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{tool}/readyz", timeout=10)
