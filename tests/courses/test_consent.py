from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.courses import assignments, consent, opt_outs, progress
from preventedu.courses.consent import Because
from preventedu.courses.consent_models import Consent, ConsentMode
from preventedu.courses.models import Completion, GradingPolicy
from preventedu.people import GradeBand, Lea
from tests.conftest import NOW
from tests.courses.make import (
    made_alternative,
    made_module,
    make_assignment,
    make_learner,
)
from tests.courses.test_progress import answer, batch, drawn, take
from tests.leas import open_lea, set_mode

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.assignments import Taking
    from preventedu.courses.consent import Participation
    from preventedu.courses.models import Assignment

HOUR = timedelta(hours=1)


def gets(session: Session, who: Taking, now: datetime = NOW) -> Participation:
    return consent.participation(session, who.learner_id, who.assignment, now=now)


def now_taking(session: Session, who: Taking) -> Taking:
    return assignments.taking(
        session, who.learner_id, who.assignment, is_test=False, now=NOW
    )


@pytest.fixture
def lea(session: Session) -> Lea:
    """The LEA of the made-up class."""
    return open_lea(session)


@pytest.fixture
def asking(session: Session, lea: Lea) -> Lea:
    """The same LEA, which asks guardians first."""
    set_mode(session, lea, ConsentMode.OPT_IN, recorded_at=NOW)
    return lea


@pytest.mark.parametrize("mode", [ConsentMode.NOTICE, ConsentMode.OPT_OUT])
def test_nobody_is_asked_first_where_families_are_told(
    session: Session, lea: Lea, who: Taking, mode: ConsentMode
) -> None:
    set_mode(session, lea, mode, recorded_at=NOW)

    assert gets(session, who).because is Because.MAY_TAKE_PART
    assert gets(session, who).has_survey


@pytest.mark.usefixtures("asking")
def test_without_consent_a_learner_gets_the_other_lesson(
    session: Session, who: Taking
) -> None:
    assert gets(session, who).because is Because.NO_CONSENT

    slug = who.assignment.module_slug
    consent.record_consent(session, who.learner_id, slug, now=NOW)

    assert gets(session, who).because is Because.MAY_TAKE_PART
    somebody = make_learner(session).id
    assert consent.consenting_learners(session, slug, [who.learner_id, somebody]) == {
        who.learner_id
    }


@pytest.mark.usefixtures("asking")
def test_an_opt_out_stands_above_a_consent(session: Session, who: Taking) -> None:
    slug = who.assignment.module_slug
    consent.record_consent(session, who.learner_id, slug, now=NOW)

    opt_outs.record_opt_out(session, who.learner_id, slug, now=NOW)

    assert gets(session, who).because is Because.OPTED_OUT


def test_where_no_mode_is_set_only_a_recorded_consent_lets_in(
    session: Session, who: Taking
) -> None:
    lea = Lea(nces_id="0600009", name="Silent District", state="CA")
    session.add(lea)
    session.flush()
    for lea_id in (None, lea.id):
        who.assignment.course.lea_id = lea_id
        session.flush()
        assert gets(session, who).because is Because.NO_MODE

    slug = who.assignment.module_slug
    consent.record_consent(session, who.learner_id, slug, now=NOW)

    assert gets(session, who).because is Because.MAY_TAKE_PART


def test_a_mode_begins_at_midnight_where_the_lea_is(
    session: Session, lea: Lea, who: Taking
) -> None:
    lea.time_zone = "America/Denver"
    begins = datetime(2027, 3, 10, 7, 0, tzinfo=UTC)
    set_mode(
        session, lea, ConsentMode.OPT_IN, since=begins.date(), recorded_at=NOW - HOUR
    )

    assert not gets(session, who, begins - timedelta(seconds=1)).is_alternative
    assert gets(session, who, begins).is_alternative


def test_of_the_modes_in_force_the_one_recorded_last_counts(
    session: Session, lea: Lea, who: Taking
) -> None:
    set_mode(session, lea, ConsentMode.OPT_IN, recorded_at=NOW - 2 * HOUR)
    corrected = NOW.date() - timedelta(days=400)
    set_mode(
        session,
        lea,
        ConsentMode.NOTICE,
        since=corrected,
        citation="Board policy 7",
        recorded_at=NOW - HOUR,
    )

    found = consent.mode_on(session, lea.id, GradeBand.G6_8, NOW.date())

    assert found is not None
    assert (found.mode, found.citation) == (ConsentMode.NOTICE, "Board policy 7")
    assert not gets(session, who).is_alternative
    day_before = corrected - timedelta(days=1)
    earlier = consent.mode_on(session, lea.id, GradeBand.G6_8, day_before)
    assert earlier is not None
    assert earlier.mode is ConsentMode.OPT_IN


@pytest.mark.parametrize("band", ["educator", "family"])
def test_grown_ups_need_no_guardian(session: Session, band: str) -> None:
    module = made_module(f"for-{band}", band=band)
    assignment = make_assignment(session, module)
    assignment.course.lea_id = None
    session.flush()

    found = consent.participation(
        session, make_learner(session).id, assignment, now=NOW
    )

    assert found.because is Because.MAY_TAKE_PART


@pytest.mark.usefixtures("asking", "assignment")
def test_the_other_lesson_can_be_given_to_everybody(session: Session) -> None:
    given = make_assignment(session, made_alternative())
    learner = make_learner(session)
    who = assignments.taking(session, learner.id, given, is_test=False, now=NOW)

    completion = take(session, who, 2)

    assert gets(session, who).because is Because.GIVEN_TO_ALL
    assert assignments.version_for(session, who).slug == "made-other"
    assert completion.is_alternative
    assert not completion.counts


def test_the_other_lesson_is_never_graded_by_mastery(
    session: Session, assignment: Assignment
) -> None:
    given = assignments.create_assignment(
        session, assignment.course_id, "made-other", GradingPolicy.MASTERY, now=NOW
    )

    assert given.grading is GradingPolicy.COMPLETION


@pytest.mark.usefixtures("asking")
def test_consent_taken_back_ends_the_lesson_and_what_was_finished(
    session: Session, who: Taking
) -> None:
    slug = who.assignment.module_slug
    consent.record_consent(session, who.learner_id, slug, now=NOW)
    done = take(session, now_taking(session, who), 4)

    consent.withdraw_consent(session, who.learner_id, slug, now=NOW + HOUR)

    session.refresh(done)
    assert done.superseded_at == NOW + HOUR
    assert gets(session, who).because is Because.NO_CONSENT
    consent.record_consent(session, who.learner_id, slug, now=NOW + HOUR)
    session.refresh(done)
    assert done.superseded_at == NOW + HOUR
    assert len(session.scalars(select(Consent)).all()) == 2


def test_where_nobody_asks_for_consent_taking_it_back_ends_nothing(
    session: Session, who: Taking
) -> None:
    slug = who.assignment.module_slug
    consent.record_consent(session, who.learner_id, slug, now=NOW)
    done = take(session, who, 4)

    consent.withdraw_consent(session, who.learner_id, slug, now=NOW + HOUR)

    session.refresh(done)
    assert done.superseded_at is None


@pytest.mark.usefixtures("asking")
def test_consent_recorded_while_the_other_lesson_is_under_way(
    session: Session, who: Taking
) -> None:
    other = progress.open_attempt(session, now_taking(session, who), "en", now=NOW)

    consent.record_consent(
        session, who.learner_id, who.assignment.module_slug, now=NOW + HOUR
    )

    assert other.is_alternative
    assert other.closed_at == NOW + HOUR
    begun = progress.open_attempt(session, who, "en", now=NOW + HOUR)
    assert not begun.is_alternative


def test_a_mode_that_begins_while_a_lesson_is_under_way_ends_it(
    session: Session, lea: Lea, who: Taking
) -> None:
    asked = drawn(session, who)
    seen = batch(session, who, answer(asked[0]))
    progress.save_events(session, who, seen, now=NOW)
    begun = progress.attempt_under_way(session, who)
    set_mode(session, lea, ConsentMode.OPT_IN, recorded_at=NOW)

    late = batch(session, who, answer(asked[1]))
    saved = progress.save_events(session, who, late, now=NOW + HOUR)
    other = progress.open_attempt(session, who, "en", now=NOW + HOUR)

    assert saved.is_closed
    assert other.is_alternative
    assert begun is not None
    session.refresh(begun)
    assert begun.closed_at == NOW + HOUR
    assert session.scalars(select(Completion)).all() == []
