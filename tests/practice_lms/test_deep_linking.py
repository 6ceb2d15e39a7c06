import time
from typing import Any

import pytest

from practice_lms.activities import activities_in
from tests.practice_lms.throwaway_tool import (
    DL,
    LTI,
    Form,
    Visit,
    graded_item,
    local,
)


def titles(visit: Visit) -> list[str]:
    store = visit.lms.extensions["practice_lms"].store
    return [activity.title for activity in activities_in(store, 2)]


def test_several_items_become_several_activities(moodle: Visit) -> None:
    items = [graded_item(), {"type": "ltiResourceLink", "title": "Read me"}]

    answer = moodle.be("rivera").pick(items)

    assert answer.status_code == 200
    assert "2 lessons were added" in answer.text
    assert titles(moodle) == ["Online safety, part 3", "Read me"]
    assert len(moodle.grades("amara")) == 1


@pytest.mark.parametrize("items", [[], None])
def test_an_empty_answer_adds_nothing(moodle: Visit, items: list[Any] | None) -> None:
    answer = moodle.be("rivera").pick([], {DL + "content_items": items})

    assert answer.status_code == 200
    assert "Nothing was added" in answer.text
    assert titles(moodle) == []


@pytest.mark.parametrize("points", [7.5, 150])
def test_moodle_refuses_a_single_item_with_an_odd_maximum(
    moodle: Visit, points: float
) -> None:
    answer = moodle.be("rivera").pick([graded_item(scoreMaximum=points)])

    assert answer.status_code == 400
    assert "This must be an integer between 1 and 100" in answer.text
    assert titles(moodle) == []


def test_canvas_takes_any_maximum(canvas: Visit) -> None:
    canvas.be("rivera").pick([graded_item(scoreMaximum=150, label="Column")])

    [row] = canvas.grades("amara")
    assert (row["max"], row["column"]) == (150, "Column")


@pytest.mark.parametrize("personality", ["moodle", "canvas"])
@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 100, "iat": 90},
        {"iat": time.time() + 86_400},
        {"iss": "somebody"},
        {"aud": ["https://elsewhere.example"]},
        {"nonce": None},
        {LTI + "deployment_id": "7"},
        {LTI + "message_type": "LtiResourceLinkRequest"},
        {LTI + "version": "1.2"},
        {DL + "content_items": "none"},
        {DL + "content_items": ["none"]},
    ],
)
def test_an_answer_that_does_not_hold_adds_nothing(
    request: pytest.FixtureRequest, personality: str, changes: dict[str, Any]
) -> None:
    visit: Visit = request.getfixturevalue(personality)

    answer = visit.be("rivera").pick([graded_item()], changes)

    assert answer.status_code == 400
    assert "could not be added" in answer.text
    assert titles(visit) == []


def test_canvas_wants_its_data_back(canvas: Visit) -> None:
    answer = canvas.be("rivera").pick([graded_item()], {DL + "data": "other"})

    assert answer.status_code == 400
    assert titles(canvas) == []


def test_a_foreign_signature_is_refused(moodle: Visit) -> None:
    request = moodle.be("rivera").launch("/courses/2/add/launch")
    token = moodle.tool.selection(request, [graded_item()])
    address = request[DL + "deep_linking_settings"]["deep_link_return_url"]
    head, _, _ = token.rpartition(".")
    other = moodle.tool.selection(request, [])

    forged = f"{head}.{other.rpartition('.')[2]}"
    answer = moodle.client.post(local(address), data={"JWT": forged})

    assert answer.status_code == 400
    assert titles(moodle) == []


def test_an_answer_without_our_cookie_is_posted_again(moodle: Visit) -> None:
    request = moodle.be("rivera").launch("/courses/2/add/launch")
    token = moodle.tool.selection(request, [graded_item()])
    address = local(request[DL + "deep_linking_settings"]["deep_link_return_url"])

    page = moodle.lms.test_client().post(address, data={"JWT": token})
    again = Form(page.text)

    assert again.fields == {"JWT": token, "repost": "1"}
    assert moodle.client.post(again.action, data=again.fields).status_code == 200
    assert titles(moodle) == ["Online safety, part 3"]


def test_only_the_session_that_asked_can_answer(moodle: Visit) -> None:
    request = moodle.be("rivera").launch("/courses/2/add/launch")
    token = moodle.tool.selection(request, [graded_item()])
    address = local(request[DL + "deep_linking_settings"]["deep_link_return_url"])

    stale = moodle.be("rivera").client.post(address, data={"JWT": token})
    student = moodle.be("amara").client.post(address, data={"JWT": token})

    assert (stale.status_code, student.status_code) == (403, 403)
    assert titles(moodle) == []


@pytest.mark.parametrize("person", ["amara", "chen", "grace"])
def test_only_the_teacher_adds(moodle: Visit, person: str) -> None:
    assert moodle.be(person).client.get("/courses/2/add").status_code == 403
    assert moodle.client.get("/courses/2/add/launch").status_code == 403


def test_a_line_break_in_a_value_starts_a_new_parameter(moodle: Visit) -> None:
    item = {**graded_item(), "custom": {"a": "one\nb=two"}}
    moodle.be("rivera").pick([item])

    custom = moodle.launch("/courses/2/activities/1/launch")[LTI + "custom"]

    assert (custom["a"], custom["b"]) == ("one", "two")
