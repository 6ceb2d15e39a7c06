"""Fixtures of the LTI room: a platform over HTTP, and a browser between the two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preventedu.lti.keys import SigningKey
from preventedu.lti.wire import Wire
from tests.lti.double import OTHER_KEY, Double, serving
from tests.lti.make import Browser, make_platform

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
