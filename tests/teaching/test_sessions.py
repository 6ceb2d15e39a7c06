"""Presenter sessions: a headcount beside the completions, corrected by new rows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from preventedu.auth import SeatRole
from preventedu.courses import placing
from preventedu.courses.models import Completion
from preventedu.courses.session_models import (
    PresenterKind,
    PresenterSession,
    SessionMode,
)
from preventedu.courses.sessions import Held, Note, record
from preventedu.grants import figures, sessions
from preventedu.grants.figures import Question
from preventedu.grants.models import Agreement
from preventedu.grants.periods import Span
from preventedu.people import Lea, School
from tests.grants import make as grants
from tests.teaching.make import make_classroom, sit

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.auth import Seat
    from preventedu.grants.models import Award
    from tests.teaching.make import Classroom

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
TODAY = datetime.now(UTC).date()


def send(client: FlaskClient, seat: Seat, page: str = "", **data: str) -> TestResponse:
    """Fill in and send the form of a page of sessions."""
    address = f"/s/{seat.id}/sessions{page}"
    token = TOKEN.search(client.get(address.removesuffix("/take-back")).text)
    assert token
    form = {
        "csrf_token": token[1],
        "held_on": TODAY.isoformat(),
        "mode": "assembly",
        "presenter": "educator",
        "headcount": "64",
        **data,
    }
    return client.post(address, data=form)


def rows(session: Session) -> list[PresenterSession]:
    session.expire_all()
    return list(session.scalars(select(PresenterSession).order_by("id")))


def place_and_cover(session: Session, room: Classroom) -> tuple[Award, int]:
    """Place the class where a sheriff presents; return the award and the partner."""
    lea = session.scalars(select(Lea).where(Lea.nces_id == "0612345")).one()
    school = School(
        lea_id=lea.id, scheme="nces", school_id="061234500001", name="Cedar Elementary"
    )
    session.add(school)
    session.flush()
    placing.place_course(
        session, room.context.course_id, school, "test", now=datetime.now(UTC)
    )
    award = grants.make_award(session, lea)
    award.starts_on, award.ends_on = TODAY - timedelta(days=30), TODAY
    partner = grants.make_partner(session, "sheriff")
    agreement = grants.make_agreement(session, award, partner)
    agreement.starts_on, agreement.ends_on = award.starts_on, award.ends_on
    coverage = grants.cover_school(session, agreement, school)
    coverage.starts_on, coverage.ends_on = award.starts_on, award.ends_on
    session.commit()
    return award, partner.id


def asked(award: Award, lea_id: int | None) -> Question:
    return Question(award, Span(award.starts_on, award.ends_on), lea_id=lea_id)


def test_a_session_is_recorded_and_makes_no_completion(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)

    done = send(client, seat)

    assert done.status_code == 303
    (row,) = rows(session)
    assert (row.headcount, row.mode, row.held_on) == (64, SessionMode.ASSEMBLY, TODAY)
    assert row.presenter is PresenterKind.EDUCATOR
    assert session.scalar(select(func.count()).select_from(Completion)) == 0


def test_a_correction_is_a_new_row_and_the_first_one_stays(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)
    send(client, seat)
    (first,) = rows(session)

    send(client, seat, f"/{first.id}", headcount="46")

    before, after = rows(session)
    assert (before.headcount, after.headcount) == (64, 46)
    assert after.corrects_id == before.id
    page = client.get(f"/s/{seat.id}/sessions").text
    assert re.findall(r'<td class="num">(\d+)</td>', page) == ["46"]


def test_a_session_taken_back_is_counted_no_more_and_kept(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)
    send(client, seat)
    (first,) = rows(session)

    send(client, seat, f"/{first.id}/take-back")

    assert len(rows(session)) == 2
    assert "No session is recorded yet." in client.get(f"/s/{seat.id}/sessions").text


def test_one_row_has_one_correction(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)
    send(client, seat)
    (first,) = rows(session)
    token = TOKEN.search(client.get(f"/s/{seat.id}/sessions").text)
    assert token
    send(client, seat, f"/{first.id}", headcount="46")

    again = client.post(
        f"/s/{seat.id}/sessions/{first.id}", data={"csrf_token": token[1]}
    )

    assert again.status_code == 404
    assert "changed meanwhile" in again.text
    assert len(rows(session)) == 2


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("headcount", "0", "from 1 to 5000"),
        ("headcount", "5001", "from 1 to 5000"),
        ("headcount", "many", "number"),
        ("held_on", (TODAY + timedelta(days=2)).isoformat(), "still to come"),
        ("held_on", (TODAY - timedelta(days=400)).isoformat(), "more than a year"),
        ("held_on", "", "on which day"),
        ("mode", "", "how it was held"),
        ("presenter", "partner-77", "choice"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words_and_nothing_is_lost(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    field: str,
    value: str,
    says: str,
) -> None:
    seat = sit(session, client, room)

    answer = send(client, seat, **{field: value})

    assert answer.status_code == 400
    assert says in answer.text
    if field != "headcount":
        assert 'value="64"' in answer.text
    assert rows(session) == []


def test_a_partner_may_have_come_before_the_class_first_opened_a_lesson(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)
    award, partner = place_and_cover(session, room)
    before = TODAY - timedelta(days=20)

    done = send(
        client, seat, presenter=f"partner-{partner}", held_on=before.isoformat()
    )

    assert done.status_code == 303
    (line,) = sessions.presented(session, asked(award, room.deployment.lea_id))
    assert (line.sessions, line.headcount) == (1, 64)


def test_a_partner_presents_only_where_an_agreement_says_so(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)
    assert "sheriff" not in client.get(f"/s/{seat.id}/sessions").text.casefold()
    _award, partner = place_and_cover(session, room)
    assert f"partner-{partner}" in client.get(f"/s/{seat.id}/sessions").text

    done = send(client, seat, presenter=f"partner-{partner}")

    assert done.status_code == 303
    (row,) = rows(session)
    assert (row.presenter, row.organization_id) == (PresenterKind.PARTNER, partner)


def test_a_partner_who_only_funds_is_not_offered(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    _award, partner = place_and_cover(session, room)
    session.scalars(select(Agreement)).one().roles = ["funds", "advises"]
    session.commit()
    seat = sit(session, client, room)

    assert f"partner-{partner}" not in client.get(f"/s/{seat.id}/sessions").text


def test_a_day_before_the_agreement_is_refused_for_the_partner(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    _award, partner = place_and_cover(session, room)
    seat = sit(session, client, room)
    before = (TODAY - timedelta(days=60)).isoformat()

    answer = send(client, seat, presenter=f"partner-{partner}", held_on=before)

    assert answer.status_code == 400
    assert "No agreement says" in answer.text
    assert rows(session) == []


def test_working_figures_show_sessions_apart_from_completions(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    award, partner = place_and_cover(session, room)
    seat = sit(session, client, room)
    send(client, seat, presenter=f"partner-{partner}")
    send(client, seat, headcount="20")
    lea_id = room.deployment.lea_id

    found = sessions.presented(session, asked(award, lea_id))

    assert sorted((p.sessions, p.headcount) for p in found) == [(1, 20), (1, 64)]
    assert figures.total(session, asked(award, lea_id)).students == 0
    assert sessions.presented(session, asked(award, (lea_id or 0) + 1)) == ()


def test_a_corrected_session_is_in_the_figures_once(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    award, _partner = place_and_cover(session, room)
    seat = sit(session, client, room)
    send(client, seat)
    send(client, seat, f"/{rows(session)[0].id}", headcount="46")

    (line,) = sessions.presented(session, asked(award, room.deployment.lea_id))

    assert (line.sessions, line.headcount) == (1, 46)


def test_a_session_of_a_class_at_no_school_is_in_no_award(
    session: Session, room: Classroom
) -> None:
    award = grants.make_award(session)
    held = Held(TODAY, SessionMode.VIRTUAL, PresenterKind.EDUCATOR, None, 12)
    record(session, Note(room.assignment.id, None, TODAY), held, now=datetime.now(UTC))

    assert sessions.presented(session, asked(award, room.deployment.lea_id)) == ()


@pytest.mark.parametrize("role", [SeatRole.LEARNER, SeatRole.OBSERVER, SeatRole.GUEST])
def test_only_a_teacher_records_sessions(
    session: Session, client: FlaskClient, room: Classroom, role: SeatRole
) -> None:
    seat = sit(session, client, room, role)

    assert client.get(f"/s/{seat.id}/sessions").status_code == 403
    assert client.post(f"/s/{seat.id}/sessions").status_code == 403


def test_a_session_of_another_class_is_not_found(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    other = make_classroom(session, room.deployment, "http://127.0.0.1:9")
    send(client, sit(session, client, other))
    (row,) = rows(session)
    seat = sit(session, client, room)

    assert client.get(f"/s/{seat.id}/sessions/{row.id}").status_code == 404


def test_a_form_without_its_token_is_refused(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room)

    answer = send(client, seat, csrf_token="forged")

    assert answer.status_code == 400
    assert rows(session) == []
