import pytest

from tests.practice_lms.captures import (
    ITEM,
    LINE_ITEM,
    MEMBERS,
    ROSTER,
    answers_as,
    captured,
)
from tests.practice_lms.conftest import Maker
from tests.practice_lms.throwaway_tool import (
    AGS,
    ALL,
    ThrowawayTool,
    Visit,
    graded_item,
)


@pytest.fixture
def taught(moodle: Visit) -> Visit:
    moodle.be("rivera").pick([graded_item(resourceId="res-1", tag="tag-1")])
    return moodle


@pytest.fixture
def headers(taught: Visit) -> dict[str, str]:
    return taught.bearer()


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
