"""How Canvas's services refuse, page, and check a caller."""

import json
from collections.abc import Iterable, Sequence
from typing import NoReturn, TypeVar
from urllib.parse import urlencode

from flask import Response, abort, request

from practice_lms.activities import LineItem, line_item
from practice_lms.lms import Lms
from practice_lms.people import Course
from practice_lms.tokens import Bearer, bearer

PAGE_SIZE = 10
"""Canvas's API pages by ten unless `limit` asks for more."""
T = TypeVar("T")


def refuse(status: int, message: str) -> NoReturn:
    """End the request with Canvas's JSON for errors."""
    body = {"errors": {"type": "error", "message": message}}
    abort(Response(json.dumps(body), status, content_type="application/json"))


def answer(body: object, media_type: str, status: int = 200) -> Response:
    """Return JSON under its media type."""
    content_type = f"{media_type}; charset=utf-8"
    return Response(json.dumps(body), status, content_type=content_type)


def require_token(lms: Lms, scopes: Iterable[str]) -> Bearer:
    """Return the caller; stop one whose token holds none of `scopes`."""
    caller = bearer(lms)
    if caller is None:
        refuse(401, "Access token invalid - signature likely incorrect")
    if not caller.scopes & set(scopes):
        refuse(401, "Insufficient permissions")
    return caller


def require_course(lms: Lms, number: int) -> Course:
    """Return a course of this LMS."""
    found = lms.cast.course(number)
    if found is None:
        refuse(404, "The specified resource does not exist.")
    return found


def require_line_item(lms: Lms, caller: Bearer, course: int, number: int) -> LineItem:
    """Return a column of this course that belongs to the caller."""
    found = line_item(lms.store, number)
    mine = {tool.deployment_id for tool in lms.tools_of(caller.client_id)}
    if found is None or found.course != course or found.deployment_id not in mine:
        refuse(404, "The specified resource does not exist.")
    return found


def page(items: Sequence[T], most: int, usual: int) -> tuple[Sequence[T], str]:
    """Return the asked page and its Link header.

    Args:
        items: Everything there is.
        most: No page is longer than this.
        usual: The length of a page when `limit` is not given.
    """
    size = request.args.get("limit") or request.args.get("per_page") or ""
    length = min(int(size), most) if size.isdecimal() and int(size) else usual
    number = max(1, request.args.get("page", 1, int))
    last = max(1, -(-len(items) // length))
    places = {"current": number, "first": 1, "last": last}
    if number < last:
        places["next"] = number + 1
    if number > 1:
        places["prev"] = number - 1
    kept = {key: value for key, value in request.args.items() if key != "page"}
    link = ",".join(
        f'<{request.base_url}?{urlencode({**kept, "page": place})}>; rel="{name}"'
        for name, place in places.items()
    )
    start = (number - 1) * length
    return items[start : start + length], link
