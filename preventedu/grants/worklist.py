"""What waits for a person: courses at no school yet, and completions to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from preventedu.courses import placing
from preventedu.courses.models import Assignment, Completion, ModuleVersion
from preventedu.errors import NotAllowedError, RefusedError
from preventedu.grants.figures import Question, counted
from preventedu.grants.ledger import Attribution, Outcome
from preventedu.grants.models import Award, AwardChoice
from preventedu.i18n import gettext as _
from preventedu.people import CoursePlacement, Lea, School

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement

    from preventedu.people import StaffMember

ORIGINS_SLOT = "course_origins"
"""`app` fills it: this room knows no LMS."""


@dataclass(frozen=True)
class CourseOrigin:
    """Where a course comes from, as far as the LMS's side can tell."""

    lea_id: int | None
    """The LEA of its deployment."""
    hint: str
    """What its own LMS calls it, so that a person can find it there."""


CourseOrigins = Callable[[Session, Collection[str]], Mapping[str, CourseOrigin]]


@dataclass(frozen=True)
class UnplacedCourse:
    """A course whose school nobody has said yet."""

    course_id: str
    completions: int
    first_at: datetime
    """Of its earliest completion."""
    hint: str


@dataclass(frozen=True)
class Undecided:
    """Completions of one assignment that fit several awards equally."""

    assignment_id: str
    module: str
    school_id: int
    completions: int
    fains: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """To which award an assignment belongs, from a day on, and why."""

    assignment_id: str
    award_id: int
    effective_from: date
    reason: str


def unplaced_courses(
    session: Session, lea_id: int, origins: CourseOrigins | None
) -> list[UnplacedCourse]:
    """Return the courses at no school yet that this LEA's officials may place.

    A course whose LEA is unknown is shown only where there is no other LEA.
    """
    rows = session.execute(
        select(Completion.course_id, func.count(), func.min(Completion.completed_at))
        .join(Attribution, Attribution.completion_id == Completion.id)
        .where(Attribution.outcome == Outcome.NOT_YET_PLACED, _is_current())
        .group_by(Completion.course_id)
        .order_by(func.count().desc(), Completion.course_id)
    ).all()
    known = origins(session, [row[0] for row in rows]) if origins else {}
    unknown = CourseOrigin(_only_lea(session), "")
    found = []
    for course_id, number, first_at in rows:
        origin = known.get(course_id, unknown)
        home = origin.lea_id if origin.lea_id is not None else unknown.lea_id
        if home == lea_id:
            found.append(UnplacedCourse(course_id, number, first_at, origin.hint))
    return found


def place_course(
    session: Session,
    member: StaffMember,
    course: UnplacedCourse,
    school: School,
    *,
    now: datetime,
) -> None:
    """Say to which school a course belongs, from its first completion on.

    Raises:
        NotAllowedError: The school is not one of the member's LEA.
    """
    if school.lea_id != member.lea_id:
        raise NotAllowedError(_("This school is not one of your LEA."))
    placing.place_course(session, course.course_id, school, member.email, now=now)


def undecided(session: Session, question: Question) -> list[Undecided]:
    """Return what needs a decision in which the question's award is one choice."""
    rows = session.execute(
        counted(question)
        .where(Attribution.outcome == Outcome.UNDECIDED)
        .with_only_columns(
            Completion.assignment_id,
            ModuleVersion.slug,
            Attribution.school_id,
            Attribution.also,
        )
    )
    numbers = Counter(
        (assignment, slug, school, tuple(fains))
        for assignment, slug, school, fains in rows
        if question.award.fain in fains and school is not None
    )
    return [
        Undecided(assignment, slug, school, number, fains)
        for (assignment, slug, school, fains), number in numbers.most_common()
    ]


@dataclass(frozen=True)
class Made:
    """A decision that was made: which award, why, and by whom."""

    choice: AwardChoice
    fain: str
    module: str


def decisions_made(session: Session, lea_id: int) -> list[Made]:
    """Return the decisions on assignments at an LEA's schools, the latest first."""
    schools = select(School.id).where(School.lea_id == lea_id)
    courses = select(CoursePlacement.course_id).where(
        CoursePlacement.school_id.in_(schools)
    )
    rows = session.execute(
        select(AwardChoice, Award.fain, Assignment.module_slug)
        .join(Award, Award.id == AwardChoice.award_id)
        .join(Assignment, Assignment.id == AwardChoice.assignment_id)
        .where(Assignment.course_id.in_(courses))
        .order_by(AwardChoice.recorded_at.desc(), AwardChoice.id.desc())
    )
    return [Made(choice, fain, module) for choice, fain, module in rows]


def choose_award(
    session: Session, member: StaffMember, decision: Decision, *, now: datetime
) -> None:
    """Record to which award an assignment belongs.

    Raises:
        RefusedError: There is no such award, or no reason is given.
    """
    reason = decision.reason.strip()
    if not reason or session.get(Award, decision.award_id) is None:
        raise RefusedError(_("Choose an award and say why."))
    session.add(
        AwardChoice(
            assignment_id=decision.assignment_id,
            award_id=decision.award_id,
            chosen_by=member.email,
            reason=reason,
            effective_from=decision.effective_from,
            recorded_at=now,
        )
    )
    session.flush()


def _only_lea(session: Session) -> int | None:
    leas = session.scalars(select(Lea.id).limit(2)).all()
    return leas[0] if len(leas) == 1 else None


def _is_current() -> ColumnElement[bool]:
    later = aliased(Attribution)
    return ~select(later.id).where(later.supersedes_id == Attribution.id).exists()
