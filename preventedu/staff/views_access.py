"""Who is asking, when they signed in without an LMS (Flask-Login)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app, redirect, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from preventedu.db import get_reader
from preventedu.errors import NotAllowedError
from preventedu.forms import csrf_token
from preventedu.i18n import gettext as _
from preventedu.staff.navigation import pages_for
from preventedu.staff.sign_in import find_member

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

    from preventedu.people import StaffMember, StaffRole
    from preventedu.staff.navigation import StaffPage


class SignInNeededError(NotAllowedError):
    """Nobody is signed in; the browser is sent to the sign-in page."""


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login carries no types
    """A signed-in browser: the staff member and the token of the session."""

    def __init__(self, member: StaffMember, token: str) -> None:
        self.member = member
        self.token = token

    def get_id(self) -> str:
        """Return what the signed cookie holds: a token, not who it is."""
        return self.token


def init_app(app: Flask) -> None:
    """Let staff be known on every page."""
    manager = LoginManager()
    # The session row is the check; a fingerprint of browser and address is not.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app, add_context_processor=False)
    app.register_error_handler(SignInNeededError, _to_sign_in)
    app.jinja_env.globals.update(
        signed_in_staff=signed_in_staff,
        staff_pages=staff_pages,
        home_address=home_address,
        csrf_token=csrf_token,
    )


def sign_in_browser(member: StaffMember, token: str) -> None:
    """Give this browser a fresh cookie: whatever it held before is gone."""
    session.clear()
    login_user(SignedIn(member, token))


def sign_out_browser() -> None:
    """Leave nothing in this browser's cookie."""
    logout_user()
    session.clear()


def signed_in_staff() -> StaffMember | None:
    """Return who is signed in, if anybody is."""
    return current_user.member if current_user.is_authenticated else None


def staff_pages() -> list[StaffPage]:
    """Return the bar's entries for whoever is signed in; the first one is home."""
    member = signed_in_staff()
    pages: tuple[StaffPage, ...] = current_app.config["STAFF_PAGES"]
    return pages_for(member, pages) if member is not None else []


def home_address() -> str:
    """Return where whoever is signed in begins."""
    pages = staff_pages()
    return url_for(pages[0].endpoint if pages else "staff.sign_in")


def current_token() -> str:
    """Return the token of this browser's session; empty without one."""
    return current_user.token if current_user.is_authenticated else ""


def current_staff(*roles: StaffRole) -> StaffMember:
    """Return who is signed in.

    Args:
        roles: Who may come in; none given: all staff.

    Raises:
        SignInNeededError: Nobody is signed in.
        NotAllowedError: The person has another role.
    """
    member = signed_in_staff()
    if member is None:
        raise SignInNeededError(_("Sign in first."))
    if roles and member.role not in roles:
        raise NotAllowedError(_("This page is not for your role."))
    return member


def _load(token: str) -> SignedIn | None:
    member = find_member(get_reader(), token, now=datetime.now(UTC))
    return SignedIn(member, token) if member else None


def _to_sign_in(_error: SignInNeededError) -> ResponseReturnValue:
    return redirect(url_for("staff.sign_in"), 303)
