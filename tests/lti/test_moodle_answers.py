"""What a real Moodle answered to services, from file, and what we make of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from preventedu.lti import passback, problems, web
from preventedu.lti.adapters import (
    AccessRefusedError,
    PlatformServices,
    Score,
    ServiceError,
)
from preventedu.lti.adapters.answers import next_page
from preventedu.lti.passback import Job, Outcome
from tests.lti.double import Asked, Double, Reply
from tests.lti.make import moodle

if TYPE_CHECKING:
    from preventedu.lti.wire import Wire

FOLDER = Path(__file__).parent.parent / "fixtures" / "moodle-4.5"
NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


def captured(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return content


def files(folder: str) -> list[str]:
    return sorted(f"{folder}/{path.stem}" for path in (FOLDER / folder).glob("*.json"))


def replay(double: Double, name: str) -> str:
    """Serve the answer of a file at its own address; return that address."""
    exchange = captured(name)
    asked, said = urlsplit(exchange["request"]["url"]), exchange["response"]
    body = said["body"]
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = {
        key: value.replace("http://localhost:8800", double.url)
        for key, value in said["headers"]
        if key not in ("Date", "Server", "Transfer-Encoding", "Connection")
    }

    def answer(_asked: Asked) -> Reply:
        return Reply(said["status"], raw, headers, said["reason"])

    double.routes[asked.path] = answer
    return f"{double.url}{asked.path}" + (f"?{asked.query}" if asked.query else "")


@pytest.fixture
def served(double: Double) -> Double:
    """A double whose token answer is Moodle's own, as text/html."""
    replay(double, "token/ok")
    return double


# -- access tokens ------------------------------------------------------------------


@pytest.mark.parametrize("name", files("token"))
def test_each_token_answer_is_a_token_or_a_refusal(
    double: Double, wire: Wire, name: str
) -> None:
    replay(double, name)
    url = f"{double.url}/memberships"
    is_granted = "access_token" in captured(name)["response"]["body"]

    if is_granted:
        assert PlatformServices(moodle(double), wire, now=NOW).members_page(url)
    else:
        with pytest.raises(AccessRefusedError) as caught:
            PlatformServices(moodle(double), wire, now=NOW).members_page(url)
        assert caught.value.status == 400
        assert str(caught.value) == "HTTP 400"
    assert double.count("/token.php") == 1


# -- memberships --------------------------------------------------------------------


@pytest.mark.parametrize("name", files("nrps"))
def test_each_membership_answer_is_read_or_refused(
    served: Double, wire: Wire, name: str
) -> None:
    url = replay(served, name)
    said = captured(name)["response"]
    services = PlatformServices(moodle(served), wire, now=NOW)

    if said["status"] == 200:
        members, following = services.members_page(url)
        assert members == said["body"]["members"]
        links = [value for key, value in said["headers"] if key == "Link"]
        assert (following is not None) is bool(links)
        assert following is None or following.startswith(f"{served.url}/mod/lti/")
    else:
        with pytest.raises(ServiceError) as caught:
            services.members_page(url)
        assert caught.value.status == said["status"]
    asked = [a for a in served.asked if a.path.endswith("/memberships")]
    accepted = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
    assert {a.headers["Accept"] for a in asked} == {accepted}
    assert len(asked) == (2 if said["status"] == 401 else 1)


def test_addresses_of_next_pages_keep_their_case(served: Double, wire: Wire) -> None:
    url = replay(served, "nrps/page1")

    _members, following = PlatformServices(moodle(served), wire, now=NOW).members_page(
        url
    )

    assert following == (
        f"{served.url}/mod/lti/services.php/CourseSection/2/bindings/1/memberships"
        "?limit=2&from=2"
    )


def test_the_typographic_quotes_of_moodle_are_read() -> None:
    headers = dict(captured("ags-lineitems/lineitems-limit")["response"]["headers"])

    assert next_page(headers["Link"]) == (
        "http://localhost:8800/mod/lti/services.php/2/lineitems"
        "?type_id=1&limit=2&from=2"
    )


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("", None),
        ('<https://a/X?p=B>; rel="next"', "https://a/X?p=B"),
        ("<https://a/1>; rel=next", "https://a/1"),
        ("<https://a/1>; rel='next'", "https://a/1"),
        (
            '<https://a/0>; rel="first", <https://a/2>; title="x"; rel="next"',
            "https://a/2",
        ),
        ('<https://a/1>; rel="prev"', None),
        ('<https://a/1>; rel="nextish"', None),
    ],
)
def test_link_headers_are_read(link: str, expected: str | None) -> None:
    assert next_page(link) == expected


# -- results ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "subject", "expected"),
    [
        ("results-user", "5", 90.0),
        ("results-user-none", "5", None),
        ("results-textonly-column", "5", None),
        ("results-zero", "7", 0.0),
        ("results-zero-score", "5", 50.0),
        ("results-after-override", "6", 90.0),
        ("results-after-override", "8", None),
    ],
)
def test_a_result_is_read_as_a_percentage(
    served: Double, wire: Wire, name: str, subject: str, expected: float | None
) -> None:
    url = replay(served, f"ags-results/{name}")

    result = PlatformServices(moodle(served), wire, now=NOW).result_of(
        url.replace("/results?", "?").partition("&user_id")[0], subject
    )

    assert result == expected
    asked = served.asked[-1]
    assert asked.query == {"type_id": "1", "user_id": subject}
    assert asked.headers["Accept"] == (
        "application/vnd.ims.lis.v2.resultcontainer+json"
    )


@pytest.mark.parametrize("name", ["results-404", "results-accept-json"])
def test_a_result_that_may_not_be_read_is_a_refusal(
    served: Double, wire: Wire, name: str
) -> None:
    url = replay(served, f"ags-results/{name}").replace("/results", "")

    with pytest.raises(ServiceError):
        PlatformServices(moodle(served), wire, now=NOW).result_of(url, "5")


# -- scores -------------------------------------------------------------------------

MEANS = {
    200: Outcome(),
    400: Outcome(problems.NOT_A_STUDENT, is_final=True),
    401: Outcome(problems.ACCESS_REFUSED),
    403: Outcome(problems.NOT_ALLOWED, is_final=True),
    404: Outcome(problems.COLUMN_GONE, is_final=True),
    405: Outcome(problems.COLUMN_GONE, is_final=True),
    409: Outcome(problems.NEWER_TIME),
    500: Outcome(problems.PLATFORM_BROKEN),
    502: Outcome(problems.UNREACHABLE),
}
SCORES = [name for name in files("ags-scores") if "scores-get" not in name]


def job_for(double: Double, line_item_url: str, **changes: Any) -> Job:
    score = Score(
        subject="5",
        points=100,
        stamp=NOW,
        submitted_at=NOW - timedelta(seconds=9),
        extras={},
    )
    facts: dict[str, Any] = {
        "delivery_id": 1,
        "platform": moodle(double),
        "deployment_id": 1,
        "line_item_url": line_item_url,
        "can_read_results": True,
        "score": score,
        "is_uncertain": False,
    }
    return Job(**(facts | changes))


@pytest.mark.parametrize("name", SCORES)
def test_each_answer_to_a_score_is_understood(
    served: Double, wire: Wire, name: str
) -> None:
    url = replay(served, name).replace("/scores", "")
    status = captured(name)["response"]["status"]

    outcome = passback.deliver(job_for(served, url), wire, now=NOW)

    assert outcome == MEANS[status]
    sent = [asked for asked in served.asked if asked.path.endswith("/scores")]
    assert len(sent) == (2 if status == 401 else 1)
    assert served.count("/token.php") == {401: 2, 409: 2}.get(status, 1)


def test_a_score_is_sent_as_moodle_wants_it(served: Double, wire: Wire) -> None:
    url = replay(served, "ags-scores/score-fullygraded").replace("/scores", "")

    passback.deliver(job_for(served, url), wire, now=NOW)

    (sent,) = (asked for asked in served.asked if asked.path.endswith("/scores"))
    assert sent.path == "/mod/lti/services.php/2/lineitems/2/lineitem/scores"
    assert sent.query == {"type_id": "1"}
    assert sent.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert b"\n" not in sent.body
    assert b": " not in sent.body
    assert sent.json == {
        "userId": "5",
        "scoreGiven": 100,
        "scoreMaximum": 100,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": "2026-11-22T17:00:00.000Z",
        "submission": {"submittedAt": "2026-11-22T16:59:51.000Z"},
    }


def test_the_reason_of_a_refusal_is_never_kept(served: Double, wire: Wire) -> None:
    url = replay(served, "ags-scores/score-for-teacher").replace("/scores", "")
    services = PlatformServices(moodle(served), wire, now=NOW)

    with pytest.raises(ServiceError) as caught:
        services.put_score(url, job_for(served, url).score)

    assert str(caught.value) == "HTTP 400"
    assert web.Answer.__annotations__.keys() == {"status", "headers", "body"}
