"""How far a class is prepared for its lesson, for whichever teacher opens it today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses import catalog, readiness

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from preventedu.courses.consent_models import Readiness
    from preventedu.teaching.assigned import Assigned


@dataclass(frozen=True)
class Prepared:
    """What a teacher reads on the class page before the lesson.

    Attributes:
        is_sensitive: The lesson waits for grown-ups who are prepared.
        confirmed: What was confirmed last, by any teacher of the class.
        by_me: Whoever reads this confirmed it; else they may be a substitute, who is
            told what was confirmed, never by whom.
        has_passed: The day is over: to teach it again, a new day is confirmed.
    """

    is_sensitive: bool
    confirmed: Readiness | None
    by_me: bool
    has_passed: bool


def prepared(
    session: Session, seat: Seat, assigned: Assigned, *, now: datetime
) -> Prepared:
    """Return how far the class of a teacher's seat is prepared."""
    slug = assigned.module.slug
    row = readiness.latest(session, assigned.course_id, slug)
    around = readiness.precautions_of(session, assigned.course_id, now=now)
    return Prepared(
        is_sensitive=readiness.is_sensitive(catalog.module_version(session, slug)),
        confirmed=row,
        by_me=row is not None
        and row.lti_user_id is not None
        and row.lti_user_id == seat.lti_user_id,
        has_passed=row is not None and row.teaching_on < around.today,
    )
