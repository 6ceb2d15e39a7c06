"""The way back from content selection: what the tool picked becomes activities."""

from dataclasses import dataclass
from typing import Any

import jwt
import requests
from flask import abort, render_template, request

from practice_lms import activities
from practice_lms.activities import Activity, LineItemDraft
from practice_lms.config import ToolRegistration
from practice_lms.lms import JsonObject, Lms, current_lms
from practice_lms.oidc import post_again_from_here
from practice_lms.people import Course
from practice_lms.sessions import check_sesskey, require_teacher, signed_in

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
BOT_TIMEOUT_SECONDS = 3


class AnswerRefusedError(Exception):
    """The tool's answer cannot be used; the message is for the teacher."""


@dataclass(frozen=True)
class Picked:
    """One content item, read and ready to store."""

    activity: Activity
    column: LineItemDraft | None


def receive() -> str | tuple[str, int]:
    """Answer the form that the tool posts through the teacher's browser."""
    lms = current_lms()
    if signed_in() is None:
        return post_again_from_here()
    _person, course = require_teacher(request.args.get("course", 0, int))
    check_sesskey(request.args.get("sesskey", ""))
    tool = lms.tool(request.args.get("id", ""))
    if tool is None:
        abort(404, "There is no such tool.")
    try:
        claims = _verified(lms, tool, course)
        picked = _read_items(lms, tool, course, claims.get(DL + "content_items"))
    except AnswerRefusedError as refusal:
        page = "practice_lms/selection_refused.html"
        return render_template(page, course=course, reason=str(refusal)), 400
    added = _store(lms, picked)
    for activity in added:
        _visit(lms, activity.url)
    return render_template(
        "practice_lms/selection_done.html", course=course, added=added
    )


def _verified(lms: Lms, tool: ToolRegistration, course: Course) -> JsonObject:
    checks = {
        "issuer": tool.client_id,
        "audience": lms.config.issuer,
        "options": {"require": ["iss", "aud", "exp", "iat", "nonce"]},
    }
    try:
        claims: JsonObject = lms.tool_keys.verify(
            request.form.get("JWT", ""), tool.jwks_url, checks
        )
    except jwt.ExpiredSignatureError as error:
        raise AnswerRefusedError("Expired token") from error
    except jwt.PyJWTError as error:
        raise AnswerRefusedError(str(error)) from error
    expected = {
        LTI + "message_type": "LtiDeepLinkingResponse",
        LTI + "version": "1.3.0",
        LTI + "deployment_id": tool.deployment_id,
    }
    data = lms.personality.deep_link_data(course)
    if data:
        expected[DL + "data"] = data
    for name, value in expected.items():
        if claims.get(name) != value:
            raise AnswerRefusedError(f"The tool's answer has a wrong {name}")
    return claims


def _read_items(
    lms: Lms, tool: ToolRegistration, course: Course, items: Any
) -> list[Picked]:
    if items is None:
        return []
    if not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
        raise AnswerRefusedError("content_items must be a list of objects")
    picked = []
    for item in items:
        try:
            column = lms.personality.draft_line_item(item, len(items))
        except ValueError as error:
            raise AnswerRefusedError(str(error)) from error
        picked.append(Picked(_activity(tool, course, item), column))
    return picked


def _activity(tool: ToolRegistration, course: Course, item: JsonObject) -> Activity:
    custom = item.get("custom")
    pairs = custom.items() if isinstance(custom, dict) else ()
    return Activity(
        id=0,
        course=course.number,
        deployment_id=tool.deployment_id,
        resource_link_id="",
        title=str(item.get("title") or tool.name),
        description=str(item.get("text") or ""),
        url=str(item.get("url") or ""),
        # One a line, so a line break in a value starts a new parameter.
        custom="\n".join(f"{name}={value}" for name, value in pairs),
        opens_in="window" if "window" in item and "iframe" not in item else "iframe",
    )


def _store(lms: Lms, picked: list[Picked]) -> list[Activity]:
    added = []
    with lms.store.writing() as db:
        for item in picked:
            maker = lms.personality.resource_link_id
            activity = activities.add_activity(db, item.activity, maker)
            if item.column:
                activities.add_coupled_line_item(db, activity, item.column)
            added.append(activity)
    return added


def _visit(lms: Lms, url: str) -> None:
    """Look at a new link without signing in, as Moodle's bot does, for nothing."""
    if not lms.personality.bot or not url:
        return
    agent = f"{lms.personality.bot} (+{lms.config.base_url})"
    try:
        requests.get(url, headers={"User-Agent": agent}, timeout=BOT_TIMEOUT_SECONDS)
    except requests.RequestException:
        # A tool that is not there yet is no reason to refuse the teacher's choice.
        return
