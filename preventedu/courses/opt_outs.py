"""Opting a learner out of one module, in every course. No reason is asked or kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from preventedu.courses.consent_models import OptOut
from preventedu.courses.models import Answer, Assignment, Attempt
from preventedu.people import Learner

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def record_opt_out(
    session: Session, learner_id: str, slug: str, *, now: datetime
) -> None:
    """Opt the learner out; end the lesson under way and forget its answers.

    Recording it again changes nothing. A lesson finished before stays finished.
    """
    lock_learner(session, learner_id)
    if is_opted_out(session, learner_id, slug):
        return
    session.add(OptOut(learner_id=learner_id, module_slug=slug, recorded_at=now))
    for attempt in _open_attempts(
        session, learner_id, slug, Attempt.is_alternative.is_(False)
    ):
        _end_attempt(session, attempt, now=now)
    session.flush()


def withdraw_opt_out(
    session: Session, learner_id: str, slug: str, *, now: datetime
) -> None:
    """Let the learner take part again; the other lesson, if under way, ends."""
    lock_learner(session, learner_id)
    for opt_out in session.scalars(
        select(OptOut).where(*_in_force(slug), OptOut.learner_id == learner_id)
    ):
        opt_out.withdrawn_at = now
    for attempt in _open_attempts(
        session, learner_id, slug, Attempt.is_alternative.is_(True)
    ):
        _end_attempt(session, attempt, now=now)
    session.flush()


def is_opted_out(session: Session, learner_id: str, slug: str) -> bool:
    """Tell whether the learner is opted out of the module now."""
    return bool(opted_out_learners(session, slug, [learner_id]))


def opted_out_learners(
    session: Session, slug: str, learner_ids: Collection[str]
) -> set[str]:
    """Return those of the learners who are opted out of the module now."""
    return set(
        session.scalars(
            select(OptOut.learner_id).where(
                *_in_force(slug), OptOut.learner_id.in_(learner_ids)
            )
        )
    )


def lock_learner(session: Session, learner_id: str) -> None:
    """Wait until nobody else writes about the learner; held until the commit.

    On SQLite a session that may write is alone from its start.
    """
    session.execute(
        select(Learner.id)
        .where(Learner.id == learner_id)
        .with_for_update(key_share=True)
    )


def _end_attempt(session: Session, attempt: Attempt, *, now: datetime) -> None:
    session.execute(delete(Answer).where(Answer.attempt_id == attempt.id))
    attempt.closed_at = now


def _in_force(slug: str) -> tuple[ColumnElement[bool], ...]:
    return OptOut.module_slug == slug, OptOut.withdrawn_at.is_(None)


def _open_attempts(
    session: Session, learner_id: str, slug: str, kind: ColumnElement[bool]
) -> list[Attempt]:
    return list(
        session.scalars(
            select(Attempt)
            .join(Assignment)
            .where(
                Attempt.learner_id == learner_id,
                Attempt.closed_at.is_(None),
                Assignment.module_slug == slug,
                kind,
            )
            .execution_options(populate_existing=True)
        )
    )
