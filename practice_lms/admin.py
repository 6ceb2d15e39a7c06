"""Doors for tests and for the demo's walkthrough: trouble, history, grades as JSON."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from practice_lms import activities, faults, gradebook, sessions, tokens, tools
from practice_lms.lms import Lms, current_lms

admin = Blueprint("admin", __name__)


@admin.get("/_faults")
def pending_faults() -> ResponseReturnValue:
    """Return the planned trouble that has not happened yet."""
    return jsonify(faults.pending(_require_tests()))


@admin.post("/_faults")
def add_fault() -> ResponseReturnValue:
    """Plan trouble, or do one of `DEEDS` at once.

    The body is a `faults.Plan` as JSON, or `{"do": name, ...}`.
    """
    lms = _require_tests()
    body = request.get_json(force=True)
    try:
        if "do" in body:
            answer = DEEDS[body.pop("do")](lms, **body)
        else:
            faults.add(lms, faults.Plan(**body))
            answer = None
    except (KeyError, TypeError, ValueError) as error:
        return jsonify({"error": str(error), "do": sorted(DEEDS)}), 400
    return jsonify({"done": answer})


@admin.get("/_history")
def history() -> ResponseReturnValue:
    """Return every score that was ever accepted, oldest first."""
    return jsonify(gradebook.history(_require_tests().store))


@admin.get("/_tools")
def registered_tools() -> ResponseReturnValue:
    """Return the tools that registered themselves, oldest first."""
    known = tools.registered(_require_tests().store)
    return jsonify([asdict(each.tool) for each in known])


@admin.get("/api/gradebook")
def gradebook_json() -> ResponseReturnValue:
    """Return a course's gradebook, to its teachers and to tests."""
    lms = current_lms()
    number = request.args.get("course", 0, int)
    course = lms.cast.course(number)
    if course is None:
        abort(404, "There is no such course.")
    if not (lms.config.faults_enabled and sessions.is_loopback()):
        person, _course = sessions.require_member(number)
        if not sessions.is_staff(person):
            abort(403, "Only teachers can read the gradebook.")
    return jsonify(gradebook.table(lms.store, course, lms.cast.members(course)))


def _require_tests() -> Lms:
    lms = current_lms()
    if not (lms.config.faults_enabled and sessions.is_loopback()):
        abort(404, "There is nothing here.")
    return lms


def _clear(lms: Lms) -> None:
    faults.clear(lms)


def _forget_tokens(lms: Lms) -> None:
    tokens.forget_all(lms)


def _rotate_key(lms: Lms) -> str:
    return lms.platform_keys.rotate()


def _lock_grade(lms: Lms, line_item: int, person: str) -> None:
    gradebook.lock(lms.store, _existing(lms, line_item), person)


def _override_grade(lms: Lms, line_item: int, person: str, points: float) -> None:
    gradebook.override(lms.store, _existing(lms, line_item), person, points)


def _suspend(lms: Lms, course: int, person: str) -> None:
    with lms.store.writing() as db:
        db.execute("INSERT OR IGNORE INTO suspension VALUES (?, ?)", (course, person))


def _restore(lms: Lms, course: int, person: str) -> None:
    with lms.store.writing() as db:
        db.execute(
            "DELETE FROM suspension WHERE course = ? AND person = ?", (course, person)
        )


def _existing(lms: Lms, line_item: int) -> int:
    if activities.line_item(lms.store, line_item) is None:
        raise ValueError(f"there is no line item {line_item}")
    return line_item


DEEDS: dict[str, Callable[..., Any]] = {
    "clear": _clear,
    "forget_tokens": _forget_tokens,
    "rotate_key": _rotate_key,
    "lock_grade": _lock_grade,
    "override_grade": _override_grade,
    "suspend": _suspend,
    "restore": _restore,
}
