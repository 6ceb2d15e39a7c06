"""The application factory: the one module that knows every room."""

from __future__ import annotations

import logging
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, abort, g, render_template, request
from jinja2 import StrictUndefined
from sqlalchemy import select
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from preventedu import db, errors, i18n, security
from preventedu.courses import views_pages as courses_views
from preventedu.courses.grade_line import Gradebook
from preventedu.courses.views_slots import (
    ACKNOWLEDGEMENT_SLOT,
    ASSIGNMENT_SLOT,
    GRADEBOOK_SLOT,
)
from preventedu.district import counselor
from preventedu.district import views as district_views
from preventedu.grants import views as grants_views
from preventedu.grants.acknowledgement import acknowledgements
from preventedu.grants.sessions import presenters
from preventedu.grants.worklist import ORIGINS_SLOT, CourseOrigin
from preventedu.health import views as health_views
from preventedu.lti import views as lti
from preventedu.lti.connections import views as connections_views
from preventedu.lti.models import (
    Context,
    DeliveryStatus,
    Deployment,
    Platform,
    ResourceLink,
    ScoreDelivery,
)
from preventedu.pages import SEAT_PAGES, STAFF_PAGES
from preventedu.privacy import views as privacy_views
from preventedu.staff import views as staff_views
from preventedu.staff import views_access
from preventedu.teaching import views as teaching_views
from preventedu.teaching.views_sessions import PRESENTER_SLOT

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Response
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from preventedu.settings import Settings

log = logging.getLogger(__name__)

STATUS: dict[type, HTTPStatus] = {
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.NotAllowedError: HTTPStatus.FORBIDDEN,
    errors.RefusedError: HTTPStatus.BAD_REQUEST,
    errors.PlatformError: HTTPStatus.BAD_GATEWAY,
}


def create_app(settings: Settings, lti_prefix: str = lti.PREFIX) -> Flask:
    """Build the application from its settings.

    Args:
        settings: Checked settings.
        lti_prefix: Where platforms find login, launch and our keys.
    """
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SETTINGS=settings,
        SEAT_LIFETIME=settings.seat_lifetime,
        SEAT_PAGES=SEAT_PAGES,
        STAFF_PAGES=STAFF_PAGES,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app, settings)
    health_views.init_app(app, UNLOGGED)
    i18n.init_app(app)
    security.init_app(app, settings)
    app.register_blueprint(courses_views.bp)
    app.register_blueprint(teaching_views.bp)
    views_access.init_app(app)
    app.register_blueprint(staff_views.bp)
    app.register_blueprint(grants_views.bp)
    app.register_blueprint(district_views.bp)
    app.register_blueprint(counselor.bp)
    app.register_blueprint(privacy_views.bp)
    app.extensions[ACKNOWLEDGEMENT_SLOT] = acknowledgements
    app.extensions[ORIGINS_SLOT] = _course_origins
    app.extensions[PRESENTER_SLOT] = presenters
    app.extensions[ASSIGNMENT_SLOT] = _assignment_id_of
    app.extensions[GRADEBOOK_SLOT] = _gradebook_of
    app.before_request(_refuse_nul)
    app.after_request(_log_request)
    lti.init_app(app, settings, lti_prefix)
    connections_views.init_app(app)
    app.register_error_handler(errors.PreventEduError, _show_error)
    app.register_error_handler(HTTPException, _show_http_error)
    return app


def _refuse_nul() -> None:
    """Refuse addresses and forms with a NUL: PostgreSQL cannot keep or compare it.

    The wire refuses it in its own words.
    """
    if request.blueprint == "lti":
        return
    values = [request.path, *request.args.values()]
    if request.mimetype == "application/x-www-form-urlencoded":
        with suppress(RequestEntityTooLarge):  # the view says so in its own words
            values += request.form.values()
    if any("\0" in value for value in values):
        abort(HTTPStatus.BAD_REQUEST)


def _assignment_id_of(session: Session, seat: Seat) -> str | None:
    if seat.resource_link_id is None:
        return None
    given = session.get_one(ResourceLink, seat.resource_link_id).assignment
    # A link launched from a copied course belongs to the copy from then on: whoever
    # sits in the first course gets nothing that another district's families allowed.
    if given is None or seat.course_id not in (None, given.course_id):
        return None
    return given.id


def _gradebook_of(session: Session, seat: Seat) -> Gradebook:
    """Tell a learner what the platform has of the grade, never more than we know."""
    link = session.get(ResourceLink, seat.resource_link_id or 0)
    if link is None or not (link.line_item_url and link.can_score):
        return Gradebook.NONE
    status = session.scalar(
        select(ScoreDelivery.status).where(
            ScoreDelivery.resource_link_id == link.id,
            ScoreDelivery.lti_user_id == seat.lti_user_id,
        )
    )
    known = {
        DeliveryStatus.SENT: Gradebook.ARRIVED,
        DeliveryStatus.FAILED: Gradebook.STUCK,
    }
    return known.get(status, Gradebook.WAITING) if status else Gradebook.WAITING


def _course_origins(
    session: Session, course_ids: Collection[str]
) -> dict[str, CourseOrigin]:
    rows = session.execute(
        select(Context, Deployment, Platform)
        .join(Deployment, Deployment.id == Context.deployment_id)
        .join(Platform, Platform.id == Deployment.platform_id)
        .where(Context.course_id.in_(course_ids))
    )
    return {
        context.course_id: CourseOrigin(
            deployment.lea_id, f"{platform.issuer}, {context.context_id}"
        )
        for context, deployment, platform in rows
    }


def _show_error(error: errors.PreventEduError) -> ResponseReturnValue:
    kinds = [kind for kind in type(error).__mro__ if kind in STATUS]
    status = STATUS[kinds[0]] if kinds else HTTPStatus.INTERNAL_SERVER_ERROR
    return _error_page(status, str(error))


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    return _error_page(status, HTTP_MESSAGES.get(status, UNKNOWN))


def _error_page(status: HTTPStatus, message: object) -> ResponseReturnValue:
    if "seat" not in g and request.path.startswith(FRAMED_PATHS):
        # The seat has ended or was never there, so its platform is unknown. The page
        # holds nothing worth framing, and unframed the browser would show nothing.
        security.frame_by(security.ANYBODY)
    return render_template("errors/plain.html", status=status, message=message), status


def _log_request(response: Response) -> Response:
    """Log what was asked and answered, never the address: it holds a seat's id."""
    if request.endpoint not in (*UNLOGGED, *PROBES):
        facts = {
            "endpoint": request.endpoint or "unknown",
            "method": request.method,
            "status": response.status_code,
        }
        log.info("request answered", extra=facts)
    return response


FRAMED_PATHS = ("/s/", "/lti/")
UNLOGGED = ("static", "courses.away", "teaching.tell")
"""Leaving a lesson is nobody's business, nor is what a student told their teacher;
looking for help asks for no page at all."""
PROBES = ("health.alive", "health.ready", "health.metrics")
"""Asked every few seconds: they would fill the log."""
UNKNOWN = i18n.lazy_gettext("That did not work.")


HTTP_MESSAGES = {
    HTTPStatus.NOT_FOUND: i18n.lazy_gettext("There is no page at this address."),
    HTTPStatus.METHOD_NOT_ALLOWED: i18n.lazy_gettext(
        "This address cannot be opened by itself. Open the lesson from your class."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: i18n.lazy_gettext(
        "What was sent is too large. Nothing was saved from it."
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: i18n.lazy_gettext(
        "Something broke on our side. Nothing you saved is lost. Try again."
    ),
}
