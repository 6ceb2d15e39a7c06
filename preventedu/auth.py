"""Who is asking, when they come from an LMS: browser sessions and their seats.

One browser may hold many seats at once (two courses; teacher and student view), so
every page's address names its seat, `/s/<seat id>/…`, and the cookie holds only the
id of a session row. A seat's id alone opens nothing: the session must own it.
"""

from __future__ import annotations

import enum
import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import current_app, g, request
from sqlalchemy import ForeignKey, String, false, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from preventedu.db import Base, TextEnum, get_reader
from preventedu.errors import NotAllowedError
from preventedu.i18n import gettext as _
from preventedu.people import Course, Learner, random_id

if TYPE_CHECKING:
    from flask import Response

COOKIE = "__Host-preventedu-lti"
SESSION_LIFETIME = timedelta(hours=12)
"""A session outlives its seats a little, so that one school day needs one cookie."""


class SeatRole(enum.StrEnum):
    """What a launch lets its person do here; everything unclear is a guest."""

    LEARNER = "learner"
    TEST_LEARNER = "test-learner"
    """The LMS's pretend student: works fully, is never graded or counted."""
    TEACHER = "teacher"
    OBSERVER = "observer"
    GUEST = "guest"


class BrowserSession(Base):
    """The row behind the cookie of a browser that came from an LMS."""

    __tablename__ = "browser_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the cookie's value: a stolen database opens no session."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Seat(Base):
    """What one launch granted to one browser session."""

    __tablename__ = "seat"

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    session_id: Mapped[int] = mapped_column(
        ForeignKey(BrowserSession.id, ondelete="CASCADE"), index=True
    )
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    lti_user_id: Mapped[int | None] = mapped_column(
        ForeignKey("lti_user.id", ondelete="SET NULL"), index=True
    )
    role: Mapped[SeatRole] = mapped_column(TextEnum(SeatRole))
    learner_id: Mapped[str | None] = mapped_column(ForeignKey(Learner.id))
    course_id: Mapped[str | None] = mapped_column(ForeignKey(Course.id))
    resource_link_id: Mapped[int | None] = mapped_column(ForeignKey("resource_link.id"))
    course_title: Mapped[str] = mapped_column(default="")
    """Shown on the page while the seat lives; erased with the seat."""
    frame_origin: Mapped[str]
    """Origin of the platform: the only one that may frame this seat's pages."""
    locale: Mapped[str]
    granted_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    is_test: Mapped[bool] = mapped_column(server_default=false(), default=False)
    """The platform is a trial copy: nothing that is done here counts or is graded."""

    session: Mapped[BrowserSession] = relationship()

    @property
    def learns(self) -> bool:
        """Tell whether this seat's work is kept."""
        return self.role in (SeatRole.LEARNER, SeatRole.TEST_LEARNER)


@dataclass(frozen=True)
class SeatGrant:
    """What a verified launch lets its person do; plain values from the `lti` room."""

    platform_id: int
    lti_user_id: int | None
    role: SeatRole
    learner_id: str | None
    course_id: str | None
    resource_link_id: int | None
    course_title: str
    frame_origin: str
    locale: str
    is_test: bool = False


def open_session(
    session: Session, cookie: str | None, *, now: datetime
) -> tuple[BrowserSession, str]:
    """Return the browser's session row and its cookie value, made if need be."""
    found = find_session(session, cookie, now=now)
    if found is not None and cookie is not None:
        lifetime: timedelta = current_app.config["SEAT_LIFETIME"]
        if found.expires_at < now + lifetime:
            # A seat granted now must not end with this morning's session.
            found.expires_at = now + SESSION_LIFETIME
        return found, cookie
    token = secrets.token_urlsafe(32)
    row = BrowserSession(
        token_hash=_hash(token), created_at=now, expires_at=now + SESSION_LIFETIME
    )
    session.add(row)
    session.flush()
    return row, token


def find_session(
    session: Session, cookie: str | None, *, now: datetime
) -> BrowserSession | None:
    """Return the living session that the cookie opens, if any."""
    if not cookie:
        return None
    return session.scalar(
        select(BrowserSession).where(
            BrowserSession.token_hash == _hash(cookie), BrowserSession.expires_at > now
        )
    )


def grant_seat(
    session: Session, browser: BrowserSession, grant: SeatGrant, *, now: datetime
) -> Seat:
    """Give the browser a seat; end those of another person of the same platform.

    Shared Chromebooks: the next pupil's launch must not leave the last one's pages
    open.
    """
    _end_seats_of_others(session, browser, grant, now=now)
    lifetime: timedelta = current_app.config["SEAT_LIFETIME"]
    seat = Seat(
        session_id=browser.id,
        platform_id=grant.platform_id,
        lti_user_id=grant.lti_user_id,
        role=grant.role,
        learner_id=grant.learner_id,
        course_id=grant.course_id,
        resource_link_id=grant.resource_link_id,
        course_title=grant.course_title,
        frame_origin=grant.frame_origin,
        locale=grant.locale,
        is_test=grant.is_test,
        granted_at=now,
        expires_at=now + lifetime,
    )
    session.add(seat)
    session.flush()
    return seat


def _end_seats_of_others(
    session: Session, browser: BrowserSession, grant: SeatGrant, *, now: datetime
) -> None:
    session.execute(
        update(Seat)
        .where(
            Seat.session_id == browser.id,
            Seat.platform_id == grant.platform_id,
            Seat.ended_at.is_(None),
            # Nobody can tell whether an observer or guest is the one before.
            or_(Seat.lti_user_id.is_(None), Seat.lti_user_id != grant.lti_user_id),
        )
        .values(ended_at=now)
    )


def find_seat(
    session: Session, seat_id: str, cookie: str | None, *, now: datetime
) -> Seat | None:
    """Return the living seat, if the browser behind `cookie` owns it."""
    if not cookie:
        return None
    return session.scalar(
        select(Seat)
        .join(BrowserSession)
        .where(
            Seat.id == seat_id,
            Seat.ended_at.is_(None),
            Seat.expires_at > now,
            BrowserSession.token_hash == _hash(cookie),
            BrowserSession.expires_at > now,
        )
    )


def current_seat(seat_id: str, *roles: SeatRole) -> Seat:
    """Return the seat that this request names, or refuse.

    Args:
        seat_id: From the page's address.
        roles: Who may come in; none given: anybody with the seat.

    Raises:
        NotAllowedError: The browser does not own the seat, it has ended, or the
            person has another role.
    """
    now = datetime.now(UTC)
    seat = find_seat(get_reader(), seat_id, request.cookies.get(COOKIE), now=now)
    if seat is None:
        raise NotAllowedError(
            _("This page was closed. Open the lesson again from your class.")
        )
    g.seat = seat
    if roles and seat.role not in roles:
        raise NotAllowedError(_("This page is not for your role in this class."))
    return seat


def set_cookie(response: Response, token: str) -> None:
    """Hand the browser its session cookie, which lives in the LMS's partition."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_LIFETIME,
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
