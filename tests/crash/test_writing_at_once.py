from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.lti import outbox
from preventedu.lti.models import DeliveryStatus, ResourceLink, ScoreDelivery
from tests.crash.pupil import open_lessons
from tests.crash.world import now

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.crash.pupil import Pupil
    from tests.crash.world import World

pytestmark = pytest.mark.slow
NUMBER = 6
AT_ONCE = 6
WORKERS = 2
DAY = timedelta(days=1)


def test_web_and_workers_write_at_once(world: World) -> None:
    activities = world.add_lessons("mastery")
    pupils = [pupil for each in activities for pupil in open_lessons(each, NUMBER)]

    with (
        world.real_workers(WORKERS) as workers,
        ThreadPoolExecutor(AT_ONCE) as threads,
    ):
        list(threads.map(take_slowly, range(len(pupils)), pupils))
        world.await_sent(len(pupils), *activities)
        assert [worker.poll() for worker in workers] == [None] * WORKERS

    assert [worker.returncode for worker in workers] == [0] * WORKERS
    for activity in activities:
        owed = {p.key: p.points for p in pupils if p.activity == activity}
        assert activity.grades() == owed
        assert {each.person: each.points for each in activity.arrivals()} == owed
        assert len(activity.arrivals()) == len(owed)


def take_slowly(number: int, pupil: Pupil) -> None:
    """Send one event at a time: each is a transaction of its own."""
    right = number % (pupil.number_asked + 1)
    pupil.note_owed(right)
    for event in pupil.events(right):
        assert pupil.send(event) == [event["id"]]


def test_a_better_score_noted_while_the_last_is_settled_is_owed(world: World) -> None:
    activity = world.lmss[0].add_lesson("mastery")
    (pupil,) = open_lessons(activity, 1)
    pupil.take(right=1)
    world.worker.start()
    world.await_sent(1, activity)
    world.worker.stop()
    with world.writing() as session:
        delivery_of(session, activity.resource_link_id).status = DeliveryStatus.SENDING
    pupil.reopen()
    pupil.take(right=2)

    with world.writing() as session:
        # One worker has settled it and is about to commit; another notes what is owed.
        delivery_of(session, activity.resource_link_id).status = DeliveryStatus.SENT
        session.flush()
        noting = Thread(target=note_owed, args=(world,))
        noting.start()
        noting.join(timeout=0.5)
    noting.join()

    world.worker.start()
    world.await_sent(1, activity)
    assert activity.grades() == {pupil.key: pupil.points}


def note_owed(world: World) -> None:
    with world.writing() as session:
        outbox.enqueue(session, since=now() - DAY, now=now())


def delivery_of(session: Session, resource_link_id: str) -> ScoreDelivery:
    return session.scalars(
        select(ScoreDelivery)
        .join(ResourceLink)
        .where(ResourceLink.resource_link_id == resource_link_id)
    ).one()
