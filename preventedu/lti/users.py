"""The opaque subjects of a platform, each with its learner; no name is ever known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from preventedu.auth import SeatRole
from preventedu.lti.models import Enrollment, LtiUser
from preventedu.people import Learner

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

KEPT_ROLES = frozenset({SeatRole.LEARNER, SeatRole.TEST_LEARNER, SeatRole.TEACHER})
"""Observers and guests leave no row behind: nothing is kept about them."""


def find_lti_user(session: Session, platform_id: int, subject: str) -> LtiUser | None:
    """Return the user with this subject, if a launch or a teacher named them before."""
    return session.scalar(
        select(LtiUser).where(
            LtiUser.platform_id == platform_id, LtiUser.subject == subject
        )
    )


def lti_user(
    session: Session, platform_id: int, subject: str, *, now: datetime
) -> LtiUser:
    """Return the user with this subject, made with a learner if it is new."""
    found = find_lti_user(session, platform_id, subject)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            new = LtiUser(
                platform_id=platform_id,
                subject=subject,
                learner=Learner(created_at=now),
                first_seen_at=now,
            )
            session.add(new)
    except IntegrityError:
        # Another request was faster.
        return session.scalars(
            select(LtiUser).where(
                LtiUser.platform_id == platform_id, LtiUser.subject == subject
            )
        ).one()
    return new


def note_role(
    session: Session,
    resource_link_id: int,
    user: LtiUser,
    role: SeatRole,
    *,
    now: datetime,
) -> None:
    """Remember in which role a user was last seen at a link."""
    seen = session.execute(
        update(Enrollment)
        .where(
            Enrollment.resource_link_id == resource_link_id,
            Enrollment.lti_user_id == user.id,
        )
        .values(role=role.value, seen_at=now)
        .returning(Enrollment.id)
    ).first()
    if seen is not None:
        return
    try:
        with session.begin_nested():
            session.add(
                Enrollment(
                    resource_link_id=resource_link_id,
                    lti_user_id=user.id,
                    role=role.value,
                    seen_at=now,
                )
            )
    except IntegrityError:
        # Another tab was faster; it saw the same role a moment ago.
        return
