"""Moodle's scores and results, with the clock and the rules it really has.

Source: the captured answers in tests/fixtures/moodle-4.5/ags-scores and ags-results.
"""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

from flask import Response, abort, request

from practice_lms import gradebook
from practice_lms.activities import LineItem
from practice_lms.config import SCOPE_RESULT_READONLY, SCOPE_SCORE
from practice_lms.faults import under_faults
from practice_lms.gradebook import Arrival, Grade, grade_of, plain_number, put_grade
from practice_lms.lms import JsonObject, Lms, current_lms
from practice_lms.people import GRADABLE, Person
from practice_lms.personalities.moodle import addresses, wire
from practice_lms.scores import (
    FULLY_GRADED,
    MEDIA_TYPE,
    BadScoreError,
    Score,
    read_score,
)

RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"


@under_faults("scores")
def receive_score(number: int, **_address: int) -> Response:
    """POST: one student's score."""
    lms = current_lms()
    caller = wire.require_token(lms, (SCOPE_SCORE,))
    wire.require_content_type(MEDIA_TYPE)
    column = wire.require_line_item(lms, number)
    wire.require_own(lms, caller, column)
    raw = request.get_data(as_text=True)
    try:
        score = read_score(json.loads(raw))
    except (ValueError, BadScoreError):
        # The reason phrase repeats the whole score, student included.
        return _refusal(400, f"Incorrect score received{raw}")
    if not score.user_id.isdecimal():
        wire.break_down()
    person = _student(lms, column, score)
    if person is None:
        return _refusal(400, f"Incorrect score received{raw}")
    return _store(lms, column, person, score)


def refuse_get(**_address: int) -> Response:
    """GET on scores: there is nothing to read here."""
    wire.refuse(405)


@under_faults("results")
def list_results(course: int, number: int) -> Response:
    """GET: the grades of one column, or of one student in it."""
    lms = current_lms()
    wire.require_token(lms, (SCOPE_RESULT_READONLY,))
    wire.require_accept(RESULTS)
    column = wire.require_line_item(lms, number)
    if "limit" in request.args:
        # A bug of Moodle's, kept: paging of results ends in an error page.
        abort(404, "Page not found")
    asked = request.args.get("user_id")
    found = []
    for grade in gradebook.grades_in(lms.store, column.id):
        person = lms.cast.person(grade.person)
        if person and asked in {None, lms.user_id(person)}:
            found.append(_result(lms, column, course, grade))
    return wire.answer(found, RESULTS)


def _store(lms: Lms, column: LineItem, person: Person, score: Score) -> Response:
    """Write one grade if Moodle's clock rule allows it."""
    with lms.store.writing() as db:
        old = grade_of(db, column.id, person.key)
        if old.graded_at is not None and int(score.timestamp) <= int(old.graded_at):
            return _refusal(
                409,
                "Refusing score with an earlier timestamp for item "
                f"{column.id} and user {score.user_id}",
            )
        if old.is_locked or column.is_locked:
            return _refusal(500, "Internal Server Error")
        put_grade(db, _graded(old, column, score))
        arrival = Arrival(column, person, score.user_id, score.body)
        gradebook.remember(db, arrival)
    return Response(status=200, content_type=f"{MEDIA_TYPE}; charset=utf-8")


def _graded(old: Grade, column: LineItem, score: Score) -> Grade:
    """Return the cell after a score arrived."""
    if score.grading_progress != FULLY_GRADED or score.given is None:
        cleared = replace(old, raw=None, comment="", graded_at=None)
        return old if old.is_overridden else replace(cleared, final=None)
    # Decimal places as Moodle's database keeps them.
    raw = round(score.given * column.score_maximum / score.maximum, 5)
    if old.is_overridden:
        return replace(old, raw=raw)
    shown = None if column.is_text_only else min(max(raw, 0), column.score_maximum)
    is_same = raw == old.raw and score.comment == old.comment
    return replace(
        old,
        raw=raw,
        final=shown,
        comment=score.comment,
        graded_at=old.graded_at if is_same else _stamp(column, score),
    )


def _stamp(column: LineItem, score: Score) -> float:
    """Return the time a grade gets, in whole seconds.

    An activity's column gets the time of arrival, whatever the tool says; a column
    that the tool made gets the tool's own timestamp, even one in the future.
    """
    return float(int(time.time() if column.is_coupled else score.timestamp))


def _student(lms: Lms, column: LineItem, score: Score) -> Person | None:
    """Return the student of this course a score is for; suspended ones count."""
    person = lms.person_with_id(score.user_id)
    course = lms.cast.course(column.course)
    if person is None or course is None or person.key not in course.members:
        return None
    return person if person.role in GRADABLE else None


def _result(lms: Lms, column: LineItem, course: int, grade: Grade) -> JsonObject:
    person = lms.cast.person(grade.person)
    user_id = lms.user_id(person) if person else ""
    type_id = request.args.get("type_id", "")
    line_item = addresses.line_item(lms, course, column.id, type_id)
    base = addresses.line_item(lms, course, column.id, "")
    query = f"type_id={type_id}&" if type_id else ""
    found: JsonObject = {
        "id": f"{base}/results?{query}user_id={user_id}",
        "userId": user_id,
    }
    if grade.final is None or grade.graded_at is None:
        return found
    found["resultScore"] = plain_number(grade.final)
    found["resultMaximum"] = plain_number(column.score_maximum)
    if grade.comment:
        found["comment"] = grade.comment
    stamp = datetime.fromtimestamp(grade.graded_at, UTC)
    return {**found, "scoreOf": line_item, "timestamp": stamp.isoformat()}


def _refusal(status: int, reason: str) -> Response:
    answer = wire.answer([], MEDIA_TYPE)
    answer.status = wire.status_line(status, reason)
    return answer
