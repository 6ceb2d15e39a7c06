"""Consents received, questions left out, and what the class page says of the mode."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.courses import assignments, consent, opt_outs, progress
from preventedu.courses.consent import Because
from preventedu.courses.consent_models import (
    Consent,
    ConsentMode,
    OptOut,
    OptOutKind,
)
from preventedu.courses.models import Completion, GradingPolicy
from preventedu.lti.models import DeliveryStatus, LtiUser
from preventedu.people import Lea
from tests.leas import set_mode
from tests.teaching.make import (
    ALTERNATIVE,
    SLUG,
    Classroom,
    complete,
    enroll,
    make_classroom,
    sit,
)
from tests.teaching.test_class_page import owe, rows
from tests.teaching.test_opting_out import TOKEN, choice

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.auth import Seat
    from preventedu.courses.consent import Participation
    from tests.teaching.lms_double import LmsDouble

BOX = re.compile(
    r'<input type="checkbox" name="students" value="([^"]+)"><span>([^<]+)</span>'
)
STEPS = ("consent/record", "consent", "consent/withdraw")


@pytest.fixture
def asking(session: Session, room: Classroom) -> Lea:
    """The class's LEA, which asks guardians first."""
    lea = room.deployment.lea
    assert lea
    set_mode(
        session,
        lea,
        ConsentMode.OPT_IN,
        citation="Board policy 6142",
        recorded_at=datetime.now(UTC),
    )
    return lea


def page_of(client: FlaskClient, seat: Seat) -> str:
    return html.unescape(client.get(f"/s/{seat.id}/class").text)


def boxes(client: FlaskClient, seat: Seat) -> dict[str, str]:
    """Return the sealed value behind each name that can be ticked."""
    page = client.get(f"/s/{seat.id}/class").text
    return {name: sealed for sealed, name in BOX.findall(page)}


def token(client: FlaskClient, seat: Seat) -> str:
    found = TOKEN.search(client.get(f"/s/{seat.id}/class").text)
    assert found
    return found[1]


def post(
    client: FlaskClient, seat: Seat, step: str, **data: str | list[str]
) -> TestResponse:
    return client.post(
        f"/s/{seat.id}/{step}", data={"csrf_token": token(client, seat)} | data
    )


def select_one(client: FlaskClient, seat: Seat, name: str) -> str:
    return choice(client.get(f"/s/{seat.id}/class").text, name)


def gets(session: Session, room: Classroom, subject: str) -> Participation:
    user = session.scalars(select(LtiUser).where(LtiUser.subject == subject)).one()
    now = datetime.now(UTC)
    return consent.participation(session, user.learner_id, room.assignment, now=now)


@pytest.mark.usefixtures("asking")
def test_a_class_of_letters_is_recorded_in_one_pass(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    for n in range(28):
        lms.enrol(f"s-{n}", f"Name {n}")
    seat = sit(session, client, room)
    ticked = boxes(client, seat)
    assert len(ticked) == 28
    del ticked["Name 7"]

    done = post(client, seat, "consent/record", students=list(ticked.values()))

    assert done.headers["Location"] == f"/s/{seat.id}/class?said=saved"
    assert gets(session, room, "s-3").because is Because.MAY_TAKE_PART
    assert list(boxes(client, seat)) == ["Name 7"]
    assert "27 of 28 students" in page_of(client, seat)
    # Sent again, or by two teachers: nothing is doubled.
    post(client, seat, "consent/record", students=list(ticked.values()))
    assert len(session.scalars(select(Consent)).all()) == 27


@pytest.mark.usefixtures("asking")
def test_until_then_a_student_gets_the_other_lesson_behind_the_same_link(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    user = enroll(session, room, "s-1")
    other = complete(session, room, user)
    assert other.is_alternative
    seat = sit(session, client, room)

    post(client, seat, "consent/record", students=[boxes(client, seat)["Ann Bell"]])

    learner = sit(session, client, room, SeatRole.LEARNER, user)
    assert client.get(f"/s/{learner.id}/lesson").status_code == 200
    who = assignments.taking(
        session,
        user.learner_id,
        room.assignment,
        is_test=False,
        now=datetime.now(UTC),
    )
    begun = progress.attempt_under_way(session, who)
    assert begun is not None
    assert begun.module_version.slug == SLUG


@pytest.mark.usefixtures("asking")
def test_nothing_ticked_changes_nothing_and_says_so(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)

    done = post(client, seat, "consent/record")

    said = html.unescape(client.get(done.headers["Location"]).text)
    assert "Nothing was ticked, so nothing is changed." in said
    assert session.scalars(select(LtiUser)).all() == []


@pytest.mark.usefixtures("asking")
def test_a_consent_is_taken_back(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    sealed = boxes(client, seat)["Ann Bell"]
    post(client, seat, "consent/record", students=[sealed])
    user = session.scalars(select(LtiUser)).one()
    done = complete(session, room, user)
    assert done.counts

    asked = post(client, seat, "consent", student=sealed)
    assert "Take the consent for Ann Bell back?" in html.unescape(asked.text)
    session.refresh(done)
    assert done.counts
    post(client, seat, "consent/withdraw", student=sealed)

    session.refresh(done)
    assert not done.counts
    assert gets(session, room, "s-1").because is Because.NO_CONSENT


@pytest.mark.usefixtures("asking")
def test_no_letter_is_matched_with_a_student_without_a_name(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    enroll(session, room, "s-1")
    lms.is_down = True
    seat = sit(session, client, room)

    page = page_of(client, seat)

    assert not BOX.search(page)
    assert "Your LMS tells no name for 1 student." in page
    assert f"/lti/launch?module={ALTERNATIVE}" in page
    assert "until your LMS shares the class list" in page


def test_with_a_class_list_no_other_link_is_offered(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)

    assert "/lti/launch?module=" not in page_of(client, seat)


def test_consents_are_refused_where_nobody_asks_for_them(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    sealed = select_one(client, seat, "Ann Bell")

    refused = post(client, seat, "consent/record", students=[sealed])

    assert refused.status_code == 400
    assert "does not ask for consent" in refused.text
    assert boxes(client, seat) == {}
    assert session.scalars(select(Consent)).all() == []


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (ConsentMode.NOTICE, "They need not answer"),
        (ConsentMode.OPT_OUT, "they may say no"),
        (ConsentMode.OPT_IN, "to say yes first"),
    ],
)
def test_the_page_says_what_is_asked_since_when_and_on_what_ground(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    mode: ConsentMode,
    words: str,
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lea = room.deployment.lea
    assert lea
    set_mode(session, lea, mode, citation="Code 1", recorded_at=datetime.now(UTC))
    seat = sit(session, client, room)

    page = page_of(client, seat)

    card = page.partition('id="mode-title"')[2].partition("</section>")[0]
    assert words in card
    assert "In force since Jan 1, 2020, set by Cedar Falls Unified." in card
    assert "It goes by: Code 1." in card
    assert "at least 14 days before" in card


@pytest.mark.parametrize("has_lea", [True, False])
def test_without_a_mode_the_page_says_who_sets_it(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    *,
    has_lea: bool,
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lea = Lea(nces_id="0600077", name="Silent Unified", state="CA")
    session.add(lea)
    session.flush()
    room.assignment.course.lea_id = lea.id if has_lea else None
    seat = sit(session, client, room)

    page = page_of(client, seat)

    assert "Every student gets the other lesson for now" in page
    who = "Silent Unified has not said yet" if has_lea else "Ask your school IT"
    assert who in page
    assert 'id="mode-title"' not in page


def test_the_questions_are_left_out_for_one_student(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    graded = make_classroom(session, room.deployment, lms.url, GradingPolicy.MASTERY)
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, graded)
    sealed = select_one(client, seat, "Ann Bell")

    asked = post(client, seat, "opt-out", student=sealed, part="survey")
    said = html.unescape(asked.text)
    assert "finishing the lesson gives full points" in said
    assert session.scalars(select(OptOut)).all() == []
    post(client, seat, "opt-out/record", student=sealed, part="survey")

    row = session.scalars(select(OptOut)).one()
    assert row.kind is OptOutKind.SURVEY
    user = session.scalars(select(LtiUser)).one()
    assert not opt_outs.is_opted_out(session, user.learner_id, SLUG)
    done = complete(session, graded, user)
    assert (done.mastery, done.is_alternative, done.counts) == (None, False, True)
    page = page_of(client, seat)
    scores = page.partition('id="scores"')[2].partition("</details>")[0]
    assert '<td class="num">100%</td>' in scores

    post(client, seat, "opt-out/withdraw", student=sealed, part="survey")
    session.refresh(row)
    assert row.withdrawn_at is not None


def test_a_student_without_questions_sees_none_and_loses_no_word(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    teacher = sit(session, client, room)
    sealed = select_one(client, teacher, "Ann Bell")
    post(client, teacher, "opt-out/record", student=sealed, part="survey")
    user = session.scalars(select(LtiUser)).one()
    seat = sit(session, client, room, SeatRole.LEARNER, user)

    page = client.get(f"/s/{seat.id}/lesson").text

    assert 'id="after-1"' not in page
    assert 'id="l1-s1"' in page
    assert "opt" not in page.partition("<main")[2].partition("</h1>")[0]


def test_a_part_that_is_none_is_refused(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    sealed = select_one(client, seat, "Ann Bell")

    answer = post(client, seat, "opt-out/record", student=sealed, part="half")

    assert answer.status_code == 400
    assert session.scalars(select(OptOut)).all() == []


def test_a_late_opt_out_leaves_a_row_like_any_other(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lms.enrol("s-2", "Max Ortiz")
    user = enroll(session, room, "s-1")
    enroll(session, room, "s-2")
    done = complete(session, room, user)
    owe(session, room, user, done, DeliveryStatus.SENT)
    seat = sit(session, client, room)

    sealed = select_one(client, seat, "Ann Bell")
    post(client, seat, "opt-out/record", student=sealed, part="lesson")

    table = rows(client.get(f"/s/{seat.id}/class").text)
    assert table["Ann Bell"] == table["Max Ortiz"] == "Not started Nothing yet"
    kept = session.scalars(select(Completion)).one()
    assert kept.superseded_at is not None


def test_the_other_lesson_given_to_all_has_no_section_of_its_own(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    given = assignments.create_assignment(
        session,
        room.assignment.course_id,
        ALTERNATIVE,
        GradingPolicy.COMPLETION,
        now=datetime.now(UTC),
    )
    room.link.assignment_id = given.id
    seat = sit(session, client, room)

    page = page_of(client, seat)

    assert "This link gives the other lesson" in page
    assert 'id="taking-part"' not in page


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.usefixtures("asking")
def test_a_forged_form_is_refused(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    step: str,
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    good = {"csrf_token": token(client, seat)}
    sealed = boxes(client, seat)["Ann Bell"]
    broken = ("s-1", sealed[:-6] + "AAAA==", "x" * 5000)
    forged = [{"students": sealed, "student": sealed}, good | {"csrf_token": "0" * 64}]
    forged += [good | {"students": each, "student": each} for each in broken]

    for data in forged:
        assert client.post(f"/s/{seat.id}/{step}", data=data).status_code == 400
    assert session.scalars(select(LtiUser)).all() == []
    assert client.get(f"/s/{seat.id}/{step}").status_code == 405


@pytest.mark.parametrize(
    "role",
    [SeatRole.LEARNER, SeatRole.TEST_LEARNER, SeatRole.OBSERVER, SeatRole.GUEST],
)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.usefixtures("asking")
def test_only_teachers_may_do_it(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    role: SeatRole,
    step: str,
) -> None:
    lms.enrol("s-1", "Ann Bell")
    teacher = sit(session, client, room)
    sealed = boxes(client, teacher)["Ann Bell"]
    data = {
        "csrf_token": token(client, teacher),
        "students": sealed,
        "student": sealed,
    }
    seat = sit(session, client, room, role)

    assert client.post(f"/s/{seat.id}/{step}", data=data).status_code == 403
    assert session.scalars(select(Consent)).all() == []


@pytest.mark.usefixtures("asking")
def test_another_class_s_box_is_refused(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    first = sit(session, client, room)
    stolen = boxes(client, first)["Ann Bell"]
    other = make_classroom(session, room.deployment, lms.url)
    second = sit(session, client, other)

    answer = post(client, second, "consent/record", students=[stolen])

    assert answer.status_code == 400
    assert session.scalars(select(Consent)).all() == []
