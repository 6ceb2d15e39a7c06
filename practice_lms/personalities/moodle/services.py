"""Moodle's routes besides login: services, and the way back to a course."""

from flask import Blueprint, render_template, request

from practice_lms.faults import View
from practice_lms.personalities.moodle import line_items, memberships, scores
from practice_lms.personalities.moodle.addresses import SERVICES
from practice_lms.sessions import require_member

services = Blueprint("services", __name__)

COURSE = f"{SERVICES}/<int:course>/lineitems"
ITEM = f"{COURSE}/<int:number>/lineitem"


@services.get("/mod/lti/return.php")
def return_to_course() -> str:
    """Show the way out of a tool that was left by its return address."""
    _person, course = require_member(request.args.get("course", 0, int))
    return render_template("practice_lms/returned.html", course=course)


def _serve(rule: str, method: str, view: View) -> None:
    name = f"{method}{rule}".replace(".", "_")
    services.add_url_rule(rule, name, view, methods=[method])


_serve(COURSE, "GET", line_items.list_line_items)
_serve(COURSE, "POST", line_items.create_line_item)
_serve(ITEM, "GET", line_items.read_line_item)
_serve(ITEM, "PUT", line_items.replace_line_item)
_serve(ITEM, "DELETE", line_items.delete_line_item)
_serve(f"{ITEM}/scores", "POST", scores.receive_score)
_serve(f"{ITEM}/scores", "GET", scores.refuse_get)
_serve(f"{ITEM}/results", "GET", scores.list_results)
_serve(
    f"{SERVICES}/CourseSection/<int:number>/bindings/<binding>/memberships",
    "GET",
    memberships.list_members,
)
