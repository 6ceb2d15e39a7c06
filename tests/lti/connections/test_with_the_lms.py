"""Trying a connection against the practice LMS, as Moodle and as Canvas."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from practice_lms import LmsConfig, ToolRegistration
from practice_lms.app import KNOWN
from practice_lms.server import build_server
from preventedu.app import create_app
from preventedu.cli import database
from preventedu.lti import keys, registration
from preventedu.lti.connection_models import CheckName, CheckResult, ConnectionCheck
from preventedu.lti.registration import PlatformDetails
from preventedu.people import StaffRole
from preventedu.settings import Settings
from tests.conftest import SECRET
from tests.databases import empty_postgres
from tests.lti.connections.make import Seated
from tests.staff.make import make_staff, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from werkzeug.serving import BaseWSGIServer

pytestmark = pytest.mark.slow

CLIENT = "client-of-the-tool"
MISSING = ("score", "result.readonly")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def tool(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """Serve the tool: an LMS reads our keys before it gives us a token."""
    url = f"sqlite:///{tmp_path / 'tool.sqlite3'}"
    if request.param == "postgres":
        url = empty_postgres(request.getfixturevalue("postgres_server"))
    app = create_app(Settings(SECRET, url, tmp_path, allow_loopback_platforms=True))
    database.upgrade(app.extensions["engine"])
    with app.extensions["writers"]() as session:
        keys.ensure_key(session, SECRET, now=datetime.now(UTC))
        make_staff(session, None, StaffRole.ADMINISTRATOR, "it@district.example")
        session.commit()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with running(server):
        yield app, f"http://127.0.0.1:{server.server_port}"
    app.extensions["engine"].dispose()


@contextmanager
def running(server: BaseWSGIServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def registered(url: str, *scopes: str) -> ToolRegistration:
    launch = f"{url}/lti/launch"
    usual = ToolRegistration(
        name="Prevention",
        client_id=CLIENT,
        deployment_id="1",
        login_url=f"{url}/lti/login",
        redirect_uris=(launch,),
        jwks_url=f"{url}/lti/jwks.json",
        target_link_uri=launch,
        deep_link_url=launch,
    )
    if not scopes:
        return usual
    kept = tuple(s for s in usual.scopes if s.rpartition("/")[2] in scopes)
    return ToolRegistration(**{**usual.__dict__, "scopes": kept})


@contextmanager
def lms(personality: str, own: ToolRegistration, folder: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://localhost:{port}"
    config = LmsConfig(url, personality, folder / personality, (own,))
    with running(build_server(config, "127.0.0.1", port)):
        yield url


def try_it(
    app: Flask, personality: str, lms_url: str
) -> dict[CheckName, ConnectionCheck]:
    ways, now = KNOWN[personality], datetime.now(UTC)
    details = PlatformDetails(
        issuer=lms_url,
        client_id=CLIENT,
        auth_url=lms_url + ways.authorize_path,
        token_url=lms_url + ways.grant_path,
        jwks_url=lms_url + ways.jwks_path,
    )
    with app.extensions["writers"]() as session:
        platform = registration.add_platform(
            session, details, allow_loopback=True, now=now
        )
        session.commit()
        number = platform.id
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    sign_in(client, "it@district.example")
    page = f"/connections/platforms/{number}"
    assert Seated(client).post(f"{page}/test", page=page).status_code == 303
    with app.extensions["writers"]() as session:
        rows = session.scalars(select(ConnectionCheck)).all()
        session.expunge_all()
    return {row.name: row for row in rows}


@pytest.mark.parametrize("personality", ["moodle", "canvas"])
def test_a_connection_that_works_is_green(
    tool: tuple[Flask, str], personality: str, tmp_path: Path
) -> None:
    app, url = tool
    with lms(personality, registered(url), tmp_path) as lms_url:
        found = try_it(app, personality, lms_url)

    for name in (CheckName.KEYS, CheckName.TOKEN, CheckName.CLOCK):
        assert found[name].result is CheckResult.GREEN, (name, found[name].code)
    for name in (CheckName.COOKIES, CheckName.ROSTER, CheckName.GRADES):
        assert found[name].code == "first_launch"


@pytest.mark.parametrize("personality", ["moodle", "canvas"])
def test_what_the_lms_does_not_allow_is_named(
    tool: tuple[Flask, str], personality: str, tmp_path: Path
) -> None:
    """Moodle cuts the list silently, Canvas refuses it whole: both end the same."""
    app, url = tool
    with lms(personality, registered(url, *MISSING), tmp_path) as lms_url:
        found = try_it(app, personality, lms_url)

    token = found[CheckName.TOKEN]
    assert (token.result, token.code) == (CheckResult.AMBER, "less")
    assert token.detail == "roster"


@pytest.mark.parametrize("personality", ["moodle", "canvas"])
def test_a_wrong_client_id_is_refused_by_the_lms(
    tool: tuple[Flask, str], personality: str, tmp_path: Path
) -> None:
    app, url = tool
    other = ToolRegistration(**{**registered(url).__dict__, "client_id": "another"})
    with lms(personality, other, tmp_path) as lms_url:
        found = try_it(app, personality, lms_url)

    assert found[CheckName.KEYS].result is CheckResult.GREEN
    assert found[CheckName.TOKEN].result is CheckResult.RED
    assert found[CheckName.TOKEN].code == "refused"
