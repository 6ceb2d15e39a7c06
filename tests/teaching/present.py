"""Filling in the list of who was present, as a teacher's browser does."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses.models import Completion
from preventedu.lti.models import LtiUser

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.auth import Seat

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ROW = re.compile(
    r'name="student" value="(?P<sealed>[^"]+)">\s*'
    r"(?:<label[^>]*>(?P<box><input[^>]*>)|<span[^>]*>).*?<b>(?P<name>[^<]*)</b>",
    re.DOTALL,
)


@dataclass(frozen=True)
class Row:
    """A student of the list; without a box they have finished before."""

    name: str
    sealed: str
    has_box: bool
    is_ticked: bool


def rows_of(page: str) -> dict[str, Row]:
    """Return the students of a page by name, in its order."""
    found = {}
    for match in ROW.finditer(page):
        name = html.unescape(match["name"])
        box = match["box"] or ""
        found[name] = Row(name, match["sealed"], bool(box), "checked" in box)
    return found


def list_of(client: FlaskClient, seat: Seat) -> dict[str, Row]:
    """Open the list and return its students."""
    answer = client.get(f"/s/{seat.id}/front/present")
    assert answer.status_code == 200
    return rows_of(answer.text)


def save(
    client: FlaskClient, seat: Seat, *present: str, page: str = "", **other: str
) -> TestResponse:
    """Send the form with exactly these students ticked."""
    page = page or client.get(f"/s/{seat.id}/front/present").text
    token = TOKEN.search(page)
    assert token
    rows = list(rows_of(page).values())
    numbers = {row.name: str(n) for n, row in enumerate(rows)}
    data: dict[str, str | list[str]] = {
        "csrf_token": token[1],
        "student": [row.sealed for row in rows],
        "present": [numbers[name] for name in present],
        "before": [numbers[row.name] for row in rows if row.is_ticked],
        "minutes": "20",
        "language": "en",
        **other,
    }
    return client.post(f"/s/{seat.id}/front/present", data=data)


def completions(session: Session, subject: str) -> list[Completion]:
    """Return every completion of a student, also those that were superseded."""
    session.expire_all()
    return list(
        session.scalars(
            select(Completion)
            .join(LtiUser, LtiUser.learner_id == Completion.learner_id)
            .where(LtiUser.subject == subject)
            .order_by(Completion.id)
        )
    )
