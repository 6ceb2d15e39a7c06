"""Canvas's routes besides login: services, and the way back to a course."""

from flask import Blueprint, render_template

from practice_lms.faults import View
from practice_lms.personalities.canvas import line_items, memberships, scores
from practice_lms.sessions import require_member

services = Blueprint("services", __name__)

COURSE = "/api/lti/courses/<int:course>/line_items"
ITEM = f"{COURSE}/<int:number>"


@services.get("/courses/<int:number>/external_content")
def return_to_course(number: int) -> str:
    """Show the way out of a tool that was left by its return address."""
    _person, course = require_member(number)
    return render_template("practice_lms/returned.html", course=course)


def _serve(rule: str, method: str, view: View) -> None:
    services.add_url_rule(rule, f"{method}{rule}", view, methods=[method])


_serve(COURSE, "GET", line_items.list_line_items)
_serve(COURSE, "POST", line_items.create_line_item)
_serve(ITEM, "GET", line_items.read_line_item)
_serve(ITEM, "PUT", line_items.update_line_item)
_serve(ITEM, "DELETE", line_items.delete_line_item)
_serve(f"{ITEM}/scores", "POST", scores.receive_score)
_serve(f"{ITEM}/results", "GET", scores.list_results)
_serve(f"{ITEM}/results/<int:result>", "GET", scores.read_result)
_serve(
    "/api/lti/courses/<int:number>/names_and_roles",
    "GET",
    memberships.list_members,
)
