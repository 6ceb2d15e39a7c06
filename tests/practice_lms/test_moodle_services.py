import json
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.practice_lms.conftest import Maker
from tests.practice_lms.throwaway_tool import (
    AGS,
    ALL,
    ENDPOINT,
    NRPS_SCOPE,
    SCORE_TYPE,
    ThrowawayTool,
    Visit,
    graded_item,
    local,
    stamp,
    with_suffix,
)

CAPTURED = Path(__file__).parents[1] / "fixtures" / "moodle-4.5"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
ROSTER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
LINE_ITEM = "/mod/lti/services.php/2/lineitems/1/lineitem?type_id=1"
LINE_ITEMS = "/mod/lti/services.php/2/lineitems?type_id=1"
MEMBERS = "/mod/lti/services.php/CourseSection/2/bindings/1/memberships"


def captured(name: str) -> dict[str, Any]:
    text = (CAPTURED / f"{name}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)["response"]
    return found


def answers_as(answer: TestResponse, name: str) -> None:
    """Compare status, media type and reason with a captured answer."""
    theirs = captured(name)
    types = [value for key, value in theirs["headers"] if key == "Content-Type"]
    assert answer.status_code == theirs["status"]
    assert answer.headers["Content-Type"] == types[0]


@pytest.fixture
def taught(moodle: Visit) -> Visit:
    moodle.be("rivera").pick([graded_item(resourceId="res-1", tag="tag-1")])
    return moodle


@pytest.fixture
def headers(taught: Visit) -> dict[str, str]:
    return taught.bearer()


def age(visit: Visit, seconds: float) -> None:
    """Move stored grades into the past, as waiting would."""
    with visit.lms.extensions["practice_lms"].store.writing() as db:
        db.execute("UPDATE grade SET graded_at = graded_at - ?", (seconds,))


def test_a_token_comes_as_html(taught: Visit) -> None:
    answer = taught.token()

    answers_as(answer, "token/ok")
    assert json.loads(answer.text).keys() == captured("token/ok")["body"].keys()
    assert json.loads(answer.text)["scope"] == ALL


def test_a_partly_allowed_scope_list_is_cut(taught: Visit) -> None:
    answer = taught.token(f"{AGS}score openid")

    assert json.loads(answer.text)["scope"] == f"{AGS}score"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"exp": 100, "iat": 90}, "token/expired-assertion"),
        ({"iat": time.time() + 30}, "token/future-iat"),
        ({"iss": "nobody"}, "token/unknown-client"),
        ({"aud": "https://elsewhere.example"}, "token/bad-signature"),
        ({"jti": None}, "token/bad-signature"),
        ({"sub": "nobody"}, "token/bad-signature"),
    ],
)
def test_a_bad_assertion_gets_no_token(
    taught: Visit, changes: dict[str, Any], name: str
) -> None:
    answer = taught.token(**changes)

    answers_as(answer, name)
    assert "access_token" not in answer.text


def test_a_clock_ahead_is_told_in_the_words_of_moodle(taught: Visit) -> None:
    issued = int(time.time()) + 20

    text = taught.token(iat=issued).text

    stamp_then = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(issued))
    words = captured("token/future-iat")["body"]["error"].rpartition(" ")[0]
    assert json.loads(text) == {"error": f"{words} {stamp_then}"}


def test_an_assertion_works_once(taught: Visit) -> None:
    assertion = taught.tool.assertion("http://localhost:8800/mod/lti/token.php")
    assert taught.post_token(assertion).status_code == 200

    assert taught.post_token(assertion).status_code == 400


def test_an_unknown_kid_breaks_the_json(taught: Visit) -> None:
    taught.tool.kid = "nope"

    answer = taught.token()

    assert answer.text == captured("token/wrong-kid")["body"]


def test_a_changed_tool_key_is_fetched_again(taught: Visit) -> None:
    assert taught.token().status_code == 200
    taught.tool.change_key()

    assert taught.token().status_code == 200


def test_scopes_not_registered_are_refused(
    visit_to: Maker, tool: ThrowawayTool
) -> None:
    visit = visit_to("moodle", tools=(tool.registration(scopes=(AGS + "score",)),))

    answers_as(visit.token(NRPS_SCOPE), "token/invalid-scope")


def test_line_items_look_as_captured(taught: Visit, headers: dict[str, str]) -> None:
    answer = taught.client.get(LINE_ITEMS, headers={**headers, "Accept": CONTAINER})

    answers_as(answer, "ags-lineitems/lineitems-all")
    theirs = captured("ags-lineitems/lineitems-all")["body"][0]
    assert list(answer.get_json()[0]) == list(theirs)
    assert answer.get_json()[0]["label"] == "Online safety, part 3"
    assert answer.get_json()[0]["scoreMaximum"] == 20


@pytest.mark.parametrize(
    ("query", "count"),
    [("resource_id=res-1", 1), ("tag=tag-1", 1), ("tag=nope", 0)],
)
def test_line_items_can_be_filtered(
    taught: Visit, headers: dict[str, str], query: str, count: int
) -> None:
    sent = {**headers, "Accept": CONTAINER}

    answer = taught.client.get(f"{LINE_ITEMS}&{query}", headers=sent)

    assert len(answer.get_json()) == count


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("application/json", "ags-lineitems/lineitems-accept-json"),
        ("*/*", "ags-lineitems/lineitems-accept-any"),
    ],
)
def test_line_items_have_one_media_type(
    taught: Visit, headers: dict[str, str], accept: str, name: str
) -> None:
    answer = taught.client.get(LINE_ITEMS, headers={**headers, "Accept": accept})

    answers_as(answer, name)
    # The capturing proxy cut a blank at the end.
    reason = answer.status.partition(" ")[2].strip()
    assert reason == captured(name)["reason"].strip()
    assert answer.get_json()["request"] == captured(name)["body"]["request"]


def test_paging_writes_the_link_header_of_moodle(
    taught: Visit, headers: dict[str, str]
) -> None:
    for number in range(6):
        taught.pick([graded_item(tag=str(number))])
    sent = {**headers, "Accept": CONTAINER}

    answer = taught.client.get(f"{LINE_ITEMS}&limit=2&from=2", headers=sent)

    theirs = dict(captured("ags-lineitems/lineitems-limit-from")["headers"])
    assert len(answer.get_json()) == 2
    assert answer.headers["Link"] == theirs["Link"]


def test_a_column_is_created_read_replaced_and_deleted(
    taught: Visit, headers: dict[str, str]
) -> None:
    typed = {**headers, "Content-Type": ITEM}
    sent = {"scoreMaximum": 12.5, "label": "Mine", "tag": "t", "gradesReleased": False}

    made = taught.client.post(LINE_ITEMS, data=json.dumps(sent), headers=typed)
    address = local(made.get_json()["id"])
    read = taught.client.get(address, headers={**headers, "Accept": ITEM})
    put = {"scoreMaximum": 5, "label": "Mine"}
    taught.client.put(address, data=json.dumps(put), headers=typed)
    after = taught.client.get(address, headers=headers).get_json()

    answers_as(made, "ags-lineitems/lineitem-create")
    assert made.get_json().items() >= sent.items()
    assert "gradesReleased" not in read.get_json()
    assert (after["tag"], after["scoreMaximum"]) == ("", 5)
    assert taught.client.delete(address, headers=headers).status_code == 204
    answers_as(
        taught.client.get(address, headers=headers), "ags-lineitems/lineitem-404"
    )


def test_deleting_the_own_column_leaves_launches_without(
    taught: Visit, headers: dict[str, str]
) -> None:
    taught.client.delete(LINE_ITEM, headers=headers)

    assert "lineitem" not in taught.launch("/courses/2/activities/1/launch")[ENDPOINT]


def test_a_score_stands_in_the_gradebook_and_in_the_history(
    taught: Visit, headers: dict[str, str]
) -> None:
    answer = taught.score(LINE_ITEM, "5", headers, comment="Well done")

    answers_as(answer, "ags-scores/score-fullygraded")
    assert answer.data == b""
    [row] = taught.grades("amara")
    assert (row["score"], row["max"], row["comment"]) == (10, 20, "Well done")
    [kept] = taught.client.get("/_history").get_json()
    assert kept["user_id"] == "5"
    assert kept["body"]["scoreGiven"] == 10


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"scoreGiven": 25}, 20),
        ({"scoreGiven": -3}, 0),
        ({"scoreGiven": 0.85, "scoreMaximum": 1}, 17),
        ({"scoreGiven": "12", "scoreMaximum": "20"}, 12),
        ({"scoreGiven": 0}, 0),
        ({"gradingProgress": "Pending"}, None),
        ({"gradingProgress": "Whatever", "activityProgress": "Whatever"}, None),
        ({"scoreGiven": None, "scoreMaximum": None}, None),
    ],
)
def test_points_are_shown_as_moodle_shows_them(
    taught: Visit, headers: dict[str, str], changes: dict[str, Any], shown: float | None
) -> None:
    assert taught.score(LINE_ITEM, "5", headers, **changes).status_code == 200

    assert taught.grades("amara")[0]["score"] == shown


def test_anything_but_fully_graded_clears_a_grade(
    taught: Visit, headers: dict[str, str]
) -> None:
    taught.score(LINE_ITEM, "5", headers)
    age(taught, 5)

    taught.score(LINE_ITEM, "5", headers, gradingProgress="Pending")

    assert taught.grades("amara")[0]["score"] is None
    assert taught.grades("amara")[0]["time"] is None
    # With no time left to compare, the same second is good enough.
    assert taught.score(LINE_ITEM, "5", headers).status_code == 200


def test_a_score_of_the_same_second_is_refused(
    taught: Visit, headers: dict[str, str]
) -> None:
    taught.score(LINE_ITEM, "5", headers)

    answer = taught.score(LINE_ITEM, "5", headers, scoreGiven=20)

    answers_as(answer, "ags-scores/score-same-second")
    assert answer.get_json() == []
    reason = answer.status.partition(" ")[2]
    assert reason == "Refusing score with an earlier timestamp for item 1 and user 5"
    assert taught.grades("amara")[0]["score"] == 10
    assert len(taught.client.get("/_history").get_json()) == 1


def test_an_activity_column_keeps_the_time_of_arrival(
    taught: Visit, headers: dict[str, str]
) -> None:
    taught.score(LINE_ITEM, "5", headers, timestamp=stamp(-600))

    late = taught.score(LINE_ITEM, "5", headers, timestamp=stamp(-300))

    answers_as(late, "ags-scores/ts-old-newer-but-before-arrival")
    shown = datetime.fromisoformat(taught.grades("amara")[0]["time"]).timestamp()
    assert abs(time.time() - shown) < 5


def test_an_unchanged_grade_keeps_its_time(
    taught: Visit, headers: dict[str, str]
) -> None:
    taught.score(LINE_ITEM, "5", headers)
    age(taught, 100)
    before = taught.grades("amara")[0]["time"]

    taught.score(LINE_ITEM, "5", headers)

    assert taught.grades("amara")[0]["time"] == before


def test_a_column_of_the_tool_keeps_the_tools_time(
    taught: Visit, headers: dict[str, str]
) -> None:
    made = taught.client.post(
        LINE_ITEMS,
        data=json.dumps({"scoreMaximum": 20, "label": "Mine"}),
        headers={**headers, "Content-Type": ITEM},
    )
    address = made.get_json()["id"]
    taught.score(address, "5", headers, timestamp=stamp(600))

    now = taught.score(address, "5", headers, timestamp=stamp())

    answers_as(now, "ags-scores/ts-manual-now-after-future")


@pytest.mark.parametrize(
    ("user_id", "changes", "name"),
    [
        ("3", {}, "score-for-teacher"),
        ("2", {}, "score-for-admin"),
        ("99999", {}, "score-unknown-user"),
        ("11", {}, "score-unknown-user"),
        ("5", {"userId": None}, "score-missing-user"),
        ("5", {"gradingProgress": None}, "score-missing-grading-progress"),
        ("5", {"scoreMaximum": None}, "score-missing-max"),
        ("5", {"scoreGiven": "A+"}, "score-nonnumeric"),
        ("5", {"timestamp": "yesterday"}, "score-ts-bad"),
        ("5", {"timestamp": "1795366863"}, "score-ts-epoch"),
    ],
)
def test_a_bad_score_is_repeated_in_the_reason(
    taught: Visit,
    headers: dict[str, str],
    user_id: str,
    changes: dict[str, Any],
    name: str,
) -> None:
    answer = taught.score(LINE_ITEM, user_id, headers, **changes)

    answers_as(answer, f"ags-scores/{name}")
    assert answer.get_json() == []
    assert answer.status.startswith("400 Incorrect score received{")
    assert taught.client.get("/_history").get_json() == []


def test_scores_need_their_media_type_and_scope(
    taught: Visit, headers: dict[str, str]
) -> None:
    address = with_suffix(LINE_ITEM, "scores")
    plain = {**headers, "Content-Type": "application/json"}
    with_charset = {**headers, "Content-Type": f"{SCORE_TYPE}; charset=utf-8"}
    reader = taught.bearer(f"{AGS}lineitem.readonly")

    answers_as(
        taught.client.post(address, data="{}", headers=plain),
        "ags-scores/score-json-ctype",
    )
    assert (
        taught.client.post(address, data="{", headers=with_charset).status_code == 400
    )
    answers_as(taught.score(LINE_ITEM, "5", reader), "ags-scores/score-readonly-token")
    answers_as(taught.score(LINE_ITEM, "5", {}), "ags-scores/score-bad-token")
    missing = LINE_ITEM.replace("/1/", "/9999/")
    answers_as(taught.score(missing, "5", headers), "ags-scores/score-404-lineitem")
    answers_as(taught.score(LINE_ITEM, "abc", headers), "ags-scores/score-nonint-user")
    got = taught.client.get(address, headers=headers)
    answers_as(got, "ags-scores/scores-get")


def test_a_locked_grade_answers_500_for_good(
    taught: Visit, headers: dict[str, str]
) -> None:
    body = {"do": "lock_grade", "line_item": 1, "person": "amara"}
    taught.client.post("/_faults", json=body)

    answer = taught.score(LINE_ITEM, "5", headers)

    answers_as(answer, "ags-scores/score-locked-grade")
    assert answer.get_json() == []


def test_a_teachers_grade_stays(taught: Visit, headers: dict[str, str]) -> None:
    body = {"do": "override_grade", "line_item": 1, "person": "amara", "points": 9}
    taught.client.post("/_faults", json=body)
    assert taught.score(LINE_ITEM, "5", headers).status_code == 409
    age(taught, 5)

    answers_as(
        taught.score(LINE_ITEM, "5", headers),
        "ags-scores/score-after-teacher-override-2",
    )

    assert taught.grades("amara")[0]["score"] == 9


def test_results_look_as_captured(taught: Visit, headers: dict[str, str]) -> None:
    taught.score(LINE_ITEM, "5", headers, scoreGiven=18)
    address = with_suffix(LINE_ITEM, "results")
    sent = {**headers, "Accept": RESULTS}

    one = taught.client.get(f"{address}&user_id=5", headers=sent)
    none = taught.client.get(f"{address}&user_id=6", headers=sent)

    answers_as(one, "ags-results/results-user")
    [ours], [theirs] = one.get_json(), captured("ags-results/results-user")["body"]
    assert list(ours) == list(theirs)
    assert (ours["resultScore"], ours["resultMaximum"]) == (18, 20)
    assert ours["id"].endswith("/1/lineitem/results?type_id=1&user_id=5")
    assert ours["timestamp"].endswith("+00:00")
    assert none.get_json() == []
    limited = taught.client.get(f"{address}&limit=1", headers=sent)
    answers_as(limited, "ags-results/results-limit")


def test_a_text_only_column_takes_scores_and_shows_none(
    moodle: Visit,
) -> None:
    moodle.be("rivera")
    odd = [graded_item(scoreMaximum=points) for points in (7.5, 150, 0)]
    assert moodle.pick(odd).status_code == 200
    headers = moodle.bearer()

    for number in (1, 2, 3):
        address = LINE_ITEM.replace("/1/", f"/{number}/")
        assert moodle.score(address, "5", headers).status_code == 200

    assert [row["max"] for row in moodle.grades("amara")] == [100, 100, 100]
    assert [row["score"] for row in moodle.grades("amara")] == [None, None, 50]
    listed = moodle.client.get(
        with_suffix(LINE_ITEM, "results"), headers={**headers, "Accept": RESULTS}
    )
    [only] = listed.get_json()
    assert only.keys() == {"id", "userId"}


def test_the_roster_speaks_as_captured(taught: Visit, headers: dict[str, str]) -> None:
    answer = taught.client.get(MEMBERS, headers={**headers, "Accept": ROSTER})

    answers_as(answer, "nrps/all")
    theirs = captured("nrps/all")["body"]
    ours = answer.get_json()
    assert list(ours) == list(theirs)
    assert list(ours["members"][0]) == list(theirs["members"][0])
    roles = {member["user_id"]: member["roles"] for member in ours["members"]}
    assert roles["3"] == ["Instructor"]
    assert roles["4"] == ["Learner"], "a non-editing teacher is a Learner here"
    assert "11" not in roles, "parents are no members"
    assert len(roles) == 8


def test_the_roster_pages_only_when_asked(
    taught: Visit, headers: dict[str, str]
) -> None:
    page = taught.client.get(f"{MEMBERS}?limit=2&role=Learner", headers=headers)
    last = taught.client.get(f"{MEMBERS}?limit=2&from=6", headers=headers)

    theirs = dict(captured("nrps/page1")["headers"])
    assert page.headers["Link"] == theirs["Link"]
    assert len(page.get_json()["members"]) == 2
    assert "Link" not in last.headers


def test_the_roster_leaves_suspended_students_out(
    taught: Visit, headers: dict[str, str]
) -> None:
    body = {"do": "suspend", "course": 2, "person": "amara"}
    taught.client.post("/_faults", json=body)

    members = taught.client.get(MEMBERS, headers=headers).get_json()["members"]

    assert "5" not in {member["user_id"] for member in members}
    assert taught.score(LINE_ITEM, "5", headers).status_code == 200


def test_the_roster_of_a_link_carries_messages(
    taught: Visit, headers: dict[str, str]
) -> None:
    answer = taught.client.get(f"{MEMBERS}?rlid=1", headers=headers)

    theirs = captured("nrps/rlid")["body"]["members"][0]
    ours = answer.get_json()["members"][0]
    assert list(ours) == list(theirs)
    assert list(ours["message"][0]) == list(theirs["message"][0])
    unknown = taught.client.get(f"{MEMBERS}?rlid=9999", headers=headers)
    answers_as(unknown, "nrps/rlid-unknown")


@pytest.mark.parametrize(
    ("path", "accept", "scope", "name"),
    [
        (MEMBERS, "application/json", ALL, "nrps/accept-json"),
        (MEMBERS, f"{ROSTER}, application/json", ALL, "nrps/accept-list"),
        (MEMBERS, "*/*", ALL, "nrps/accept-any"),
        (MEMBERS, ROSTER, f"{AGS}score", "nrps/score-only-token"),
        (MEMBERS.replace("bindings/1", "bindings/2"), ROSTER, ALL, "nrps/other-tool"),
        (MEMBERS.replace("/2/", "/999/"), ROSTER, ALL, "nrps/unknown-course"),
    ],
)
def test_the_roster_refuses_as_captured(
    taught: Visit, path: str, accept: str, scope: str, name: str
) -> None:
    sent = {**taught.bearer(scope), "Accept": accept}

    answers_as(taught.client.get(path, headers=sent), name)


def test_another_tool_reads_but_does_not_write(
    visit_to: Maker, tool: ThrowawayTool
) -> None:
    other = tool.registration(client_id="other", deployment_id="2")
    visit = visit_to("moodle", tools=(tool.registration(), other))
    visit.be("rivera").pick([graded_item()])
    tool.client_id = "other"
    headers = visit.bearer()
    theirs = LINE_ITEM.replace("type_id=1", "type_id=2")

    answers_as(
        visit.client.get(theirs, headers={**headers, "Accept": ITEM}),
        "ags-lineitems/lineitem-other-tool",
    )
    answers_as(visit.score(theirs, "5", headers), "ags-scores/score-other-tool")
