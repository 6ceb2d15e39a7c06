import time

import pytest
import requests

from tests.practice_lms.conftest import Maker
from tests.practice_lms.throwaway_tool import Visit, graded_item

LINE_ITEM = "/mod/lti/services.php/2/lineitems/1/lineitem?type_id=1"


@pytest.fixture
def taught(moodle: Visit) -> Visit:
    moodle.be("rivera").pick([graded_item()])
    return moodle


def plan(visit: Visit, **body: object) -> None:
    assert visit.client.post("/_faults", json=body).status_code == 200


def test_scores_fail_as_often_as_planned(taught: Visit) -> None:
    headers = taught.bearer()
    plan(taught, service="scores", action="status", status=429, retry_after=7, times=2)

    answers = [taught.score(LINE_ITEM, "5", headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert len(taught.client.get("/_history").get_json()) == 1
    assert taught.client.get("/_faults").get_json() == []


def test_a_fault_can_last_until_it_is_cleared(taught: Visit) -> None:
    plan(taught, service="token", action="status", status=500, times=-1)

    assert [taught.token().status_code for _ in range(3)] == [500, 500, 500]
    plan(taught, do="clear")
    assert taught.token().status_code == 200


def test_a_score_can_be_stored_before_the_answer_hangs(taught: Visit) -> None:
    headers = taught.bearer()
    plan(taught, service="scores", action="delay", when="after", seconds=0.3)

    begun = time.monotonic()
    answer = taught.score(LINE_ITEM, "5", headers)

    assert time.monotonic() - begun >= 0.3
    assert answer.status_code == 200
    assert taught.grades("amara")[0]["score"] == 10


def test_trouble_after_waits_for_a_request_that_did_something(taught: Visit) -> None:
    headers = taught.bearer()
    plan(taught, service="scores", action="drop", when="after")

    assert taught.score(LINE_ITEM, "3", headers).status_code == 400
    assert taught.score(LINE_ITEM, "5", headers).status_code == 502
    assert taught.grades("amara")[0]["score"] == 10


def test_all_tokens_can_be_forgotten(taught: Visit) -> None:
    headers = taught.bearer()

    plan(taught, do="forget_tokens")

    assert taught.score(LINE_ITEM, "5", headers).status_code == 401
    assert taught.score(LINE_ITEM, "5", taught.bearer()).status_code == 200


def test_a_suspension_can_be_lifted(taught: Visit) -> None:
    plan(taught, do="suspend", course=2, person="amara")
    assert "suspended" in taught.client.get("/courses/2/people").text

    plan(taught, do="restore", course=2, person="amara")

    assert "suspended" not in taught.client.get("/courses/2/people").text


@pytest.mark.parametrize(
    "body",
    [
        {"service": "coffee", "action": "status"},
        {"service": "scores", "action": "explode"},
        {"service": "scores", "action": "status", "when": "after"},
        {"service": "scores", "action": "delay", "unknown": 1},
        {"do": "dance"},
        {"do": "lock_grade", "line_item": 99, "person": "amara"},
        {"do": "lock_grade"},
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(
    taught: Visit, body: dict[str, object]
) -> None:
    assert taught.client.post("/_faults", json=body).status_code == 400
    assert taught.client.get("/_faults").get_json() == []


def test_the_doors_are_shut_unless_asked_for(visit_to: Maker) -> None:
    visit = visit_to("moodle", faults_enabled=False)

    assert visit.client.get("/_history").status_code == 404
    assert visit.client.post("/_faults", json={"do": "clear"}).status_code == 404
    assert visit.client.get("/api/gradebook?course=2").status_code == 302
    assert visit.be("amara").client.get("/api/gradebook?course=2").status_code == 403
    assert visit.be("rivera").client.get("/api/gradebook?course=2").get_json() == []


def test_the_doors_are_shut_to_other_machines(taught: Visit) -> None:
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}

    for path in ("/_history", "/_faults"):
        answer = taught.client.get(path, environ_base=elsewhere)
        assert answer.status_code == 404


def test_a_dropped_connection_is_really_dropped(taught: Visit, served_at: str) -> None:
    headers = taught.bearer()
    plan(taught, service="scores", action="drop", when="after")
    address = f"{served_at}{LINE_ITEM.replace('?', '/scores?')}"
    body = {
        "userId": "5",
        "timestamp": "2026-11-22T10:00:00Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 20,
        "scoreMaximum": 20,
    }
    typed = {**headers, "Content-Type": "application/vnd.ims.lis.v1.score+json"}

    with pytest.raises(requests.ConnectionError):
        requests.post(address, json=body, headers=typed, timeout=10)

    assert taught.grades("amara")[0]["score"] == 20
    late = requests.post(address, json=body, headers=typed, timeout=10)
    assert late.status_code == 409
    assert late.reason.startswith("Refusing score with an earlier timestamp")
