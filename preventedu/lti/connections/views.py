"""The addresses of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from preventedu.lti.connections import views_courses, views_log, views_platforms

if TYPE_CHECKING:
    from flask import Flask

bp = Blueprint(
    "connections", __name__, url_prefix="/connections", template_folder="templates"
)
POST, BOTH = ["POST"], ["GET", "POST"]
ID = "int(max=2147483647)"
"""What fits into a key of the database; anything else is no page."""
PLATFORM = f"/platforms/<{ID}:platform_id>"
DEPLOYMENT = f"/deployments/<{ID}:deployment_id>"

bp.add_url_rule("/", view_func=views_platforms.platforms)
bp.add_url_rule(PLATFORM, view_func=views_platforms.platform)
bp.add_url_rule(f"{PLATFORM}/change", view_func=views_platforms.change, methods=POST)
bp.add_url_rule(f"{PLATFORM}/test", view_func=views_platforms.test, methods=POST)
bp.add_url_rule(f"{PLATFORM}/send-again", view_func=views_log.send_again, methods=POST)
bp.add_url_rule(f"{DEPLOYMENT}/bind", view_func=views_platforms.bind, methods=POST)
bp.add_url_rule(f"{DEPLOYMENT}/off", view_func=views_platforms.switch_off, methods=POST)
bp.add_url_rule(f"{DEPLOYMENT}/on", view_func=views_platforms.switch_on, methods=POST)
bp.add_url_rule(
    f"{DEPLOYMENT}/addresses", view_func=views_platforms.accept_origins, methods=POST
)
bp.add_url_rule(f"{DEPLOYMENT}/rules", view_func=views_courses.rules, methods=BOTH)
bp.add_url_rule(
    f"{DEPLOYMENT}/rules/end", view_func=views_courses.end_rule, methods=POST
)
bp.add_url_rule(
    f"{DEPLOYMENT}/rules/up", view_func=views_courses.raise_rule, methods=POST
)
bp.add_url_rule(
    f"{DEPLOYMENT}/rules/apply", view_func=views_courses.apply_rules, methods=POST
)
bp.add_url_rule("/courses", view_func=views_courses.courses, methods=BOTH)
bp.add_url_rule("/launches", view_func=views_log.launches)
bp.add_url_rule("/grades", view_func=views_log.grades)


def init_app(app: Flask) -> None:
    """Add the pages, and what a teacher's page asks of them."""
    app.register_blueprint(bp)
    app.add_url_rule(
        "/s/<seat_id>/school",
        "connections.ask_school",
        views_courses.ask_school,
        methods=BOTH,
    )
    app.jinja_env.globals["asks_for_school"] = views_courses.asks_for_school
