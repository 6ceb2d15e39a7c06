"""The class page: names from the platform, progress and grades from us."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from preventedu.auth import SeatRole
from preventedu.courses import catalog, opt_outs
from preventedu.courses.models import GradingPolicy
from preventedu.db import Base
from preventedu.lti.models import DeliveryStatus, LtiUser, ScoreDelivery
from tests.teaching.lms_double import INSTRUCTOR
from tests.teaching.make import (
    ALTERNATIVE,
    CONTACT,
    SLUG,
    begin,
    complete,
    enroll,
    make_classroom,
    sit,
)

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.courses.models import Completion
    from tests.teaching.lms_double import LmsDouble
    from tests.teaching.make import Classroom

ROW = re.compile(r"<tr [^>]*>\s*<th scope=\"row\">(.*?)</th>(.*?)</tr>", re.DOTALL)


def rows(page: str) -> dict[str, str]:
    """Return the words of each row of the class table, in order."""
    return {
        html.unescape(name): " ".join(re.sub(r"<[^>]+>", " ", cells).split())
        for name, cells in ROW.findall(page)
    }


def owe(
    session: Session,
    room: Classroom,
    user: LtiUser,
    completion: Completion,
    status: DeliveryStatus,
    problem: str = "",
) -> ScoreDelivery:
    """Record how far a student's grade has come."""
    delivery = ScoreDelivery(
        resource_link_id=room.link.id,
        lti_user_id=user.id,
        completion_id=completion.id,
        points=100,
        status=status,
        problem=problem,
        attempts=1,
        due_at=datetime.now(UTC) + timedelta(hours=6),
    )
    session.add(delivery)
    session.flush()
    return delivery


def show(client: FlaskClient, seat_id: str, **query: str) -> str:
    answer = client.get(f"/s/{seat_id}/class", query_string=query)
    assert answer.status_code == 200
    return answer.text


def test_the_class_shows_who_has_begun_and_who_is_done(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lms.enrol("s-2", "Max Ortiz")
    lms.enrol("s-3", "Kim Diaz")
    lms.enrol("t-1", "Pat Teacher", INSTRUCTOR)
    begin(session, room, enroll(session, room, "s-2"), "l1-s2")
    complete(session, room, enroll(session, room, "s-3"))
    seat = sit(session, client, room)

    page = show(client, seat.id)

    assert rows(page) == {
        "Ann Bell": "Not started Nothing yet",
        "Max Ortiz": "Step 3 of 18 Nothing yet",
        "Kim Diaz": "Finished On its way",
    }
    assert "Pat Teacher" not in page


def test_the_list_can_be_sorted_by_name(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Zoe Young")
    lms.enrol("s-2", "Ann Bell")
    complete(session, room, enroll(session, room, "s-2"))
    seat = sit(session, client, room)

    assert list(rows(show(client, seat.id))) == ["Zoe Young", "Ann Bell"]
    assert list(rows(show(client, seat.id, order="name"))) == ["Ann Bell", "Zoe Young"]


def test_every_page_of_a_long_roster_is_read(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.per_page = 10
    for n in range(34):
        lms.enrol(f"s-{n}", f"Student Name {n:02}")
    seat = sit(session, client, room)

    page = show(client, seat.id)

    assert len(rows(page)) == 34
    assert lms.pages_served == 4


def test_the_class_is_counted_at_a_glance(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    for n in range(6):
        lms.enrol(f"s-{n}", f"Student Name {n}")
    begin(session, room, enroll(session, room, "s-0"), "l1-s2")
    for n in (1, 2, 3):
        user = enroll(session, room, f"s-{n}")
        completion = complete(session, room, user)
        if n > 1:
            owe(session, room, user, completion, DeliveryStatus.SENT)
    seat = sit(session, client, room)

    page = show(client, seat.id)

    cards = re.findall(r"<h3>(.*?)</h3>\s*<p class=\"n\">(.*?)</p>", page)
    assert [(name, re.sub(r"<[^>]+>", "", number)) for name, number in cards] == [
        ("Finished", "3 of 6 students"),
        ("Under way", "1"),
        ("Not started", "2"),
        ("In the gradebook", "2 of 3 finished"),
    ]


@pytest.mark.parametrize(
    "told",
    [
        (DeliveryStatus.SENT, "", "Arrived"),
        (DeliveryStatus.WAITING, "", "On its way"),
        (DeliveryStatus.WAITING, "unreachable", "did not answer"),
        (DeliveryStatus.FAILED, "column_gone", "The gradebook column is gone"),
    ],
)
def test_the_gradebook_state_is_told_with_its_reason(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    told: tuple[DeliveryStatus, str, str],
) -> None:
    status, problem, words = told
    lms.enrol("s-1", "Ann Bell")
    user = enroll(session, room, "s-1")
    owe(session, room, user, complete(session, room, user), status, problem)
    seat = sit(session, client, room)

    row = rows(show(client, seat.id))["Ann Bell"]

    assert words in row
    assert ("Send again" in row) is bool(problem)


def test_a_link_without_a_column_says_that_no_grade_is_kept(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    room.link.line_item_url = None
    complete(session, room, enroll(session, room, "s-1"))
    seat = sit(session, client, room)

    page = show(client, seat.id)

    assert rows(page)["Ann Bell"] == "Finished No gradebook"
    assert "Your class keeps no grade for this link." in page


def test_a_score_is_shown_only_where_mastery_is_graded(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    other = make_classroom(session, room.deployment, lms.url, GradingPolicy.MASTERY)
    lms.enrol("s-1", "Ann Bell")
    complete(session, room, enroll(session, room, "s-1"))
    complete(session, other, enroll(session, other, "s-1"))

    plain = show(client, sit(session, client, room).id)
    graded = show(client, sit(session, client, other).id)

    assert ">Score<" not in plain
    assert rows(graded)["Ann Bell"] == "Finished On its way"
    scores = graded.partition('id="scores"')[2].partition("</details>")[0]
    assert re.search(r'<th scope="row">Ann Bell</th><td class="num">0%</td>', scores)


def test_two_courses_of_one_lesson_do_not_mix(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    other = make_classroom(session, room.deployment, lms.url)
    lms.enrol("s-1", "Ann Bell")
    user = enroll(session, room, "s-1")
    owe(
        session,
        room,
        user,
        complete(session, room, user),
        DeliveryStatus.FAILED,
        "refused",
    )
    seat = sit(session, client, other)

    assert rows(show(client, seat.id)) == {"Ann Bell": "Not started Nothing yet"}


def test_without_a_roster_students_appear_without_names_after_they_launch(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lms.enrol("s-2", "Max Ortiz")
    complete(session, room, enroll(session, room, "s-2"))
    lms.is_down = True
    seat = sit(session, client, room)

    page = show(client, seat.id)

    assert rows(page) == {"Student 1": "Finished On its way"}
    assert "Ann Bell" not in page
    assert "class list" in page


def test_half_a_roster_says_that_it_is_half(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.per_page, lms.pages_before_fault = 2, 1
    for n in range(4):
        lms.enrol(f"s-{n}", f"Student Name {n}")
    complete(session, room, enroll(session, room, "s-3"))
    seat = sit(session, client, room)

    page = show(client, seat.id, order="name")

    assert "Only a part of the class list could be read." in page
    assert list(rows(page)) == ["Student 3", "Student Name 0", "Student Name 1"]


def test_a_platform_without_a_roster_service_is_no_error(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    room.context.memberships_url = None
    seat = sit(session, client, room)

    page = show(client, seat.id)

    assert "does not share the class list" in page
    assert "Nobody has opened the lesson yet." in page


def test_a_roster_without_names_numbers_the_students(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", None)
    lms.enrol("s-2", "Max Ortiz")
    seat = sit(session, client, room)

    assert list(rows(show(client, seat.id, order="name"))) == ["Max Ortiz", "Student 1"]


def test_those_who_left_the_course_are_not_listed(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lms.enrol("s-2", "Max Ortiz")
    lms.members[1]["status"] = "Inactive"
    seat = sit(session, client, room)

    assert list(rows(show(client, seat.id))) == ["Ann Bell"]


def test_nobody_can_see_in_the_table_who_takes_the_other_lesson(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lms.enrol("s-2", "Max Ortiz")
    ann, opted_out = enroll(session, room, "s-1"), enroll(session, room, "s-2")
    opt_outs.record_opt_out(session, opted_out.learner_id, SLUG, now=datetime.now(UTC))
    begin(session, room, ann, "l1-s2")
    begin(session, room, opted_out, "l1-s2")
    seat = sit(session, client, room)

    page = show(client, seat.id)

    ann_row, other_row = rows(page).values()
    assert ann_row == other_row == "Step 3 of 18 Nothing yet"
    before, closed, inside = page.partition('<details class="card other"')
    assert closed
    assert "Opt back in" not in before
    assert "Max Ortiz" in inside.partition("</ul>")[0]
    assert "<details open" not in page


def test_no_number_of_steps_points_at_who_takes_the_other_lesson(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Max Ortiz")
    user = enroll(session, room, "s-1")
    other = catalog.module_version(session, ALTERNATIVE)
    whole = catalog.load(other)
    shorter = {
        code: document.model_copy(update={"screens": document.screens[:-1]})
        for code, document in whole.documents.items()
    }
    changed = {"documents": shorter, "content_hash": "shorter".zfill(64)}
    catalog.publish(session, whole.model_copy(update=changed), now=datetime.now(UTC))
    opt_outs.record_opt_out(session, user.learner_id, SLUG, now=datetime.now(UTC))
    begin(session, room, user, "l1-s2")
    seat = sit(session, client, room)

    assert rows(show(client, seat.id)) == {"Max Ortiz": "Under way Nothing yet"}


def test_names_are_kept_nowhere(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    lms.enrol("subject-of-ann", "Ann Xylophone")
    complete(session, room, enroll(session, room, "subject-of-ann"))
    seat = sit(session, client, room)

    answer = client.get(f"/s/{seat.id}/class")

    assert "Ann Xylophone" in answer.text
    assert "subject-of-ann" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Xylophone" not in dump(session)
    ours = [r for r in caplog.records if r.name.startswith("preventedu")]
    assert "Xylophone" not in "".join(str(vars(record)) for record in ours)
    assert "subject-of-ann" not in "".join(str(vars(record)) for record in ours)


def dump(session: Session) -> str:
    """Return every value of every table as one text."""
    session.flush()
    return "\n".join(
        str(row)
        for table in Base.metadata.sorted_tables
        for row in session.execute(select(text("*")).select_from(table))
    )


def test_a_large_class_asks_no_more_of_the_database_than_a_small_one(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    statements: list[str],
) -> None:
    asked = []
    for n in range(12):
        lms.enrol(f"s-{n}", f"Student Name {n}")
        user = enroll(session, room, f"s-{n}")
        owe(session, room, user, complete(session, room, user), DeliveryStatus.SENT)
    seat = sit(session, client, room)
    everybody = list(lms.members)

    for members in (everybody[:1], everybody[:2], everybody):
        lms.members[:] = members
        session.expire_all()
        statements.clear()
        show(client, seat.id)
        asked.append(len(statements))

    assert asked[1] == asked[2]
    assert asked[2] < 40


def test_looking_at_the_class_makes_no_row(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)

    show(client, seat.id)

    assert session.scalars(select(LtiUser)).all() == []


def test_a_draft_says_whose_review_is_missing_and_which_lines_nobody_called(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    seat = sit(session, client, room)

    page = html.unescape(show(client, seat.id))

    assert "Draft: this text awaits review" in page
    assert "a child-safety clinician, a survivor leader and a teacher" in page
    unchecked = [e for e in lessons[SLUG].help if e.phone and e.verified_on is None]
    assert unchecked
    for entry in unchecked:
        assert entry.label["en"] in page


def test_the_browser_title_is_neutral(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    seat = sit(session, client, room)

    for path in ("class", "guide", "letter", "family"):
        page = html.unescape(client.get(f"/s/{seat.id}/{path}").text)
        title = page.partition("<title>")[2].partition("</title>")[0]
        assert title == lessons[SLUG].lms_title["en"]


def test_every_teacher_page_says_what_to_do_if_a_student_tells_something(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)

    for path in ("class", "guide", "letter"):
        page = client.get(f"/s/{seat.id}/{path}").text
        assert "If a student tells you something" in page
        assert "Report the same day" in page
        assert "This software does not report for you." in page
        assert CONTACT in page


def test_spanish_teachers_read_spanish_titles(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    seat = sit(session, client, room)

    page = html.unescape(show(client, seat.id, lang="es"))

    assert '<html lang="es">' in page
    assert lessons[SLUG].title["es"] in page


@pytest.mark.parametrize(
    "role",
    [SeatRole.LEARNER, SeatRole.TEST_LEARNER, SeatRole.OBSERVER, SeatRole.GUEST],
)
@pytest.mark.parametrize("path", ["class", "guide"])
def test_only_teachers_see_the_class(
    session: Session, client: FlaskClient, room: Classroom, role: SeatRole, path: str
) -> None:
    seat = sit(session, client, room, role)

    assert client.get(f"/s/{seat.id}/{path}").status_code == 403


def test_a_stranger_with_the_address_sees_nothing(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)
    client.delete_cookie("__Host-preventedu-lti", domain="localhost")

    assert client.get(f"/s/{seat.id}/class").status_code == 403


def test_another_schools_teacher_has_no_way_in(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    ours = sit(session, client, room)
    other = make_classroom(session, room.deployment, "https://other.test")
    sit(session, client, other)

    assert client.get(f"/s/{ours.id}/class").status_code == 403


def test_a_link_copied_from_another_course_shows_no_class(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    other = make_classroom(session, room.deployment, "https://other.test")
    other.link.assignment = room.assignment
    session.flush()
    seat = sit(session, client, other)

    assert client.get(f"/s/{seat.id}/class").status_code == 404
