from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests
from sqlalchemy import select

from preventedu.auth import Seat
from preventedu.courses.models import Answer, Attempt, Completion
from preventedu.courses.steps import Sitting
from preventedu.lti.models import ResourceLink
from tests.crash.pupil import NotSavedError, lesson, open_lessons
from tests.crash.world import PATIENCE, until

if TYPE_CHECKING:
    import random

    from tests.crash.pupil import Event, Pupil
    from tests.crash.world import World

pytestmark = pytest.mark.slow
NUMBER = 4
AT_ONCE = 4
BREATH = 0.05
"""Seconds that a page waits before it sends again what was not saved."""


class Sender:
    """The queue of one page: sends one event after the other until each is saved."""

    def __init__(self, pupil: Pupil, right: int) -> None:
        self.pupil = pupil
        pupil.note_owed(right)
        self.events = pupil.events(right)
        self.saved: set[str] = set()
        self.sent_again = 0

    def run(self) -> None:
        for event in self.events:
            self._send(event)

    def told_saved(self) -> list[Event]:
        saved = set(self.saved)
        return [event for event in self.events if event["id"] in saved]

    def _send(self, event: Event) -> None:
        deadline = time.monotonic() + PATIENCE
        while event["id"] not in self.saved:
            assert time.monotonic() < deadline, "never saved"
            try:
                self.saved.update(self.pupil.send(event))
            except (requests.RequestException, NotSavedError):
                self.sent_again += 1
                time.sleep(BREATH)


@dataclass(frozen=True)
class Kept:
    """What the database holds of one pupil's lesson."""

    answers: list[str]
    screen: str
    completions: int


def test_what_was_called_saved_is_there(world: World, chance: random.Random) -> None:
    activities = world.add_lessons("mastery")
    pupils = [pupil for each in activities for pupil in open_lessons(each, NUMBER)]
    senders = [Sender(pupil, right=2) for pupil in pupils]
    total = sum(len(sender.events) for sender in senders)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        sending = [threads.submit(sender.run) for sender in senders]
        await_saved(senders, chance.randint(1, total // 3))
        world.web.kill_one_process()
        await_saved(senders, chance.randint(total // 2, total * 3 // 4))
        world.web.kill()
        for sender in senders:
            check_kept(world, sender.pupil, sender.told_saved())
        world.web.start()
        for each in sending:
            each.result()

    assert sum(sender.sent_again for sender in senders) > 0
    for sender in senders:
        check_kept(world, sender.pupil, sender.events)
        answers = kept(world, sender.pupil).answers
        assert len(answers) == len(ids(sender.events, "answer"))
    world.worker.start()
    world.await_sent(len(pupils), *activities)
    for activity in activities:
        owed = {p.key: p.points for p in pupils if p.activity == activity}
        assert activity.grades() == owed


def await_saved(senders: list[Sender], number: int) -> None:
    until(lambda: sum(len(s.saved) for s in senders) >= number, f"{number} saved")


def check_kept(world: World, pupil: Pupil, events: list[Event]) -> None:
    """See that everything the server called saved is there, and once."""
    there = kept(world, pupil)
    assert ids(events, "answer") <= set(there.answers)
    assert len(there.answers) == len(set(there.answers))
    screens = [event["s"] for event in events if event["t"] == "screen"]
    if screens:
        order = Sitting(lesson(), "any").step_ids()
        assert order.index(there.screen) >= order.index(screens[-1])
    assert there.completions >= len(ids(events, "finish"))
    assert there.completions <= 1


def kept(world: World, pupil: Pupil) -> Kept:
    with world.reading() as session:
        seat = session.get_one(Seat, pupil.seat_id)
        link = session.get_one(ResourceLink, seat.resource_link_id)
        attempt = session.scalars(
            select(Attempt).where(
                Attempt.learner_id == seat.learner_id,
                Attempt.assignment_id == link.assignment_id,
            )
        ).one()
        answers = session.scalars(
            select(Answer.client_id).where(Answer.attempt_id == attempt.id)
        ).all()
        completions = session.scalars(
            select(Completion.id).where(
                Completion.learner_id == seat.learner_id,
                Completion.assignment_id == link.assignment_id,
            )
        ).all()
        return Kept(list(answers), attempt.screen, len(completions))


def ids(events: list[Event], kind: str) -> set[str]:
    return {event["id"] for event in events if event["t"] == kind}
