from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from preventedu.courses import assignments, catalog, completing, progress, steps
from preventedu.courses.events import (
    Answered,
    Batch,
    Event,
    Finished,
    ScreenReached,
    parse_batch,
)
from preventedu.courses.models import Answer, Attempt, Completion, GradingPolicy
from preventedu.courses.progress import ClosedError, ProgressState
from preventedu.errors import RefusedError
from tests.conftest import NOW
from tests.courses.make import made_module, make_assignment, make_learner

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

    from preventedu.courses.assignments import Taking
    from preventedu.courses.models import Assignment

LATER = NOW + timedelta(minutes=25)


def batch(session: Session, who: Taking, *events: Event, sitting: int = 0) -> Batch:
    version = assignments.version_for(session, who)
    return Batch(version.id, sitting, "en", events)


def drawn(session: Session, who: Taking, sitting: int = 0) -> tuple[str, ...]:
    module = catalog.load(assignments.version_for(session, who))
    seed = progress.seed_of(who, sitting)
    return steps.Sitting(module, seed).drawn(steps.POST)


def answer(question_id: str, chosen: str = "a", phase: str = "post") -> Answered:
    return Answered(f"{phase}-{question_id}-{chosen}", phase, question_id, (chosen,))


def take(session: Session, who: Taking, right: int, *, sitting: int = 0) -> Completion:
    """Answer all questions, so many of them right, and finish."""
    asked = drawn(session, who, sitting)
    given_answers = [
        answer(name, "a" if n < right else "b") for n, name in enumerate(asked)
    ]
    done = batch(session, who, *given_answers, Finished("end"), sitting=sitting)
    saved = progress.save_events(session, who, done, now=LATER)
    assert saved.completion is not None
    return saved.completion


def completions(session: Session, who: Taking) -> list[Completion]:
    return list(
        session.scalars(
            select(Completion).where(Completion.learner_id == who.learner_id)
        )
    )


def test_opening_twice_is_one_attempt(session: Session, who: Taking) -> None:
    first = progress.open_attempt(session, who, "es", now=NOW)

    again = progress.open_attempt(session, who, "es", now=LATER)

    assert again.id == first.id
    assert again.started_at == NOW
    assert again.language == "es"


def test_skipping_everything_still_finishes(session: Session, who: Taking) -> None:
    progress.open_attempt(session, who, "en", now=NOW)

    completion = progress.finish(session, who, batch(session, who), now=LATER)

    assert completion.mastery is None
    assert completion.minutes == 25
    assert completion.completed_at == LATER
    assert completion.counts


def test_a_page_left_open_over_night_is_no_time_learning(
    session: Session, who: Taking
) -> None:
    progress.open_attempt(session, who, "en", now=NOW)

    tomorrow = NOW + timedelta(hours=20)
    completion = progress.finish(session, who, batch(session, who), now=tomorrow)

    assert completion.minutes == completing.MAX_MINUTES


def test_finishing_twice_is_one_completion(session: Session, who: Taking) -> None:
    first = progress.finish(session, who, batch(session, who), now=NOW)

    again = progress.finish(session, who, batch(session, who), now=LATER)

    assert again.id == first.id
    assert completions(session, who) == [first]


def test_the_first_answer_counts(session: Session, who: Taking) -> None:
    name = drawn(session, who)[0]
    progress.save_events(session, who, batch(session, who, answer(name, "b")), now=NOW)

    saved = progress.save_events(
        session, who, batch(session, who, answer(name, "a")), now=LATER
    )

    assert saved.ignored == {f"post-{name}-a": "answered-before"}
    assert not saved.graded[name].is_right


def test_unknown_things_are_set_aside_and_the_rest_kept(
    session: Session, who: Taking
) -> None:
    module = catalog.load(assignments.version_for(session, who))
    asked = drawn(session, who)
    other = next(q.id for q in module.documents["en"].pool if q.id not in asked)

    saved = progress.save_events(
        session,
        who,
        batch(
            session,
            who,
            ScreenReached("1", "l9-s9"),
            answer("nothing"),
            answer(other),
            answer(asked[0], "f"),
            ScreenReached("2", "l1-s2"),
        ),
        now=NOW,
    )

    assert saved.saved == ["2"]
    assert set(saved.ignored.values()) == {"unknown"}
    assert len(saved.ignored) == 4


def test_screens_only_go_forward(session: Session, who: Taking) -> None:
    seen = [ScreenReached(str(n), name) for n, name in enumerate(["l1-s3", "l1-s1"])]
    progress.save_events(session, who, batch(session, who, *seen), now=NOW)

    attempt = progress.attempt_under_way(session, who)

    assert attempt is not None
    assert attempt.screen == "l1-s3"


EVENTS = st.permutations(range(9))


@given(order=EVENTS, twice=st.lists(st.integers(0, 8)), cut=st.integers(1, 8))
@hypothesis_settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_batches_in_any_order_and_number_say_the_same(
    session: Session,
    assignment: Assignment,
    order: list[int],
    twice: list[int],
    cut: int,
) -> None:
    learner = make_learner(session)
    who = assignments.taking(session, learner.id, assignment, is_test=False, now=NOW)
    asked = drawn(session, who)
    events: list[Event] = [answer(name, "a") for name in asked[:3]]
    events += [answer(asked[3], "b")]
    events += [ScreenReached(f"s{n}", f"l1-s{n}") for n in (1, 2, 3)]
    events += [ScreenReached("x", "after"), ScreenReached("y", "nowhere")]
    sent = [events[n] for n in (*order, *twice)]

    for part in (sent[:cut], sent[cut:], sent):
        progress.save_events(session, who, batch(session, who, *part), now=NOW)
    completion = progress.finish(session, who, batch(session, who), now=LATER)

    assert completion.mastery == 75
    kept = select(func.count(Answer.id)).where(
        Answer.attempt_id == completion.attempt_id
    )
    assert session.scalar(kept) == 4


def test_a_better_retake_raises_the_grade_and_is_counted_once(
    session: Session,
) -> None:
    assignment = make_assignment(session, grading=GradingPolicy.MASTERY)
    learner = make_learner(session)
    who = assignments.taking(session, learner.id, assignment, is_test=False, now=NOW)
    first = take(session, who, 2)

    worse = take(session, who, 1, sitting=1)
    better = take(session, who, 4, sitting=2)

    assert worse.id == first.id
    assert (better.mastery, better.retake_of_id) == (100, first.id)
    assert [row.counts for row in completions(session, who)] == [True, False]
    counted = select(Completion).where(
        Completion.learner_id == learner.id, Completion.counts
    )
    assert session.scalars(counted).all() == [first]
    assert completing.standing(session, who) is better
    assert progress.progress_of(session, assignment.id)[learner.id].completion is better


def test_a_retake_where_completion_is_graded_adds_nothing(
    session: Session, who: Taking
) -> None:
    first = take(session, who, 0)

    assert take(session, who, 4, sitting=1).id == first.id
    assert len(completions(session, who)) == 1


def test_looking_again_at_a_finished_lesson_begins_nothing(
    session: Session, who: Taking
) -> None:
    take(session, who, 4)

    saved = progress.save_events(
        session,
        who,
        batch(session, who, ScreenReached("again", "l1-s2"), sitting=1),
        now=LATER,
    )

    assert saved.is_closed
    assert progress.attempt_under_way(session, who) is None


def test_a_page_of_an_ended_sitting_changes_nothing(
    session: Session, who: Taking
) -> None:
    take(session, who, 4)

    late = batch(session, who, answer(drawn(session, who)[0], "b"), sitting=0)
    saved = progress.save_events(session, who, late, now=LATER)

    assert saved.is_closed
    assert set(saved.ignored.values()) == {"closed"}
    assert progress.attempt_under_way(session, who) is None


def test_an_open_attempt_stays_with_its_version(session: Session, who: Taking) -> None:
    old = progress.open_attempt(session, who, "en", now=NOW).module_version

    new = catalog.publish(session, made_module(version="2.0.0", minutes=15), now=NOW)
    stranger = Batch(new.id, 0, "en", (ScreenReached("1", "l1-s2"),))

    assert progress.open_attempt(session, who, "en", now=LATER).module_version == old
    assert progress.save_events(session, who, stranger, now=LATER).is_closed
    with pytest.raises(ClosedError):
        progress.finish(session, who, stranger, now=LATER)


def test_a_test_student_is_neither_counted_nor_listed(
    session: Session, assignment: Assignment
) -> None:
    learner = make_learner(session)
    who = assignments.taking(session, learner.id, assignment, is_test=True, now=NOW)

    completion = take(session, who, 4)

    assert completion.is_test
    assert not completion.counts
    assert progress.progress_of(session, assignment.id) == {}


def test_the_teacher_sees_who_is_under_way_and_who_finished(
    session: Session, assignment: Assignment, who: Taking
) -> None:
    other = assignments.taking(
        session, make_learner(session).id, assignment, is_test=False, now=NOW
    )
    seen = batch(session, other, ScreenReached("1", "l1-s2"))
    progress.save_events(session, other, seen, now=NOW)
    take(session, who, 3)

    found = progress.progress_of(session, assignment.id)

    assert found[who.learner_id].state is ProgressState.FINISHED
    assert found[who.learner_id].step == found[who.learner_id].steps == 7
    assert found[other.learner_id].state is ProgressState.UNDER_WAY
    assert found[other.learner_id].step == 4


def test_learners_finishing_in_many_threads_are_counted_once(
    sessions: sessionmaker[Session],
) -> None:
    with sessions() as session:
        assignment_id = make_assignment(session).id
        learner_id = make_learner(session).id
        session.commit()

    def finish(number: int) -> int | None:
        with sessions() as session:
            assignment = assignments.find_assignment(session, assignment_id)
            who = assignments.taking(
                session, learner_id, assignment, is_test=False, now=NOW
            )
            asked = drawn(session, who)
            events = [answer(name) for name in asked] + [Finished(f"end-{number}")]
            saved = progress.save_events(
                session, who, batch(session, who, *events), now=NOW
            )
            session.commit()
            return saved.completion.id if saved.completion else None

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(finish, range(16)))

    with sessions() as session:
        assert session.scalar(select(func.count(Completion.id))) == 1
        assert session.scalar(select(func.count(Attempt.id))) == 1
        assert session.scalar(select(func.count(Answer.id))) == 4
        (mastery,) = session.scalars(select(Completion.mastery))
        assert mastery == 100
    assert len({each for each in found if each is not None}) == 1


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"version": 1},
        {"version": "1", "sitting": 0, "lang": "en", "events": []},
        {"version": 1, "sitting": 0, "lang": "en", "events": [{}] * 51},
        {"version": 2**31, "sitting": 0, "lang": "en", "events": []},
        {"version": -1, "sitting": 0, "lang": "en", "events": []},
    ],
)
def test_what_is_no_batch_is_refused(body: object) -> None:
    with pytest.raises(RefusedError):
        parse_batch(body)


@hypothesis_settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "t", "s", "q", "phase", "a"]), inner
            )
        ),
    )
)
def test_any_event_is_read_or_set_aside(event: object) -> None:
    read = parse_batch({"version": 1, "sitting": 0, "lang": "en", "events": [event]})

    assert len(read.events) + len(read.malformed) <= 1


def test_events_are_read_by_their_kind() -> None:
    read = parse_batch(
        {
            "version": 3,
            "sitting": 1,
            "lang": "es",
            "events": [
                {"id": "1", "t": "screen", "s": "l1-s2"},
                {
                    "id": "2",
                    "t": "answer",
                    "q": "p1",
                    "phase": "post",
                    "a": ["b", "a", "a"],
                },
                {"id": "3", "t": "answer", "q": "p1", "phase": "during", "a": ["b"]},
                {"id": "4", "t": "answer", "q": "p1", "phase": "pre", "a": ["b", 7]},
                {"id": "5", "t": "scenario", "s": "s1-told"},
                {"id": "6", "t": "finish"},
            ],
        }
    )

    assert read.events == (
        ScreenReached("1", "l1-s2"),
        Answered("2", "post", "p1", ("a", "b")),
        Finished("6"),
    )
    assert read.malformed == ("3", "4", "5")
