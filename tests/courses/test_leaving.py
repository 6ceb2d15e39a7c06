"""Opt-outs that come late, of the lesson and of its questions, in any order."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from preventedu.courses import (
    assignments,
    consent,
    front,
    opt_outs,
    progress,
    scoring,
    sittings,
    survey,
)
from preventedu.courses.consent_models import ConsentMode
from preventedu.courses.events import Finished, ScreenReached
from preventedu.courses.models import Answer, Attempt, Completion, GradingPolicy
from tests.conftest import NOW
from tests.courses.make import make_assignment, make_learner, real_module
from tests.courses.test_progress import answer, batch, completions, drawn, take
from tests.leas import open_lea, set_mode

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.assignments import Taking
    from preventedu.courses.models import Assignment

LATER = NOW + timedelta(hours=1)
MASTERY = GradingPolicy.MASTERY


def now_taking(
    session: Session, who: Taking, assignment: Assignment | None = None
) -> Taking:
    given_to = assignment or who.assignment
    return assignments.taking(session, who.learner_id, given_to, is_test=False, now=NOW)


def opt_out(session: Session, who: Taking) -> Taking:
    slug = who.assignment.module_slug
    opt_outs.record_opt_out(session, who.learner_id, slug, now=LATER)
    return now_taking(session, who)


def opt_out_of_survey(session: Session, who: Taking) -> Taking:
    slug = who.assignment.module_slug
    survey.record_survey_opt_out(session, who.learner_id, slug, now=LATER)
    return now_taking(session, who)


def answers(session: Session) -> int:
    return session.scalar(select(func.count(Answer.id))) or 0


def test_a_late_opt_out_supersedes_what_was_finished_in_every_course(
    session: Session, who: Taking
) -> None:
    elsewhere = now_taking(session, who, make_assignment(session))
    done = [take(session, who, 4), take(session, elsewhere, 2)]
    session.commit()

    out = opt_out(session, who)

    assert [row.superseded_at for row in completions(session, who)] == [LATER, LATER]
    assert not any(row.counts for row in done)
    assert answers(session) == 0
    assert progress.progress_of(session, who.assignment.id) == {}
    other = take(session, out, 0, sitting=1)
    assert other.is_alternative
    assert scoring.points(other, MASTERY) == 100


def test_a_late_opt_out_supersedes_the_retakes_too(session: Session) -> None:
    who = learner_of(session, make_assignment(session, grading=MASTERY))
    first, better = take(session, who, 1), take(session, who, 3, sitting=1)

    opt_out(session, who)

    session.refresh(first)
    session.refresh(better)
    assert better.retake_of_id == first.id
    assert first.superseded_at == better.superseded_at == LATER


def test_withdrawing_does_not_bring_a_superseded_completion_back(
    session: Session, who: Taking
) -> None:
    first = take(session, who, 4)
    opt_out(session, who)

    slug = who.assignment.module_slug
    opt_outs.withdraw_opt_out(session, who.learner_id, slug, now=LATER)
    again = take(session, now_taking(session, who), 2, sitting=1)

    session.refresh(first)
    assert first.superseded_at == LATER
    assert again.counts
    assert again.retake_of_id is None


def test_an_opt_out_of_another_module_leaves_this_one_alone(
    session: Session, who: Taking
) -> None:
    done = take(session, who, 4)
    kept = answers(session)

    opt_outs.record_opt_out(session, who.learner_id, "another", now=LATER)

    session.refresh(done)
    assert done.counts
    assert answers(session) == kept == 4


def learner_of(session: Session, assignment: Assignment) -> Taking:
    learner = make_learner(session)
    return assignments.taking(session, learner.id, assignment, is_test=False, now=NOW)


@pytest.mark.parametrize("grading", list(GradingPolicy))
def test_without_survey_no_question_is_asked_and_finishing_earns_all(
    session: Session, grading: GradingPolicy
) -> None:
    who = learner_of(session, make_assignment(session, grading=grading))

    out = opt_out_of_survey(session, who)
    stray = batch(session, out, answer(drawn(session, who)[0]), Finished("end"))
    saved = progress.save_events(session, out, stray, now=LATER)

    assert saved.ignored == {stray.events[0].id: "unknown"}
    assert saved.completion is not None
    assert not out.is_alternative
    assert not assignments.counts_answers(out)
    assert saved.completion.counts
    assert saved.completion.mastery is None
    assert not saved.completion.has_survey
    assert scoring.points(saved.completion, grading) == 100
    assert progress.progress_of(session, who.assignment.id)[who.learner_id].steps == 5


@pytest.mark.parametrize(
    ("reached", "shown"),
    [
        ("start", "start"),
        ("before", "start"),
        ("l1-s2", "l1-s2"),
        ("after", "l1-s3"),
        ("done", "done"),
    ],
)
def test_a_lesson_under_way_goes_on_without_its_questions(
    session: Session, who: Taking, reached: str, shown: str
) -> None:
    seen = batch(
        session, who, answer(drawn(session, who)[0]), ScreenReached("s", reached)
    )
    progress.save_events(session, who, seen, now=NOW)

    out = opt_out_of_survey(session, who)

    standing = sittings.stand(session, out)
    assert standing.attempt is not None
    assert standing.attempt.screen == shown
    assert not standing.attempt.has_survey
    assert (standing.sitting, standing.answers, answers(session)) == (0, (), 0)
    progress.progress_of(session, who.assignment.id)


def test_the_questions_of_the_youngest_are_left_out_one_by_one(
    session: Session,
) -> None:
    assignment = make_assignment(session, real_module("my-helpers"))
    who = learner_of(session, assignment)
    seen = batch(session, who, ScreenReached("s", "after-2"))
    progress.save_events(session, who, seen, now=NOW)

    out = opt_out_of_survey(session, who)

    attempt = progress.attempt_under_way(session, out)
    assert attempt is not None
    assert attempt.screen.startswith("l1-s")


def test_a_late_survey_opt_out_replaces_the_score_by_none(session: Session) -> None:
    who = learner_of(session, make_assignment(session, grading=MASTERY))
    first, better = take(session, who, 1), take(session, who, 2, sitting=1)

    opt_out_of_survey(session, who)

    session.refresh(first)
    session.refresh(better)
    assert first.superseded_at == better.superseded_at == LATER
    new = completions(session, who)[-1]
    assert new.counts
    assert (new.mastery, new.has_survey, new.attempt_id) == (None, False, None)
    assert new.completed_at == first.completed_at
    assert (new.course_id, new.minutes) == (first.course_id, first.minutes)
    assert scoring.points(new, MASTERY) == 100
    assert answers(session) == 0


def test_withdrawing_the_survey_opt_out_asks_again(
    session: Session, who: Taking
) -> None:
    progress.open_attempt(session, who, "en", now=NOW)
    out = opt_out_of_survey(session, who)
    progress.open_attempt(session, out, "en", now=NOW)

    slug = who.assignment.module_slug
    survey.withdraw_survey_opt_out(session, who.learner_id, slug, now=LATER)

    back = now_taking(session, who)
    assert back.has_survey
    assert take(session, back, 3).mastery == 75


def test_the_two_opt_outs_are_apart(session: Session, who: Taking) -> None:
    opt_out_of_survey(session, who)
    out = opt_out(session, who)

    assert out.is_alternative
    assert not out.has_survey
    slug = who.assignment.module_slug
    opt_outs.withdraw_opt_out(session, who.learner_id, slug, now=LATER)
    back = now_taking(session, who)
    assert not back.is_alternative
    assert not back.has_survey


def test_the_questions_stay_out_of_a_lesson_that_goes_on_after_a_tick(
    session: Session,
) -> None:
    given_to = make_assignment(session, grading=MASTERY)
    learner_id = make_learner(session).id
    who = assignments.taking(session, learner_id, given_to, is_test=False, now=NOW)
    seen = batch(session, who, ScreenReached("1", "before"))
    progress.save_events(session, who, seen, now=NOW)
    front.tick(session, who, front.Showing("en", 20), now=LATER)
    unasked = opt_out_of_survey(session, who)

    front.untick(session, unasked, UTC, now=LATER)

    attempt = progress.attempt_under_way(session, unasked)
    assert attempt is not None
    assert (attempt.has_survey, attempt.screen) == (False, "start")
    sent = batch(session, who, answer("p1"), answer("p2"), Finished("9"))
    saved = progress.save_events(session, unasked, sent, now=LATER)
    assert answers(session) == 0
    assert saved.completion is not None
    assert scoring.points(saved.completion, MASTERY) == scoring.FULL_POINTS


def test_the_questions_come_back_to_a_lesson_that_goes_on_after_a_tick(
    session: Session, who: Taking
) -> None:
    unasked = opt_out_of_survey(session, who)
    progress.open_attempt(session, unasked, "en", now=NOW)
    front.tick(session, unasked, front.Showing("en", 20), now=LATER)
    slug = who.assignment.module_slug
    survey.withdraw_survey_opt_out(session, who.learner_id, slug, now=LATER)

    front.untick(session, who, UTC, now=LATER)

    attempt = progress.attempt_under_way(session, who)
    assert attempt is not None
    assert attempt.has_survey


class Walk:
    """One learner, and what a class, a guardian and a teacher may do in any order."""

    def __init__(self, session: Session, grading: GradingPolicy) -> None:
        self.session = session
        first = make_assignment(session, grading=grading)
        second = make_assignment(session, grading=grading)
        self.given, self.grading = (first, second), grading
        self.learner_id = make_learner(session).id
        self.slug = first.module_slug
        self.now = NOW

    def finish(self, number: int) -> None:
        assignment = self.given[number % 2]
        who = assignments.taking(
            self.session, self.learner_id, assignment, is_test=False, now=self.now
        )
        sitting = progress.sitting_of(self.session, who)
        asked = drawn(self.session, who, sitting) if who.has_survey else ()
        given_answers = [answer(name, "a" if number > 1 else "b") for name in asked]
        done = batch(self.session, who, *given_answers, Finished("f"), sitting=sitting)
        progress.save_events(self.session, who, done, now=self.now)

    def begin(self, number: int) -> None:
        who = assignments.taking(
            self.session,
            self.learner_id,
            self.given[number % 2],
            is_test=False,
            now=self.now,
        )
        progress.open_attempt(self.session, who, "en", now=self.now)

    def out(self, _number: int) -> None:
        opt_outs.record_opt_out(self.session, self.learner_id, self.slug, now=self.now)

    def back(self, _number: int) -> None:
        opt_outs.withdraw_opt_out(
            self.session, self.learner_id, self.slug, now=self.now
        )

    def unasked(self, _number: int) -> None:
        survey.record_survey_opt_out(
            self.session, self.learner_id, self.slug, now=self.now
        )

    def asked(self, _number: int) -> None:
        survey.withdraw_survey_opt_out(
            self.session, self.learner_id, self.slug, now=self.now
        )

    def consents(self, _number: int) -> None:
        consent.record_consent(self.session, self.learner_id, self.slug, now=self.now)

    def takes_back(self, _number: int) -> None:
        consent.withdraw_consent(self.session, self.learner_id, self.slug, now=self.now)

    def tick(self, number: int) -> None:
        showing = front.Showing("en", 20)
        front.tick(self.session, self.taking(number), showing, now=self.now)

    def untick(self, number: int) -> None:
        front.untick(self.session, self.taking(number), UTC, now=self.now)

    def taking(self, number: int) -> Taking:
        given = self.given[number % 2]
        return assignments.taking(
            self.session, self.learner_id, given, is_test=False, now=self.now
        )

    def asks_first(self, number: int) -> None:
        mode = ConsentMode.OPT_IN if number % 2 else ConsentMode.OPT_OUT
        set_mode(self.session, open_lea(self.session), mode, recorded_at=self.now)

    def check(self, before: dict[int, tuple[object, ...]]) -> None:
        """Say what holds after every step."""
        rows = self.session.scalars(
            select(Completion).where(Completion.learner_id == self.learner_id)
        ).all()
        firsts = [
            (row.assignment_id, row.is_alternative)
            for row in rows
            if row.superseded_at is None and row.retake_of_id is None
        ]
        assert len(firsts) == len(set(firsts)), "one counted completion of each kind"
        for row in rows:
            old = before.get(row.id)
            assert old is None or old[:-1] == facts(row)[:-1], "facts are frozen"
            assert old is None or old[-1] in (None, row.superseded_at), "for ever"
        assert before.keys() <= {row.id for row in rows}, "no row is lost"
        if opt_outs.is_opted_out(self.session, self.learner_id, self.slug):
            assert not any(row.counts for row in rows)
        gets = consent.participation(
            self.session, self.learner_id, self.given[0], now=self.now
        )
        if not gets.has_survey:
            assert answers(self.session) == 0
            standing = [row for row in rows if row.superseded_at is None]
            assert all(row.mastery is None for row in standing)
            scored = [row for row in standing if scoring.is_scored(row, self.grading)]
            earned = {scoring.points(row, self.grading) for row in scored}
            assert earned <= {scoring.FULL_POINTS}, "saying no costs nothing"
        open_ones = self.session.scalars(
            select(Attempt.assignment_id).where(
                Attempt.learner_id == self.learner_id, Attempt.closed_at.is_(None)
            )
        ).all()
        assert len(open_ones) == len(set(open_ones))
        for assignment in self.given:
            progress.progress_of(self.session, assignment.id)


def facts(row: Completion) -> tuple[object, ...]:
    # Not its attempt: a tick that is taken back stays without one.
    return (
        row.assignment_id,
        row.mastery,
        row.minutes,
        row.is_alternative,
        row.has_survey,
        row.completed_at,
        row.retake_of_id,
        row.superseded_at,
    )


DEEDS = (
    Walk.finish,
    Walk.begin,
    Walk.out,
    Walk.back,
    Walk.unasked,
    Walk.asked,
    Walk.consents,
    Walk.takes_back,
    Walk.asks_first,
    Walk.tick,
    Walk.untick,
)


@given(
    grading=st.sampled_from(GradingPolicy),
    deeds=st.lists(
        st.tuples(st.sampled_from(DEEDS), st.integers(0, 3)), min_size=1, max_size=12
    ),
)
@hypothesis_settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
def test_in_whatever_order_one_completion_counts_and_no_fact_changes(
    session: Session, grading: GradingPolicy, deeds: list[tuple[object, int]]
) -> None:
    outer = session.begin_nested()
    walk = Walk(session, grading)
    known: dict[int, tuple[object, ...]] = {}
    for deed, number in deeds:
        walk.now += timedelta(minutes=5)
        assert callable(deed)
        deed(walk, number)
        session.flush()
        session.expire_all()
        walk.check(known)
        rows = session.scalars(select(Completion)).all()
        known = {row.id: facts(row) for row in rows}
    outer.rollback()
