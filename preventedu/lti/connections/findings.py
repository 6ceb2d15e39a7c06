"""What a check found: a colour, a code for the words, and a detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.lti.connection_models import CheckName, CheckResult, ConnectionCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

CLOSE = 5
"""Seconds: we date back what we sign by as much, so nobody refuses it."""
FAR = 60
"""Seconds: launches from a clock that is further off are refused."""


@dataclass(frozen=True)
class Finding:
    """The result of one check; `detail` is a number or names of permissions."""

    name: CheckName
    result: CheckResult
    code: str
    detail: str = ""


def clock_finding(skews: Sequence[float], launch_seconds: int | None) -> Finding:
    """Judge the LMS's clock.

    Args:
        skews: Seconds by which its answers were ahead of us; none: it did not say.
        launch_seconds: Our time less the time of issue at the last launch; above 0
            it holds the person's own way through the browser.
    """
    ahead = list(skews)
    if launch_seconds is not None and launch_seconds < 0:
        # A launch from the future can only be a clock.
        ahead.append(-launch_seconds)
    if not ahead:
        return Finding(CheckName.CLOCK, CheckResult.NOT_YET, "no_clock")
    worst = max(ahead, key=abs)
    size = str(round(abs(worst)))
    if abs(worst) <= CLOSE:
        return Finding(CheckName.CLOCK, CheckResult.GREEN, "clock", size)
    side = "ahead" if worst > 0 else "behind"
    colour = CheckResult.AMBER if abs(worst) <= FAR else CheckResult.RED
    return Finding(CheckName.CLOCK, colour, side, size)


def keep(
    session: Session,
    platform_id: int,
    findings: Iterable[Finding],
    member: StaffMember,
    *,
    now: datetime,
) -> None:
    """Keep the latest result of each check."""
    held = {row.name: row for row in kept(session, platform_id)}
    for finding in findings:
        row = held.get(finding.name)
        if row is None:
            row = ConnectionCheck(platform_id=platform_id, name=finding.name)
            session.add(row)
        row.result, row.code = finding.result, finding.code
        row.detail = finding.detail
        row.checked_at, row.checked_by = now, member.email
    session.flush()


def kept(session: Session, platform_id: int) -> list[ConnectionCheck]:
    """Return the latest result of each check, in the order of the page."""
    rows = session.scalars(
        select(ConnectionCheck).where(ConnectionCheck.platform_id == platform_id)
    ).all()
    order = list(CheckName)
    return sorted(rows, key=lambda row: order.index(row.name))
