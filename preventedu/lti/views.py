"""The wire's own pages: login, launch, our public keys."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from preventedu import auth, security
from preventedu.auth import SeatRole
from preventedu.db import get_reader, get_session
from preventedu.lti import handshake, keys, launch, launch_log, views_picker
from preventedu.lti.adapters import current
from preventedu.lti.errors import LaunchError
from preventedu.lti.models import DeploymentStatus
from preventedu.lti.registering import views as registering_views
from preventedu.lti.wire import Wire

if TYPE_CHECKING:
    from flask import Flask, Response
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat
    from preventedu.lti.launch import Admission
    from preventedu.lti.launch_log import LaunchTrace
    from preventedu.settings import Settings

log = logging.getLogger(__name__)

PREFIX = "/lti"
JWKS_AGE = 600
"""Seconds that a platform may keep our keys."""


def init_app(app: Flask, settings: Settings, prefix: str = PREFIX) -> None:
    """Let platforms in at `prefix`; `CLOCK` in the configuration gives the time."""
    wire = Wire(settings.secret_key, settings.allow_loopback_platforms)
    current.keep_wire(app, wire)
    app.config.setdefault("CLOCK", _utc_now)
    bp = Blueprint("lti", __name__, template_folder="templates")
    bp.add_url_rule(f"{prefix}/login", "login", login, methods=["GET", "POST"])
    bp.add_url_rule(f"{prefix}/launch", "launch", accept_launch, methods=["POST"])
    bp.add_url_rule(f"{prefix}/launch", "launch_help", launch_help)
    bp.add_url_rule(f"{prefix}/jwks.json", "jwks", jwks)
    bp.add_url_rule("/s/<seat_id>/no-course", "no_course", no_course)
    views_picker.add_to(bp)
    bp.register_error_handler(LaunchError, _show_refusal)
    app.register_blueprint(bp)
    registering_views.init_app(app, prefix)


def login() -> ResponseReturnValue:
    """Begin a launch: leave a one-time row and send the browser back to its LMS."""
    security.frame_by(security.ANYBODY)
    session, now = get_session(), _now()
    _trace().kind = launch_log.LOGIN
    begun = handshake.begin(session, _login(), launch_url(), now=now)
    session.commit()
    response: Response = current_app.make_response(redirect(begun.redirect_url))
    response.set_cookie(
        begun.cookie_name,
        begun.cookie_value,
        max_age=handshake.LIFETIME,
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )
    return response


def accept_launch() -> ResponseReturnValue:
    """Let a person in whom the platform vouches for, once."""
    security.frame_by(security.ANYBODY)
    trace, now, posted = _trace(), _now(), _posted()
    wire = current.current_wire()
    # Keys may have to be fetched: no write lock is held meanwhile.
    platform, verified = handshake.verify(
        get_reader(), wire, posted, launch_url(), now=now
    )
    verified = launch.as_let_in(platform, verified)
    trace.kind, trace.role = verified.message.value, verified.role.value
    trace.platform_id, trace.issued_at = platform.id, verified.issued_at
    session = get_session()
    handshake.use_up(session, platform, verified, posted, now=now)
    deployment = launch.deployment_of(session, platform, verified, now=now)
    if deployment.status is DeploymentStatus.PENDING:
        session.commit()
    trace.deployment_id = deployment.id
    launch.check_active(platform, deployment)
    admission = launch.admit(session, platform, deployment, verified, now=now)
    cookie = request.cookies.get(auth.COOKIE)
    browser, token = auth.open_session(session, cookie, now=now)
    seat = auth.grant_seat(session, browser, admission.grant, now=now)
    launch.remember_choice(session, seat, admission)
    launch_log.note_arrival(session, trace, now=now)
    session.commit()
    return _let_in(seat, admission, token, posted.state)


def launch_help() -> ResponseReturnValue:
    """Say how to come in: to someone with a bookmark, and to Moodle's link checker."""
    security.frame_by(security.ANYBODY)
    if "error" in request.args:
        return _platform_said_no(request.args.get("state", ""))
    return render_template("lti/launch_help.html")


def no_course(seat_id: str) -> ResponseReturnValue:
    """Tell a teacher who came from outside of a course how to go on."""
    seat = auth.current_seat(seat_id, SeatRole.TEACHER)
    return render_template("lti/no_course.html", seat=seat)


def jwks() -> ResponseReturnValue:
    """Publish our public keys."""
    settings: Settings = current_app.config["SETTINGS"]
    now = _now()
    found = keys.public_jwks(get_reader(), settings.secret_key, now=now)
    if not found["keys"]:
        session = get_session()
        keys.ensure_key(session, settings.secret_key, now=now)
        session.commit()
        found = keys.public_jwks(session, settings.secret_key, now=now)
    response = jsonify(found)
    response.headers["Cache-Control"] = f"public, max-age={JWKS_AGE}"
    return response


def launch_url() -> str:
    """Return the address of our launch page, as platforms have it."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.public_url + url_for("lti.launch")


def _login() -> handshake.Login:
    given = request.form if request.method == "POST" else request.args
    return handshake.Login(
        issuer=given.get("iss", ""),
        login_hint=given.get("login_hint", ""),
        target_link_uri=given.get("target_link_uri", ""),
        client_id=given.get("client_id", ""),
        message_hint=given.get("lti_message_hint", ""),
        deployment_hint=given.get("lti_deployment_id", ""),
    )


def _posted() -> handshake.Posted:
    try:
        form = request.form
    except RequestEntityTooLarge:
        raise LaunchError("too_large") from None
    if "error" in form:
        _raise_platform_error(form.get("state", ""))
    return handshake.Posted(
        id_token=form.get("id_token", ""),
        state=form.get("state", ""),
        cookies=request.cookies,
    )


def _raise_platform_error(state: str) -> None:
    error = LaunchError("platform_said_no")
    platform = handshake.platform_of_state(get_reader(), state)
    if platform is not None:
        error.frame_origin = platform.frame_origins
    raise error


def _platform_said_no(state: str) -> ResponseReturnValue:
    try:
        _raise_platform_error(state)
    except LaunchError as error:
        return _show_refusal(error)
    raise AssertionError


def _let_in(
    seat: Seat, admission: Admission, token: str, state: str
) -> ResponseReturnValue:
    pages: dict[SeatRole, str] = current_app.config["SEAT_PAGES"]
    if admission.deep_linking is not None:
        endpoint = "lti.pick"
    elif seat.course_id is None and seat.role is SeatRole.TEACHER:
        endpoint = "lti.no_course"
    elif admission.has_assignment:
        endpoint = pages[seat.role]
    else:
        is_teacher = seat.role is SeatRole.TEACHER
        endpoint = "lti.pick" if is_teacher else "courses.waiting"
    page = url_for(endpoint, seat_id=seat.id)
    response = current_app.make_response(redirect(page, HTTPStatus.SEE_OTHER))
    auth.set_cookie(response, token)
    response.delete_cookie(
        handshake.cookie_name(state),
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )
    return response


def _show_refusal(error: LaunchError) -> ResponseReturnValue:
    security.frame_by(error.frame_origin)
    log.warning("a launch was refused", extra={"code": error.code})
    # For the counters of `preventedu.health`.
    g.refusal_code = error.code
    _note_refusal(error)
    page = render_template("lti/refused.html", error=error, refusal=error.refusal)
    return page, error.refusal.status


def _trace() -> LaunchTrace:
    if "launch_trace" not in g:
        g.launch_trace = launch_log.LaunchTrace()
    trace: LaunchTrace = g.launch_trace
    return trace


def _note_refusal(error: LaunchError) -> None:
    """Write down why, for school IT; the person's page does not depend on it."""
    now, trace = _now(), _trace()
    trace.platform_id = trace.platform_id or error.platform_id
    try:
        if launch_log.is_flooded(get_reader(), trace.platform_id, now=now):
            return
        session = get_session()
        # Whatever the launch had begun to write is not let in.
        session.rollback()
        launch_log.note_refusal(session, trace, error, now=now)
        session.commit()
    except SQLAlchemyError:
        log.exception("a refused launch could not be written down")


def _now() -> datetime:
    now: datetime = current_app.config["CLOCK"]()
    return now


def _utc_now() -> datetime:
    return datetime.now(UTC)
