"""Moodle's line items: list, create, read, replace, delete."""

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
from practice_lms.personalities.moodle import addresses, wire

ITEM = "application/vnd.ims.lis.v2.lineitem+json"
CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
READ = (SCOPE_LINEITEM, SCOPE_LINEITEM_READONLY)


@under_faults("line_items")
def list_line_items(course: int) -> Response:
    """GET: every column of the calling tool in a course, filtered and paged."""
    lms = current_lms()
    caller = wire.require_token(lms, READ)
    wire.require_accept(CONTAINER)
    mine = {tool.deployment_id for tool in lms.tools_of(caller.client_id)}
    found = [
        column
        for column in activities.line_items_in(lms.store, course)
        if column.deployment_id in mine and _is_asked_for(column)
    ]
    page, link = _page(found, course)
    answer = wire.answer([as_json(lms, column, course) for column in page], CONTAINER)
    if link:
        # Werkzeug writes headers as Latin-1; Moodle's quotes are UTF-8 bytes.
        answer.headers["Link"] = link.encode().decode("latin-1")
    return answer


@under_faults("line_items")
def create_line_item(course: int) -> Response:
    """POST: a new column; echoes what was sent, also what is not kept."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_LINEITEM,))
    wire.require_content_type(ITEM)
    sent = _sent()
    deployments = [tool.deployment_id for tool in lms.tools_of(caller.client_id)]
    deployment_id = request.args.get("type_id", deployments[0])
    if deployment_id not in deployments:
        wire.refuse(403)
    column = activities.add_line_item(
        lms.store,
        LineItem(
            id=0,
            course=course,
            deployment_id=deployment_id,
            activity=_own_link(lms, sent, deployment_id),
            is_coupled=False,
            is_text_only=False,
            is_locked=False,
            label=str(sent["label"]),
            score_maximum=float(sent["scoreMaximum"]),
            resource_id=str(sent.get("resourceId", "")),
            tag=str(sent.get("tag", "")),
            submission_review="",
            extension="",
        ),
    )
    type_id = request.args.get("type_id", "")
    address = addresses.line_item(lms, course, column.id, type_id)
    return wire.answer({**sent, "id": address}, ITEM, 201)


@under_faults("line_items")
def read_line_item(course: int, number: int) -> Response:
    """GET: one column."""
    lms = current_lms()
    wire.require_token(lms, READ)
    wire.require_accept(ITEM, also_any=True)
    column = wire.require_line_item(lms, number)
    return wire.answer(as_json(lms, column, course), ITEM)


@under_faults("line_items")
def replace_line_item(course: int, number: int) -> Response:
    """PUT: what is not sent is blanked, as a replacement should."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_LINEITEM,))
    wire.require_content_type(ITEM)
    column = wire.require_line_item(lms, number)
    wire.require_own(lms, caller, column)
    sent = _sent()
    changed = replace(
        column,
        label=str(sent["label"]),
        score_maximum=float(sent["scoreMaximum"]),
        resource_id=str(sent.get("resourceId", "")),
        tag=str(sent.get("tag", "")),
    )
    activities.update_line_item(lms.store, changed)
    type_id = request.args.get("type_id", "")
    address = addresses.line_item(lms, course, number, type_id)
    return wire.answer({**sent, "id": address}, ITEM)


@under_faults("line_items")
def delete_line_item(number: int, **_address: int) -> Response:
    """DELETE: also an activity's own column, after which launches have none."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_LINEITEM,))
    column = wire.require_line_item(lms, number)
    wire.require_own(lms, caller, column)
    activities.delete_line_item(lms.store, number)
    return Response(status="204 OK", content_type="text/html; charset=utf-8")


def as_json(lms: Lms, column: LineItem, course: int) -> JsonObject:
    """Return a column as Moodle writes it, with the address it was asked at."""
    type_id = request.args.get("type_id", "")
    written: JsonObject = {
        "id": addresses.line_item(lms, course, column.id, type_id),
        "label": column.label,
        "scoreMaximum": plain_number(column.score_maximum),
        "resourceId": column.resource_id,
        "tag": column.tag,
    }
    if column.activity is not None:
        written["resourceLinkId"] = written["ltiLinkId"] = str(column.activity)
    if column.submission_review:
        written["submissionReview"] = json.loads(column.submission_review)
    return written


def _sent() -> dict[str, Any]:
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict) or not sent.get("label"):
        wire.refuse(400, "No label or Score Maximum")
    maximum = sent.get("scoreMaximum")
    if not isinstance(maximum, int | float) or maximum <= 0:
        wire.refuse(400, "No label or Score Maximum")
    return sent


def _own_link(lms: Lms, sent: dict[str, Any], deployment_id: str) -> int | None:
    named = sent.get("resourceLinkId")
    if named is None:
        return None
    if not str(named).isdecimal():
        wire.break_down()
    link = activities.activity(lms.store, int(named))
    if link is None or link.deployment_id != deployment_id:
        wire.refuse(403)
    return link.id


def _is_asked_for(column: LineItem) -> bool:
    link = "" if column.activity is None else str(column.activity)
    have = {
        "resource_link_id": link,
        "resource_id": column.resource_id,
        "tag": column.tag,
    }
    return all(request.args.get(name, value) == value for name, value in have.items())


def _page(found: list[LineItem], course: int) -> tuple[list[LineItem], str]:
    """Return the asked page and Moodle's own kind of Link header, "" if whole."""
    limit = request.args.get("limit", 0, int)
    start = request.args.get("from", 0, int)
    if limit <= 0:
        return found, ""
    base = current_lms().url(f"{addresses.SERVICES}/{course}/lineitems")
    kept = "&amp;".join(
        f"{name}={value}"
        for name, value in request.args.items()
        if name not in {"limit", "from"}
    )
    places = {"first": 0}
    if start > 0:
        places["prev"] = max(0, start - limit)
    places["canonical"] = start
    if start + limit < len(found):
        places["next"] = start + limit
    places["last"] = max(0, len(found) - limit)
    link = ", ".join(
        f"<{base}?{kept}&amp;limit={limit}&amp;from={place}>; rel=“{name}”"
        for name, place in places.items()
    )
    return found[start : start + limit], link
