"""The class list: live, whole or marked as not, and never kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect, select

from preventedu.auth import Seat, SeatRole
from preventedu.db import Base
from preventedu.lti import problems, roster
from preventedu.lti.models import Context
from preventedu.lti.roster import Member, Roster
from tests.lti.double import MEMBERSHIP, Asked, Reply

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from tests.lti.make import Browser

NAMES = ("Ada", "Ben", "Cem", "Dan", "Eva")


def member(number: int, role: str = "Learner", **more: object) -> dict[str, object]:
    said = {"user_id": f"user-{number}", "roles": [role], "status": "Active"}
    return {**said, "name": f"{NAMES[number % 5]} {number}", **more}


@pytest.fixture
def seat(app: Flask, session: Session, chrome: Browser) -> Seat:
    """A teacher's seat in a course; our own key exists."""
    app.test_client().get("/lti/jwks.json")
    answer = chrome.launch(sub="teacher", roles=[MEMBERSHIP + "Instructor"])
    session.expire_all()
    found = session.get(Seat, answer.location.split("/")[2])
    assert found is not None
    return found


def read(app: Flask, session: Session, seat: Seat) -> Roster:
    with app.app_context():
        return roster.read_roster(session, seat, now=datetime.now(UTC))


def serve(chrome: Browser, *pages: list[dict[str, object]]) -> None:
    """Serve the pages one after the other, each naming the next."""

    def answer(asked: Asked) -> Reply:
        number = int(asked.query.get("Page", "0"))
        following = f"{chrome.double.url}/1/memberships?Page={number + 1}"
        more = {"Link": f'<{following}>; rel="next"'} if number + 1 < len(pages) else {}
        return Reply(body={"members": pages[number]}, headers=more)

    chrome.double.routes["/memberships"] = answer


def test_members_are_read_with_their_names(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    serve(
        chrome,
        [
            member(1),
            member(2, MEMBERSHIP + "Instructor"),
            member(3, name=None, given_name="Cem", family_name="Can"),
            member(4, status="Inactive", name=None),
            {"user_id": 5, "roles": "Learner"},
            {"roles": ["Learner"], "name": "Nobody"},
        ],
    )

    found = read(app, session, seat)

    assert found == Roster(
        (
            Member("user-1", "Ben 1", is_learner=True, status="Active"),
            Member("user-2", "Cem 2", is_learner=False, status="Active"),
            Member("user-3", "Cem Can", is_learner=True, status="Active"),
            Member("user-4", "", is_learner=True, status="Inactive"),
            Member("5", "", is_learner=False, status="Active"),
        )
    )


def test_every_page_is_read(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    pages = [[member(10 * page + n) for n in range(10)] for page in range(13)]
    serve(chrome, *pages)

    found = read(app, session, seat)

    assert found.problem == ""
    assert len({each.subject for each in found.members}) == 130
    assert chrome.double.count("/memberships") == 13


def test_a_role_seen_in_a_launch_goes_before_the_list(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    """Moodle lists a non-editing teacher as a learner."""
    serve(chrome, [member(1), {**member(2), "user_id": "teacher"}])

    found = read(app, session, seat)

    assert [(each.subject, each.is_learner) for each in found.members] == [
        ("user-1", True),
        ("teacher", False),
    ]


def test_the_test_student_is_no_learner(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    test_user = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
    serve(chrome, [{**member(1), "roles": ["Learner", test_user]}])

    assert read(app, session, seat).members[0].is_learner is False


def test_a_circle_of_pages_ends(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    link = f'<{chrome.double.url}/1/memberships>; rel="next"'
    chrome.double.routes["/memberships"] = lambda _asked: Reply(
        body={"members": [member(1)]}, headers={"Link": link}
    )

    found = read(app, session, seat)

    assert (len(found.members), found.problem) == (1, problems.ROSTER_INCOMPLETE)


def test_too_many_pages_are_cut_and_told(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    serve(chrome, *([member(n)] for n in range(roster.MAX_PAGES + 1)))

    found = read(app, session, seat)

    assert len(found.members) == roster.MAX_PAGES
    assert found.problem == problems.ROSTER_INCOMPLETE


def test_the_next_page_on_another_host_is_refused(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    away = chrome.double.url.replace("127.0.0.1", "localhost") + "/stolen"
    chrome.double.routes["/memberships"] = lambda _asked: Reply(
        body={"members": [member(1)]}, headers={"Link": f'<{away}>; rel="next"'}
    )

    assert read(app, session, seat).problem == problems.ROSTER_INCOMPLETE
    assert chrome.double.count("/stolen") == 0


def test_a_next_page_without_an_address_is_told(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    chrome.double.routes["/memberships"] = lambda _asked: Reply(
        body={"members": [member(1)]}, headers={"Link": '<http://[x>; rel="next"'}
    )

    assert read(app, session, seat).problem != ""


def test_the_next_page_may_be_told_from_this_one_on(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    first = Reply(
        body={"members": [member(1)]}, headers={"Link": '<?Page=2>; rel="next"'}
    )
    last = Reply(body={"members": [member(2)]})
    chrome.double.routes["/memberships"] = lambda asked: last if asked.query else first

    found = read(app, session, seat)

    assert [each.subject for each in found.members] == ["user-1", "user-2"]
    assert found.problem == ""


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(401), problems.ROSTER_REFUSED),
        (Reply(403), problems.ROSTER_REFUSED),
        (Reply(404), problems.ROSTER_REFUSED),
        (Reply(403, b"Rate Limit Exceeded"), problems.ROSTER_UNREACHABLE),
        (Reply(500), problems.ROSTER_UNREACHABLE),
        (Reply(200, b"<html>Sign in</html>"), problems.ROSTER_UNREACHABLE),
        (Reply(200, {"members": None}), problems.ROSTER_UNREACHABLE),
    ],
)
def test_what_goes_wrong_is_told(
    app: Flask,
    session: Session,
    chrome: Browser,
    seat: Seat,
    reply: Reply,
    problem: str,
) -> None:
    chrome.double.routes["/memberships"] = lambda _asked: reply

    assert read(app, session, seat) == Roster((), problem)
    assert problems.sentence(problem)


def test_a_token_is_renewed_once_on_the_way(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    answers = [Reply(401), Reply(body={"members": [member(1)]})]
    chrome.double.routes["/memberships"] = lambda _asked: answers.pop(0)

    assert read(app, session, seat).problem == ""


def test_a_course_without_the_service_says_so(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    del chrome
    session.scalars(select(Context)).one().memberships_url = None
    session.flush()

    assert read(app, session, seat) == Roster((), problems.NO_ROSTER)


def test_a_seat_without_a_course_has_no_list(
    app: Flask, session: Session, seat: Seat
) -> None:
    seat.course_id = None
    session.flush()

    assert read(app, session, seat) == Roster((), problems.NO_ROSTER)


def test_no_name_of_the_list_is_kept_or_shown_in_a_log(
    app: Flask, session: Session, chrome: Browser, seat: Seat
) -> None:
    serve(chrome, [member(1, email="ben@school.example")])

    found = read(app, session, seat)

    session.expire_all()
    stored = " ".join(
        str(getattr(row, column.key))
        for mapper in Base.registry.mappers
        for row in session.scalars(select(mapper.class_))
        for column in inspect(type(row)).column_attrs
    )
    assert "Ben 1" not in stored
    assert "ben@" not in stored
    assert "Ben" not in repr(found)
    assert seat.role is SeatRole.TEACHER
