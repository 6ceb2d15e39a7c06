"""Trouble on request: refusals, delays and broken connections, for tests.

A test plans trouble by POST /_faults; the services meet it in `under_faults`. Plans
live in the database, so every process of one LMS sees them.
"""

import functools
import json
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, request

from practice_lms.lms import Lms, current_lms

SERVICES = ("jwks", "token", "line_items", "scores", "results", "memberships")
PHASES = ("before", "after")
ACTIONS = ("status", "delay", "drop")
FOREVER = -1
View = Callable[..., Response]


@dataclass(frozen=True)
class Plan:
    """One kind of trouble.

    Attributes:
        service: Which of `SERVICES` it hits.
        action: "status" refuses, "delay" waits, "drop" closes the connection.
        when: "before" the work is done, or "after" it was done and stored.
        times: How many requests it hits; -1 means all until cleared.
        status: The HTTP status of a refusal.
        retry_after: Seconds for a Retry-After header; 0 sends none.
        seconds: How long a delay lasts.
        body: The text of a refusal.
    """

    service: str
    action: str
    when: str = "before"
    times: int = 1
    status: int = 500
    retry_after: int = 0
    seconds: float = 0.0
    body: str = "[]"

    def __post_init__(self) -> None:
        """Refuse a plan that could never happen.

        Raises:
            ValueError: A field holds none of the allowed words.
        """
        known = (
            self.service in SERVICES
            and self.action in ACTIONS
            and self.when in PHASES
            and (self.action != "status" or self.when == "before")
        )
        if not known:
            raise ValueError(
                f"service: {SERVICES}, action: {ACTIONS}, when: {PHASES}; "
                "a status can only be sent before"
            )


def add(lms: Lms, plan: Plan) -> None:
    """Put a plan at the end of the queue."""
    with lms.store.writing() as db:
        db.execute(
            "INSERT INTO fault (service, phase, plan, remaining) VALUES (?, ?, ?, ?)",
            (plan.service, plan.when, json.dumps(asdict(plan)), plan.times),
        )


def pending(lms: Lms) -> list[dict[str, Any]]:
    """Return the plans still to come, with how often each will still hit."""
    with lms.store.reading() as db:
        rows = db.execute("SELECT * FROM fault ORDER BY id").fetchall()
    return [{**json.loads(row["plan"]), "times": row["remaining"]} for row in rows]


def clear(lms: Lms) -> None:
    """Forget every plan."""
    with lms.store.writing() as db:
        db.execute("DELETE FROM fault")


def under_faults(service: str) -> Callable[[View], View]:
    """Return a decorator that lets planned trouble hit a service's view."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def with_trouble(*args: Any, **kwargs: Any) -> Response:
            lms = current_lms()
            if not lms.config.faults_enabled:
                return view(*args, **kwargs)
            refusal = _meet(_next(lms, service, "before"))
            if refusal:
                return refusal
            answer = view(*args, **kwargs)
            # A request that was refused anyway stored nothing to be lost after.
            done = answer.status_code < HTTPStatus.BAD_REQUEST
            return (_meet(_next(lms, service, "after")) if done else None) or answer

        return with_trouble

    return decorate


def _next(lms: Lms, service: str, phase: str) -> Plan | None:
    """Take one hit from the oldest plan for this moment."""
    with lms.store.writing() as db:
        row = db.execute(
            """SELECT id, plan, remaining FROM fault
               WHERE service = ? AND phase = ? ORDER BY id LIMIT 1""",
            (service, phase),
        ).fetchone()
        if row is None:
            return None
        if row["remaining"] == 1:
            db.execute("DELETE FROM fault WHERE id = ?", (row["id"],))
        elif row["remaining"] > 1:
            db.execute(
                "UPDATE fault SET remaining = remaining - 1 WHERE id = ?", (row["id"],)
            )
    return Plan(**json.loads(row["plan"]))


def _meet(plan: Plan | None) -> Response | None:
    if plan is None:
        return None
    if plan.action == "delay":
        time.sleep(plan.seconds)
        return None
    if plan.action == "drop":
        return _drop_connection()
    refusal = Response(plan.body, plan.status, content_type="application/json")
    if plan.retry_after:
        refusal.headers["Retry-After"] = str(plan.retry_after)
    return refusal


def _drop_connection() -> Response:
    """Close the socket under the caller; without one (test client) answer 502."""
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502)
