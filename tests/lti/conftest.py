"""Fixtures of the LTI room: a platform over HTTP, and a browser between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.courses.models import GradingPolicy
from preventedu.lti.keys import SigningKey
from preventedu.lti.models import Deployment
from preventedu.lti.wire import Wire
from preventedu.lti.worker import ScoreWorker
from tests.courses.make import made_module
from tests.lti.double import OTHER_KEY, Double, serving
from tests.lti.make import Browser, make_platform, publish
from tests.lti.school import Clock, School, make_course_assignment, make_link

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.lti.models import Platform


@pytest.fixture
def double() -> Iterator[Double]:
    with serving(Double()) as double:
        yield double


@pytest.fixture
def platform(session: Session, double: Double) -> Platform:
    return make_platform(session, double)


@pytest.fixture
def chrome(client: FlaskClient, double: Double, platform: Platform) -> Browser:
    """A browser on a registered platform."""
    del platform
    return Browser(client, double)


@pytest.fixture
def firefox(app: Flask, double: Double, platform: Platform) -> Browser:
    """Another browser on the same platform."""
    del platform
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return Browser(client, double)


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire("a-secret", allow_loopback=True)
    wire._signing_key = SigningKey("our-key", OTHER_KEY)  # noqa: SLF001 (no database here)
    yield wire
    wire.session.close()


@pytest.fixture(params=[GradingPolicy.COMPLETION])
def school(
    app: Flask, session: Session, double: Double, request: pytest.FixtureRequest
) -> Iterator[School]:
    make_platform(session, double)
    publish(session, made_module("made"))
    assignment = make_course_assignment(session, request.param)
    deployment = session.scalars(select(Deployment)).one()
    url = f"{double.url}/1/lineitems/1/lineitem?type_id=1"
    link = make_link(session, deployment, assignment, "link-1", url)
    clock, wire = Clock(), Wire("a-secret-for-tests", allow_loopback=True)
    sender = ScoreWorker(app.extensions["writers"], wire, clock=clock)
    sender.prepare()
    yield School(session, double, clock, sender, assignment, link)
    wire.session.close()
