"""Opting a learner out of one module, in every course. No reason is asked or kept.

`survey` has what follows from opting out of the questions alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses import leaving
from preventedu.courses.consent_models import OptOut, OptOutKind
from preventedu.courses.models import Attempt

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def record_opt_out(
    session: Session, learner_id: str, slug: str, *, now: datetime
) -> None:
    """Opt the learner out of the lesson, also after it was begun or finished.

    What is under way ends, all its answers are deleted, and its completions are
    superseded, in every course. Recording it again changes nothing.
    """
    leaving.lock_learner(session, learner_id)
    if not add(session, learner_id, slug, OptOutKind.LESSON, now=now):
        return
    begun = leaving.assignments_of(session, learner_id, slug)
    leaving.leave_lesson(session, learner_id, begun, now=now)


def withdraw_opt_out(
    session: Session, learner_id: str, slug: str, *, now: datetime
) -> None:
    """Let the learner take part again; the other lesson, if under way, ends.

    A completion that the opt-out superseded stays superseded.
    """
    leaving.lock_learner(session, learner_id)
    withdraw(session, learner_id, slug, OptOutKind.LESSON, now=now)
    begun = leaving.assignments_of(session, learner_id, slug)
    ids = [assignment.id for assignment in begun]
    other = Attempt.is_alternative.is_(True)
    leaving.end_attempts(session, learner_id, ids, other, now=now)


def is_opted_out(session: Session, learner_id: str, slug: str) -> bool:
    """Tell whether the learner is opted out of the lesson now."""
    return bool(opted_out_learners(session, slug, [learner_id]))


def opted_out_learners(
    session: Session,
    slug: str,
    learner_ids: Collection[str],
    kind: OptOutKind = OptOutKind.LESSON,
) -> set[str]:
    """Return those of the learners who are opted out now, of one kind."""
    return set(
        session.scalars(
            select(OptOut.learner_id).where(
                *_in_force(slug, kind), OptOut.learner_id.in_(learner_ids)
            )
        )
    )


def add(
    session: Session, learner_id: str, slug: str, kind: OptOutKind, *, now: datetime
) -> bool:
    """Add the opt-out; return whether it is new."""
    if opted_out_learners(session, slug, [learner_id], kind):
        return False
    row = OptOut(learner_id=learner_id, module_slug=slug, kind=kind, recorded_at=now)
    session.add(row)
    session.flush()
    return True


def withdraw(
    session: Session, learner_id: str, slug: str, kind: OptOutKind, *, now: datetime
) -> bool:
    """End the opt-out; return whether there was one."""
    found = session.scalars(
        select(OptOut).where(*_in_force(slug, kind), OptOut.learner_id == learner_id)
    ).all()
    for opt_out in found:
        opt_out.withdrawn_at = now
    session.flush()
    return bool(found)


def _in_force(slug: str, kind: OptOutKind) -> tuple[ColumnElement[bool], ...]:
    return (
        OptOut.module_slug == slug,
        OptOut.kind == kind,
        OptOut.withdrawn_at.is_(None),
    )
