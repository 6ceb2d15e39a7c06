import json

import pytest

from tests.practice_lms.captures import (
    CONTAINER,
    ITEM,
    LINE_ITEM,
    LINE_ITEMS,
    answers_as,
    captured,
)
from tests.practice_lms.throwaway_tool import ENDPOINT, Visit, graded_item, local


@pytest.fixture
def taught(moodle: Visit) -> Visit:
    moodle.be("rivera").pick([graded_item(resourceId="res-1", tag="tag-1")])
    return moodle


@pytest.fixture
def headers(taught: Visit) -> dict[str, str]:
    return taught.bearer()


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
