"""Recording what somebody presented to a group; corrected by new rows only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from preventedu.courses.session_models import (
    MOST_PRESENT,
    PresenterKind,
    PresenterSession,
)
from preventedu.errors import NotFoundError, RefusedError
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from preventedu.courses.session_models import SessionMode

LONGEST_AGO = timedelta(days=366)
"""Older sessions belong to a report that was made long ago."""


@dataclass(frozen=True)
class Presenter:
    """A partner who may be named as the presenter."""

    organization_id: int
    name: str


@dataclass(frozen=True)
class Held:
    """What somebody says about a session.

    Attributes:
        held_on: The day in the LEA's calendar.
        organization_id: Of the partner; exactly where a partner presented. Whether
            its agreement covers the class is the caller's to check.
        headcount: People who were there, from 1 to `MOST_PRESENT`.
    """

    held_on: date
    mode: SessionMode
    presenter: PresenterKind
    organization_id: int | None
    headcount: int


@dataclass(frozen=True)
class Note:
    """Who records it, for which assignment, on which day of the LEA's calendar."""

    assignment_id: str
    lti_user_id: int | None
    today: date


def record(
    session: Session, note: Note, held: Held, *, now: datetime
) -> PresenterSession:
    """Record a session.

    Raises:
        RefusedError: The day is to come or long past, the partner is missing, or the
            headcount cannot be right.
    """
    check(held, note.today)
    return _add(session, note, held, corrects=None, now=now)


def correct(
    session: Session, session_id: int, note: Note, held: Held, *, now: datetime
) -> PresenterSession:
    """Say what a session was instead; the row before stays as it is.

    Raises:
        NotFoundError: No such session of this assignment is in force.
        RefusedError: As in `record`, or somebody else corrected it a moment ago.
    """
    check(held, note.today)
    earlier = find(session, session_id, note.assignment_id)
    return _add(session, note, held, corrects=earlier, now=now)


def take_back(
    session: Session, session_id: int, note: Note, *, now: datetime
) -> PresenterSession:
    """Say that a session did not take place; its row stays for those who look later.

    Raises:
        NotFoundError: No such session of this assignment is in force.
        RefusedError: Somebody else corrected it a moment ago.
    """
    earlier = find(session, session_id, note.assignment_id)
    held = Held(
        earlier.held_on,
        earlier.mode,
        earlier.presenter,
        earlier.organization_id,
        earlier.headcount,
    )
    row = _row(note, held, earlier, now)
    row.is_withdrawn = True
    return _keep(session, row)


def find(session: Session, session_id: int, assignment_id: str) -> PresenterSession:
    """Return a session in force of an assignment.

    Raises:
        NotFoundError: There is none, it is another assignment's, or it was corrected.
    """
    found = session.scalar(
        in_force().where(
            PresenterSession.id == session_id,
            PresenterSession.assignment_id == assignment_id,
        )
    )
    if found is None:
        raise NotFoundError(_("This session was changed meanwhile. Load the page."))
    return found


def of_assignment(session: Session, assignment_id: str) -> Sequence[PresenterSession]:
    """Return the sessions in force of an assignment, the latest day first."""
    return session.scalars(
        in_force()
        .where(PresenterSession.assignment_id == assignment_id)
        .order_by(PresenterSession.held_on.desc(), PresenterSession.id.desc())
    ).all()


def in_force() -> Select[PresenterSession]:
    """Select the sessions that stand: not corrected since, and not taken back."""
    later = aliased(PresenterSession)
    return select(PresenterSession).where(
        PresenterSession.is_withdrawn.is_(False),
        ~select(later.id).where(later.corrects_id == PresenterSession.id).exists(),
    )


def check(held: Held, today: date) -> None:
    """Refuse what cannot be right.

    Raises:
        RefusedError: Says what and how to put it right.
    """
    if held.held_on > today:
        raise RefusedError(_("This day is still to come. Record it afterwards."))
    if held.held_on < today - LONGEST_AGO:
        raise RefusedError(_("This day is more than a year ago. Check the year."))
    if not 1 <= held.headcount <= MOST_PRESENT:
        raise RefusedError(
            _("Give the headcount as a number from 1 to %(most)s.", most=MOST_PRESENT)
        )
    if (held.presenter is PresenterKind.PARTNER) != bool(held.organization_id):
        raise RefusedError(_("Say who presented."))


def _add(
    session: Session,
    note: Note,
    held: Held,
    *,
    corrects: PresenterSession | None,
    now: datetime,
) -> PresenterSession:
    return _keep(session, _row(note, held, corrects, now))


def _row(
    note: Note, held: Held, corrects: PresenterSession | None, now: datetime
) -> PresenterSession:
    return PresenterSession(
        assignment_id=note.assignment_id,
        held_on=held.held_on,
        mode=held.mode,
        presenter=held.presenter,
        organization_id=held.organization_id,
        headcount=held.headcount,
        is_withdrawn=False,
        corrects_id=corrects.id if corrects else None,
        recorded_at=now,
        lti_user_id=note.lti_user_id,
    )


def _keep(session: Session, row: PresenterSession) -> PresenterSession:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise RefusedError(
            _("This session was changed meanwhile. Load the page.")
        ) from None
    return row
