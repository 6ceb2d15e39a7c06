"""The opaque subjects of a platform, each with its learner; no name is ever known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from preventedu.auth import SeatRole
from preventedu.lti.models import Enrollment, LtiUser, Platform
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
    """Return the user with this subject, made with a learner if it is new.

    An LMS that was connected anew speaks of the same people: each keeps their learner,
    so that no opt-out or consent is lost.
    """
    found = find_lti_user(session, platform_id, subject)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            known = _known_elsewhere(session, platform_id, subject)
            new = LtiUser(
                platform_id=platform_id,
                subject=subject,
                learner=known or Learner(created_at=now),
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


def _known_elsewhere(
    session: Session, platform_id: int, subject: str
) -> Learner | None:
    """Return the learner with this subject at an earlier connection of the same LMS.

    A subject is unique within its issuer. The keys must be the same too: whoever can
    sign for one of the two connections can then sign for the other anyway.

    Source: LTI core 1.3, 5.3.6.1, https://www.imsglobal.org/spec/lti/v1p3/
    """
    here, there = aliased(Platform), aliased(Platform)
    return session.scalar(
        select(Learner)
        .join(LtiUser, LtiUser.learner_id == Learner.id)
        .join(there, there.id == LtiUser.platform_id)
        .join(
            here,
            and_(
                here.issuer == there.issuer,
                here.jwks_url == there.jwks_url,
                here.is_test == there.is_test,
            ),
        )
        .where(here.id == platform_id, LtiUser.subject == subject)
        .order_by(LtiUser.id)
        .limit(1)
    )


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
