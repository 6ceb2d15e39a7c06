"""Pages for the administrator of an LMS: our own one in its frame, and Canvas JSON."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    current_app,
    jsonify,
    render_template,
    request,
)
from itsdangerous import BadSignature, URLSafeTimedSerializer

from preventedu import security
from preventedu.db import get_reader, get_session
from preventedu.lti import platforms
from preventedu.lti.adapters.current import current_wire
from preventedu.lti.registering import (
    configuration,
    exchange,
    invites,
    placements,
    views_staff,
)
from preventedu.lti.registering.addresses import tool_addresses
from preventedu.lti.registering.configuration import Configuration
from preventedu.lti.registering.exchange import Wish
from preventedu.lti.registering.forms import ConnectForm
from preventedu.lti.registering.models import RegistrationInvite
from preventedu.lti.registering.problems import RegistrationError

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

    from preventedu.lti.platforms import Family
    from preventedu.lti.registering.exchange import Connected, Granted
    from preventedu.settings import Settings

log = logging.getLogger(__name__)

PAGE_LIFETIME = 3600
"""Seconds; Moodle's registration token lives as long."""
JSON_AGE = 300
"""Seconds that Canvas may keep our configuration."""


def init_app(app: Flask, prefix: str) -> None:
    """Let LMSs be connected at `prefix`."""
    bp = Blueprint("registering", __name__, template_folder="templates")
    bp.add_url_rule(
        f"{prefix}/register/<token>", "register", register, methods=["GET", "POST"]
    )
    bp.add_url_rule(f"{prefix}/canvas.json", "canvas_json", canvas_json)
    views_staff.add_to(bp, prefix)
    app.register_blueprint(bp)


def register(token: str) -> ResponseReturnValue:
    """Show an LMS's administrator what is asked for, and register on their word."""
    security.frame_by(security.ANYBODY)
    security.keep_opener()
    now = datetime.now(UTC)
    family = platforms.GENERIC
    try:
        invite = invites.find(get_reader(), token, now=now)
        family, _choice = platforms.CHOICES[invite.family]
        if request.method == "POST":
            return _connect(invite, now=now)
        return _offer(invite)
    except RegistrationError as error:
        return _refused(error, family)


def canvas_json() -> ResponseReturnValue:
    """Publish the configuration of a Canvas LTI key; it holds nothing secret."""
    shares_names = request.args.get("names") != "no"
    found = placements.canvas_json(tool_addresses(), shares_names=shares_names)
    response = jsonify(found)
    response.headers["Cache-Control"] = f"public, max-age={JSON_AGE}"
    return response


def _offer(invite: RegistrationInvite) -> ResponseReturnValue:
    url = request.args.get("openid_configuration", "")
    token = request.args.get("registration_token", "")
    if not url:
        raise RegistrationError("not_from_lms")
    found = configuration.read(
        current_wire().session, url, token, allow_loopback=_allow_loopback()
    )
    security.frame_by(" ".join(found.origins))
    sealed = _serializer().dumps([invite.id, token, asdict(found)])
    return render_template(
        "registering/connect.html",
        form=ConnectForm(sealed=sealed),
        invite=invite,
        found=found,
        permissions=placements.PERMISSIONS,
        tool=tool_addresses(),
    )


def _connect(invite: RegistrationInvite, *, now: datetime) -> ResponseReturnValue:
    wish = _wish(invite)
    security.frame_by(" ".join(wish.configuration.origins))
    session = get_session()
    invites.use_up(session, invite, now=now)
    session.commit()
    try:
        granted = exchange.register(current_wire().session, tool_addresses(), wish)
        own = session.get_one(RegistrationInvite, invite.id)
        done = exchange.keep(
            session,
            own,
            wish.configuration,
            granted,
            allow_loopback=_allow_loopback(),
            now=now,
        )
    except RegistrationError:
        invites.give_back(session, invite.id)
        session.commit()
        raise
    session.commit()
    log.info("an LMS was registered", extra={"platform": done.platform.id})
    return _connected(own, wish.configuration, granted, done)


def _connected(
    invite: RegistrationInvite, found: Configuration, granted: Granted, done: Connected
) -> ResponseReturnValue:
    return render_template(
        "registering/connected.html",
        invite=invite,
        found=found,
        granted=granted,
        done=done,
        family=found.family,
    )


def _wish(invite: RegistrationInvite) -> Wish:
    """Return what the administrator saw on our page and said yes to."""
    form = ConnectForm()
    try:
        invite_id, token, told = _serializer().loads(
            form.sealed.data or "", max_age=PAGE_LIFETIME
        )
    except BadSignature:
        raise RegistrationError("page_too_old") from None
    if invite_id != invite.id:
        raise RegistrationError("page_too_old")
    return Wish(Configuration(**told), token, shares_names=bool(form.shares_names.data))


def _refused(error: RegistrationError, family: Family) -> ResponseReturnValue:
    log.warning("a registration was refused", extra={"code": error.code})
    page = render_template(
        "registering/refused.html",
        error=error,
        steps=family.uses_link if error.code == "not_from_lms" else (),
        link=tool_addresses().base + request.path,
    )
    return page, HTTPStatus.BAD_REQUEST


def _allow_loopback() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.allow_loopback_platforms


def _serializer() -> URLSafeTimedSerializer:
    key = current_app.config["SECRET_KEY"]
    return URLSafeTimedSerializer(key, "lti-registration")
