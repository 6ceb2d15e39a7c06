"""The family letter says what is settled, asks by the LEA's rule, shows no child."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from preventedu.auth import SeatRole
from preventedu.courses.consent_models import ConsentMode
from preventedu.people import Course, Lea
from preventedu.teaching.assigned import assigned_at
from preventedu.teaching.letters import arranged_for
from tests.leas import set_mode
from tests.ready import make_ready
from tests.teaching.make import SLUG, make_classroom, make_deployment, sit

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule
    from tests.teaching.lms_double import LmsDouble
    from tests.teaching.make import Classroom

YES = "Yes, my child may take part in this lesson."
NO = "No, my child takes the other lesson."
SLIP = "Answer of the family"
BLANKS = "Student Parent or guardian Date"
ADDRESS = f"tool.test/review/{SLUG}"


def wednesday(days: int = 30) -> date:
    day = datetime.now(UTC).date() + timedelta(days=days)
    return day + timedelta(days=(2 - day.weekday()) % 7)


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(page)).split())


def letter(client: FlaskClient, seat_id: str, only: str = "en") -> str:
    """Return the words of one language's letter, as they come out of the printer."""
    answer = client.get(f"/s/{seat_id}/letter?only={only}")
    assert answer.status_code == 200
    return words_of(answer.text.partition("<article")[2].partition("</article>")[0])


def mode(session: Session, room: Classroom, mode: ConsentMode | None) -> None:
    lea = session.get_one(Lea, room.deployment.lea_id)
    if mode is None:
        other = Lea(nces_id="0688888", name="No mode", state="CA", contact="555-0111")
        session.add(other)
        session.flush()
        room.deployment.lea_id = other.id
        course = session.get_one(Course, room.assignment.course_id)
        course.lea_id = other.id
    else:
        set_mode(session, lea, mode, recorded_at=datetime.now(UTC))
    session.commit()


def on(session: Session, room: Classroom, day: date) -> None:
    make_ready(session, room.assignment.course_id, SLUG, teaching_on=day)
    session.commit()


@pytest.mark.parametrize("asks", [ConsentMode.OPT_IN, None])
def test_where_a_yes_is_needed_the_letter_asks_for_it(
    session: Session, client: FlaskClient, room: Classroom, asks: ConsentMode | None
) -> None:
    mode(session, room, asks)
    on(session, room, wednesday())
    seat = sit(session, client, room)

    text = letter(client, seat.id)

    assert "Your child takes this lesson only if you say yes." in text
    for words in (SLIP, YES, NO, BLANKS, "How to say yes or no"):
        assert words in text
    assert "A no that comes later counts as well." not in text


def test_where_a_no_is_possible_the_letter_says_how_and_until_when(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    mode(session, room, ConsentMode.OPT_OUT)
    on(session, room, date(2027, 9, 6))
    seat = sit(session, client, room)

    text = letter(client, seat.id)

    assert "On Monday, September 6, 2027" in text
    assert "Tell the teacher or the school by Friday, September 3, 2027." in text
    assert "A no that comes later counts as well." in text
    assert NO in text
    assert YES not in text


def test_where_families_are_only_told_there_is_no_slip_and_still_a_no(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    mode(session, room, ConsentMode.NOTICE)
    on(session, room, wednesday())
    seat = sit(session, client, room)

    text = letter(client, seat.id)

    assert SLIP not in text
    assert "How to say no" in text
    assert "You need no reason." in text


def test_the_questions_before_and_after_can_be_refused_by_themselves(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)

    text = letter(client, seat.id)

    assert "You may say no to these questions only" in text
    assert "My child takes the lesson, but not the questions before and after." in text


def test_the_letter_leads_to_every_screen_and_question(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)

    for code in ("en", "es"):
        assert ADDRESS in letter(client, seat.id, code)
    assert client.get(f"/review/{SLUG}").status_code == 200


def test_each_language_has_its_own_words_and_slip(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    on(session, room, date(2027, 9, 6))
    seat = sit(session, client, room)

    spanish = letter(client, seat.id, "es")

    assert "lunes, 6 de septiembre de 2027" in spanish


def test_the_slip_carries_the_neutral_title_only(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    seat = sit(session, client, room)
    page = client.get(f"/s/{seat.id}/letter?only=en").text

    slip = words_of(page.partition('class="slip"')[2].partition("</article>")[0])

    assert lessons[SLUG].lms_title["en"] in slip
    assert lessons[SLUG].title["en"] not in slip


# -- what nobody has settled -----------------------------------------------------------


def test_what_is_missing_is_told_to_the_teacher_and_left_out_for_families(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    mode(session, room, None)
    deployment = make_deployment(session, f"{lms.url}/2", None)
    bare = make_classroom(session, deployment, lms.url)
    session.get_one(Course, bare.assignment.course_id).lea_id = None
    teacher = sit(session, client, bare)
    page = words_of(client.get(f"/s/{teacher.id}/letter").text)
    for words in (
        "What this letter does not say yet",
        "Which district the class belongs to",
        "Whether your district asks families first",
        "When the lesson is taught",
        "Who pays",
    ):
        assert words in page
    family = sit(session, client, bare, SeatRole.OBSERVER)

    text = words_of(client.get(f"/s/{family.id}/letter").text)

    assert "does not say yet" not in text
    for words in ("Who pays for it", "When On", "No award", "None", " by . "):
        assert words not in text


def test_a_letter_that_says_all_has_nothing_missing(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    on(session, room, wednesday())
    seat = sit(session, client, room)

    page = words_of(client.get(f"/s/{seat.id}/letter").text)

    send_by = wednesday() - timedelta(days=14)
    assert f"{send_by:%B} {send_by.day}, {send_by.year}, so that families" in page
    for words in ("Which district", "Whether your district", "When the lesson is"):
        assert words not in page


def test_a_date_inside_the_notice_is_told_to_the_teacher(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    on(session, room, datetime.now(UTC).date() + timedelta(days=3))
    seat = sit(session, client, room)

    page = words_of(client.get(f"/s/{seat.id}/letter").text)

    assert "promises families 14 days of notice" in page
    assert "choose a later date" in page


def test_a_day_that_has_passed_is_no_longer_in_the_letter(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    on(session, room, date(2026, 1, 7))
    seat = sit(session, client, room)

    text = letter(client, seat.id)

    assert "2026" not in text


def test_the_answer_is_never_due_before_today(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    today = datetime.now(UTC).date()
    on(session, room, today)
    seat = sit(session, client, room)
    assigned = assigned_at(session, seat, on_date=today)

    found = arranged_for(session, assigned, is_paid=True, now=datetime.now(UTC))

    assert found.answer_by == today
