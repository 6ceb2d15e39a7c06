"""The practice LMS as a Flask application."""

from datetime import datetime

from flask import Flask, Response, g, jsonify
from jinja2 import StrictUndefined

from practice_lms import deep_linking, oidc, sessions, tokens
from practice_lms.admin import admin
from practice_lms.config import LmsConfig
from practice_lms.faults import under_faults
from practice_lms.gradebook import plain_number
from practice_lms.keys import PlatformKeys, ToolKeys
from practice_lms.lms import Lms, Personality, current_lms
from practice_lms.manage import manage
from practice_lms.pages import pages
from practice_lms.people import cast_for
from practice_lms.personalities.canvas import CANVAS
from practice_lms.personalities.moodle import MOODLE
from practice_lms.store import Store

KNOWN: dict[str, Personality] = {"moodle": MOODLE, "canvas": CANVAS}
DATABASE_NAME = "practice-lms.sqlite3"
LARGEST_REQUEST = 1_000_000


def create_lms(config: LmsConfig) -> Flask:
    """Build the application; its data directory is made or found again.

    Args:
        config: What this LMS is called, how it speaks, which tools it knows.
    """
    app = Flask("practice_lms")
    lms = _open(config)
    app.extensions["practice_lms"] = lms
    app.config.update(
        SECRET_KEY=sessions.secret_key(lms),
        SESSION_COOKIE_NAME=f"practice_lms_{config.personality}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
    )
    app.jinja_env.undefined = StrictUndefined
    app.register_blueprint(pages)
    app.register_blueprint(admin)
    app.register_blueprint(manage)
    app.register_blueprint(lms.personality.services)
    _add_protocol_routes(app, lms.personality)
    app.context_processor(_for_templates)
    app.add_template_filter(plain_number, "points")
    app.add_template_filter(_moment, "moment")
    app.after_request(_protect)
    return app


def _open(config: LmsConfig) -> Lms:
    store = Store(config.data_dir / DATABASE_NAME)
    return Lms(
        config=config,
        personality=KNOWN[config.personality],
        store=store,
        cast=cast_for(config.personality),
        platform_keys=PlatformKeys(store),
        tool_keys=ToolKeys(),
    )


def _add_protocol_routes(app: Flask, personality: Personality) -> None:
    app.add_url_rule(
        personality.authorize_path,
        "authorize",
        oidc.authorize,
        methods=["GET", "POST"],
    )
    app.add_url_rule(
        personality.grant_path,
        "token",
        under_faults("token")(tokens.issue_token),
        methods=["POST"],
    )
    app.add_url_rule(personality.jwks_path, "jwks", under_faults("jwks")(_jwks))
    app.add_url_rule(
        personality.deep_link_return_path,
        "deep_link_return",
        deep_linking.receive,
        methods=["POST"],
    )
    ways = personality.registering
    app.add_url_rule(ways.configuration_path, "configuration", _configuration)
    app.add_url_rule(
        ways.registration_path, "registration", _register, methods=["POST"]
    )


def _configuration() -> Response:
    """GET: what this LMS says of itself to a tool that wants to be registered."""
    lms = current_lms()
    return lms.personality.registering.configuration(lms)


def _register() -> Response:
    """POST: a tool's registration, by its own hand."""
    lms = current_lms()
    return lms.personality.registering.register(lms)


def _jwks() -> Response:
    """GET: the public keys that verify this LMS's messages."""
    return jsonify(current_lms().platform_keys.jwks())


def _for_templates() -> dict[str, object]:
    person = sessions.signed_in()
    lms = current_lms()
    return {
        "lms": lms,
        "person": person,
        "sesskey": sessions.sesskey(),
        "own_courses": lms.cast.courses_of(person) if person else [],
    }


def _moment(iso: str) -> str:
    """Return a stored time as people write it, in UTC."""
    return datetime.fromisoformat(iso).strftime("%b %d, %Y, %H:%M:%S UTC")


def _protect(response: Response) -> Response:
    """Allow our own files, the tools' frames, and nobody else to frame us."""
    known = {each.tool.origin for each in current_lms().known_tools()}
    origins = " ".join(sorted(known | {*g.get("framed", ())}))
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
        f"base-uri 'none'; frame-ancestors 'self'; frame-src 'self' {origins}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
