"""Several scores at once, and a worker that stops cleanly."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.auth import BrowserSession, Seat, SeatRole
from preventedu.lti import passback, problems, worker
from preventedu.lti.models import (
    DeliveryStatus,
    LaunchState,
    ScoreDelivery,
)
from tests.lti.double import Asked, Reply

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.lti.passback import Job, Outcome
    from preventedu.lti.wire import Wire

from tests.lti.school import START, School

# -- several at once --


class Meter:
    """Counts how many scores the platform is taking at once."""

    def __init__(self) -> None:
        self.lock, self.now, self.most = threading.Lock(), 0, 0
        self.gate = threading.Event()

    def take(self, _asked: Asked) -> Reply:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.gate.wait(0.05)
        with self.lock:
            self.now -= 1
        return Reply()


@pytest.mark.parametrize(
    ("family", "at_once"), [("moodle", range(2, 9)), ("canvas", range(1, 2))]
)
def test_scores_travel_together_but_to_canvas_one_by_one(
    school: School, family: str, at_once: range
) -> None:
    school.platform.family = family
    for number in range(16):
        school.completes(school.learner(f"user-{number}"))
    meter = Meter()
    school.double.routes["/scores"] = meter.take

    assert school.work() == 16

    assert meter.most in at_once
    assert school.double.count("/token") == 1


def test_a_worker_told_to_stop_finishes_what_it_began(school: School) -> None:
    for number in range(30):
        school.completes(school.learner(f"user-{number}"))
    stop = threading.Event()

    def stop_soon(_asked: Asked) -> Reply:
        stop.set()
        return Reply()

    school.double.routes["/scores"] = stop_soon

    arrived = school.worker.work_once(stop)

    assert 1 <= arrived < 30
    assert len(school.double.scores()) == arrived
    school.session.expire_all()
    states = [row.status for row in school.session.scalars(select(ScoreDelivery))]
    assert states.count(DeliveryStatus.SENT) == arrived
    assert DeliveryStatus.SENDING not in states


def test_the_loop_does_its_chores_and_outlives_a_fault(school: School) -> None:
    school.completes(school.learner())
    stop, done = threading.Event(), []

    def broken(_session: Session, _now: datetime) -> None:
        raise ValueError("a chore failed")

    def chore(session: Session, now: datetime) -> None:
        done.append((session.is_active, now))
        if len(done) == 2:
            stop.set()

    worker.run(school.worker, stop, [broken, chore], pause=0)

    assert done == [(True, START), (True, START)]
    assert school.state() == ("sent", "")


def test_a_fault_of_ours_holds_up_no_other_grade(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        school.completes(school.learner(f"user-{number}"))
    really = passback.deliver

    def deliver(job: Job, wire: Wire, *, now: datetime) -> Outcome:
        if job.score.subject == "user-1":
            raise ZeroDivisionError
        return really(job, wire, now=now)

    monkeypatch.setattr(passback, "deliver", deliver)

    assert school.work() == 2
    waiting = [
        row
        for row in school.session.scalars(select(ScoreDelivery))
        if row.status is DeliveryStatus.WAITING
    ]
    assert [row.lti_user.subject for row in waiting] == ["user-1"]
    assert waiting[0].problem == problems.UNREACHABLE


def test_what_has_ended_is_swept_away(school: School) -> None:
    session, platform = school.session, school.platform
    browser = BrowserSession(token_hash="h", created_at=START, expires_at=START)
    session.add(browser)
    session.flush()
    session.add(
        Seat(
            session_id=browser.id,
            platform_id=platform.id,
            role=SeatRole.TEACHER,
            course_title="Health 7",
            frame_origin="https://lms.example",
            locale="en",
            granted_at=START,
            expires_at=START,
        )
    )
    session.add(
        LaunchState(
            state_hash="s",
            nonce="n",
            platform_id=platform.id,
            target_link_uri="t",
            browser_hash="b",
            expires_at=START,
        )
    )
    session.commit()

    school.work(3601)

    for model in (Seat, BrowserSession, LaunchState):
        assert session.scalars(select(model)).all() == []
