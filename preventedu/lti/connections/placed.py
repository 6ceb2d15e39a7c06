"""The courses of an LEA: which are at no school yet, and what teachers answered."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu.courses import placing as low
from preventedu.errors import NotFoundError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.lti import placing
from preventedu.lti.connection_models import (
    PlacementAnswer,
    PlacementAttribute,
    PlacementRule,
)
from preventedu.lti.connections.access import is_deployment_of
from preventedu.lti.models import Context, Deployment, Platform
from preventedu.people import CoursePlacement, School

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

PAGE = 100
"""Courses that one page shows."""


@dataclass(frozen=True)
class ListedCourse:
    """One course as school IT sees it: by what its LMS calls it."""

    context: Context
    platform: Platform
    placement: CoursePlacement | None
    answer: PlacementAnswer | None
    """A teacher's answer that nobody has decided yet."""
    schools: Sequence[School]
    """Where it may be placed: the schools of its LEA; none while that is unknown."""


@dataclass(frozen=True)
class Courses:
    """A page of courses, and how many there are in all."""

    listed: tuple[ListedCourse, ...]
    waiting: int
    """How many are at no school."""
    placed: int


def read_courses(
    session: Session, member: StaffMember, *, placed: str, on_day: date
) -> Courses:
    """Return courses that somebody may place: those without a school, or the others.

    Args:
        session: Reads only.
        member: Who asks.
        placed: `yes` for those at a school, the last placed first; else the others.
        on_day: Today.
    """
    mine = is_deployment_of(session, member)
    query = select(Context).join(Deployment).join(Platform).where(mine)
    is_placed = select(CoursePlacement.id).where(
        CoursePlacement.course_id == Context.course_id
    )
    counts = [
        session.scalar(
            select(func.count()).select_from(query.where(condition).subquery())
        )
        or 0
        for condition in (~is_placed.exists(), is_placed.exists())
    ]
    wanted = is_placed.exists() if placed == "yes" else ~is_placed.exists()
    found = session.scalars(
        query.where(wanted).order_by(Context.id.desc()).limit(PAGE)
    ).all()
    return Courses(tuple(_listed(session, found, on_day)), counts[0], counts[1])


def course_for(session: Session, member: StaffMember, context_id: int) -> Context:
    """Return one course's context, by our own id.

    Raises:
        NotFoundError: There is none, or not for them.
    """
    found = session.scalar(
        select(Context)
        .join(Deployment)
        .where(Context.id == context_id, is_deployment_of(session, member))
    )
    if found is None:
        raise NotFoundError(_("There is nothing here for you."))
    return found


def place(
    session: Session,
    member: StaffMember,
    context: Context,
    school: School,
    *,
    from_day: date | None,
    now: datetime,
) -> None:
    """Place a course, or correct where it is; a teacher's open answer is decided.

    Raises:
        RefusedError: The school is not one of the course's LEA.
    """
    if school.lea_id not in _leas_of(context):
        raise RefusedError(_("This school is not one of the course's LEA."))
    low.place_course(
        session, context.course_id, school, member.email, from_day=from_day, now=now
    )
    for answer in _open_answers(session, [context.course_id]).values():
        answer.decided_at, answer.decided_by = now, member.email
        answer.is_confirmed = answer.school_id == school.id
    session.flush()


@dataclass(frozen=True)
class Wanted:
    """A rule as a person wrote it."""

    attribute: PlacementAttribute
    value: str
    school: School


def add_rule(
    session: Session,
    deployment: Deployment,
    wanted: Wanted,
    member: StaffMember,
    *,
    now: datetime,
) -> PlacementRule:
    """Add a rule after those that there are.

    Raises:
        RefusedError: The school is not one of the deployment's LEA, or the value is
            empty.
    """
    value, school = wanted.value.strip(), wanted.school
    if not value or school.lea_id != deployment.lea_id:
        raise RefusedError(_("Choose a school of this LEA and say what to look for."))
    rules = placing.rules_of(session, deployment.id)
    rule = PlacementRule(
        deployment_id=deployment.id,
        position=rules[-1].position + 1 if rules else 1,
        attribute=wanted.attribute,
        value=value,
        school_id=school.id,
        created_at=now,
        created_by=member.email,
    )
    session.add(rule)
    session.flush()
    return rule


def end_rule(
    session: Session, deployment: Deployment, rule_id: int, *, now: datetime
) -> None:
    """Take a rule out; the courses that it placed stay where they are.

    Raises:
        NotFoundError: It is none of this deployment.
    """
    rule = session.get(PlacementRule, rule_id)
    if rule is None or rule.deployment_id != deployment.id or rule.ended_at:
        raise NotFoundError(_("This rule is gone already."))
    rule.ended_at = now
    session.flush()


def move_up(session: Session, deployment: Deployment, rule_id: int) -> None:
    """Try a rule before the one that stands above it."""
    rules = placing.rules_of(session, deployment.id)
    for above, rule in pairwise(rules):
        if rule.id == rule_id:
            above.position, rule.position = rule.position, above.position
    session.flush()


def _listed(
    session: Session, contexts: Sequence[Context], on_day: date
) -> list[ListedCourse]:
    ids = [context.course_id for context in contexts]
    placements = low.placements(session, ids, on_day)
    answers = _open_answers(session, ids)
    leas = {lea for context in contexts for lea in _leas_of(context)}
    schools = session.scalars(
        select(School).where(School.lea_id.in_(leas)).order_by(School.name, School.id)
    ).all()
    return [
        ListedCourse(
            context=context,
            platform=context.deployment.platform,
            placement=placements.get(context.course_id),
            answer=answers.get(context.course_id),
            schools=[it for it in schools if it.lea_id in _leas_of(context)],
        )
        for context in contexts
    ]


def _open_answers(
    session: Session, course_ids: Sequence[str]
) -> dict[str, PlacementAnswer]:
    rows = session.scalars(
        select(PlacementAnswer)
        .where(
            PlacementAnswer.course_id.in_(course_ids),
            PlacementAnswer.decided_at.is_(None),
        )
        .order_by(PlacementAnswer.id)
    )
    return {row.course_id: row for row in rows}


def _leas_of(context: Context) -> set[int]:
    """Return the LEA at whose schools the course may be: its deployment's, else its."""
    lea_id = context.deployment.lea_id or context.course.lea_id
    return set() if lea_id is None else {lea_id}
