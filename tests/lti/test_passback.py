"""Scores: derived from completions, sent to the right cell, once, and never lost."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, select

from preventedu.auth import BrowserSession, Seat, SeatRole
from preventedu.courses.models import GradingPolicy
from preventedu.lti import outbox, passback, problems, worker
from preventedu.lti.models import (
    Context,
    DeliveryStatus,
    Deployment,
    Enrollment,
    LaunchState,
    LtiUser,
    Platform,
    ResourceLink,
    ScoreDelivery,
)
from preventedu.lti.users import lti_user
from preventedu.lti.wire import Wire
from preventedu.lti.worker import ScoreWorker
from preventedu.people import Course
from tests.courses.make import made_module
from tests.lti.double import Asked, Double, Reply
from tests.lti.make import make_assignment, make_completion, make_platform, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session

    from preventedu.courses.models import Assignment, Completion

START = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The time of a test, moved by hand."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class School:
    """A class with one lesson, and a worker that sends its grades."""

    session: Session
    double: Double
    clock: Clock
    worker: ScoreWorker
    assignment: Assignment
    link: ResourceLink

    def learner(
        self, subject: str = "user-1", role: SeatRole = SeatRole.LEARNER
    ) -> LtiUser:
        user = lti_user(self.session, self.platform.id, subject, now=self.clock())
        self.session.add(
            Enrollment(
                resource_link_id=self.link.id,
                lti_user_id=user.id,
                role=role.value,
                seen_at=self.clock(),
            )
        )
        self.session.commit()
        return user

    def completes(self, user: LtiUser, **changes: Any) -> Completion:
        row = make_completion(
            self.session, user.learner_id, self.assignment, self.clock(), **changes
        )
        self.session.commit()
        return row

    @property
    def platform(self) -> Platform:
        return self.session.scalars(select(Platform)).first() or Platform()

    def delivery(self) -> ScoreDelivery:
        self.session.expire_all()
        return self.session.scalars(select(ScoreDelivery)).one()

    def work(self, after: float = 0) -> int:
        self.clock.later(after)
        return self.worker.work_once()

    def state(self) -> tuple[str, str]:
        row = self.delivery()
        return row.status.value, row.problem


def make_link(
    session: Session,
    deployment: Deployment,
    assignment: Assignment,
    name: str,
    url: str,
) -> ResourceLink:
    context = Context(
        deployment_id=deployment.id,
        context_id=f"context-{name}",
        course_id=assignment.course_id,
    )
    session.add(context)
    session.flush()
    link = ResourceLink(
        deployment_id=deployment.id,
        resource_link_id=name,
        context_id=context.id,
        assignment_id=assignment.id,
        line_item_url=url,
        can_score=True,
        can_read_results=True,
    )
    session.add(link)
    session.commit()
    return link


def make_course_assignment(session: Session, grading: GradingPolicy) -> Assignment:
    course = Course(created_at=START)
    session.add(course)
    session.flush()
    return make_assignment(session, course.id, "made", grading)


@pytest.fixture(params=[GradingPolicy.COMPLETION])
def school(
    app: Flask, session: Session, double: Double, request: pytest.FixtureRequest
) -> Iterator[School]:
    make_platform(session, double)
    publish(session, made_module("made"))
    assignment = make_course_assignment(session, request.param)
    deployment = session.scalars(select(Deployment)).one()
    url = f"{double.url}/1/lineitems/1/lineitem?type_id=1"
    link = make_link(session, deployment, assignment, "link-1", url)
    clock, wire = Clock(), Wire("a-secret-for-tests", allow_loopback=True)
    sender = ScoreWorker(app.extensions["writers"], wire, clock=clock)
    sender.prepare()
    yield School(session, double, clock, sender, assignment, link)
    wire.session.close()


mastery = pytest.mark.parametrize("school", [GradingPolicy.MASTERY], indirect=True)


# -- what is owed -------------------------------------------------------------------


def test_a_completion_becomes_a_grade(school: School) -> None:
    user = school.learner()
    school.completes(user)

    assert school.work() == 1

    assert school.state() == ("sent", "")
    (score,) = school.double.scores()
    assert score["userId"] == "user-1"
    assert (score["scoreGiven"], score["scoreMaximum"]) == (100, 100)
    assert passback.deliveries_of(school.session, school.link.id).keys() == {user.id}
    assert school.work(3600) == 0
    assert len(school.double.scores()) == 1


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({"is_test": True}, 0),
        ({"superseded_at": START}, 0),
        ({"is_alternative": True}, 1),
    ],
)
def test_only_what_counts_for_the_learner_is_sent(
    school: School, changes: dict[str, Any], sent: int
) -> None:
    school.completes(school.learner(), **changes)

    assert school.work() == sent


@pytest.mark.parametrize("role", [r for r in SeatRole if r is not SeatRole.LEARNER])
def test_only_learners_are_graded(school: School, role: SeatRole) -> None:
    school.completes(school.learner(role=role))

    assert school.work() == 0


@pytest.mark.parametrize("missing", [{"can_score": False}, {"line_item_url": None}])
def test_a_link_without_a_column_is_owed_nothing_until_it_has_one(
    school: School, missing: dict[str, Any]
) -> None:
    kept = {name: getattr(school.link, name) for name in missing}
    for name, value in missing.items():
        setattr(school.link, name, value)
    school.completes(school.learner())
    assert school.work() == 0
    for name, value in kept.items():
        setattr(school.link, name, value)
    school.session.commit()

    assert school.work(3600) == 1


def test_a_grade_goes_to_no_other_courses_gradebook(school: School) -> None:
    """The same pupil in two courses with the same lesson, at two deployments."""
    session = school.session
    other = Deployment(
        platform_id=school.platform.id,
        deployment_id="dep-2",
        status="active",
        first_seen_at=START,
    )
    session.add(other)
    session.flush()
    elsewhere = make_course_assignment(session, GradingPolicy.COMPLETION)
    url = f"{school.double.url}/2/lineitems/9/lineitem"
    theirs = make_link(session, other, elsewhere, "link-2", url)
    user = school.learner()
    session.add(
        Enrollment(
            resource_link_id=theirs.id,
            lti_user_id=user.id,
            role="learner",
            seen_at=START,
        )
    )
    school.completes(user)

    school.work()

    paths = {a.path for a in school.double.asked if a.path.endswith("/scores")}
    assert paths == {"/1/lineitems/1/lineitem/scores"}
    assert passback.deliveries_of(session, theirs.id) == {}


def test_a_pupil_never_seen_at_a_link_gets_no_grade_there(school: School) -> None:
    deployment = school.session.scalars(select(Deployment)).one()
    copy = ResourceLink(
        deployment_id=deployment.id,
        resource_link_id="link-twin",
        assignment_id=school.assignment.id,
        line_item_url=f"{school.double.url}/1/lineitems/2/lineitem",
        can_score=True,
        can_read_results=True,
    )
    school.session.add(copy)
    school.completes(school.learner())

    assert school.work() == 1
    assert passback.deliveries_of(school.session, copy.id) == {}


@mastery
def test_a_better_retake_raises_the_grade_and_a_worse_one_does_not(
    school: School,
) -> None:
    user = school.learner()
    first = school.completes(user, mastery=60)
    school.work()
    school.clock.later(5)
    school.completes(user, mastery=90, retake_of_id=first.id)
    school.work()
    school.clock.later(5)
    school.completes(user, mastery=40, retake_of_id=first.id)

    assert school.work() == 0
    assert [score["scoreGiven"] for score in school.double.scores()] == [60, 90]
    assert school.state() == ("sent", "")


@mastery
def test_of_two_completions_at_once_the_better_one_is_sent(school: School) -> None:
    user = school.learner()
    first = school.completes(user, mastery=80)
    school.completes(user, mastery=95, retake_of_id=first.id)

    assert school.work() == 1
    assert [score["scoreGiven"] for score in school.double.scores()] == [95]


def test_an_old_completion_is_found_by_the_sweep(school: School) -> None:
    school.work()
    user = school.learner()
    school.completes(user, completed_at=START - timedelta(days=2))

    assert school.work(5) == 0
    assert school.work(600) == 1


def test_a_deleted_user_takes_the_delivery_along(school: School) -> None:
    user = school.learner()
    school.completes(user)
    school.work()

    school.session.execute(delete(LtiUser))
    school.session.commit()

    assert school.session.scalars(select(ScoreDelivery)).all() == []
    assert school.work(3600) == 0


# -- time stamps and conflicts ------------------------------------------------------


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


# -- crashes ------------------------------------------------------------------------


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


# -- refusals and waiting -----------------------------------------------------------


def always(reply: Reply, school: School) -> None:
    school.double.routes["/scores"] = lambda _asked: reply


@pytest.mark.parametrize(
    ("status", "family", "problem"),
    [
        (400, "moodle", problems.NOT_A_STUDENT),
        (400, "", problems.REFUSED),
        (403, "", problems.NOT_ALLOWED),
        (404, "canvas", problems.COLUMN_GONE),
        (422, "canvas", problems.NOT_A_STUDENT),
        (418, "", problems.REFUSED),
    ],
)
def test_a_final_refusal_is_told_and_not_repeated(
    school: School, status: int, family: str, problem: str
) -> None:
    school.platform.family = family
    school.completes(school.learner())
    always(Reply(status), school)

    for _ in range(3):
        assert school.work(7200) == 0

    assert school.state() == ("failed", problem)
    assert len(school.double.scores()) == 1
    assert problems.sentence(problem)


@pytest.mark.parametrize(
    ("reply", "tries", "waiting", "failed"),
    [
        (Reply(500), 5, problems.PLATFORM_BROKEN, problems.LOCKED_OR_REFUSED),
        (Reply(502), 8, problems.UNREACHABLE, problems.UNREACHABLE),
        (Reply(401), 8, problems.ACCESS_REFUSED, problems.ACCESS_REFUSED),
    ],
)
def test_a_fault_is_tried_again_a_bounded_number_of_times(
    school: School, reply: Reply, tries: int, waiting: str, failed: str
) -> None:
    school.completes(school.learner())
    always(reply, school)
    school.work()
    assert school.state() == ("waiting", waiting)

    for _ in range(12):
        school.work(24 * 3600)

    assert school.state() == ("failed", failed)
    sent = len(school.double.scores())
    assert sent == (2 * tries if reply.status == 401 else tries)


def test_the_waits_between_tries_grow(school: School) -> None:
    school.completes(school.learner())
    always(Reply(503), school)
    waits = []
    for _ in passback.RETRY_WAITS:
        school.work()
        waits.append(school.delivery().due_at - school.clock())
        school.clock.now = school.delivery().due_at

    assert tuple(waits) == passback.RETRY_WAITS


@pytest.mark.parametrize(
    "reply",
    [
        Reply(429, headers={"Retry-After": "300"}),
        Reply(403, b"Forbidden (Rate Limit Exceeded)", {"Retry-After": "300"}),
    ],
)
def test_a_busy_platform_is_left_alone_as_long_as_it_asks(
    school: School, reply: Reply
) -> None:
    school.completes(school.learner())
    good = school.double.routes["/scores"]
    always(reply, school)
    for _ in range(20):
        school.work(300)
    assert school.state() == ("waiting", problems.BUSY)
    asked = len(school.double.scores())
    school.double.routes["/scores"] = good

    assert school.work(299) == 0
    assert len(school.double.scores()) == asked
    assert school.work(1) == 1


def test_an_lms_that_is_down_gets_the_grade_when_it_is_back(school: School) -> None:
    school.completes(school.learner())
    address = school.link.line_item_url
    school.link.line_item_url = "http://127.0.0.1:1/nobody/listens"
    school.session.commit()
    assert school.work() == 0
    assert school.state() == ("waiting", problems.UNREACHABLE)
    school.link.line_item_url = address
    school.session.commit()

    assert school.work(5) == 1
    assert school.state() == ("sent", "")
    assert school.double.count("/results") == 1


def test_a_teacher_can_send_again(school: School) -> None:
    school.completes(school.learner())
    good = school.double.routes["/scores"]
    always(Reply(404), school)
    school.work()
    school.double.routes["/scores"] = good

    count = passback.send_again(school.session, school.link.id, now=school.clock())
    school.session.commit()

    assert count == 1
    assert school.work(1) == 1
    assert passback.send_again(school.session, school.link.id, now=START) == 0


def test_canvas_is_asked_to_keep_a_teachers_own_grade(school: School) -> None:
    school.platform.family = "canvas"
    school.session.commit()
    school.completes(school.learner())
    school.work()

    (score,) = school.double.scores()
    extras = score["https://canvas.instructure.com/lti/submission"]
    assert extras == {"prioritize_non_tool_grade": True, "preserve_score": True}
    assert "submittedAt" in score["submission"]


# -- several at once ----------------------------------------------------------------


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
