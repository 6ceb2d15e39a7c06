"""Tells which facts were recorded since attribution last looked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu.grants.models import (
    Agreement,
    AwardChoice,
    Coverage,
    RecordedChange,
    ReportingPeriod,
)
from preventedu.grants.resolution import RULE_VERSION
from preventedu.people import CoursePlacement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

Counted = type[
    CoursePlacement
    | AwardChoice
    | Agreement
    | Coverage
    | RecordedChange
    | ReportingPeriod
]


@dataclass(frozen=True)
class News:
    """What is new; `everything` when the terms themselves changed."""

    marks: list[str]
    """To be kept for the next time."""
    placements: Sequence[int] = ()
    choices: Sequence[int] = ()
    everything: bool = False


def news(session: Session, seen: list[str]) -> News:
    """Return what was recorded since the marks in `seen` were made."""
    terms = (Agreement, Coverage, RecordedChange, ReportingPeriod)
    placements, choices = _mark(session, CoursePlacement), _mark(session, AwardChoice)
    marks = [placements, choices, RULE_VERSION]
    marks += [_mark(session, model) for model in terms]
    if len(seen) != len(marks) or seen[2:] != marks[2:]:
        return News(marks, everything=True)
    placed = _added(session, CoursePlacement, seen[0], placements)
    chosen = _added(session, AwardChoice, seen[1], choices)
    if placed is None or chosen is None:
        return News(marks, everything=True)
    return News(marks, placed, chosen)


def _mark(session: Session, model: Counted) -> str:
    count, last = session.execute(
        select(func.count(), func.coalesce(func.max(model.id), 0))
    ).one()
    return f"{count} {last}"


def _added(
    session: Session, model: Counted, before: str, after: str
) -> Sequence[int] | None:
    """Return the ids of new rows, or None if they cannot all be told.

    A row may become visible after one with a higher id; then the counts differ.
    """
    if before == after:
        return ()
    count, last = (int(part) for part in before.split())
    ids = session.scalars(select(model.id).where(model.id > last)).all()
    return ids if count + len(ids) == int(after.partition(" ")[0]) else None
