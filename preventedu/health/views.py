"""What watches over us asks here: alive, ready, and how many of what."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, g, jsonify, request

from preventedu.db import get_reader
from preventedu.health import figures, readiness
from preventedu.health.metrics import Counters

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Flask, Response
    from flask.typing import ResponseReturnValue

    from preventedu.settings import Settings

bp = Blueprint("health", __name__)
COUNTERS = "preventedu_counters"
EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"
LAUNCHES = {"lti.login": "login", "lti.launch": "launch"}


@dataclass(frozen=True)
class _Watch:
    """Counts what is answered, except what is nobody's business."""

    counters: Counters
    uncounted: Collection[str]

    def begin(self) -> None:
        g.began = monotonic()

    def end(self, response: Response) -> Response:
        endpoint = request.endpoint or "none"
        if endpoint not in self.uncounted:
            seconds = monotonic() - g.get("began", monotonic())
            self.counters.count_request(endpoint, response.status_code, seconds)
        if step := LAUNCHES.get(endpoint):
            self.counters.count_launch(step, _outcome(response))
        return response


def init_app(app: Flask, uncounted: Collection[str]) -> None:
    """Answer at /healthz, /readyz and /metrics, and count from now on.

    Args:
        app: Being built.
        uncounted: Endpoints that nobody counts or logs.
    """
    watch = _Watch(Counters(), uncounted)
    app.extensions[COUNTERS] = watch.counters
    app.before_request(watch.begin)
    app.after_request(watch.end)
    app.register_blueprint(bp)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    """Say that this process answers; nothing else is looked at."""
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Say whether lessons can be served; `?with=worker`: and grades be sent."""
    settings: Settings = current_app.config["SETTINGS"]
    now = datetime.now(UTC)
    found = readiness.look(get_reader(), settings.secret_key, now=now)
    is_ready = (
        found.is_complete if request.args.get("with") == "worker" else found.can_serve
    )
    told = {
        "ready": is_ready,
        "checks": {name.value: state.value for name, state in found.states.items()},
        "hints": found.hints,
    }
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return jsonify(told), status


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Tell Prometheus the figures, if it knows the token of the settings."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.metrics_token:
        abort(HTTPStatus.NOT_FOUND)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), settings.metrics_token.encode()):
        return "", HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": "Bearer"}
    counters: Counters = current_app.extensions[COUNTERS]
    found = figures.read(get_reader(), now=datetime.now(UTC))
    return counters.exposition(found), {"Content-Type": EXPOSITION}


def _outcome(response: Response) -> str:
    """Return `ok`, or the code of the page that refused the launch."""
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return "ok"
    return str(g.get("refusal_code", "error"))
