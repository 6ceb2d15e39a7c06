import json
import time
from datetime import datetime
from typing import Any

import pytest

from tests.practice_lms.captures import (
    ITEM,
    LINE_ITEM,
    LINE_ITEMS,
    RESULTS,
    age,
    answers_as,
    captured,
)
from tests.practice_lms.throwaway_tool import (
    AGS,
    SCORE_TYPE,
    Visit,
    graded_item,
    stamp,
    with_suffix,
)


@pytest.fixture
def taught(moodle: Visit) -> Visit:
    moodle.be("rivera").pick([graded_item(resourceId="res-1", tag="tag-1")])
    return moodle


@pytest.fixture
def headers(taught: Visit) -> dict[str, str]:
    return taught.bearer()


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
