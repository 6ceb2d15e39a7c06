"""What watches over the installation learns what is wrong, and nothing of anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from preventedu.app import create_app
from preventedu.health.heartbeat import EVERY, KEPT, Heartbeat, silence
from preventedu.health.models import WorkerHeartbeat
from preventedu.health.readiness import LATE
from preventedu.lti import keys
from preventedu.lti.models import ToolKey
from preventedu.settings import Settings, SettingsError
from tests.conftest import NOW, SECRET
from tests.courses.make import made_module
from tests.lti.make import publish

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

TOKEN = "a-token-for-prometheus"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def ready(session: Session) -> Session:
    """An installation with lessons, a key and a worker at work."""
    now = datetime.now(UTC)
    publish(session, made_module("made"))
    keys.ensure_key(session, SECRET, now=now)
    Heartbeat()(session, now)
    session.commit()
    return session


def checks(answer: TestResponse) -> dict[str, str]:
    found: dict[str, str] = answer.get_json()["checks"]
    return found


def test_alive_needs_no_database(tmp_path: Path) -> None:
    nowhere = Settings(SECRET, "postgresql+psycopg://x@127.0.0.1:1/no", tmp_path)
    client = create_app(nowhere).test_client()

    answer = client.get("/healthz")

    assert (answer.status_code, answer.get_data()) == (200, b"ok\n")


def test_a_whole_installation_is_ready(ready: Session, client: FlaskClient) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.get_json()["ready"] is True
    assert set(checks(answer).values()) == {"ok"}
    assert answer.get_json()["hints"] == []
    assert client.get("/readyz?with=worker").status_code == 200
    assert ready.scalar(select(WorkerHeartbeat.worker))


def test_a_database_that_cannot_be_reached_is_not_ready(tmp_path: Path) -> None:
    nowhere = Settings(SECRET, "postgresql+psycopg://x@127.0.0.1:1/no", tmp_path)
    client = create_app(nowhere).test_client()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert checks(answer)["database"] == "failed"
    assert checks(answer)["content"] == "unknown"
    assert answer.get_json()["hints"] == ["The database cannot be reached or used."]


def test_a_database_without_tables_is_not_ready(tmp_path: Path) -> None:
    empty = Settings(SECRET, f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path)
    app = create_app(empty)

    answer = app.test_client().get("/readyz")

    assert answer.status_code == 503
    assert checks(answer)["migrations"] == "failed"
    assert "preventedu db upgrade" in answer.get_json()["hints"][0]
    app.extensions["engine"].dispose()


def test_without_lessons_it_is_not_ready(session: Session, client: FlaskClient) -> None:
    Heartbeat()(session, datetime.now(UTC))
    session.commit()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert checks(answer) == {
        "database": "ok",
        "migrations": "ok",
        "content": "failed",
        "secret": "ok",
        "worker": "ok",
    }


def test_another_secret_is_noticed_before_the_first_launch_fails(
    ready: Session, client: FlaskClient
) -> None:
    ready.execute(delete(ToolKey))
    keys.ensure_key(ready, "another-secret-that-was-used-before", now=NOW)
    ready.commit()

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert checks(answer)["secret"] == "failed"


@pytest.mark.parametrize("late", [True, False])
def test_lessons_go_on_without_a_worker_but_it_is_said(
    ready: Session, client: FlaskClient, *, late: bool
) -> None:
    ready.execute(delete(WorkerHeartbeat))
    if late:
        Heartbeat()(ready, datetime.now(UTC) - LATE - timedelta(seconds=1))
    ready.commit()

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert checks(answer)["worker"] == "failed"
    assert "preventedu worker" in answer.get_json()["hints"][0]
    assert client.get("/readyz?with=worker").status_code == 503


def test_a_heartbeat_is_written_now_and_then_and_forgotten(session: Session) -> None:
    old, beat = Heartbeat(), Heartbeat()
    old(session, NOW - KEPT - EVERY)

    beat(session, NOW)
    beat(session, NOW + EVERY / 2)
    assert silence(session, now=NOW + EVERY / 2) == EVERY / 2
    beat(session, NOW + EVERY)

    assert silence(session, now=NOW + EVERY) == timedelta(0)
    assert session.scalars(select(WorkerHeartbeat.worker)).all() == [beat.worker]


def test_nobody_is_told_figures_without_a_token(
    ready: Session, client: FlaskClient
) -> None:
    del ready
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers=BEARER).status_code == 404


def test_a_short_token_is_refused_at_the_start(data_dir: Path) -> None:
    with pytest.raises(SettingsError, match="METRICS_TOKEN is"):
        Settings.from_environment({"PREVENTEDU_METRICS_TOKEN": "short"}, data_dir)


@pytest.fixture
def watched(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with a token for Prometheus."""
    settings: Settings = app.config["SETTINGS"]
    told = Settings(**{**vars(settings), "metrics_token": TOKEN})
    monkeypatch.setitem(app.config, "SETTINGS", told)
    return app


def test_only_the_token_opens_the_figures(
    ready: Session, watched: Flask, client: FlaskClient
) -> None:
    del ready, watched
    refused = [
        client.get("/metrics"),
        client.get("/metrics", headers={"Authorization": "Bearer wrong"}),
    ]

    answer = client.get("/metrics", headers=BEARER)

    assert [each.status_code for each in refused] == [401, 401]
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"


def test_the_figures_count_pages_and_tell_the_worker_and_the_lessons(
    ready: Session, watched: Flask, client: FlaskClient
) -> None:
    del ready, watched
    client.get("/staff/sign-in")
    client.get("/no-such-page")

    text = client.get("/metrics", headers=BEARER).get_data(as_text=True)

    assert 'request_seconds_count{endpoint="staff.sign_in",status="2xx"}' in text
    assert 'request_seconds_bucket{endpoint="none",le="0.1",status="4xx"}' in text
    assert 'preventedu_grades{status="waiting"} 0.0' in text
    assert "preventedu_oldest_waiting_grade_seconds 0.0" in text
    assert "preventedu_worker_silence_seconds " in text
    assert 'preventedu_info{content="' in text


def test_what_is_nobodys_business_is_not_counted(
    ready: Session, watched: Flask, client: FlaskClient
) -> None:
    del ready, watched
    client.get("/away")

    text = client.get("/metrics", headers=BEARER).get_data(as_text=True)

    assert "courses.away" not in text
    assert 'endpoint="static"' not in text
