"""Registration answers of the practice LMS beside those of the captured Moodle."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.practice_lms.captures import CAPTURED
from tests.practice_lms.conftest import Maker
from tests.practice_lms.throwaway_tool import Visit

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
POST = "/mod/lti/openid-registration.php"
CANVAS_POST = "/api/lti/registrations"
CANVAS_CONFIGURATION = "/api/lti/security/openid-configuration"


@pytest.fixture
def empty_moodle(visit_to: Maker) -> Visit:
    return visit_to("moodle", tools=())


def captured(name: str) -> dict[str, Any]:
    text = (CAPTURED / "registration" / f"{name}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def token(visit: Visit) -> str:
    lms = visit.lms.extensions["practice_lms"]
    made: str = lms.personality.registering.token(lms)
    return made


def post(visit: Visit, path: str, body: object, given: str) -> TestResponse:
    headers = {"Authorization": f"Bearer {given}"} if given else {}
    return visit.client.post(path, json=body, headers=headers)


@pytest.mark.parametrize("name", ["success", "success-score-scope-only"])
def test_a_registration_is_answered_as_moodle_did(
    empty_moodle: Visit, name: str
) -> None:
    sample = captured(name)
    theirs = sample["response"]["body"]

    answer = post(
        empty_moodle, POST, sample["request"]["body"], token(empty_moodle)
    ).get_json()

    answer["client_id"] = theirs["client_id"]
    answer[TOOL]["deployment_id"] = theirs[TOOL]["deployment_id"]
    assert answer["scope"].split() == theirs["scope"].split()
    assert answer == theirs


@pytest.mark.parametrize(
    "name", ["error-domain-mismatch", "error-missing-domain", "error-missing-token"]
)
def test_a_refusal_is_the_bare_word_that_moodle_said(
    empty_moodle: Visit, name: str
) -> None:
    sample = captured(name)
    theirs = sample["response"]
    given = "" if "token" in name else token(empty_moodle)

    answer = post(empty_moodle, POST, sample["request"]["body"], given)

    assert answer.status_code == theirs["status"]
    assert answer.text == theirs["body"]
    assert answer.headers["Content-Type"] == theirs["headers"]["Content-Type"]


def test_a_token_works_once(empty_moodle: Visit) -> None:
    body = captured("success")["request"]["body"]
    theirs = captured("error-token-already-used")["response"]
    given = token(empty_moodle)
    post(empty_moodle, POST, body, given)

    again = post(empty_moodle, POST, body, given)

    assert (again.status_code, again.text) == (theirs["status"], theirs["body"])


def test_a_made_up_token_is_refused(empty_moodle: Visit) -> None:
    body = captured("success")["request"]["body"]

    assert post(empty_moodle, POST, body, "made.up.token").status_code == 401


def test_the_configuration_is_the_captured_one(empty_moodle: Visit) -> None:
    theirs = json.loads((CAPTURED / "openid-configuration.json").read_text())["body"]

    ours = empty_moodle.client.get("/mod/lti/openid-configuration.php").get_json()

    differing = {
        "scopes_supported",
        next(name for name in theirs if "platform" in name),
    }
    for name in set(theirs) - differing:
        assert ours[name] == theirs[name]
    assert set(ours["scopes_supported"]) <= set(theirs["scopes_supported"])


def test_a_tool_waits_for_the_administrator_and_then_for_the_chooser(
    empty_moodle: Visit,
) -> None:
    body = captured("success")["request"]["body"]
    told = post(empty_moodle, POST, body, token(empty_moodle)).get_json()
    number = told[TOOL]["deployment_id"]
    lms = empty_moodle.lms.extensions["practice_lms"]

    assert lms.tool(number) is None
    assert lms.tools_of(told["client_id"])
    _act(empty_moodle, number, "activate")
    assert lms.tool(number)
    assert lms.offered_tools() == []
    _act(empty_moodle, number, "show")
    assert [tool.deployment_id for tool in lms.offered_tools()] == [number]
    _act(empty_moodle, number, "delete")
    assert lms.tool(number) is None


def _act(visit: Visit, number: str, verb: str) -> None:
    visit.client.post("/sign-in", data={"person": "admin"})
    with visit.client.session_transaction() as kept:
        key = kept["sesskey"]
    address = f"/admin/tools/{number}/{verb}"
    assert visit.client.post(address, data={"sesskey": key}).status_code == 303


def test_canvas_shows_its_configuration_to_a_token_only(visit_to: Maker) -> None:
    canvas = visit_to("canvas", tools=())
    given = token(canvas)
    headers = {"Authorization": f"Bearer {given}"}

    assert canvas.client.get(CANVAS_CONFIGURATION).status_code == 401
    found = canvas.client.get(CANVAS_CONFIGURATION, headers=headers).get_json()
    assert found["issuer"] == "https://canvas.instructure.com"


def test_canvas_repeats_what_was_asked_with_a_client_id(visit_to: Maker) -> None:
    canvas = visit_to("canvas", tools=())
    body = captured("success")["request"]["body"]

    answer = post(canvas, CANVAS_POST, body, token(canvas)).get_json()

    assert answer.pop("client_id").isdecimal()
    assert answer == body
    lms = canvas.lms.extensions["practice_lms"]
    tool = lms.known_tools()[0]
    assert not tool.is_active
    assert not tool.tool.shares_names
    assert lms.tools_of(tool.tool.client_id) == []


@pytest.mark.parametrize("person", ["rivera", "amara"])
def test_nobody_else_manages_tools(empty_moodle: Visit, person: str) -> None:
    empty_moodle.client.post("/sign-in", data={"person": person})

    assert empty_moodle.client.get("/admin/tools").status_code == 403


def test_a_form_without_the_session_key_changes_nothing(empty_moodle: Visit) -> None:
    empty_moodle.client.post("/sign-in", data={"person": "admin"})

    answer = empty_moodle.client.post("/admin/tools/begin", data={"link": "http://x/"})

    assert answer.status_code == 403


def test_a_school_without_a_tool_says_so(empty_moodle: Visit) -> None:
    empty_moodle.client.post("/sign-in", data={"person": "admin"})

    page = empty_moodle.client.get("/courses/2")

    assert "No tool is offered here yet" in page.text
    assert empty_moodle.client.get("/courses/2/add").status_code == 404
