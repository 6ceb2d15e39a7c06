from __future__ import annotations

import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.lti import outbox
from preventedu.lti.models import DeliveryStatus, ResourceLink
from tests.crash.pupil import open_lessons
from tests.crash.world import until

if TYPE_CHECKING:
    import random

    from tests.crash.lms import Activity, Lms
    from tests.crash.pupil import Pupil
    from tests.crash.world import World

pytestmark = pytest.mark.server
KILLS = 20
PUPILS = {"moodle": 8, "canvas": 12}
TAKES = 2
"""How often each pupil goes through the lesson; a worse retake changes nothing."""
LONGEST_LIFE = 1.0
"""Seconds until a worker is killed."""
TROUBLE: tuple[dict[str, str | float], ...] = (
    {"service": "scores", "action": "status", "status": 429, "retry_after": 1},
    {"service": "scores", "action": "status", "status": 500},
    {"service": "scores", "action": "status", "status": 401},
    {"service": "scores", "action": "drop"},
    {"service": "scores", "action": "drop", "when": "after"},
    {"service": "scores", "action": "delay", "seconds": 0.3},
    {"service": "scores", "action": "delay", "when": "after", "seconds": 0.3},
    {"service": "token", "action": "status", "status": 500},
    {"service": "token", "action": "drop"},
    {"service": "results", "action": "status", "status": 500},
    {"service": "results", "action": "drop", "when": "after"},
)


def test_killed_at_twenty_random_moments(world: World, chance: random.Random) -> None:
    activities = world.add_lessons("mastery")
    classes = [open_lessons(a, PUPILS[a.lms.plan.personality]) for a in activities]
    seeds = [chance.random() for _ in classes]
    with ThreadPoolExecutor(len(classes)) as threads:
        learning = [
            threads.submit(learn, pupils, type(chance)(seed))
            for pupils, seed in zip(classes, seeds, strict=True)
        ]
        on_their_way = 0
        for _ in range(KILLS):
            cause_trouble(chance.choice(world.lmss), chance)
            world.worker.start()
            time.sleep(chance.uniform(0, LONGEST_LIFE))
            world.worker.kill()
            on_their_way += world.statuses(*activities).count(DeliveryStatus.SENDING)
        for each in learning:
            each.result()
    for lms in world.lmss:
        lms.clear()

    world.worker.start()

    await_grades(world, activities, sum(PUPILS.values()))
    sys.stdout.write(f"{on_their_way} scores were on their way when a worker died\n")
    for activity, pupils in zip(activities, classes, strict=True):
        assert activity.grades() == {pupil.key: pupil.points for pupil in pupils}
        check_arrivals(activity, pupils)


def learn(pupils: list[Pupil], chance: random.Random) -> None:
    """Let pupils take the lesson again and again, while workers come and go."""
    turns = pupils * TAKES
    chance.shuffle(turns)
    for pupil in turns:
        pupil.take(right=chance.randint(0, pupil.number_asked))
        pupil.reopen()
        time.sleep(chance.uniform(0, KILLS * LONGEST_LIFE / len(turns)))


def cause_trouble(lms: Lms, chance: random.Random) -> None:
    plan = dict(chance.choice(TROUBLE))
    lms.cause(str(plan.pop("service")), str(plan.pop("action")), **plan)


def await_grades(world: World, activities: list[Activity], number: int) -> None:
    """Wait until all have arrived; teachers press Send again meanwhile.

    They need not: what met trouble comes by itself, but after up to half a minute.
    """
    assert DeliveryStatus.FAILED not in world.statuses(*activities)
    pressed = time.monotonic()

    def all_arrived() -> bool:
        nonlocal pressed
        if time.monotonic() > pressed + 2:
            send_again(world, activities)
            pressed = time.monotonic()
        return world.statuses(*activities) == [DeliveryStatus.SENT] * number

    until(all_arrived, f"{number} grades have arrived")


def send_again(world: World, activities: list[Activity]) -> None:
    names = [activity.resource_link_id for activity in activities]
    with world.writing() as session:
        of_ours = ResourceLink.resource_link_id.in_(names)
        for link_id in session.scalars(select(ResourceLink.id).where(of_ours)):
            outbox.send_again(session, link_id, now=datetime.now(UTC))


def check_arrivals(activity: Activity, pupils: list[Pupil]) -> None:
    """See that no score arrived that was not owed, or after a better one."""
    arrivals = defaultdict(list)
    for arrival in activity.arrivals():
        arrivals[arrival.person].append(arrival)
    for pupil in pupils:
        since = {owed.points: owed.since for owed in pupil.owed}
        points = [arrival.points for arrival in arrivals[pupil.key]]
        assert set(points) <= set(since)
        assert points == sorted(points)
        for arrival in arrivals[pupil.key]:
            assert arrival.received_at > since[int(arrival.points)]
    total = sum(map(len, arrivals.values()))
    sys.stdout.write(f"{total} scores arrived for {len(pupils)} pupils\n")
