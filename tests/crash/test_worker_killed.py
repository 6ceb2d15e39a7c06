from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from preventedu.lti.models import DeliveryStatus
from tests.crash.pupil import open_lessons
from tests.crash.world import until

if TYPE_CHECKING:
    from tests.crash.lms import Activity
    from tests.crash.pupil import Pupil
    from tests.crash.world import World

pytestmark = pytest.mark.slow
LONG = 1.0
"""Seconds that an LMS takes, so that the worker can be killed meanwhile."""
MOMENT = 0.3
"""Seconds in which an answer on its way surely arrives."""
MANY = 100


def finish(world: World, number: int) -> tuple[list[Activity], list[Pupil]]:
    """Let so many pupils of each LMS finish, with different points."""
    activities = world.add_lessons("mastery")
    pupils = [
        pupil for activity in activities for pupil in open_lessons(activity, number)
    ]
    for n, pupil in enumerate(pupils):
        pupil.take(right=1 + n % pupil.number_asked)
    return activities, pupils


def arrived_once(activities: list[Activity], pupils: list[Pupil]) -> bool:
    """Tell whether each grade has arrived, exactly right and exactly once."""
    owed = {(p.activity, p.key): p.points for p in pupils}
    arrivals = [(a, each) for a in activities for each in a.arrivals()]
    told = {(a, each.person): each.points for a, each in arrivals}
    stands = {
        (a, key): points for a in activities for key, points in a.grades().items()
    }
    assert told == owed
    assert stands == owed
    return len(arrivals) == len(owed)


def test_killed_before_sending(world: World) -> None:
    activities, pupils = finish(world, number=3)
    for lms in world.lmss:
        lms.cause("token", "delay", seconds=LONG)
    world.worker.start()
    until(lambda: not any(lms.pending("token") for lms in world.lmss), "tokens asked")
    world.worker.kill()
    time.sleep(LONG)
    assert DeliveryStatus.SENDING in world.statuses(*activities)
    assert [activity.arrivals() for activity in activities] == [[], []]

    world.worker.start()

    world.await_sent(len(pupils), *activities)
    assert arrived_once(activities, pupils)


def test_killed_after_the_answer_and_before_the_commit(world: World) -> None:
    activities, pupils = finish(world, number=1)
    for lms in world.lmss:
        lms.cause("scores", "delay", seconds=LONG)
        lms.cause("results", "delay", times=MANY)
    world.worker.start()
    until(lambda: not any(lms.pending("scores") for lms in world.lmss), "scores sent")
    with world.held():
        until(lambda: all(each.arrivals() for each in activities), "scores arrived")
        time.sleep(MOMENT)
        world.worker.kill()
    assert world.statuses(*activities) == [DeliveryStatus.SENDING] * len(pupils)

    world.worker.start()

    world.await_sent(len(pupils), *activities)
    assert [lms.pending("results") for lms in world.lmss] == [MANY - 1, MANY - 1]
    assert arrived_once(activities, pupils)


def test_killed_after_the_answer_when_a_better_score_is_owed(world: World) -> None:
    activities = world.add_lessons("mastery")
    pupils = [open_lessons(activity, 1)[0] for activity in activities]
    for lms in world.lmss:
        lms.cause("scores", "delay", seconds=LONG)
    for pupil in pupils:
        pupil.take(right=1)
    world.worker.start()
    until(lambda: not any(lms.pending("scores") for lms in world.lmss), "scores sent")
    for pupil in pupils:
        pupil.reopen()
        pupil.take(right=pupil.number_asked)
    with world.held():
        until(lambda: all(each.arrivals() for each in activities), "scores arrived")
        time.sleep(MOMENT)
        world.worker.kill()

    world.worker.start()

    until(lambda: all(len(each.arrivals()) > 1 for each in activities), "better ones")
    world.await_sent(len(pupils), *activities)
    for activity, pupil in zip(activities, pupils, strict=True):
        told = [each.points for each in activity.arrivals()]
        assert told == [each.points for each in pupil.owed]
        assert activity.grades() == {pupil.key: 100}


def test_the_answer_is_lost_on_its_way(world: World) -> None:
    activities, pupils = finish(world, number=1)
    for lms in world.lmss:
        lms.cause("scores", "drop", when="after")
        lms.cause("results", "delay", times=MANY)

    world.worker.start()

    world.await_sent(len(pupils), *activities)
    assert [lms.pending("results") for lms in world.lmss] == [MANY - 1, MANY - 1]
    assert arrived_once(activities, pupils)


def test_killed_right_after_the_commit(world: World) -> None:
    activities, pupils = finish(world, number=2)
    with world.real_workers(1) as (worker,):
        world.await_sent(len(pupils), *activities)
        worker.kill()
        worker.wait()

    with world.real_workers(1) as (worker,):
        later, others = finish(world, number=1)
        world.await_sent(len(others), *later)

    assert worker.returncode == 0
    assert arrived_once(activities, pupils)
    assert arrived_once(later, others)
