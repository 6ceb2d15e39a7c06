"""A class with one lesson whose grades a worker sends, and a clock moved by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.courses.models import GradingPolicy
from preventedu.lti.models import (
    Context,
    Deployment,
    Enrollment,
    LtiUser,
    Platform,
    ResourceLink,
    ScoreDelivery,
)
from preventedu.lti.users import lti_user
from preventedu.people import Course
from tests.leas import open_lea
from tests.lti.make import make_assignment, make_completion

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.models import Assignment, Completion
    from preventedu.lti.worker import ScoreWorker
    from tests.lti.double import Double

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
    course = Course(created_at=START, lea_id=open_lea(session).id)
    session.add(course)
    session.flush()
    return make_assignment(session, course.id, "made", grading)


mastery = pytest.mark.parametrize("school", [GradingPolicy.MASTERY], indirect=True)
