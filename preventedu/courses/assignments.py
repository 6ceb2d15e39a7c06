"""Giving a module to a course, and what a learner gets under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses import catalog, consent, readiness
from preventedu.courses.models import Assignment, GradingPolicy
from preventedu.errors import NotFoundError, RefusedError
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.courses.models import ModuleVersion


@dataclass(frozen=True)
class Taking:
    """Who takes what: a learner under an assignment.

    Attributes:
        is_test: The LMS's pretend student, who is never graded or counted.
        is_alternative: The learner takes no part in the lesson and gets the other
            one, behind the same link and title.
        has_survey: The questions before and after the lesson are asked.
    """

    learner_id: str
    assignment: Assignment
    is_test: bool
    is_alternative: bool
    has_survey: bool = True


def create_assignment(
    session: Session,
    course_id: str,
    slug: str,
    grading: GradingPolicy,
    *,
    now: datetime,
) -> Assignment:
    """Give a module to a course.

    An alternative may be given too, for students whom no class list names: the LMS
    assigns its link to them. It is graded by completion and never counted.

    Raises:
        NotFoundError: No module has this slug.
        NotReadyError: It is sensitive, and the class is not prepared for it.
        RefusedError: Mastery shall be graded, but the lesson asks no questions.
    """
    version = catalog.module_version(session, slug)
    if version.kind == catalog.ALTERNATIVE:
        grading = GradingPolicy.COMPLETION
    if grading is GradingPolicy.MASTERY and catalog.load(version).prepost is None:
        raise RefusedError(_("This lesson has no questions that could be graded."))
    readiness.check_ready(session, course_id, slug, now=now)
    assignment = Assignment(
        course_id=course_id, module_slug=slug, grading=grading, created_at=now
    )
    session.add(assignment)
    session.flush()
    return assignment


def find_assignment(session: Session, assignment_id: str) -> Assignment:
    """Return the assignment.

    Raises:
        NotFoundError: There is none with this id.
    """
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        raise NotFoundError(_("This lesson does not exist here."))
    return assignment


def taking(
    session: Session,
    learner_id: str,
    assignment: Assignment,
    *,
    is_test: bool,
    now: datetime,
) -> Taking:
    """Return what the learner gets at this moment (`consent.participation`).

    The LMS's pretend student gets what a child without a recorded consent gets.
    """
    gets = consent.participation(session, learner_id, assignment, now=now)
    return Taking(learner_id, assignment, is_test, gets.is_alternative, gets.has_survey)


def counts_answers(who: Taking) -> bool:
    """Tell whether answers, and so skipped questions, change the learner's grade."""
    is_mastery = who.assignment.grading is GradingPolicy.MASTERY
    return is_mastery and who.has_survey and not who.is_alternative


def version_for(session: Session, who: Taking) -> ModuleVersion:
    """Return the current version of the lesson that this learner gets."""
    version = catalog.module_version(session, who.assignment.module_slug)
    if not who.is_alternative or version.kind == catalog.ALTERNATIVE:
        return version
    return catalog.alternative_of(session, version)
