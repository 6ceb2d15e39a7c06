"""The class: who has begun, who is done, and whether each grade arrived.

The platform's class list is joined with our progress for one page view and then
forgotten. What a student chose, wrote or looked up is not here, because it is nowhere.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.auth import SeatRole
from preventedu.courses import scoring
from preventedu.courses.class_progress import ProgressState, progress_of, step_count
from preventedu.courses.models import GradingPolicy
from preventedu.i18n import gettext as _
from preventedu.lti import passback
from preventedu.lti.models import DeliveryStatus, Enrollment, LtiUser
from preventedu.lti.roster import ACTIVE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.class_progress import LearnerProgress
    from preventedu.lti.models import ScoreDelivery
    from preventedu.lti.roster import Roster
    from preventedu.teaching.assigned import Assigned


class GradeState(enum.StrEnum):
    """What the gradebook has of a student."""

    NOTHING_DUE = "nothing-due"
    NO_GRADEBOOK = "no-gradebook"
    """The platform keeps no grade for this link."""
    WAITING = "waiting"
    ARRIVED = "arrived"
    FAILED = "failed"


GRADES = {
    DeliveryStatus.WAITING: GradeState.WAITING,
    DeliveryStatus.SENDING: GradeState.WAITING,
    DeliveryStatus.SENT: GradeState.ARRIVED,
    DeliveryStatus.FAILED: GradeState.FAILED,
}


@dataclass(frozen=True)
class Grade:
    """State of one gradebook cell; `problem` is a code of `lti.problems` or empty."""

    state: GradeState
    problem: str = ""

    @property
    def needs_sending(self) -> bool:
        """Tell whether sending again may help."""
        return self.state is GradeState.FAILED or (
            self.state is GradeState.WAITING and bool(self.problem)
        )


@dataclass(frozen=True)
class Student:
    """One row of the class.

    Attributes:
        subject: The platform's name for the person; never for a page or a log.
        name: As the platform gives it now, or "Student 3".
        percent: Of the way, in tens, so that a lesson with another number of steps
            looks like everybody's.
        step: The furthest step reached, from 1, of `steps`; both 0 before the start.
        points: Out of 100; only where mastery is graded and the lesson is finished.
    """

    subject: str = field(repr=False)
    name: str = field(repr=False)
    stage: ProgressState
    percent: int
    step: int
    steps: int
    points: int | None
    grade: Grade


@dataclass(frozen=True)
class ClassPage:
    """The class at one moment.

    Attributes:
        roster_problem: A code that says why names are missing; or empty.
        lesson_steps: How many steps the assigned lesson has now.
        people: The students again, for who takes part (`teaching.consents`).
    """

    students: tuple[Student, ...]
    roster_problem: str
    lesson_steps: int
    people: tuple[Person, ...] = field(repr=False)

    def count(self, stage: ProgressState) -> int:
        """Return how many students are at a stage."""
        return sum(student.stage == stage for student in self.students)

    def grades(self, state: GradeState) -> int:
        """Return how many gradebook cells are in a state."""
        return sum(student.grade.state == state for student in self.students)

    @property
    def may_show_steps(self) -> bool:
        """Whether all lessons under way have as many steps as the assigned one.

        If not, "2 of 7" would point at who takes the other one: classmates know
        that their own lesson has 9.
        """
        under_way = (s for s in self.students if s.stage is ProgressState.UNDER_WAY)
        return all(student.steps == self.lesson_steps for student in under_way)

    @property
    def unsent(self) -> int:
        """How many grades did not reach the gradebook at the first try."""
        return sum(student.grade.needs_sending for student in self.students)

    @property
    def scored(self) -> tuple[Student, ...]:
        """Those whose lesson has points, by name."""
        found = (s for s in self.students if s.points is not None)
        return tuple(sorted(found, key=by_name))


NUMBER = re.compile(r"\d+")
NUDGE = {stage: place for place, stage in enumerate(ProgressState)}


def by_nudge(student: Student) -> tuple[int, str]:
    """Sort those first who need a word from their teacher."""
    return NUDGE[student.stage], in_order(student.name)


def by_name(student: Student) -> tuple[int, str]:
    """Sort as a class list."""
    return 0, in_order(student.name)


def in_order(name: str) -> str:
    """Make "Student 10" come after "Student 9", and small letters beside large."""
    return NUMBER.sub(lambda found: found[0].zfill(6), name.casefold())


ORDERS = {"nudge": by_nudge, "name": by_name}


@dataclass(frozen=True)
class Person:
    """Someone of the class before our facts are joined.

    Attributes:
        is_named: The platform gave the name; "Student 3" could be anybody.
    """

    subject: str = field(repr=False)
    name: str = field(repr=False)
    lti_user: LtiUser | None
    is_named: bool


def read_class(
    session: Session, assigned: Assigned, platform_id: int, roster: Roster
) -> ClassPage:
    """Join the class list with progress and grades.

    Args:
        session: Reads only: looking at the class makes no row for anybody.
        assigned: What the teacher's seat teaches.
        platform_id: Of the teacher's seat; a subject means nothing elsewhere.
        roster: As the platform gave it just now. Where it could not be read, or not
            whole, those who opened the lesson are added without names.
    """
    people = _people_listed(session, platform_id, roster)
    if roster.problem:
        people += _people_seen(session, assigned.resource_link_id, people)
    return ClassPage(
        students=_students(session, assigned, people),
        roster_problem=roster.problem,
        lesson_steps=step_count(assigned.module),
        people=people,
    )


def _people_listed(
    session: Session, platform_id: int, roster: Roster
) -> tuple[Person, ...]:
    listed = [m for m in roster.members if m.is_learner and m.status == ACTIVE]
    subjects = [member.subject for member in listed]
    users = session.scalars(
        select(LtiUser).where(
            LtiUser.platform_id == platform_id, LtiUser.subject.in_(subjects)
        )
    )
    known = {user.subject: user for user in users}
    return tuple(
        Person(
            member.subject,
            member.name or _numbered(n),
            known.get(member.subject),
            is_named=bool(member.name),
        )
        for n, member in enumerate(listed, start=1)
    )


def _people_seen(
    session: Session, resource_link_id: int, listed: tuple[Person, ...]
) -> tuple[Person, ...]:
    """Return those who opened the lesson and are not on the part that was read."""
    users = session.scalars(
        select(LtiUser)
        .join(Enrollment, Enrollment.lti_user_id == LtiUser.id)
        .where(
            Enrollment.resource_link_id == resource_link_id,
            Enrollment.role == SeatRole.LEARNER.value,
            LtiUser.id.not_in([p.lti_user.id for p in listed if p.lti_user]),
        )
        .order_by(Enrollment.id)
    )
    return tuple(
        Person(user.subject, _numbered(n), user, is_named=False)
        for n, user in enumerate(users, start=len(listed) + 1)
    )


def _numbered(number: int) -> str:
    return str(_("Student %(number)s", number=number))


def _students(
    session: Session, assigned: Assigned, people: tuple[Person, ...]
) -> tuple[Student, ...]:
    progress = progress_of(session, assigned.assignment_id)
    deliveries = passback.deliveries_of(session, assigned.resource_link_id)
    return tuple(
        _student(
            assigned,
            person,
            progress.get(person.lti_user.learner_id) if person.lti_user else None,
            deliveries.get(person.lti_user.id) if person.lti_user else None,
        )
        for person in people
    )


def _student(
    assigned: Assigned,
    person: Person,
    progress: LearnerProgress | None,
    delivery: ScoreDelivery | None,
) -> Student:
    completion = progress.completion if progress else None
    points = None
    if completion and not scoring.is_scored(completion, assigned.grading):
        completion = None
    elif completion and assigned.grading is GradingPolicy.MASTERY:
        points = scoring.points(completion, assigned.grading)
    return Student(
        subject=person.subject,
        name=person.name,
        stage=progress.state if progress else ProgressState.NOT_STARTED,
        percent=_percent(progress),
        step=progress.step if progress else 0,
        steps=progress.steps if progress else 0,
        points=points,
        grade=_grade(assigned, delivery, is_due=completion is not None),
    )


def _percent(progress: LearnerProgress | None) -> int:
    if progress is None:
        return 0
    if progress.state is ProgressState.FINISHED:
        return 100
    return min(90, max(10, round(10 * progress.step / progress.steps) * 10))


def _grade(
    assigned: Assigned, delivery: ScoreDelivery | None, *, is_due: bool
) -> Grade:
    if not is_due:
        # Also where a grade is there of a completion that an opt-out superseded: the
        # row looks like that of anybody who has not finished.
        return Grade(GradeState.NOTHING_DUE)
    if delivery is not None:
        return Grade(GRADES[delivery.status], delivery.problem)
    # The worker has not seen the completion yet, or has nowhere to send its score.
    has_column = assigned.has_gradebook
    return Grade(GradeState.WAITING if has_column else GradeState.NO_GRADEBOOK)
