import json
import time
from typing import Any

import pytest

from tests.practice_lms.captures import answers_as, captured
from tests.practice_lms.conftest import Maker
from tests.practice_lms.throwaway_tool import (
    AGS,
    ALL,
    NRPS_SCOPE,
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
        ({"iat": time.time() + 86_400}, "token/future-iat"),
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
