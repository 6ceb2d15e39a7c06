"""What only a browser can show: cookies across sites, and platform storage."""

import html
import threading
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest
from playwright.sync_api import Browser, Page, expect

from practice_lms import LmsConfig
from practice_lms.app import KNOWN
from practice_lms.server import build_server
from tests.practice_lms.key_server import free_port
from tests.practice_lms.throwaway_tool import DL, LTI, ThrowawayTool, graded_item

STORAGE_SCRIPT = """
<script>
  const ask = (subject, more) => new Promise((answered) => {
    const id = String(Math.random());
    addEventListener("message", (event) => {
      if (event.data.message_id === id) answered(event.data);
    });
    parent.postMessage({subject, message_id: id, ...more}, "*");
  });
  (async () => {
    await ask("lti.put_data", {key: "state", value: "kept"});
    const found = await ask("lti.get_data", {key: "state"});
    const other = await ask("lti.get_data", {key: "other"});
    document.querySelector("output").textContent = `${found.value} ${other.value}`;
  })();
</script>
"""


def form_page(action: str, fields: dict[str, str], button: str) -> str:
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    return (
        f'<form method="post" action="{html.escape(action)}">{inputs}'
        f"<button>{button}</button></form>"
    )


class ToolPages:
    """A tool on another site that shows each step instead of redirecting."""

    def __init__(self, tool: ThrowawayTool, authorize_url: str) -> None:
        self.tool, self.authorize_url = tool, authorize_url

    def answer(self, path: str, sent: dict[str, str]) -> str:
        if path == "/login":
            return form_page(self.authorize_url, self.request(sent), "Go on")
        claims = jwt.decode(sent["id_token"], options={"verify_signature": False})
        if claims[LTI + "message_type"] == "LtiDeepLinkingRequest":
            address = claims[DL + "deep_linking_settings"]["deep_link_return_url"]
            token = self.tool.selection(claims, [graded_item()])
            return form_page(address, {"JWT": token}, "Choose")
        return f"<h1>Hello {claims['name']}</h1><output></output>{STORAGE_SCRIPT}"

    def request(self, login: dict[str, str]) -> dict[str, str]:
        return {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": login["client_id"],
            "redirect_uri": self.tool.launch_url,
            "state": "the-state",
            "nonce": "the-nonce",
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
        }


@pytest.fixture(params=["moodle", "canvas"])
def address(
    request: pytest.FixtureRequest, tool: ThrowawayTool, tmp_path: Path
) -> Iterator[str]:
    """Serve an LMS on localhost whose tool lives on 127.0.0.1: two sites."""
    port = free_port()
    config = LmsConfig(
        base_url=f"http://localhost:{port}",
        personality=request.param,
        data_dir=tmp_path / "data",
        tools=(tool.registration(),),
    )
    server = build_server(config, "127.0.0.1", port)
    path = KNOWN[request.param].authorize_path
    tool.keys.answer_post = ToolPages(tool, config.base_url + path).answer
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield config.base_url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    yield context.new_page()
    context.close()


@pytest.mark.browser
def test_a_tool_on_another_site_can_post_back(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Elena Rivera").click()
    page.get_by_role("link", name="Add a lesson").click()
    frame = page.frame_locator("iframe.tool")
    frame.get_by_role("button", name="Go on").click()
    frame.get_by_role("button", name="Choose").click()
    page.wait_for_url("**/courses/2")

    page.get_by_role("link", name="Online safety, part 3").click()
    frame.get_by_role("button", name="Go on").click()

    expect(frame.get_by_role("heading", name="Hello Elena Rivera")).to_be_visible()
    stores = "kept null" if page.locator("body[data-storage]").count() else ""
    expect(frame.locator("output")).to_have_text(stores)
