"""How Moodle's services refuse, and the checks each of them begins with."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import NoReturn

from flask import Response, abort, request

from practice_lms.activities import LineItem, line_item
from practice_lms.lms import Lms
from practice_lms.tokens import Bearer, bearer


def refuse(status: int, reason: str = "") -> NoReturn:
    """End the request as Moodle does: the reason in the status line and in JSON."""
    reason = reason or HTTPStatus(status).phrase
    path = request.full_path.rstrip("?")
    body = {
        "status": status,
        "reason": reason,
        "request": {
            "method": request.method,
            "url": path,
            "accept": request.headers.get("Accept", ""),
            "contentType": request.headers.get("Content-Type", ""),
        },
    }
    answer = Response(json.dumps(body), content_type="application/json; charset=utf-8")
    answer.status = status_line(status, reason)
    abort(answer)


def break_down() -> NoReturn:
    """End the request as when Moodle dies of a database error and nginx answers."""
    page = "<html><head><title>502 Bad Gateway</title></head></html>"
    answer = Response(page, 502)
    answer.headers["Content-Type"] = "text/html"
    abort(answer)


def status_line(status: int, reason: str) -> str:
    """Return status and reason phrase as one header line can hold them."""
    # A status line is Latin-1 and ends at the first line break.
    printable = reason.replace("\r", " ").replace("\n", " ")
    return f"{status} {printable.encode().decode('latin-1')}"


def answer(body: object, media_type: str, status: int = 200) -> Response:
    """Return JSON with Moodle's way of writing a media type."""
    return Response(
        json.dumps(body), status, content_type=f"{media_type}; charset=utf-8"
    )


def require_accept(media_type: str, *, also_any: bool = False) -> None:
    """Stop a request whose Accept is not exactly `media_type`.

    Args:
        media_type: The only type this resource has.
        also_any: Whether this resource, unlike others, takes `*/*`.
    """
    accept = request.headers.get("Accept", "*/*")
    if accept == media_type or (also_any and accept == "*/*"):
        return
    if accept == "*/*":
        refuse(400, "No context or unsupported content type")
    refuse(400, f"No handler found for {_resource_path()} {accept}")


def require_content_type(media_type: str) -> None:
    """Stop a request with a body of another type; parameters do not matter."""
    if request.mimetype != media_type:
        sent = request.headers.get("Content-Type", "")
        refuse(400, f"No handler found for {_resource_path()}  {sent}")


def require_token(lms: Lms, scopes: Iterable[str]) -> Bearer:
    """Return the caller; stop one whose token holds none of `scopes`."""
    caller = bearer(lms)
    if caller is None or not caller.scopes & set(scopes):
        refuse(401, "Unauthorized")
    return caller


def require_line_item(lms: Lms, number: int) -> LineItem:
    """Return a column; Moodle does not look which course the address names."""
    found = line_item(lms.store, number)
    if found is None:
        refuse(404, f"Not Found: Grade item {number} doesn't exist")
    return found


def require_own(lms: Lms, caller: Bearer, column: LineItem) -> None:
    """Stop a tool that would write into another tool's column."""
    mine = {tool.deployment_id for tool in lms.tools_of(caller.client_id)}
    asked = request.args.get("type_id", column.deployment_id)
    if column.deployment_id not in mine or asked != column.deployment_id:
        refuse(403, "Invalid LTI id supplied.")


def _resource_path() -> str:
    return request.path.partition("services.php")[2]
