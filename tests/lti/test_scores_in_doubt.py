"""Answers that are none, gradebooks that cannot be read, throttling without end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from preventedu.lti import passback, problems
from preventedu.lti.adapters.answers import is_page
from tests.lti.double import Asked, Reply
from tests.lti.school import START

if TYPE_CHECKING:
    from tests.lti.school import School

SIGN_IN = b"<!doctype html><title>Sign in</title>"


def say(school: School, reply: Reply) -> None:
    """Answer every score with this, and take none."""
    school.double.routes["/scores"] = lambda _asked: reply


def family(school: School, code: str) -> None:
    school.platform.family = code
    school.session.commit()


@pytest.mark.parametrize("code", ["", "canvas", "moodle"])
def test_a_page_is_no_grade(school: School, code: str) -> None:
    family(school, code)
    school.completes(school.learner())
    good = school.double.routes["/scores"]
    say(school, Reply(200, SIGN_IN, {"Content-Type": "text/html"}))

    assert school.work() == 0
    assert school.state() == ("waiting", problems.UNREACHABLE)

    school.double.routes["/scores"] = good
    assert school.work(5) == 1
    assert school.state() == ("sent", "")
    # It might have arrived after all: the gradebook is read before it is sent again.
    assert school.double.count("/results") == 1


def test_a_grade_behind_a_page_of_warnings_is_found(school: School) -> None:
    school.completes(school.learner())
    good = school.double.routes["/scores"]

    def warn(asked: Asked) -> Reply:
        good(asked)
        return Reply(200, b"<br />\n<b>Deprecated</b>: in line 7")

    school.double.routes["/scores"] = warn
    assert school.work() == 0
    assert school.work(5) == 1
    assert len(school.double.scores()) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xef\xbb\xbf {} ", None])
@pytest.mark.parametrize("code", ["", "canvas", "moodle"])
def test_an_empty_answer_and_json_are_a_grade(
    school: School, code: str, body: object
) -> None:
    family(school, code)
    school.completes(school.learner())
    # Moodle's empty answer calls itself text/html.
    say(school, Reply(200, body, {"Content-Type": "text/html"}))

    assert school.work() == 1
    assert school.state() == ("sent", "")


def test_where_json_is_always_sent_a_bare_word_is_no_grade() -> None:
    assert is_page(b"OK", wants_json=True)
    assert not is_page(b"OK", wants_json=False)
    assert not is_page(b" \n", wants_json=True)


def test_a_conflict_that_nobody_can_look_into_is_no_newer_grade(
    school: School,
) -> None:
    school.completes(school.learner())
    cell = ("/1/lineitems/1/lineitem", "user-1")
    school.double.grades[cell] = {
        "at": START + timedelta(hours=1), "scoreGiven": 100, "scoreMaximum": 100,
    }  # fmt: skip
    good = school.double.routes["/results"]
    school.double.routes["/results"] = lambda _asked: Reply(
        302, headers={"Location": "http://elsewhere.example/sign-in"}
    )

    assert school.work() == 0
    assert school.state() == ("waiting", problems.UNREACHABLE)

    school.double.routes["/results"] = good
    assert school.work(5) == 1
    assert len(school.double.scores()) == 1


def test_throttling_ends_after_three_days_and_a_person_can_send_again(
    school: School,
) -> None:
    school.completes(school.learner())
    good = school.double.routes["/scores"]
    say(school, Reply(429, headers={"Retry-After": "3600"}))
    for _ in range(71):
        school.work(3600)
    assert school.state() == ("waiting", problems.BUSY)
    since = school.delivery().throttled_since
    assert since is not None

    for _ in range(3):
        school.work(3600)

    assert school.state() == ("failed", problems.BUSY_TOO_LONG)
    school.double.routes["/scores"] = good
    passback.send_again(school.session, school.link.id, now=school.clock())
    school.session.commit()
    assert school.delivery().throttled_since is None
    assert school.work(1) == 1


def test_throttling_in_between_counts_from_anew(school: School) -> None:
    school.completes(school.learner())
    say(school, Reply(429, headers={"Retry-After": "3600"}))
    school.work()
    say(school, Reply(503))
    school.work(3600)

    assert school.delivery().throttled_since is None
    assert school.state() == ("waiting", problems.UNREACHABLE)
