from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu.courses import assignments, opt_outs, progress, scoring
from preventedu.courses.consent_models import OptOut
from preventedu.courses.events import Batch, Finished, ScreenReached
from preventedu.courses.models import Answer, GradingPolicy
from tests.conftest import NOW
from tests.courses.make import make_assignment, make_learner
from tests.courses.test_progress import answer, batch, drawn, take

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.assignments import Taking
    from preventedu.courses.models import Assignment

LATER = NOW + timedelta(minutes=10)


def now_taking(session: Session, who: Taking) -> Taking:
    return assignments.taking(
        session, who.learner_id, who.assignment, is_test=False, now=NOW
    )


def opt_out(session: Session, who: Taking) -> Taking:
    opt_outs.record_opt_out(
        session, who.learner_id, who.assignment.module_slug, now=NOW
    )
    return now_taking(session, who)


def test_an_opted_out_learner_gets_the_other_lesson(
    session: Session, who: Taking
) -> None:
    out = opt_out(session, who)

    completion = take(session, out, 0)

    assert assignments.version_for(session, out).slug == "made-other"
    assert completion.is_alternative
    assert not completion.counts
    assert scoring.points(completion, GradingPolicy.MASTERY) == 100


def test_opting_out_ends_the_lesson_and_forgets_its_answers(
    session: Session, who: Taking
) -> None:
    given = batch(session, who, answer(drawn(session, who)[0]))
    progress.save_events(session, who, given, now=NOW)

    opt_out(session, who)

    assert progress.attempt_under_way(session, who) is None
    assert session.scalar(select(func.count(Answer.id))) == 0


def test_the_page_left_open_cannot_finish_the_other_lesson(
    session: Session, who: Taking
) -> None:
    progress.open_attempt(session, who, "en", now=NOW)
    stale = batch(session, who, ScreenReached("1", "l1-s1"), Finished("2"))

    saved = progress.save_events(session, opt_out(session, who), stale, now=LATER)

    assert saved.is_closed
    assert saved.completion is None


def test_nobody_who_never_began_is_taken_for_the_other_lesson_by_an_old_page(
    session: Session, who: Taking
) -> None:
    stale = Batch(assignments.version_for(session, who).id, 0, "en", (Finished("1"),))

    saved = progress.save_events(session, opt_out(session, who), stale, now=LATER)

    assert saved.is_closed


def test_recording_twice_is_one_opt_out_and_withdrawing_ends_it(
    session: Session, who: Taking
) -> None:
    opt_out(session, who)
    out = opt_out(session, who)
    progress.open_attempt(session, out, "en", now=NOW)

    slug = who.assignment.module_slug
    opt_outs.withdraw_opt_out(session, who.learner_id, slug, now=LATER)

    back = now_taking(session, who)
    assert not back.is_alternative
    assert session.scalar(select(func.count(OptOut.id))) == 1
    assert progress.attempt_under_way(session, out) is None
    assert take(session, back, 4, sitting=1).counts


def test_an_opt_out_holds_in_every_course_and_for_one_module(
    session: Session, assignment: Assignment, who: Taking
) -> None:
    other_class = make_assignment(session)
    somebody = make_learner(session)

    opt_out(session, who)

    assert assignments.taking(
        session, who.learner_id, other_class, is_test=False, now=NOW
    ).is_alternative
    assert opt_outs.opted_out_learners(
        session, assignment.module_slug, [who.learner_id, somebody.id]
    ) == {who.learner_id}
    assert not opt_outs.is_opted_out(session, who.learner_id, "another-module")


def test_who_was_opted_out_a_moment_ago_does_not_begin_the_lesson(
    session: Session, who: Taking
) -> None:
    opt_out(session, who)

    begun = progress.open_attempt(session, who, "en", now=NOW)

    assert begun.is_alternative
    assert begun.module_version.slug == "made-other"
