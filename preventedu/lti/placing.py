"""Where a new course belongs: by its deployment's school, by a rule, by an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from preventedu.courses import placing
from preventedu.lti.connection_models import (
    PlacementAnswer,
    PlacementAttribute,
    PlacementRule,
)
from preventedu.lti.models import Context
from preventedu.people import Course, CoursePlacement, School

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from preventedu.lti.models import Deployment

DEPLOYMENT_RULE = "deployment rule"
"""Who placed a course, when its whole deployment belongs to one school."""
RULE = "placement rule %d"
"""Who placed a course, when one of the deployment's rules did."""


def rules_of(session: Session, deployment_id: int) -> Sequence[PlacementRule]:
    """Return a deployment's rules in the order in which they are tried."""
    return session.scalars(
        select(PlacementRule)
        .where(
            PlacementRule.deployment_id == deployment_id,
            PlacementRule.ended_at.is_(None),
        )
        .order_by(PlacementRule.position, PlacementRule.id)
        .options(joinedload(PlacementRule.school))
    ).all()


def place_new(
    session: Session, deployment: Deployment, context: Context, *, now: datetime
) -> None:
    """Place a course that has just been made, if somebody has said where."""
    if deployment.school is not None:
        placing.place_course(
            session, context.course_id, deployment.school, DEPLOYMENT_RULE, now=now
        )
        return
    _apply(session, deployment, [context], now=now)


def apply_rules(session: Session, deployment: Deployment, *, now: datetime) -> int:
    """Try the rules on every course that is at no school yet.

    Returns:
        How many courses they placed.
    """
    waiting = session.scalars(
        unplaced().where(Context.deployment_id == deployment.id)
    ).all()
    return _apply(session, deployment, waiting, now=now)


def unplaced() -> Select[Context]:
    """Select the contexts whose course is at no school, the oldest first."""
    placed = select(CoursePlacement.id).where(
        CoursePlacement.course_id == Context.course_id
    )
    return select(Context).where(~placed.exists()).order_by(Context.id)


def fits(rule: PlacementRule, context: Context) -> bool:
    """Tell whether a rule is about this course."""
    sis_id = context.sis_id or ""
    said = {
        PlacementAttribute.CANVAS_ACCOUNT: context.account_id,
        PlacementAttribute.CATEGORY: context.category_id,
        PlacementAttribute.CONTEXT: context.context_id,
        PlacementAttribute.SIS_PREFIX: sis_id[: len(rule.value)],
    }
    return said[rule.attribute] == rule.value


def schools_to_ask(session: Session, course_id: str) -> Sequence[School]:
    """Return the schools among which a teacher may name one; none: nothing to ask.

    A course is asked about once, while it is at no school and its LEA has several.
    """
    course = session.get(Course, course_id)
    if course is None or course.lea_id is None:
        return ()
    is_placed = select(CoursePlacement.id).where(CoursePlacement.course_id == course_id)
    was_asked = select(PlacementAnswer.id).where(PlacementAnswer.course_id == course_id)
    if session.scalar(is_placed.union_all(was_asked).limit(1)) is not None:
        return ()
    schools = session.scalars(
        select(School)
        .where(School.lea_id == course.lea_id)
        .order_by(School.name, School.id)
    ).all()
    return schools if len(schools) > 1 else ()


def answer(
    session: Session, course_id: str, school: School, *, now: datetime
) -> PlacementAnswer:
    """Keep a teacher's answer until staff confirm it; nothing of who it was."""
    row = PlacementAnswer(
        course_id=course_id, school_id=school.id, answered_at=now, school=school
    )
    session.add(row)
    session.flush()
    return row


def _apply(
    session: Session,
    deployment: Deployment,
    contexts: Sequence[Context],
    *,
    now: datetime,
) -> int:
    # A rule that was written for another LEA says nothing any more.
    rules = [
        rule
        for rule in rules_of(session, deployment.id)
        if rule.school.lea_id == deployment.lea_id
    ]
    placed = 0
    for context in contexts:
        rule = next((rule for rule in rules if fits(rule, context)), None)
        if rule is not None:
            author = RULE % rule.id
            placing.place_course(
                session, context.course_id, rule.school, author, now=now
            )
            placed += 1
    return placed
