"""Activities of a course and the columns (line items) of its gradebook."""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from practice_lms.store import Store

OPENS_IN = ("iframe", "window")


@dataclass(frozen=True)
class Activity:
    """One link to a tool in a course.

    Attributes:
        resource_link_id: What messages call it.
        url: target_link_uri; "" means the tool's own default.
        custom: Custom parameters, one `name=value` a line, as Moodle keeps them.
        opens_in: "iframe" or "window".
    """

    id: int
    course: int
    deployment_id: str
    resource_link_id: str
    title: str
    description: str
    url: str
    custom: str
    opens_in: str

    @property
    def custom_parameters(self) -> dict[str, str]:
        """The custom parameters; a line without `=` has no meaning and is lost."""
        lines = (line.partition("=") for line in self.custom.splitlines())
        return {name: value for name, sign, value in lines if sign}


@dataclass(frozen=True)
class LineItemDraft:
    """A column before it has an id.

    Attributes:
        is_text_only: Moodle's trap: the column takes scores and shows no grade.
        submission_review: The content item's object, as it came.
    """

    score_maximum: float
    label: str = ""
    resource_id: str = ""
    tag: str = ""
    is_text_only: bool = False
    submission_review: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LineItem:
    """A column; `is_coupled` when it was made together with its activity."""

    id: int
    course: int
    deployment_id: str
    activity: int | None
    is_coupled: bool
    is_text_only: bool
    is_locked: bool
    label: str
    score_maximum: float
    resource_id: str
    tag: str
    submission_review: str
    extension: str


def add_activity(
    db: sqlite3.Connection, draft: Activity, maker: Callable[[int], str]
) -> Activity:
    """Store `draft` under a new id and return it.

    Args:
        db: A connection from `Store.writing`.
        draft: Its `id` and `resource_link_id` are ignored.
        maker: Makes the resource link id from the new id.
    """
    next_id = db.execute("SELECT coalesce(max(id), 0) + 1 FROM activity").fetchone()[0]
    activity = replace(draft, id=next_id, resource_link_id=maker(next_id))
    db.execute(
        """INSERT INTO activity VALUES (:id, :course, :deployment_id,
               :resource_link_id, :title, :description, :url, :custom, :opens_in)""",
        activity.__dict__,
    )
    return activity


def activities_in(store: Store, course: int) -> list[Activity]:
    """Return the activities of a course, oldest first."""
    with store.reading() as db:
        rows = db.execute(
            "SELECT * FROM activity WHERE course = ? ORDER BY id", (course,)
        )
        return [Activity(**row) for row in rows.fetchall()]


def activity(store: Store, activity_id: int) -> Activity | None:
    """Return one activity, or None."""
    with store.reading() as db:
        row = db.execute(
            "SELECT * FROM activity WHERE id = ?", (activity_id,)
        ).fetchone()
    return Activity(**row) if row else None


def delete_activity(store: Store, activity_id: int) -> None:
    """Remove an activity, its columns and their grades; history stays."""
    with store.writing() as db:
        db.execute("DELETE FROM activity WHERE id = ?", (activity_id,))


def set_opens_in(store: Store, activity_id: int, opens_in: str) -> None:
    """Choose where an activity opens.

    Raises:
        ValueError: `opens_in` is none of `OPENS_IN`.
    """
    if opens_in not in OPENS_IN:
        raise ValueError(f"opens_in must be one of {OPENS_IN}")
    with store.writing() as db:
        db.execute(
            "UPDATE activity SET opens_in = ? WHERE id = ?", (opens_in, activity_id)
        )


def add_coupled_line_item(
    db: sqlite3.Connection, owner: Activity, draft: LineItemDraft
) -> None:
    """Store the column that belongs to a new activity.

    Args:
        db: A connection from `Store.writing`.
        owner: The activity.
        draft: What the tool asked for.
    """
    review = draft.submission_review
    column = LineItem(
        id=0,
        course=owner.course,
        deployment_id=owner.deployment_id,
        activity=owner.id,
        is_coupled=True,
        is_text_only=draft.is_text_only,
        is_locked=False,
        label=draft.label,
        score_maximum=draft.score_maximum,
        resource_id=draft.resource_id,
        tag=draft.tag,
        submission_review=json.dumps(review) if review else "",
        extension="",
    )
    _insert_line_item(db, column)


def add_line_item(store: Store, column: LineItem) -> LineItem:
    """Store a column that a tool asked for; its `id` is ignored and made new."""
    with store.writing() as db:
        return replace(column, id=_insert_line_item(db, column))


def line_item(store: Store, line_item_id: int) -> LineItem | None:
    """Return one column, or None."""
    with store.reading() as db:
        row = db.execute(
            "SELECT * FROM line_item WHERE id = ?", (line_item_id,)
        ).fetchone()
    return _line_item(row) if row else None


def line_items_in(store: Store, course: int) -> list[LineItem]:
    """Return the columns of a course, oldest first."""
    with store.reading() as db:
        rows = db.execute(
            "SELECT * FROM line_item WHERE course = ? ORDER BY id", (course,)
        )
        return [_line_item(row) for row in rows.fetchall()]


def coupled_line_item(store: Store, owner: Activity) -> LineItem | None:
    """Return the column made together with an activity, if it still exists."""
    columns = line_items_in(store, owner.course)
    return next((c for c in columns if c.activity == owner.id and c.is_coupled), None)


def update_line_item(store: Store, column: LineItem) -> None:
    """Write back what a tool or a teacher may change of a column."""
    with store.writing() as db:
        db.execute(
            """UPDATE line_item SET label = :label, score_maximum = :score_maximum,
                   resource_id = :resource_id, tag = :tag, is_locked = :is_locked
               WHERE id = :id""",
            column.__dict__,
        )


def delete_line_item(store: Store, line_item_id: int) -> None:
    """Remove a column and its grades; the activity stays."""
    with store.writing() as db:
        db.execute("DELETE FROM line_item WHERE id = ?", (line_item_id,))


def _insert_line_item(db: sqlite3.Connection, column: LineItem) -> int:
    done = db.execute(
        """INSERT INTO line_item
               (course, deployment_id, activity, is_coupled, is_text_only, is_locked,
                label, score_maximum, resource_id, tag, submission_review, extension)
           VALUES (:course, :deployment_id, :activity, :is_coupled, :is_text_only,
                :is_locked, :label, :score_maximum, :resource_id, :tag,
                :submission_review, :extension)""",
        column.__dict__,
    )
    return done.lastrowid or 0


def _line_item(row: sqlite3.Row) -> LineItem:
    values = dict(row)
    for flag in ("is_coupled", "is_text_only", "is_locked"):
        values[flag] = bool(values[flag])
    return LineItem(**values)
