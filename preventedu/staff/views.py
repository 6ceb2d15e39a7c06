"""Pages to sign in, sign out, and take up an invitation."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from itsdangerous import BadSignature, URLSafeTimedSerializer

from preventedu.db import get_reader, get_session
from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _
from preventedu.staff import accounts, sign_in
from preventedu.staff.delays import Visitor, account_key
from preventedu.staff.forms import NewPasswordForm, SignInForm, SignOutForm
from preventedu.staff.passwords import WeakPasswordError
from preventedu.staff.views_access import (
    current_staff,
    current_token,
    home_address,
    sign_in_browser,
    sign_out_browser,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug import Response

    from preventedu.people import StaffMember

bp = Blueprint("staff", __name__, url_prefix="/staff", template_folder="templates")

KNOWN_COOKIE = "__Host-preventedu-known"
KNOWN_FOR = timedelta(days=180)


@bp.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
def sign_in_page() -> ResponseReturnValue:
    """Let a staff member sign in."""
    form = SignInForm()
    if not form.is_submitted_and_valid():
        return render_template("staff/sign_in.html", form=form, problem="")
    email, now = str(form.email.data), datetime.now(UTC)
    session = get_session()
    try:
        sign_in.count_attempt(session, email, _visitor(email), now=now)
        # Counted for good before it is checked; checking takes long and must not
        # hold the one write lock that learners' saves wait for.
        session.commit()
        member = sign_in.check_password(get_reader(), email, str(form.password.data))
    except sign_in.TooSoonError as error:
        page = render_template("staff/sign_in.html", form=form, problem=str(error))
        headers = {"Retry-After": str(error.seconds)}
        return page, HTTPStatus.TOO_MANY_REQUESTS, headers
    except sign_in.WrongPasswordError as error:
        page = render_template("staff/sign_in.html", form=form, problem=str(error))
        return page, HTTPStatus.FORBIDDEN
    token = sign_in.open_session(session, member, now=now)
    session.commit()
    return _welcome(member, token)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Sign this browser out, wherever its cookie was copied to."""
    current_staff()
    if not SignOutForm().is_submitted_and_valid():
        raise RefusedError(_("This form has expired. Load the page again."))
    session = get_session()
    sign_in.end_session(session, current_token(), now=datetime.now(UTC))
    session.commit()
    sign_out_browser()
    return redirect(url_for("staff.sign_in"), HTTPStatus.SEE_OTHER)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> ResponseReturnValue:
    """Let somebody who was invited choose a password, once."""
    now = datetime.now(UTC)
    member = accounts.find_invitation(get_reader(), token, now=now).staff_member
    form = NewPasswordForm()
    problem = ""
    if form.is_submitted_and_valid():
        session = get_session()
        try:
            accepted = accounts.accept(session, token, str(form.password.data), now=now)
        except WeakPasswordError as error:
            problem = str(error)
        else:
            opened = sign_in.open_session(session, accepted, now=now)
            session.commit()
            return _welcome(accepted, opened)
    return render_template(
        "staff/invitation.html", form=form, member=member, problem=problem
    )


def _welcome(member: StaffMember, token: str) -> Response:
    sign_in_browser(member, token)
    answer = redirect(home_address(), HTTPStatus.SEE_OTHER)
    answer.set_cookie(
        KNOWN_COOKIE,
        _serializer().dumps([account_key(member.email), secrets.token_urlsafe(16)]),
        max_age=KNOWN_FOR,
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return answer


def _visitor(email: str) -> Visitor:
    """Return from where this request comes, and whether its browser is known."""
    browser = None
    try:
        known, mark = _serializer().loads(
            request.cookies.get(KNOWN_COOKIE, ""),
            max_age=int(KNOWN_FOR.total_seconds()),
        )
        browser = mark if known == account_key(sign_in.normal(email)) else None
    except (BadSignature, ValueError):
        browser = None
    return Visitor(request.remote_addr or "", browser)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], "known-browser")
