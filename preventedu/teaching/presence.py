"""Who was present when a lesson was taught from the front: the class list, and ticks.

Names come from the platform for one page view. Every student stands on the list in
the same way, whichever lesson they take: a gap, a grey box or a tick that does not
stay would point at a child.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from preventedu.auth import SeatRole
from preventedu.courses import assignments, consent, front
from preventedu.courses.models import Assignment, Completion
from preventedu.errors import NotFoundError
from preventedu.lti import outbox, users
from preventedu.lti.models import Enrollment, LtiUser
from preventedu.lti.roster import ACTIVE
from preventedu.people import Course, Lea
from preventedu.teaching.class_page import in_order

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime, tzinfo

    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from preventedu.courses.front import Showing
    from preventedu.lti.roster import Roster
    from preventedu.teaching.assigned import Assigned

MOST_LISTED = 400
"""Students on one page: a form of more is larger than we take."""


class Presence(enum.StrEnum):
    """What the list shows of a student."""

    OPEN = "open"
    TICKED = "ticked"
    """Today; it may be taken back until midnight in the LEA."""
    FINISHED = "finished"
    """Finished before, alone or in class: a tick would change nothing."""


@dataclass(frozen=True)
class Listed:
    """One student of the class; `subject` must never reach a page or a log."""

    subject: str = field(repr=False)
    name: str = field(repr=False)
    presence: Presence


@dataclass(frozen=True)
class ClassList:
    """The class at this moment.

    Attributes:
        problem: A code of `lti.problems`; or empty.
        nameless: Students whose name the platform does not tell: nobody can tick them.
        left_out: Students beyond `MOST_LISTED`.
    """

    students: tuple[Listed, ...]
    problem: str
    nameless: int
    left_out: int


@dataclass(frozen=True)
class Mark:
    """What the teacher did with one box: how it stood on the page, and how now."""

    subject: str = field(repr=False)
    was_ticked: bool
    is_ticked: bool


@dataclass
class Kept:
    """What became of the marks.

    Attributes:
        untaken: Students who take another lesson where there is none: nothing to keep.
        sent_before: Ticks taken back whose grade was in the gradebook already.
    """

    changed: int = 0
    untaken: int = 0
    sent_before: int = 0


def zone_of(session: Session, course_id: str) -> tzinfo:
    """Return the time zone in which the days of a course begin."""
    name = session.scalar(
        select(Lea.time_zone)
        .join(Course, Course.lea_id == Lea.id)
        .where(Course.id == course_id)
    )
    return ZoneInfo(name) if name else UTC


def read_list(
    session: Session,
    assigned: Assigned,
    platform_id: int,
    roster: Roster,
    *,
    now: datetime,
) -> ClassList:
    """Return the students of the class, by name.

    Args:
        session: Reads only: looking at the list makes no row for anybody.
        assigned: What the teacher's seat teaches.
        platform_id: Of the seat; a subject means nothing elsewhere.
        roster: As the platform gave it just now.
        now: Decides which ticks may still be taken back.
    """
    active = [m for m in roster.members if m.is_learner and m.status == ACTIVE]
    named = sorted((m for m in active if m.name), key=lambda m: in_order(m.name))
    shown = named[:MOST_LISTED]
    states = _states(session, assigned, platform_id, [m.subject for m in shown], now)
    return ClassList(
        students=tuple(
            Listed(m.subject, m.name, states.get(m.subject, Presence.OPEN))
            for m in shown
        ),
        problem=roster.problem,
        nameless=len(active) - len(named),
        left_out=len(named) - len(shown),
    )


def waits_for_consent(session: Session, assigned: Assigned, *, now: datetime) -> bool:
    """Tell whether students without a recorded consent take the other lesson."""
    assignment = session.get_one(Assignment, assigned.assignment_id)
    return consent.terms_of(session, assignment, now=now).waits_for_consent


def keep(
    session: Session,
    assigned: Assigned,
    seat: Seat,
    marks: Sequence[Mark],
    showing: Showing,
    *,
    now: datetime,
) -> Kept:
    """Keep the ticks that the teacher changed, and only those.

    Whoever has never launched gets a row now, as with an opt-out: the score needs it.
    """
    kept = Kept()
    clerk = _Clerk(session, assigned, seat, showing, now)
    # In one order, so that two teachers who save at once wait and never block.
    for mark in sorted(marks, key=lambda each: each.subject):
        if mark.is_ticked and not mark.was_ticked:
            clerk.tick(mark.subject, kept)
        elif mark.was_ticked and not mark.is_ticked:
            clerk.untick(mark.subject, kept)
    session.flush()
    return kept


@dataclass(frozen=True)
class _Clerk:
    """Enters one class's marks."""

    session: Session
    assigned: Assigned
    seat: Seat
    showing: Showing
    now: datetime

    def tick(self, subject: str, kept: Kept) -> None:
        user = users.lti_user(
            self.session, self.seat.platform_id, subject, now=self.now
        )
        self._let_be_graded(user)
        try:
            done = front.tick(
                self.session, self._taking(user), self.showing, now=self.now
            )
        except NotFoundError:
            kept.untaken += 1
            return
        kept.changed += done is not None

    def untick(self, subject: str, kept: Kept) -> None:
        user = users.find_lti_user(self.session, self.seat.platform_id, subject)
        if user is None:
            return
        zone = zone_of(self.session, self.assigned.course_id)
        taken_back = front.untick(self.session, self._taking(user), zone, now=self.now)
        if taken_back is None:
            return
        kept.changed += 1
        kept.sent_before += not outbox.drop_unsent(self.session, taken_back.id)

    def _taking(self, user: LtiUser) -> assignments.Taking:
        assignment = self.session.get_one(Assignment, self.assigned.assignment_id)
        return assignments.taking(
            self.session,
            user.learner_id,
            assignment,
            is_test=self.seat.is_test,
            now=self.now,
        )

    def _let_be_graded(self, user: LtiUser) -> None:
        """Note the learner at the link, unless a launch has said who they are."""
        link_id = self.assigned.resource_link_id
        known = self.session.scalar(
            select(
                exists().where(
                    Enrollment.resource_link_id == link_id,
                    Enrollment.lti_user_id == user.id,
                )
            )
        )
        if not known:
            users.note_role(self.session, link_id, user, SeatRole.LEARNER, now=self.now)


def _states(
    session: Session,
    assigned: Assigned,
    platform_id: int,
    subjects: Collection[str],
    now: datetime,
) -> dict[str, Presence]:
    known = {
        user.learner_id: user.subject
        for user in session.scalars(
            select(LtiUser).where(
                LtiUser.platform_id == platform_id, LtiUser.subject.in_(subjects)
            )
        )
    }
    assignment = session.get_one(Assignment, assigned.assignment_id)
    terms = consent.terms_of(session, assignment, now=now)
    taking = consent.participations(session, terms, known)
    rows: dict[str, list[Completion]] = {}
    for row in _standing(session, assigned.assignment_id, known):
        if row.is_alternative is taking[row.learner_id].is_alternative:
            rows.setdefault(row.learner_id, []).append(row)
    zone = zone_of(session, assigned.course_id)
    return {
        known[learner]: Presence.TICKED
        if front.is_open_to_change(found, zone, now=now)
        else Presence.FINISHED
        for learner, found in rows.items()
    }


def _standing(
    session: Session, assignment_id: str, learners: Mapping[str, str]
) -> Sequence[Completion]:
    return session.scalars(
        select(Completion).where(
            Completion.assignment_id == assignment_id,
            Completion.learner_id.in_(learners),
            Completion.superseded_at.is_(None),
        )
    ).all()
