import json
from typing import Any

import pytest

from tests.practice_lms.conftest import Maker
from tests.practice_lms.throwaway_tool import (
    AGS,
    Visit,
    graded_item,
    local,
    stamp,
    with_suffix,
)

LAUNCH = "/courses/2/activities/1/launch"
LINE_ITEM = "/api/lti/courses/2/line_items/1"
SUBMISSION = "https://canvas.instructure.com/lti/submission"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


@pytest.fixture
def taught(visit_to: Maker) -> Visit:
    visit = visit_to("canvas")
    visit.be("rivera").pick([graded_item()])
    return visit


@pytest.fixture
def amara(taught: Visit) -> str:
    return str(taught.be("amara").launch(LAUNCH)["sub"])


@pytest.fixture
def headers(taught: Visit) -> dict[str, str]:
    return taught.bearer()


def test_the_roster_comes_fifty_at_a_time(
    taught: Visit, headers: dict[str, str]
) -> None:
    path = "/api/lti/courses/3/names_and_roles"
    pages, address = [], path
    while address:
        answer = taught.client.get(address, headers=headers)
        pages.append(answer.get_json()["members"])
        links = {
            part.partition("rel=")[2].strip('"'): part.partition(">")[0][1:]
            for part in answer.headers["link"].split(",")
        }
        address = local(links["next"]) if "next" in links else ""

    ids = [member["user_id"] for page in pages for member in page]
    assert [len(page) for page in pages] == [50, 12]
    assert len(set(ids)) == 62
    assert taught.client.get(f"{path}?limit=500", headers=headers).get_json()[
        "members"
    ][49:] == [pages[0][49]]


def test_the_roster_knows_mentors_and_no_test_student(
    taught: Visit, headers: dict[str, str]
) -> None:
    path = "/api/lti/courses/2/names_and_roles"

    members = taught.client.get(path, headers=headers).get_json()["members"]

    by_name = {member["name"]: member["roles"] for member in members}
    assert by_name["Grace Okafor"] == [MEMBERSHIP + "Mentor"]
    assert "Test Student" not in by_name
    learners = taught.client.get(
        path, query_string={"role": MEMBERSHIP + "Learner"}, headers=headers
    )
    assert len(learners.get_json()["members"]) == 6


def test_a_score_with_canvas_extensions_stands(
    taught: Visit, amara: str, headers: dict[str, str]
) -> None:
    extension = {SUBMISSION: {"new_submission": False}}
    answer = taught.score(LINE_ITEM, amara, headers, scoreGiven=25, **extension)

    assert answer.status_code == 200
    result = taught.client.get(local(answer.get_json()["resultUrl"]), headers=headers)
    assert result.get_json()["resultScore"] == 25, "more than the maximum is allowed"
    assert result.get_json()["userId"] == amara
    [kept] = taught.client.get("/_history").get_json()
    assert kept["body"][SUBMISSION] == {"new_submission": False}


def test_only_earlier_timestamps_are_refused(
    taught: Visit, amara: str, headers: dict[str, str]
) -> None:
    moment = stamp()
    taught.score(LINE_ITEM, amara, headers, timestamp=moment)

    same = taught.score(LINE_ITEM, amara, headers, timestamp=moment, scoreGiven=20)
    early = taught.score(LINE_ITEM, amara, headers, timestamp=stamp(-60))

    assert (same.status_code, early.status_code) == (200, 400)
    assert "before last updated timestamp" in early.text
    assert taught.grades("amara")[0]["score"] == 20


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"userId": "nobody"}, 422),
        ({"scoreMaximum": None}, 422),
        ({"timestamp": "yesterday"}, 400),
        ({"activityProgress": None}, 400),
    ],
)
def test_bad_scores_are_refused(
    taught: Visit,
    amara: str,
    headers: dict[str, str],
    changes: dict[str, Any],
    status: int,
) -> None:
    answer = taught.score(LINE_ITEM, amara, headers, **changes)

    assert answer.status_code == status
    assert taught.client.get("/_history").get_json() == []


def test_teachers_and_parents_have_no_grades(
    taught: Visit, headers: dict[str, str]
) -> None:
    for person in ("rivera", "grace"):
        user_id = taught.be(person).launch(LAUNCH)["sub"]
        assert taught.score(LINE_ITEM, user_id, headers).status_code == 422


def test_a_grade_can_be_kept_from_clearing_and_from_the_tool(
    taught: Visit, amara: str, headers: dict[str, str]
) -> None:
    taught.score(LINE_ITEM, amara, headers)
    keep = {SUBMISSION: {"preserve_score": True}, "gradingProgress": "Pending"}
    taught.score(LINE_ITEM, amara, headers, **keep)
    assert taught.grades("amara")[0]["score"] == 10
    body = {"do": "override_grade", "line_item": 1, "person": "amara", "points": 9}
    taught.client.post("/_faults", json=body)

    respect = {SUBMISSION: {"prioritize_non_tool_grade": True}}
    taught.score(LINE_ITEM, amara, headers, timestamp=stamp(1), **respect)
    assert taught.grades("amara")[0]["score"] == 9

    taught.score(LINE_ITEM, amara, headers, timestamp=stamp(2))
    assert taught.grades("amara")[0]["score"] == 10
    taught.score(
        LINE_ITEM, amara, headers, timestamp=stamp(3), gradingProgress="Pending"
    )
    assert taught.grades("amara")[0]["score"] is None


def test_line_items_are_made_listed_changed_and_deleted(
    taught: Visit, headers: dict[str, str]
) -> None:
    path = "/api/lti/courses/2/line_items"
    body = {"label": "Extra", "scoreMaximum": 5, "tag": "t", "resourceId": "r"}
    made = taught.client.post(path, data=json.dumps(body), headers=headers)
    address = local(made.get_json()["id"])

    changed = taught.client.put(address, data='{"label": "New"}', headers=headers)
    found = taught.client.get(f"{path}?tag=t", headers=headers)

    assert made.status_code == 201
    assert changed.get_json()["tag"] == "t", "what is not sent is kept"
    assert [item["label"] for item in found.get_json()] == ["New"]
    assert 'rel="first"' in found.headers["link"]
    assert taught.client.delete(address, headers=headers).status_code == 204
    assert taught.client.get(address, headers=headers).status_code == 404
    assert taught.client.delete(LINE_ITEM, headers=headers).status_code == 401


def test_line_items_come_ten_at_a_time(taught: Visit, headers: dict[str, str]) -> None:
    taught.be("rivera").pick([graded_item()] * 11)

    first = taught.client.get("/api/lti/courses/2/line_items", headers=headers)
    all_of_them = taught.client.get(
        "/api/lti/courses/2/line_items?limit=100", headers=headers
    )

    assert len(first.get_json()) == 10
    assert 'rel="next"' in first.headers["link"]
    assert len(all_of_them.get_json()) == 12


def test_services_look_at_scope_course_and_link(
    taught: Visit, amara: str, headers: dict[str, str]
) -> None:
    reader = taught.bearer(f"{AGS}result.readonly")
    wrong_course = LINE_ITEM.replace("/2/", "/3/")
    made = taught.client.post(
        "/api/lti/courses/2/line_items",
        data='{"label": "x", "scoreMaximum": 1, "resourceLinkId": "unknown"}',
        headers=headers,
    )

    assert taught.score(LINE_ITEM, amara, reader).status_code == 401
    assert taught.score(LINE_ITEM, amara, {}).status_code == 401
    assert taught.score(wrong_course, amara, headers).status_code == 404
    assert made.status_code == 404
    results = taught.client.get(with_suffix(LINE_ITEM, "results"), headers=reader)
    assert results.get_json() == []
