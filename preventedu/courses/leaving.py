"""What ends when a learner takes no further part in a lesson: all that came of it.

An attempt under way is closed, the answers of every attempt are deleted, and the
completions are superseded. A grade that a gradebook has stays: it costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from preventedu.courses.models import Answer, Assignment, Attempt, Completion
from preventedu.people import Learner

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def lock_learner(session: Session, learner_id: str) -> None:
    """Wait until nobody else writes about the learner; held until the commit.

    On SQLite a session that may write is alone from its start.
    """
    session.execute(
        select(Learner.id)
        .where(Learner.id == learner_id)
        .with_for_update(key_share=True)
    )


def assignments_of(session: Session, learner_id: str, slug: str) -> list[Assignment]:
    """Return the assignments of a module that the learner began, in any course."""
    begun = select(Attempt.assignment_id).where(Attempt.learner_id == learner_id)
    done = select(Completion.assignment_id).where(Completion.learner_id == learner_id)
    return list(
        session.scalars(
            select(Assignment).where(
                Assignment.module_slug == slug,
                Assignment.id.in_(begun) | Assignment.id.in_(done),
            )
        )
    )


def leave_lesson(
    session: Session,
    learner_id: str,
    assignments: Collection[Assignment],
    *,
    now: datetime,
) -> None:
    """End the lesson for the learner, as if it had not been taken; not the other one.

    What was reported before stays in the reports that were released; from `now` on
    nothing of it counts.
    """
    ids = [assignment.id for assignment in assignments]
    end_attempts(session, learner_id, ids, Attempt.is_alternative.is_(False), now=now)
    forget_answers(session, learner_id, ids)
    session.execute(
        update(Completion)
        .where(
            Completion.learner_id == learner_id,
            Completion.assignment_id.in_(ids),
            Completion.is_alternative.is_(False),
            Completion.superseded_at.is_(None),
        )
        .values(superseded_at=now)
    )


def end_attempts(
    session: Session,
    learner_id: str,
    assignment_ids: Collection[str],
    kind: ColumnElement[bool],
    *,
    now: datetime,
) -> None:
    """Close what is under way of one kind, and delete its answers."""
    for attempt in session.scalars(
        select(Attempt)
        .where(
            Attempt.learner_id == learner_id,
            Attempt.assignment_id.in_(assignment_ids),
            Attempt.closed_at.is_(None),
            kind,
        )
        .execution_options(populate_existing=True)
    ):
        session.execute(delete(Answer).where(Answer.attempt_id == attempt.id))
        attempt.closed_at = now
    session.flush()


def forget_answers(
    session: Session, learner_id: str, assignment_ids: Collection[str]
) -> None:
    """Delete the answers of every attempt, those of finished ones too."""
    attempts = select(Attempt.id).where(
        Attempt.learner_id == learner_id, Attempt.assignment_id.in_(assignment_ids)
    )
    session.execute(delete(Answer).where(Answer.attempt_id.in_(attempts)))
