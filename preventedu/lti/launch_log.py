"""What school IT can look back on: launches and refusals, and nobody in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from preventedu.lti.connection_models import LaunchRecord, Proof

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.lti.errors import LaunchError

OK = "ok"
LOGIN = "login"
KEPT = timedelta(days=30)
WINDOW = timedelta(minutes=1)
MOST_REFUSALS = 60
"""Refusals of one minute that are kept: anybody may send us nonsense for hours."""
LONGEST_SAID = 200
"""Characters of what an unknown platform calls itself."""
LONGEST_SKEW = 10**6
"""Seconds; a clock that is further off is told from this number well enough."""
PROOFS = {
    OK: Proof.COOKIE,
    "cookie_missing": Proof.NO_COOKIE,
    "browser_changed": Proof.OTHER_BROWSER,
    "deployment_changed": Proof.COOKIE,
    "deployment_pending": Proof.COOKIE,
    "deployment_off": Proof.COOKIE,
    "teachers_only": Proof.COOKIE,
}
"""What a result says about the browser; any other was decided before that."""


@dataclass
class LaunchTrace:
    """What is known of one launch so far, filled in on its way."""

    kind: str = ""
    role: str = ""
    platform_id: int | None = None
    deployment_id: int | None = None
    issued_at: float | None = None
    began: float = field(default_factory=monotonic)


def note_arrival(session: Session, trace: LaunchTrace, *, now: datetime) -> None:
    """Write down a launch that was let in."""
    session.add(_record(trace, OK, now))


def note_refusal(
    session: Session, trace: LaunchTrace, error: LaunchError, *, now: datetime
) -> None:
    """Write down why a launch was refused."""
    if trace.issued_at is None:
        trace.issued_at = error.issued_at
    row = _record(trace, error.code, now)
    row.said_issuer = _cut(error.said_issuer)
    row.said_client = _cut(error.said_client)
    session.add(row)
    session.flush()


def is_flooded(session: Session, platform_id: int | None, *, now: datetime) -> bool:
    """Tell whether so many were refused just now that no more are written down.

    Each platform is counted by itself, and the unknown ones together.
    """
    number = session.scalar(
        select(func.count())
        .select_from(LaunchRecord)
        .where(
            LaunchRecord.at > now - WINDOW,
            LaunchRecord.code != OK,
            LaunchRecord.platform_id.is_not_distinct_from(platform_id),
        )
    )
    return (number or 0) >= MOST_REFUSALS


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete what is older than 30 days; the worker does so now and then."""
    session.execute(delete(LaunchRecord).where(LaunchRecord.at < now - KEPT))


def _record(trace: LaunchTrace, code: str, now: datetime) -> LaunchRecord:
    return LaunchRecord(
        at=now,
        platform_id=trace.platform_id,
        deployment_id=trace.deployment_id,
        code=code,
        kind=trace.kind,
        role=trace.role,
        proof=PROOFS.get(code, Proof.NOT_REACHED),
        milliseconds=round((monotonic() - trace.began) * 1000),
        clock_seconds=_skew(trace.issued_at, now),
        said_issuer="",
        said_client="",
    )


def _skew(issued_at: float | None, now: datetime) -> int | None:
    if issued_at is None:
        return None
    skew = round(now.timestamp() - issued_at)
    return max(-LONGEST_SKEW, min(skew, LONGEST_SKEW))


def _cut(said: str) -> str:
    """Return what can be kept and shown of a text from anybody."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in said)
    return plain[:LONGEST_SAID]
