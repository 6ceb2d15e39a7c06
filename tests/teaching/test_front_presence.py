"""Who was present: each tick a completion, nobody outed, nobody counted twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from preventedu.auth import SeatRole
from preventedu.courses import assignments, completing, front, opt_outs, progress
from preventedu.courses.consent_models import ConsentMode
from preventedu.courses.events import Batch, Finished
from preventedu.courses.models import (
    Answer,
    Attempt,
    Completion,
    DeliveryMode,
    GradingPolicy,
    ModuleVersion,
)
from preventedu.lti import outbox
from preventedu.lti.models import DeliveryStatus, Enrollment, LtiUser, ScoreDelivery
from preventedu.people import Course, Lea
from tests.leas import set_mode
from tests.teaching.make import (
    SLUG,
    begin,
    complete,
    enroll,
    make_classroom,
    sit,
)
from tests.teaching.present import completions, list_of, rows_of, save
from tests.teaching.test_class_page import rows as class_rows

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from tests.teaching.lms_double import LmsDouble
    from tests.teaching.make import Classroom


def lea_of(session: Session, room: Classroom) -> Lea:
    return session.scalars(
        select(Lea).join(Course).where(Course.id == room.context.course_id)
    ).one()


def owed(session: Session) -> list[ScoreDelivery]:
    outbox.enqueue(session, since=None, now=datetime.now(UTC))
    session.flush()
    return list(session.scalars(select(ScoreDelivery)))


def test_a_tick_is_a_completion_taught_by_the_teacher_without_a_score(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lms.enrol("s-2", "Ben Novak")
    seat = sit(session, client, room)

    done = save(client, seat, "Ann Bell", minutes="23", language="es")

    assert done.status_code == 303
    (ticked,) = completions(session, "s-1")
    assert ticked.delivery_mode is DeliveryMode.TEACHER_LED
    assert ticked.mastery is None
    assert (ticked.minutes, ticked.language) == (23, "es")
    assert ticked.counts
    attempt = session.get_one(Attempt, ticked.attempt_id)
    assert attempt.closed_at == ticked.completed_at
    assert completions(session, "s-2") == []
    assert {r.name: r.is_ticked for r in list_of(client, seat).values()} == {
        "Ann Bell": True,
        "Ben Novak": False,
    }


def test_looking_at_the_list_makes_no_row_for_anybody(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)

    list_of(client, seat)

    assert session.scalar(select(func.count()).select_from(LtiUser)) == 0


def test_the_tick_of_a_student_who_never_launched_reaches_the_gradebook(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)

    save(client, seat, "Ann Bell")

    (delivery,) = owed(session)
    assert delivery.points == 100
    assert delivery.lti_user.subject == "s-1"


def test_where_mastery_is_graded_a_tick_sends_no_score_and_waits_for_none(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    graded = make_classroom(session, room.deployment, lms.url, GradingPolicy.MASTERY)
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, graded)

    save(client, seat, "Ann Bell")

    assert len(completions(session, "s-1")) == 1
    assert owed(session) == []
    row = class_rows(client.get(f"/s/{seat.id}/class").text)["Ann Bell"]
    assert "Finished" in row
    assert "Nothing yet" in row
    assert "On its way" not in row


def test_under_mastery_the_questions_taken_later_raise_the_grade_and_no_count(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    graded = make_classroom(session, room.deployment, lms.url, GradingPolicy.MASTERY)
    lms.enrol("s-1", "Ann Bell")
    user = enroll(session, graded, "s-1")
    save(client, sit(session, client, graded), "Ann Bell")
    (ticked,) = completions(session, "s-1")

    later = complete_again(session, graded, user)

    assert later.retake_of_id == ticked.id
    assert [c.counts for c in completions(session, "s-1")] == [True, False]
    assert [d.completion_id for d in owed(session)] == [later.id]


def complete_again(session: Session, room: Classroom, user: LtiUser) -> Completion:
    """Take the lesson alone: sitting 1, because the tick closed sitting 0."""
    now = datetime.now(UTC)
    who = assignments.taking(
        session, user.learner_id, room.assignment, is_test=False, now=now
    )
    version = assignments.version_for(session, who)
    progress.open_attempt(session, who, "en", now=now)
    batch = Batch(version.id, 1, "en", (Finished("e-9"),))
    return progress.finish(session, who, batch, now=now)


def test_self_paced_work_after_a_tick_is_a_retake_and_no_second_count(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    user = enroll(session, room, "s-1")
    save(client, sit(session, client, room), "Ann Bell")

    kept = complete_again(session, room, user)

    assert kept.delivery_mode is DeliveryMode.TEACHER_LED
    assert len(completions(session, "s-1")) == 1


def test_a_lesson_under_way_ends_with_the_tick_and_goes_on_when_it_is_taken_back(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    user = enroll(session, room, "s-1")
    begin(session, room, user, "l1-s4")
    begun = session.scalars(select(Attempt)).one()
    seat = sit(session, client, room)

    save(client, seat, "Ann Bell")
    session.expire_all()
    assert begun.closed_at is not None
    (ticked,) = completions(session, "s-1")
    assert ticked.attempt_id != begun.id

    save(client, seat)
    session.expire_all()
    assert begun.closed_at is None
    assert begun.screen == "l1-s4"
    (row,) = completions(session, "s-1")
    assert row.superseded_at is not None
    assert row.attempt_id is None
    assert session.scalars(select(Attempt.id)).all() == [begun.id]


def test_a_tick_can_be_set_taken_back_and_set_again_on_one_day(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)

    for present in (("Ann Bell",), (), ("Ann Bell",)):
        assert save(client, seat, *present).status_code == 303

    assert [c.counts for c in completions(session, "s-1")] == [False, True]
    assert [d.points for d in owed(session)] == [100]


def test_a_tick_taken_back_before_its_grade_left_sends_none(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    save(client, seat, "Ann Bell")
    assert len(owed(session)) == 1

    answer = save(client, seat)

    assert owed(session) == []
    assert "said=saved" in answer.location


def test_a_tick_taken_back_after_its_grade_arrived_says_where_to_change_it(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    save(client, seat, "Ann Bell")
    (delivery,) = owed(session)
    delivery.status, delivery.sent_at = DeliveryStatus.SENT, datetime.now(UTC)
    session.flush()

    page = client.get(save(client, seat).location).text

    assert "in the gradebook already stays there" in page


def test_the_day_after_a_tick_stays(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    save(client, seat, "Ann Bell")
    page = client.get(f"/s/{seat.id}/front/present").text
    yesterday = datetime.now(UTC) - timedelta(days=1, minutes=1)
    session.execute(update(Completion).values(completed_at=yesterday))
    session.expire_all()

    save(client, seat, page=page)

    (row,) = completions(session, "s-1")
    assert row.superseded_at is None
    assert list_of(client, seat)["Ann Bell"].has_box is False


def test_the_day_is_the_districts_and_not_that_of_utc() -> None:
    ticked = Completion(
        delivery_mode=DeliveryMode.TEACHER_LED,
        completed_at=datetime(2027, 3, 1, 19, 30, tzinfo=UTC),
    )
    after_midnight_utc = datetime(2027, 3, 2, 2, 0, tzinfo=UTC)
    chicago = ZoneInfo("America/Chicago")

    assert front.is_open_to_change([ticked], chicago, now=after_midnight_utc)
    assert not front.is_open_to_change([ticked], UTC, now=after_midnight_utc)


def test_whoever_has_finished_is_left_as_they_are(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    done = complete(session, room, enroll(session, room, "s-1"))
    seat = sit(session, client, room)
    assert list_of(client, seat)["Ann Bell"].has_box is False

    save(client, seat, "Ann Bell")

    assert [c.id for c in completions(session, "s-1")] == [done.id]
    assert done.delivery_mode is DeliveryMode.SELF_PACED


def test_an_opted_out_student_looks_like_everybody_before_and_after_the_tick(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    for n, name in enumerate(("Ann Bell", "Ben Novak")):
        lms.enrol(f"s-{n}", name)
    out = enroll(session, room, "s-1")
    opt_outs.record_opt_out(session, out.learner_id, SLUG, now=datetime.now(UTC))
    seat = sit(session, client, room)
    blank = re.compile(r'value="[^"]*"|Ann Bell|Ben Novak')

    def shown() -> tuple[str, str]:
        page = client.get(f"/s/{seat.id}/front/present").text
        first, second = re.findall(r"<li>\s*<input.*?</li>", page, re.DOTALL)
        return blank.sub("", first), blank.sub("", second)

    assert len(set(shown())) == 1
    save(client, seat, "Ann Bell", "Ben Novak")
    assert len(set(shown())) == 1

    (lesson,) = completions(session, "s-0")
    (other,) = completions(session, "s-1")
    assert (lesson.counts, other.counts) == (True, False)
    assert other.is_alternative
    assert [d.points for d in owed(session)] == [100, 100]


def test_an_opted_out_student_cannot_get_the_lesson_by_a_forged_form(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    page = client.get(f"/s/{seat.id}/front/present").text
    user = enroll(session, room, "s-1")
    opt_outs.record_opt_out(session, user.learner_id, SLUG, now=datetime.now(UTC))
    session.commit()

    save(client, seat, "Ann Bell", page=page)

    assert [c.is_alternative for c in completions(session, "s-1")] == [True]


def test_where_consent_is_asked_for_a_tick_without_one_is_not_counted(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    now = datetime.now(UTC)
    set_mode(session, lea_of(session, room), ConsentMode.OPT_IN, recorded_at=now)
    seat = sit(session, client, room)
    assert "needs a recorded consent" in client.get(f"/s/{seat.id}/front").text

    save(client, seat, "Ann Bell")

    assert [c.counts for c in completions(session, "s-1")] == [False]


def test_where_there_is_no_other_lesson_nothing_is_kept_and_the_teacher_is_told(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    user = enroll(session, room, "s-1")
    opt_outs.record_opt_out(session, user.learner_id, SLUG, now=datetime.now(UTC))
    session.execute(
        update(ModuleVersion)
        .where(ModuleVersion.kind == "alternative")
        .values(is_current=False)
    )
    seat = sit(session, client, room)

    page = client.get(save(client, seat, "Ann Bell").location).text

    assert "not every tick could be kept" in page
    assert completions(session, "s-1") == []


def test_without_a_class_list_nobody_can_be_ticked_and_a_session_is_offered(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    enroll(session, room, "s-1")
    lms.is_down = True
    seat = sit(session, client, room)

    page = client.get(f"/s/{seat.id}/front/present").text

    assert "did not send the class list" in page
    assert f"/s/{seat.id}/sessions" in page
    assert "type=checkbox" not in page
    assert 'name="present"' not in page


def test_without_names_nobody_can_be_ticked(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", None)
    seat = sit(session, client, room)

    page = client.get(f"/s/{seat.id}/front/present").text

    assert "shares no names" in page
    assert 'name="present"' not in page


@pytest.mark.parametrize("minutes", ["0", "241", "", "an hour"])
def test_wrong_minutes_are_refused_in_plain_words_and_lose_no_tick(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lms: LmsDouble,
    minutes: str,
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lms.enrol("s-2", "Ben Novak")
    seat = sit(session, client, room)

    answer = save(client, seat, "Ann Bell", minutes=minutes)

    assert answer.status_code == 400
    assert "Nothing was saved yet." in answer.text
    ticked = {name: row.is_ticked for name, row in rows_of(answer.text).items()}
    assert ticked == {"Ann Bell": True, "Ben Novak": False}
    assert completions(session, "s-1") == []


def test_two_teachers_who_save_one_list_do_not_undo_each_other(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    lms.enrol("s-2", "Ben Novak")
    seat = sit(session, client, room)
    stale = client.get(f"/s/{seat.id}/front/present").text
    save(client, seat, "Ann Bell")

    save(client, seat, "Ben Novak", page=stale)

    assert [c.counts for c in completions(session, "s-1")] == [True]
    assert [c.counts for c in completions(session, "s-2")] == [True]


def test_a_role_that_a_launch_told_is_not_overwritten_by_a_tick(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    seat = sit(session, client, room)
    page = client.get(f"/s/{seat.id}/front/present").text
    enroll(session, room, "s-1")
    session.execute(update(Enrollment).values(role=SeatRole.TEACHER.value))
    session.commit()

    save(client, seat, "Ann Bell", page=page)

    role = session.scalar(select(Enrollment.role))
    assert role == SeatRole.TEACHER.value
    assert owed(session) == []


def test_what_counts_once_is_one_row(session: Session, room: Classroom) -> None:
    user = enroll(session, room, "s-1")
    now = datetime.now(UTC)
    who = assignments.taking(
        session, user.learner_id, room.assignment, is_test=False, now=now
    )

    first = front.tick(session, who, front.Showing("en", 12), now=now)
    second = front.tick(session, who, front.Showing("en", 12), now=now)

    assert first is not None
    assert second is None
    assert completing.standing(session, who) is first
    assert session.scalar(select(func.count()).select_from(Answer)) == 0


@pytest.mark.parametrize(
    "role", [SeatRole.LEARNER, SeatRole.OBSERVER, SeatRole.GUEST, SeatRole.TEST_LEARNER]
)
@pytest.mark.parametrize("page", ["front", "front/show", "front/present"])
def test_only_a_teacher_teaches(
    session: Session, client: FlaskClient, room: Classroom, role: SeatRole, page: str
) -> None:
    seat = sit(session, client, room, role)

    assert client.get(f"/s/{seat.id}/{page}").status_code == 403


def test_a_list_of_another_seat_is_refused(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    lms.enrol("s-1", "Ann Bell")
    first = sit(session, client, room)
    page = client.get(f"/s/{first.id}/front/present").text
    second = sit(session, client, room)

    answer = save(client, second, "Ann Bell", page=page)

    assert answer.status_code == 400
    assert completions(session, "s-1") == []
