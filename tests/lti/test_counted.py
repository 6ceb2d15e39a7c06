"""Launches and grades are counted for whoever watches over us, and nobody is named."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from preventedu.health import figures
from preventedu.health.views import COUNTERS
from preventedu.lti.models import DeliveryStatus
from tests.lti.double import Reply, sign
from tests.lti.school import START

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from preventedu.health.metrics import Counters
    from tests.lti.make import Browser
    from tests.lti.school import School


def counted(app: Flask, session: Session) -> str:
    counters: Counters = app.extensions[COUNTERS]
    return counters.exposition(figures.read(session, now=START)).decode()


def number(text: str, series: str) -> float:
    """Return a series' value; 0 while it was never counted."""
    found = [line for line in text.splitlines() if line.startswith(series + " ")]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


@pytest.mark.parametrize("outcome", ["ok", "launch_replayed", "state_unknown"])
def test_launches_are_counted_by_outcome(
    app: Flask, session: Session, chrome: Browser, outcome: str
) -> None:
    series = f'preventedu_launches_total{{outcome="{outcome}",step="launch"}}'
    before = number(counted(app, session), series)

    chrome.begin()
    token = sign(chrome.claims())
    if outcome == "state_unknown":
        chrome.post(token, "never-begun")
    else:
        chrome.post(token)
    if outcome == "launch_replayed":
        chrome.post(token)

    text = counted(app, session)
    assert number(text, series) == before + 1
    for named in ("user-1", chrome.double.url, "client-1", "dep-1", chrome.state):
        assert named not in text


def test_the_queue_of_grades_is_told_by_status_and_age(
    app: Flask, session: Session, school: School
) -> None:
    del app
    works = school.double.routes["/scores"]
    school.double.routes["/scores"] = lambda _asked: Reply(503)
    school.completes(school.learner())
    school.work()

    waiting = figures.read(session, now=school.clock() + timedelta(minutes=1))
    assert waiting.grades[DeliveryStatus.WAITING] == 1
    assert waiting.oldest_waiting == timedelta(minutes=1)

    school.double.routes["/scores"] = works
    school.work(3600)

    sent = figures.read(session, now=school.clock())
    assert sent.grades[DeliveryStatus.WAITING] == 0
    assert sent.grades[DeliveryStatus.SENT] == 1
    assert sent.oldest_waiting == timedelta(0)
