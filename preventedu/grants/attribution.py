"""Derives attributions from completions, and again when other facts changed.

`grants.resolution` has the rules. A new answer is a new row that supersedes the old
one with a reason; nothing is ever updated.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from preventedu.courses.models import Completion
from preventedu.grants import facts
from preventedu.grants.ledger import Attribution, AttributionProgress
from preventedu.grants.models import AwardChoice
from preventedu.grants.news import news
from preventedu.grants.resolution import RULE_VERSION, resolve
from preventedu.people import CoursePlacement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from preventedu.grants.resolution import CoverageTerms, Resolution

AUTHOR = "attribution rules"
FIRST = "First derived"
PLACED = "The course was placed at a school"
CHOSEN = "An award was chosen for the assignment"
TERMS = "Agreements, coverage, awards, periods or rules changed"
BATCH = 500
LIMIT = 5000
"""Completions of one call, so that no learner's save waits long for it."""
RECENT = timedelta(hours=1)
SWEEP_EVERY = timedelta(minutes=10)
TICK = timedelta(microseconds=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def attribute_new(session: Session, *, now: datetime) -> int:
    """Derive what is missing, and what facts recorded since have changed.

    Takes about LIMIT completions at most, so call it again while it returns
    something. Two processes that call it at once take turns.

    Returns:
        How many attributions were written.
    """
    progress = locked_progress(session)
    # Strictly rising, so that "as recorded at T" means the same rows for ever.
    progress.recorded_at = at = max(now, progress.recorded_at + TICK)
    terms = facts.coverages(session)
    written = 0
    for reason, todo in _touched(session, progress):
        written += _derive(session, todo, terms, reason, now=at)
    todo = session.scalars(_without_attribution(progress, now=now)).all()
    if len(todo) < LIMIT and now - progress.swept_at > SWEEP_EVERY:
        progress.swept_at = now
    written += _derive(session, todo, terms, FIRST, now=at)
    session.flush()
    return written


def attribute_all(session: Session, *, now: datetime) -> int:
    """Derive until nothing is left to do; returns how many rows were written."""
    progress = locked_progress(session)
    progress.swept_at = LONG_AGO
    written = attribute_new(session, now=now)
    while progress.review_after is not None or progress.swept_at == LONG_AGO:
        written += attribute_new(session, now=now)
    return written


def locked_progress(session: Session) -> AttributionProgress:
    """Return the one row that says how far we are; others wait until we commit."""
    query = select(AttributionProgress).with_for_update()
    row = session.scalar(query)
    if row is None:
        # Two first calls at once: one of them makes the row, both then wait for it.
        with suppress(IntegrityError), session.begin_nested():
            session.add(
                AttributionProgress(
                    id=1,
                    recorded_at=LONG_AGO,
                    swept_at=LONG_AGO,
                    seen=[],
                    review_after=None,
                )
            )
        row = session.scalars(query).one()
    return row


def _touched(
    session: Session, progress: AttributionProgress
) -> Iterator[tuple[str, Sequence[int]]]:
    """Yield the attributed completions that newly recorded facts may have moved."""
    new = news(session, progress.seen)
    progress.seen = new.marks
    if new.placements:
        courses = select(CoursePlacement.course_id).where(
            CoursePlacement.id.in_(new.placements)
        )
        query = _attributed(Completion.course_id.in_(courses))
        yield PLACED, session.scalars(query).all()
    if new.choices:
        assignments = select(AwardChoice.assignment_id).where(
            AwardChoice.id.in_(new.choices)
        )
        query = _attributed(Completion.assignment_id.in_(assignments))
        yield CHOSEN, session.scalars(query).all()
    if new.everything:
        progress.review_after = 0
    if progress.review_after is not None:
        query = _attributed(Completion.id > progress.review_after).limit(LIMIT)
        todo = session.scalars(query).all()
        progress.review_after = todo[-1] if len(todo) == LIMIT else None
        yield TERMS, todo


def _attributed(where: ColumnElement[bool]) -> Select[int]:
    has_one = select(Attribution.id).where(Attribution.completion_id == Completion.id)
    return (
        select(Completion.id)
        .where(where, facts.counts(), has_one.exists())
        .order_by(Completion.id)
    )


def _without_attribution(
    progress: AttributionProgress, *, now: datetime
) -> Select[int]:
    """Find completions without an attribution: recent ones, or now and then all."""
    has_one = select(Attribution.id).where(Attribution.completion_id == Completion.id)
    query = (
        select(Completion.id)
        .where(facts.counts(), ~has_one.exists())
        .order_by(Completion.completed_at, Completion.id)
        .limit(LIMIT)
    )
    if now - progress.swept_at > SWEEP_EVERY:
        return query
    return query.where(Completion.completed_at > now - RECENT)


def _derive(
    session: Session,
    completion_ids: Sequence[int],
    terms: Sequence[CoverageTerms],
    reason: str,
    *,
    now: datetime,
) -> int:
    """Write a row for each completion whose answer is new; returns how many."""
    written = 0
    for start in range(0, len(completion_ids), BATCH):
        ids = completion_ids[start : start + BATCH]
        current = _current(session, ids)
        for completion_id, fact in facts.facts(session, ids).items():
            resolution, old = resolve(fact, terms), current.get(completion_id)
            if old is None or not _says(old, resolution):
                row = _row(completion_id, resolution, old, now=now)
                row.reason = reason
                session.add(row)
                written += 1
        session.flush()
    return written


def _current(session: Session, ids: Sequence[int]) -> dict[int, Attribution]:
    later = aliased(Attribution)
    superseded = select(later.id).where(later.supersedes_id == Attribution.id)
    rows = session.scalars(
        select(Attribution).where(
            Attribution.completion_id.in_(ids), ~superseded.exists()
        )
    )
    return {row.completion_id: row for row in rows}


def _says(row: Attribution, resolution: Resolution) -> bool:
    return (
        row.outcome == resolution.outcome
        and row.award_id == resolution.award_id
        and row.agreement_id == resolution.agreement_id
        and row.school_id == resolution.school_id
        and row.effective_on == resolution.effective_on
        and tuple(row.partners) == resolution.partners
        and tuple(row.also) == resolution.also
    )


def _row(
    completion_id: int,
    resolution: Resolution,
    old: Attribution | None,
    *,
    now: datetime,
) -> Attribution:
    return Attribution(
        completion_id=completion_id,
        outcome=resolution.outcome,
        award_id=resolution.award_id,
        agreement_id=resolution.agreement_id,
        partners=list(resolution.partners),
        is_joint=resolution.is_joint,
        also=list(resolution.also),
        school_id=resolution.school_id,
        effective_on=resolution.effective_on,
        rule_version=RULE_VERSION,
        recorded_at=now,
        supersedes_id=old.id if old else None,
        author=AUTHOR,
    )
