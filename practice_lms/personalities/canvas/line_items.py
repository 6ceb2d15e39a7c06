"""Canvas's line items: each is an assignment."""

import json
from dataclasses import replace
from typing import Any

from flask import Response, request

from practice_lms import activities
from practice_lms.activities import LineItem
from practice_lms.config import SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY
from practice_lms.faults import under_faults
from practice_lms.gradebook import plain_number
from practice_lms.lms import JsonObject, Lms, current_lms
from practice_lms.personalities.canvas import addresses, wire
from practice_lms.tokens import Bearer

ITEM = "application/vnd.ims.lis.v2.lineitem+json"
CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
READ = (SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY)
SUBMISSION_TYPE = "https://canvas.instructure.com/lti/submission_type"
LONGEST_PAGE = 100


@under_faults("line_items")
def list_line_items(course: int) -> Response:
    """GET: every column of the calling tool in a course, filtered and paged."""
    lms = current_lms()
    caller = wire.require_token(lms, READ)
    wire.require_course(lms, course)
    mine = {tool.deployment_id for tool in lms.tools_of(caller.client_id)}
    found = [
        column
        for column in activities.line_items_in(lms.store, course)
        if column.deployment_id in mine and _is_asked_for(lms, column)
    ]
    shown, link = wire.page(found, LONGEST_PAGE, wire.PAGE_SIZE)
    answer = wire.answer([as_json(lms, column) for column in shown], CONTAINER)
    answer.headers["link"] = link
    return answer


@under_faults("line_items")
def create_line_item(course: int) -> Response:
    """POST: a new assignment with a column of its own."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_LINEITEM,))
    wire.require_course(lms, course)
    sent = _sent()
    link = _own_link(lms, caller, sent)
    extension = sent.get(SUBMISSION_TYPE)
    column = activities.add_line_item(
        lms.store,
        LineItem(
            id=0,
            course=course,
            deployment_id=lms.tools_of(caller.client_id)[0].deployment_id,
            activity=link,
            is_coupled=False,
            is_text_only=False,
            is_locked=False,
            label=str(sent["label"]),
            score_maximum=float(sent["scoreMaximum"]),
            resource_id=str(sent.get("resourceId", "")),
            tag=str(sent.get("tag", "")),
            submission_review="",
            extension=json.dumps(extension) if extension else "",
        ),
    )
    return wire.answer(as_json(lms, column), ITEM, 201)


@under_faults("line_items")
def read_line_item(course: int, number: int) -> Response:
    """GET: one column."""
    lms = current_lms()
    caller = wire.require_token(lms, READ)
    column = wire.require_line_item(lms, caller, course, number)
    return wire.answer(as_json(lms, column), ITEM)


@under_faults("line_items")
def update_line_item(course: int, number: int) -> Response:
    """PUT: Canvas changes what is sent and keeps the rest."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_LINEITEM,))
    column = wire.require_line_item(lms, caller, course, number)
    sent = request.get_json(force=True, silent=True) or {}
    changed = replace(
        column,
        label=str(sent.get("label") or column.label),
        score_maximum=float(sent.get("scoreMaximum", column.score_maximum)),
        resource_id=str(sent.get("resourceId", column.resource_id)),
        tag=str(sent.get("tag", column.tag)),
    )
    activities.update_line_item(lms.store, changed)
    return wire.answer(as_json(lms, changed), ITEM)


@under_faults("line_items")
def delete_line_item(course: int, number: int) -> Response:
    """DELETE: refused for the column of an activity."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_LINEITEM,))
    column = wire.require_line_item(lms, caller, course, number)
    if column.is_coupled:
        wire.refuse(401, "user not authorized to perform that action")
    activities.delete_line_item(lms.store, number)
    return Response(status=204)


def as_json(lms: Lms, column: LineItem) -> JsonObject:
    """Return a column as Canvas writes it; what is empty is left out."""
    written: JsonObject = {
        "id": addresses.line_item(lms, column.course, column.id),
        "scoreMaximum": plain_number(column.score_maximum),
        "label": column.label,
    }
    if column.tag:
        written["tag"] = column.tag
    if column.resource_id:
        written["resourceId"] = column.resource_id
    if column.activity is not None:
        written["resourceLinkId"] = lms.personality.resource_link_id(column.activity)
    if column.extension:
        written[SUBMISSION_TYPE] = json.loads(column.extension)
    return written


def _sent() -> dict[str, Any]:
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict) or not sent.get("label"):
        wire.refuse(400, "label is missing")
    maximum = sent.get("scoreMaximum")
    if not isinstance(maximum, int | float) or maximum < 0:
        wire.refuse(400, "scoreMaximum is missing")
    return sent


def _own_link(lms: Lms, caller: Bearer, sent: dict[str, Any]) -> int | None:
    named = sent.get("resourceLinkId")
    if not named:
        return None
    mine = {tool.deployment_id for tool in lms.tools_of(caller.client_id)}
    found = [
        link.id
        for course in lms.cast.courses
        for link in activities.activities_in(lms.store, course.number)
        if link.resource_link_id == named and link.deployment_id in mine
    ]
    if not found:
        wire.refuse(404, "The specified resource does not exist.")
    return found[0]


def _is_asked_for(lms: Lms, column: LineItem) -> bool:
    owner = column.activity
    have = {
        "resource_link_id": lms.personality.resource_link_id(owner) if owner else "",
        "resource_id": column.resource_id,
        "tag": column.tag,
    }
    return all(request.args.get(name, value) == value for name, value in have.items())
