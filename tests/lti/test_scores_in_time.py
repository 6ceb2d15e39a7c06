"""Time stamps, conflicts and crashes: no grade is lost, none arrives wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

from preventedu.lti import outbox, passback, problems
from tests.lti.school import START, School, mastery

# -- time stamps and conflicts --


@mastery
def test_stamps_are_the_time_of_sending_and_rise_by_a_second(school: School) -> None:
    user = school.learner()
    first = school.completes(user, mastery=10)
    school.work(2)
    school.completes(user, mastery=20, retake_of_id=first.id)
    school.work()

    stamps = [datetime.fromisoformat(s["timestamp"]) for s in school.double.scores()]
    assert stamps[0] == START + timedelta(seconds=2)
    assert stamps[1] == stamps[0] + timedelta(seconds=1)


def test_a_conflict_with_our_own_grade_is_no_conflict(school: School) -> None:
    school.completes(school.learner())
    cell = ("/1/lineitems/1/lineitem", "user-1")
    school.double.grades[cell] = {
        "at": START + timedelta(hours=1), "scoreGiven": 50, "scoreMaximum": 50,
    }  # fmt: skip

    assert school.work() == 1
    assert school.state() == ("sent", "")
    assert len(school.double.scores()) == 1


def test_a_conflict_with_another_grade_is_sent_again_with_a_fresh_stamp(
    school: School,
) -> None:
    school.completes(school.learner())
    cell = ("/1/lineitems/1/lineitem", "user-1")
    school.double.grades[cell] = {"at": START, "scoreGiven": 5, "scoreMaximum": 100}

    assert school.work() == 0
    assert school.state() == ("waiting", problems.NEWER_TIME)
    assert school.work(1) == 0
    assert school.work(1) == 1

    stamps = [score["timestamp"] for score in school.double.scores()]
    assert len(set(stamps)) == 2
    assert school.double.grades[cell]["scoreGiven"] == 100


def test_a_column_far_in_the_future_is_given_up_with_a_reason(school: School) -> None:
    school.completes(school.learner())
    cell = ("/1/lineitems/1/lineitem", "user-1")
    school.double.grades[cell] = {
        "at": START + timedelta(days=9), "scoreGiven": 5, "scoreMaximum": 100,
    }  # fmt: skip

    for _ in range(5):
        school.work(120)

    assert school.state() == ("failed", problems.NEWER_GRADE)
    assert len(school.double.scores()) == 3


# -- crashes --


def claimed(school: School) -> passback.Job:
    """Stop as a killed worker would: after the claim was committed."""
    outbox.enqueue(school.session, since=None, now=school.clock())
    job = passback.claim(school.session, set(), now=school.clock())
    school.session.commit()
    assert job is not None
    return job


def test_a_worker_killed_before_sending_loses_nothing(school: School) -> None:
    school.completes(school.learner())
    claimed(school)
    assert school.state() == ("sending", "")

    assert school.work(59) == 0
    assert school.work(1) == 1
    assert len(school.double.scores()) == 1


def test_a_worker_killed_after_sending_does_not_send_again(school: School) -> None:
    school.completes(school.learner())
    job = claimed(school)
    passback.deliver(job, school.worker.wire, now=school.clock())

    assert school.work(60) == 1
    assert school.state() == ("sent", "")
    assert len(school.double.scores()) == 1
    assert school.double.count("/results") == 1


def test_a_worker_that_was_only_slow_changes_nothing(school: School) -> None:
    school.completes(school.learner())
    slow = claimed(school)
    school.work(60)
    before = school.delivery().stamped_at

    refused = passback.Outcome(problems.REFUSED, is_final=True)
    passback.settle(school.session, slow, refused, now=school.clock())
    school.session.commit()

    assert school.state() == ("sent", "")
    assert school.delivery().stamped_at == before


@mastery
def test_a_better_score_while_one_is_under_way_follows_it(school: School) -> None:
    user = school.learner()
    first = school.completes(user, mastery=50)
    job = claimed(school)
    school.completes(user, mastery=100, retake_of_id=first.id)
    outbox.enqueue(school.session, since=None, now=school.clock())
    school.session.commit()
    outcome = passback.deliver(job, school.worker.wire, now=school.clock())
    passback.settle(school.session, job, outcome, now=school.clock())
    school.session.commit()

    assert school.state() == ("waiting", "")
    assert school.work(1) == 1
    assert [score["scoreGiven"] for score in school.double.scores()] == [50, 100]
