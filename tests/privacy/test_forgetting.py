"""What is too old goes, what honours an opt-out stays, and no count changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from preventedu.courses import consent, opt_outs
from preventedu.courses.models import Answer, Attempt, Completion
from preventedu.lti import outbox
from preventedu.lti.models import Enrollment, LtiUser, Platform, ScoreDelivery
from preventedu.lti.users import lti_user
from preventedu.privacy import forgetting
from preventedu.privacy.models import Erasure, ErasureReason
from tests.teaching.make import SLUG, begin, complete, enroll

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.lti.models import LtiUser as User
    from tests.teaching.make import Classroom

KEEP = timedelta(days=180)


def count(session: Session, table: type[object]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def answered(session: Session, room: Classroom, user: User) -> None:
    """Give the learner's attempt an answer."""
    attempt = session.scalars(
        select(Attempt).where(Attempt.learner_id == user.learner_id)
    ).one()
    session.add(
        Answer(
            attempt_id=attempt.id,
            client_id=f"a-{attempt.id}",
            phase="post",
            question_id="q1",
            chosen=["a"],
            is_correct=True,
            received_at=datetime.now(UTC),
        )
    )
    session.flush()
    del room


def test_who_was_not_seen_for_the_published_time_is_forgotten(
    session: Session, room: Classroom
) -> None:
    user = enroll(session, room, "anna")
    complete(session, room, user)
    answered(session, room, user)
    now = datetime.now(UTC)
    outbox.enqueue(session, since=None, now=now)
    assert count(session, ScoreDelivery) == 1

    early = forgetting.forget_old(session, KEEP, now=now + KEEP - timedelta(hours=1))
    gone = forgetting.forget_old(session, KEEP, now=now + KEEP + timedelta(hours=1))
    after = forgetting.forget_old(session, KEEP, now=now + KEEP + timedelta(hours=1))

    assert (early.learners, early.answers) == (0, 0)
    assert (gone.learners, gone.answers) == (1, 1)
    assert (after.learners, after.answers) == (0, 0)
    for table in (LtiUser, Enrollment, ScoreDelivery, Answer):
        assert count(session, table) == 0, table
    assert session.scalars(select(Completion)).one().counts
    written = session.scalars(select(Erasure)).one()
    assert (written.reason, written.learners) == (ErasureReason.RETENTION, 1)
    # The sweep finds nobody to send a grade for, and does not stumble.
    outbox.enqueue(session, since=None, now=now + KEEP)
    assert count(session, ScoreDelivery) == 0


def test_somebody_seen_again_stays(session: Session, room: Classroom) -> None:
    user = enroll(session, room, "anna")
    later = datetime.now(UTC) + KEEP
    session.scalars(select(Enrollment)).one().seen_at = later
    session.flush()

    gone = forgetting.forget_old(session, KEEP, now=later + timedelta(days=1))

    assert gone.learners == 0
    assert session.get(LtiUser, user.id) is not None


def connected_anew(session: Session, room: Classroom, **changes: object) -> Platform:
    """Connect the LMS of the class once more, as after a new registration."""
    old = room.platform
    new = Platform(
        issuer=old.issuer,
        client_id="client-2",
        auth_url=old.auth_url,
        token_url=old.token_url,
        jwks_url=old.jwks_url,
        family=old.family,
        created_at=datetime.now(UTC),
    )
    for name, value in changes.items():
        setattr(new, name, value)
    session.add(new)
    session.flush()
    return new


def test_an_opt_out_holds_after_the_lms_was_connected_anew(
    session: Session, room: Classroom
) -> None:
    now = datetime.now(UTC)
    out = enroll(session, room, "anna")
    opt_outs.record_opt_out(session, out.learner_id, SLUG, now=now)

    again = lti_user(session, connected_anew(session, room).id, "anna", now=now)

    assert again.id != out.id
    assert opt_outs.is_opted_out(session, again.learner_id, SLUG)


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://other.example"},
        {"jwks_url": "https://other.example/jwks"},
        {"is_test": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whoever_could_not_sign_for_the_first_connection_speaks_of_others(
    session: Session, room: Classroom, change: dict[str, object]
) -> None:
    anna = enroll(session, room, "anna")
    other = connected_anew(session, room, **change)

    stranger = lti_user(session, other.id, "anna", now=datetime.now(UTC))

    assert stranger.learner_id != anna.learner_id


def test_who_is_seen_at_the_new_connection_is_not_forgotten_with_the_old(
    session: Session, room: Classroom
) -> None:
    enroll(session, room, "anna")
    later = datetime.now(UTC) + 2 * KEEP
    lti_user(session, connected_anew(session, room).id, "anna", now=later)

    assert forgetting.forget_old(session, KEEP, now=later).learners == 0
    assert forgetting.forget_old(session, KEEP, now=later + 2 * KEEP).learners == 1
    assert count(session, LtiUser) == 0


def test_an_opt_out_or_a_consent_in_force_keeps_its_learner(
    session: Session, room: Classroom
) -> None:
    now = datetime.now(UTC)
    out, willing, plain = (enroll(session, room, name) for name in "abc")
    opt_outs.record_opt_out(session, out.learner_id, SLUG, now=now)
    consent.record_consent(session, willing.learner_id, SLUG, now=now)

    forgetting.forget_old(session, KEEP, now=now + 2 * KEEP)

    left = session.scalars(select(LtiUser.subject).order_by(LtiUser.subject)).all()
    assert left == ["a", "b"]
    assert plain.subject == "c"
    opt_outs.withdraw_opt_out(session, out.learner_id, SLUG, now=now)
    forgetting.forget_old(session, KEEP, now=now + 2 * KEEP)
    assert session.scalars(select(LtiUser.subject)).all() == ["b"]


def test_erasing_takes_all_but_the_count(session: Session, room: Classroom) -> None:
    now = datetime.now(UTC)
    anna, ben = enroll(session, room, "anna"), enroll(session, room, "ben")
    complete(session, room, anna)
    answered(session, room, anna)
    begin(session, room, ben, "l1-s1")
    completions = count(session, Completion)

    for user in (anna, ben):
        forgetting.erase(session, user.learner_id, "maria@lea.example", now=now)

    assert count(session, LtiUser) == count(session, Answer) == 0
    assert count(session, Completion) == completions == 1
    # The finished attempt stays with its completion; the other one is of no use.
    assert count(session, Attempt) == 1


def test_who_comes_back_after_erasure_is_somebody_new(
    session: Session, room: Classroom
) -> None:
    first = enroll(session, room, "anna")
    complete(session, room, first)
    before = first.learner_id
    forgetting.erase(session, before, "maria@lea.example", now=datetime.now(UTC))

    again = enroll(session, room, "anna")
    complete(session, room, again)

    assert again.learner_id != before
    learners = session.scalars(select(Completion.learner_id)).all()
    assert sorted(learners) == sorted((before, again.learner_id))


@given(ages=st.lists(st.integers(min_value=0, max_value=400), max_size=6))
@hypothesis_settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_count_changes_whoever_is_forgotten(
    session: Session, room: Classroom, ages: list[int]
) -> None:
    now = datetime.now(UTC)
    with session.begin_nested() as nested:
        for number, age in enumerate(ages):
            user = enroll(session, room, f"s-{number}")
            complete(session, room, user)
            user.first_seen_at = now - timedelta(days=age)
            seen = session.scalars(
                select(Enrollment).where(Enrollment.lti_user_id == user.id)
            ).one()
            seen.seen_at = user.first_seen_at
        session.flush()

        gone = forgetting.forget_old(session, KEEP, now=now)

        assert gone.learners == sum(age > KEEP.days for age in ages)
        assert count(session, Completion) == len(ages)
        assert count(session, LtiUser) == len(ages) - gone.learners
        nested.rollback()
