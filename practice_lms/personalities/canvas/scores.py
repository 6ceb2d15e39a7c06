"""Canvas's scores and results.

Source: Canvas's documentation of the Score and Result services.
"""

from dataclasses import replace
from datetime import UTC, datetime

from flask import Response, request

from practice_lms import gradebook
from practice_lms.activities import LineItem
from practice_lms.config import SCOPE_RESULT_READONLY, SCOPE_SCORE
from practice_lms.faults import under_faults
from practice_lms.gradebook import Arrival, Grade, grade_of, plain_number, put_grade
from practice_lms.lms import JsonObject, Lms, current_lms
from practice_lms.people import GRADABLE, Person
from practice_lms.personalities.canvas import addresses, wire
from practice_lms.scores import (
    FULLY_GRADED,
    MEDIA_TYPE,
    BadScoreError,
    Score,
    read_score,
)

RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
RESULT = "application/vnd.ims.lis.v2.result+json"
SUBMISSION = "https://canvas.instructure.com/lti/submission"
SCORE_COUNTS = frozenset({FULLY_GRADED, "PendingManual"})


@under_faults("scores")
def receive_score(course: int, number: int) -> Response:
    """POST: one student's score."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_SCORE,))
    column = wire.require_line_item(lms, caller, course, number)
    try:
        score = read_score(request.get_json(force=True, silent=True))
    except BadScoreError as error:
        wire.refuse(422 if "scoreMaximum" in str(error) else 400, str(error))
    person = _student(lms, course, score.user_id)
    if person is None:
        wire.refuse(422, "User not found in course or is not a student")
    with lms.store.writing() as db:
        old = grade_of(db, column.id, person.key)
        if old.graded_at is not None and old.graded_at > score.timestamp:
            wire.refuse(
                400,
                f"Provided timestamp of {score.body['timestamp']} before last updated "
                f"timestamp of {_iso(old.graded_at)}",
            )
        if old.is_locked or column.is_locked:
            wire.refuse(422, "cannot be graded: the grading period is closed")
        put_grade(db, _graded(old, column, score))
        gradebook.remember(db, Arrival(column, person, score.user_id, score.body))
    address = addresses.line_item(lms, course, number)
    return wire.answer({"resultUrl": f"{address}/results/{person.number}"}, MEDIA_TYPE)


@under_faults("results")
def list_results(course: int, number: int) -> Response:
    """GET: the grades of one column, or of one student in it."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_RESULT_READONLY,))
    column = wire.require_line_item(lms, caller, course, number)
    asked = request.args.get("user_id")
    found = [
        result
        for grade in gradebook.grades_in(lms.store, column.id)
        if (result := _result(lms, column, grade)) and asked in {None, result["userId"]}
    ]
    shown, link = wire.page(found, 100, wire.PAGE_SIZE)
    answer = wire.answer(list(shown), RESULTS)
    answer.headers["link"] = link
    return answer


@under_faults("results")
def read_result(course: int, number: int, result: int) -> Response:
    """GET: one student's grade, at the address a score was answered with."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_RESULT_READONLY,))
    column = wire.require_line_item(lms, caller, course, number)
    whose = next((p for p in lms.cast.people if p.number == result), None)
    grades = gradebook.grades_in(lms.store, column.id)
    found = next((g for g in grades if whose and g.person == whose.key), None)
    if found is None:
        wire.refuse(404, "The specified resource does not exist.")
    return wire.answer(_result(lms, column, found), RESULT)


def _graded(old: Grade, column: LineItem, score: Score) -> Grade:
    """Return the cell after a score arrived; more than the maximum is allowed."""
    extension = score.body.get(SUBMISSION) or {}
    updated = replace(old, graded_at=score.timestamp, comment=score.comment)
    if score.grading_progress not in SCORE_COUNTS or score.given is None:
        if extension.get("preserve_score"):
            return updated
        return replace(updated, raw=None, final=None, is_overridden=False)
    raw = score.given * column.score_maximum / score.maximum
    if old.is_overridden and extension.get("prioritize_non_tool_grade"):
        return replace(updated, raw=raw)
    # Without being asked to respect it, a tool's score beats the teacher's.
    return replace(updated, raw=raw, final=raw, is_overridden=False)


def _student(lms: Lms, course: int, user_id: str) -> Person | None:
    person, place = lms.person_with_id(user_id), lms.cast.course(course)
    if person is None or place is None or person.key not in place.members:
        return None
    return person if person.role in GRADABLE else None


def _result(lms: Lms, column: LineItem, grade: Grade) -> JsonObject:
    person = lms.cast.person(grade.person)
    if person is None or grade.graded_at is None:
        return {}
    address = addresses.line_item(lms, column.course, column.id)
    found: JsonObject = {
        "id": f"{address}/results/{person.number}",
        "scoreOf": address,
        "userId": lms.user_id(person),
        "resultScore": None if grade.final is None else plain_number(grade.final),
        "resultMaximum": plain_number(column.score_maximum),
        "timestamp": _iso(grade.graded_at),
    }
    return {**found, "comment": grade.comment} if grade.comment else found


def _iso(seconds: float) -> str:
    stamp = datetime.fromtimestamp(seconds, UTC)
    return stamp.isoformat(timespec="milliseconds").replace("+00:00", "Z")
