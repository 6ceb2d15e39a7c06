"""Grades: what stands in each cell, and the history of every accepted score."""

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from practice_lms.activities import LineItem, line_items_in
from practice_lms.people import GRADABLE, Course, Person
from practice_lms.store import Store


@dataclass(frozen=True)
class Grade:
    """One cell.

    Attributes:
        raw: Points as sent, rescaled to the column; None when cleared.
        final: Points as shown.
        graded_at: Seconds since 1970, None when cleared.
    """

    line_item: int
    person: str
    raw: float | None = None
    final: float | None = None
    comment: str = ""
    graded_at: float | None = None
    is_overridden: bool = False
    is_locked: bool = False


@dataclass(frozen=True)
class Arrival:
    """An accepted score as it came over the wire."""

    column: LineItem
    person: Person
    user_id: str
    body: dict[str, Any]


def grade_of(db: sqlite3.Connection, line_item: int, person: str) -> Grade:
    """Return one cell, empty when nothing was ever stored."""
    row = db.execute(
        "SELECT * FROM grade WHERE line_item = ? AND person = ?", (line_item, person)
    ).fetchone()
    return _grade(row) if row else Grade(line_item, person)


def grades_in(store: Store, line_item: int) -> list[Grade]:
    """Return every cell of a column that was ever written."""
    with store.reading() as db:
        rows = db.execute(
            "SELECT * FROM grade WHERE line_item = ? ORDER BY rowid", (line_item,)
        )
        return [_grade(row) for row in rows.fetchall()]


def put_grade(db: sqlite3.Connection, grade: Grade) -> None:
    """Store one cell, replacing what stood there."""
    db.execute(
        """INSERT INTO grade VALUES (:line_item, :person, :raw, :final, :comment,
               :graded_at, :is_overridden, :is_locked)
           ON CONFLICT DO UPDATE SET raw = :raw, final = :final,
               comment = :comment, graded_at = :graded_at,
               is_overridden = :is_overridden, is_locked = :is_locked""",
        grade.__dict__,
    )


def remember(db: sqlite3.Connection, arrival: Arrival) -> None:
    """Append an accepted score to the history; nothing ever changes it."""
    db.execute(
        """INSERT INTO history
               (received_at, course, line_item, label, person, user_id, body)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (
            datetime.now(UTC).isoformat(),
            arrival.column.course,
            arrival.column.id,
            arrival.column.label,
            arrival.person.key,
            arrival.user_id,
            json.dumps(arrival.body),
        ),
    )


def history(store: Store) -> list[dict[str, Any]]:
    """Return every accepted score, oldest first."""
    with store.reading() as db:
        rows = db.execute("SELECT * FROM history ORDER BY id").fetchall()
    return [{**dict(row), "body": json.loads(row["body"])} for row in rows]


def override(store: Store, line_item: int, person: str, points: float) -> None:
    """Let a teacher set a grade by hand: it stays whatever a tool sends later."""
    with store.writing() as db:
        old = grade_of(db, line_item, person)
        now = float(int(datetime.now(UTC).timestamp()))
        put_grade(db, replace(old, final=points, graded_at=now, is_overridden=True))


def lock(store: Store, line_item: int, person: str) -> None:
    """Lock one cell."""
    with store.writing() as db:
        old = grade_of(db, line_item, person)
        put_grade(db, replace(old, is_locked=True))


def table(store: Store, course: Course, members: list[Person]) -> list[dict[str, Any]]:
    """Return the gradebook of a course as one row per student and column.

    Returns:
        Rows with person, student (name), line_item, column, max, score (None when
        there is none), time (ISO 8601, UTC, or None) and comment.
    """
    students = [person for person in members if person.role in GRADABLE]
    rows = []
    for column in line_items_in(store, course.number):
        cells = {grade.person: grade for grade in grades_in(store, column.id)}
        for person in students:
            grade = cells.get(person.key, Grade(column.id, person.key))
            rows.append(_row(column, person, grade))
    return rows


def plain_number(value: float) -> float | int:
    """Return 18 for 18.0, and 17.25 as it is: how an LMS writes points."""
    return int(value) if value == int(value) else value


def _row(column: LineItem, person: Person, grade: Grade) -> dict[str, Any]:
    stamp = grade.graded_at
    return {
        "person": person.key,
        "student": person.name,
        "line_item": column.id,
        "column": column.label,
        "max": plain_number(column.score_maximum),
        "score": None if grade.final is None else plain_number(grade.final),
        "time": None
        if stamp is None
        else datetime.fromtimestamp(stamp, UTC).isoformat(),
        "comment": grade.comment,
        "is_overridden": grade.is_overridden,
        "is_locked": grade.is_locked or column.is_locked,
    }


def _grade(row: sqlite3.Row) -> Grade:
    values = dict(row)
    for flag in ("is_overridden", "is_locked"):
        values[flag] = bool(values[flag])
    return Grade(**values)
