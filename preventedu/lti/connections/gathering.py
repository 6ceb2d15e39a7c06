"""What the database knows before a connection is tried, as plain values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select, true

from preventedu.auth import SeatRole
from preventedu.lti import registration
from preventedu.lti.connection_models import CheckName, CheckResult, LaunchRecord, Proof
from preventedu.lti.connections.findings import Finding
from preventedu.lti.launch_log import OK
from preventedu.lti.models import (
    Context,
    DeliveryStatus,
    Deployment,
    Enrollment,
    LtiUser,
    ResourceLink,
    ScoreDelivery,
)

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from preventedu.lti.models import Platform
    from preventedu.lti.registration import Registered

RECENT = 50
"""Launches whose proof is looked at."""
NOT_YET = CheckResult.NOT_YET


@dataclass(frozen=True)
class Readable:
    """A gradebook cell that may be read."""

    line_item_url: str
    subject: str = field(repr=False)


@dataclass(frozen=True)
class Facts:
    """What is known of a platform.

    Attributes:
        known: Findings that need no request, and what stands where one is not
            possible yet.
        launch_seconds: Our time less the last launch's time of issue.
        memberships_url: Of the latest course that shares its list; or empty.
        readable: A cell to read, where no grade was sent so far.
    """

    platform: Registered
    known: tuple[Finding, ...]
    launch_seconds: int | None
    memberships_url: str
    readable: Readable | None


def gather(
    session: Session, platform: Platform, mine: ColumnElement[bool] | None = None
) -> Facts:
    """Read what is known; reads only, so nothing is locked while the LMS is asked.

    Args:
        session: Reads only.
        platform: Which.
        mine: Of which deployments classes and grades are looked at: whoever tries a
            shared LMS reads no class list of another LEA. None: of all.
    """
    mine = true() if mine is None else mine
    let_in = _launches(platform).where(
        LaunchRecord.code == OK,
        LaunchRecord.deployment_id.in_(select(Deployment.id).where(mine)),
    )
    last = session.scalar(let_in.limit(1))
    memberships = session.scalar(
        select(Context.memberships_url)
        .join(Deployment)
        .where(
            Deployment.platform_id == platform.id,
            mine,
            Context.memberships_url.is_not(None),
        )
        .order_by(Context.id.desc())
        .limit(1)
    )
    grades = _last_grade(session, platform, mine)
    readable = _readable(session, platform, mine) if grades is None else None
    known = [_cookies(session, platform)]
    if not memberships:
        known.append(_absent(CheckName.ROSTER, is_known=last is not None))
    if grades is not None:
        known.append(grades)
    elif readable is None:
        can_score = _can_score(session, platform, mine)
        known.append(
            Finding(CheckName.GRADES, NOT_YET, "no_grade_yet")
            if can_score
            else _absent(CheckName.GRADES, is_known=last is not None)
        )
    return Facts(
        platform=registration.plain(platform),
        known=tuple(known),
        launch_seconds=last.clock_seconds if last else None,
        memberships_url=memberships or "",
        readable=readable,
    )


def _absent(name: CheckName, *, is_known: bool) -> Finding:
    """Say that nobody has launched yet, or that the launches offer no such service."""
    if is_known:
        return Finding(name, CheckResult.RED, "not_offered")
    return Finding(name, NOT_YET, "first_launch")


def _cookies(session: Session, platform: Platform) -> Finding:
    proofs = Counter(
        row.proof
        for row in session.scalars(
            _launches(platform)
            .where(LaunchRecord.proof != Proof.NOT_REACHED)
            .limit(RECENT)
        )
    )
    name, total = CheckName.COOKIES, sum(proofs.values())
    if not total:
        return Finding(name, NOT_YET, "first_launch")
    detail = f"{proofs[Proof.COOKIE]}/{total}"
    if proofs[Proof.COOKIE] == total:
        return Finding(name, CheckResult.GREEN, "cookie", detail)
    if proofs[Proof.COOKIE]:
        return Finding(name, CheckResult.AMBER, "cookie_mostly", detail)
    return Finding(name, CheckResult.RED, "cookie_never", detail)


def _last_grade(
    session: Session, platform: Platform, mine: ColumnElement[bool]
) -> Finding | None:
    """Return what became of the grade that was sent last, if one ever was."""
    last = session.scalar(
        select(ScoreDelivery)
        .join(ResourceLink)
        .join(Deployment)
        .where(
            Deployment.platform_id == platform.id,
            mine,
            ScoreDelivery.stamped_at.is_not(None),
        )
        .order_by(ScoreDelivery.stamped_at.desc())
        .limit(1)
    )
    name = CheckName.GRADES
    if last is None:
        return None
    if last.status is DeliveryStatus.SENT:
        return Finding(name, CheckResult.GREEN, "arrived")
    if last.status is DeliveryStatus.FAILED:
        return Finding(name, CheckResult.RED, "failed", last.problem)
    return Finding(name, CheckResult.AMBER, "under_way", last.problem)


def _readable(
    session: Session, platform: Platform, mine: ColumnElement[bool]
) -> Readable | None:
    found = session.execute(
        select(ResourceLink.line_item_url, LtiUser.subject)
        .join(Deployment, Deployment.id == ResourceLink.deployment_id)
        .join(Enrollment, Enrollment.resource_link_id == ResourceLink.id)
        .join(LtiUser, LtiUser.id == Enrollment.lti_user_id)
        .where(
            Deployment.platform_id == platform.id,
            mine,
            ResourceLink.can_score,
            ResourceLink.can_read_results,
            ResourceLink.line_item_url.is_not(None),
            Enrollment.role.in_([SeatRole.LEARNER.value, SeatRole.TEST_LEARNER.value]),
        )
        .order_by(Enrollment.seen_at.desc())
        .limit(1)
    ).first()
    return Readable(found[0] or "", found[1]) if found else None


def _can_score(session: Session, platform: Platform, mine: ColumnElement[bool]) -> bool:
    found = session.scalar(
        select(ResourceLink.id)
        .join(Deployment)
        .where(
            Deployment.platform_id == platform.id,
            mine,
            ResourceLink.can_score,
            ResourceLink.line_item_url.is_not(None),
        )
        .limit(1)
    )
    return found is not None


def _launches(platform: Platform) -> Select[LaunchRecord]:
    """Select a platform's launches, newest first."""
    return (
        select(LaunchRecord)
        .where(LaunchRecord.platform_id == platform.id)
        .order_by(LaunchRecord.at.desc(), LaunchRecord.id.desc())
    )
