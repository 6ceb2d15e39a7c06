import json
from pathlib import Path
from typing import Any

import pytest

from tests.practice_lms.conftest import Maker
from tests.practice_lms.throwaway_tool import (
    AGS,
    DL,
    ENDPOINT,
    LTI,
    Form,
    ThrowawayTool,
    Visit,
    graded_item,
)

CAPTURED = Path(__file__).parents[1] / "fixtures" / "moodle-4.5" / "launch"
LAUNCH = "/courses/2/activities/1/launch"


def captured(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CAPTURED / f"{name}.json").read_text("utf-8"))
    return found


def shape(value: Any) -> Any:
    """Return keys and value types, in order, without the values."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return [type(inner).__name__ for inner in value]
    return type(value).__name__


def claim_shape(payload: dict[str, Any]) -> dict[str, Any]:
    return {key: shape(value) for key, value in payload.items()}


@pytest.fixture
def taught(moodle: Visit) -> Visit:
    moodle.be("rivera").pick([graded_item()])
    return moodle


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ("amara", "student-iframe-graded"),
        ("rivera", "teacher"),
        ("chen", "nonediting-teacher"),
        ("admin", "admin"),
    ],
)
def test_a_launch_has_the_captured_claims(
    taught: Visit, person: str, name: str
) -> None:
    theirs = captured(name)["decoded"]["payload"]

    ours = taught.be(person).launch(LAUNCH)

    assert list(ours) == list(theirs)
    assert claim_shape(ours) == claim_shape(theirs)
    assert ours[LTI + "roles"] == theirs[LTI + "roles"]
    assert ours["exp"] - ours["iat"] == 60


@pytest.mark.parametrize(
    ("name", "is_first"), [("deep-linking-first", True), ("deep-linking", False)]
)
def test_a_content_selection_has_the_captured_claims(
    moodle: Visit, name: str, *, is_first: bool
) -> None:
    moodle.be("rivera")
    if not is_first:
        moodle.pick([graded_item()])

    ours = moodle.launch("/courses/2/add/launch")

    theirs = captured(name)["decoded"]["payload"]
    assert list(ours) == list(theirs)
    assert claim_shape(ours) == claim_shape(theirs)


def test_an_ungraded_link_has_no_line_item(moodle: Visit) -> None:
    moodle.be("rivera").pick([{"type": "ltiResourceLink", "title": "Read me"}])

    ours = moodle.be("amara").launch(LAUNCH)

    theirs = captured("student-iframe-ungraded")["decoded"]["payload"]
    assert ours[ENDPOINT].keys() == theirs[ENDPOINT].keys()
    assert set(ours) == set(theirs)


def test_a_tool_that_may_know_no_names_learns_none(
    visit_to: Maker, tool: ThrowawayTool
) -> None:
    scopes = (AGS + "score", AGS + "lineitem.readonly", AGS + "result.readonly")
    bare = tool.registration(shares_names=False, scopes=scopes, custom={})
    visit = visit_to("moodle", tools=(bare,))
    visit.be("rivera").pick([graded_item()])

    ours = visit.be("amara").launch(LAUNCH)

    theirs = captured("student-anonymous")["decoded"]["payload"]
    assert set(ours) == set(theirs)
    assert ours[LTI + "ext"] == theirs[LTI + "ext"]
    assert ours[ENDPOINT]["scope"] == theirs[ENDPOINT]["scope"]


def test_a_submission_review_goes_to_its_own_address(moodle: Visit) -> None:
    review = {"url": f"{moodle.tool.launch_url}?review=1", "custom": {"review": "1"}}
    moodle.be("rivera").pick([graded_item(submissionReview=review)])

    ours = moodle.launch("/courses/2/activities/1/review/amara")

    theirs = captured("submission-review")["decoded"]["payload"]
    assert set(ours) == set(theirs)
    assert ours[LTI + "target_link_uri"] == review["url"]
    assert ours[LTI + "for_user"] == {"user_id": "5"}
    assert ours[LTI + "custom"]["review"] == "1"


def test_the_login_form_is_the_captured_one(taught: Visit) -> None:
    taught.be("amara")

    ours = Form(taught.client.get(LAUNCH).text)

    theirs = captured("student-iframe-graded")["login"]["params"]
    assert list(ours.fields) == list(theirs)
    hint = json.loads(ours.fields["lti_message_hint"])
    assert list(hint) == ["cmid", "launchid"]
    assert ours.fields["login_hint"] == "5"


def test_capitals_in_custom_parameters_come_twice(taught: Visit) -> None:
    custom = taught.be("amara").launch(LAUNCH)[LTI + "custom"]

    assert custom["mixed_case"] == custom["Mixed.Case"] == "A=b"
    assert custom["camelcase"] == custom["camelCase"] == "x"
    assert custom["start"] == "$ResourceLink.available.startDateTime"


def test_a_launch_is_good_for_one_token(taught: Visit) -> None:
    fields = taught.be("amara").auth_request(LAUNCH)
    assert taught.authorize(fields).status_code == 200

    again = taught.authorize(fields)

    assert again.status_code == 404
    assert "Invalid request" in again.text
    assert "id_token" not in again.text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"scope": "profile"}, "invalid_scope"),
        ({"response_type": "code"}, "unsupported_response_type"),
        ({"response_mode": "query"}, "invalid_request"),
        ({"prompt": "login"}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"login_hint": "6"}, "access_denied"),
    ],
)
def test_the_tool_hears_what_was_wrong(
    taught: Visit, changes: dict[str, str], code: str
) -> None:
    taught.be("amara")

    form = Form(taught.authorize(taught.auth_request(LAUNCH, **changes)).text)

    assert form.action == taught.tool.launch_url
    assert form.fields["error"] == code
    assert form.fields["error_description"]
    assert form.fields["state"] == "the-state"
    assert "id_token" not in form.fields


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://127.0.0.1:1/launch"},
        {"client_id": "nobody"},
        {"redirect_uri": ""},
    ],
)
def test_nothing_is_sent_to_an_unregistered_address(
    taught: Visit, changes: dict[str, str]
) -> None:
    taught.be("amara")

    answer = taught.authorize(taught.auth_request(LAUNCH, **changes))

    assert answer.status_code == 400
    assert "<form" not in answer.text.partition("<main")[2]


def test_somebody_else_cannot_finish_a_launch(taught: Visit) -> None:
    fields = taught.be("amara").auth_request(LAUNCH)

    form = Form(taught.be("ben").authorize(fields).text)

    assert form.fields["error"] == "login_required"


def test_a_request_without_our_cookie_is_posted_again_once(taught: Visit) -> None:
    fields = taught.be("amara").auth_request(LAUNCH)
    stranger = taught.lms.test_client()

    first = stranger.post("/mod/lti/auth.php", data=fields)
    again = Form(first.text)

    assert again.fields == {**fields, "repost": "1"}
    assert stranger.post(again.action, data=again.fields).status_code == 403
    mine = taught.client.post(again.action, data=again.fields)
    assert "id_token" in Form(mine.text).fields


def test_a_stranger_and_a_pupil_of_another_course_stay_out(taught: Visit) -> None:
    assert taught.be("pupil1").client.get(LAUNCH).status_code == 403
    assert taught.lms.test_client().get(LAUNCH).status_code == 302
    assert taught.client.get("/courses/9").status_code == 404


def test_a_parent_reaches_no_activity(taught: Visit) -> None:
    taught.be("grace")

    assert taught.client.get(LAUNCH).status_code == 403
    assert "parent account cannot open" in taught.client.get("/courses/2").text


def test_a_new_key_signs_and_the_old_stays_published(taught: Visit) -> None:
    before = taught.client.get("/mod/lti/certs.php").get_json()["keys"]

    taught.client.post("/_faults", json={"do": "rotate_key"})

    after = taught.client.get("/mod/lti/certs.php").get_json()["keys"]
    assert after[0] == before[0]
    assert len(after) == 2
    assert taught.be("amara").launch(LAUNCH)["sub"] == "5"


def test_a_person_keeps_the_language_they_chose(taught: Visit) -> None:
    claims = taught.be("diego").launch(LAUNCH)

    assert claims[LTI + "launch_presentation"]["locale"] == "es"


def test_a_link_with_its_own_address_goes_there(moodle: Visit) -> None:
    url = f"{moodle.tool.launch_url}?item=m1"
    moodle.be("rivera").pick([{**graded_item(), "url": url}])

    ours = moodle.be("amara").launch(LAUNCH)

    assert ours[LTI + "target_link_uri"] == url
    assert any("MoodleBot/4.5" in agent for agent in moodle.tool.keys.agents)


def test_settings_say_what_moodle_takes(moodle: Visit) -> None:
    ours = moodle.be("rivera").launch("/courses/2/add/launch")

    settings = ours[DL + "deep_linking_settings"]
    assert settings["accept_types"] == ["ltiResourceLink"]
    assert "data" not in settings
