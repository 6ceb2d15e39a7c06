"""Every launch captured from a real Moodle is accepted and understood."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import inspect, select

from preventedu.app import create_app
from preventedu.auth import Seat, SeatRole
from preventedu.db import Base
from preventedu.lti import handshake, registration
from preventedu.lti.models import (
    Context,
    DeepLinkRequest,
    Enrollment,
    LaunchState,
    LtiUser,
    ResourceLink,
)
from preventedu.lti.registration import PlatformDetails
from preventedu.settings import Settings
from tests.lti.double import Reply
from tests.lti.make import error_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.lti.models import Platform
    from tests.lti.double import Double

FOLDER = Path(__file__).parent.parent / "fixtures" / "moodle-4.5"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
PROOF = "the-login-cookie"

UNDERSTOOD: dict[str, tuple[SeatRole, str | None, str | None, str | None]] = {
    # file: role, context, resource link, number of the line item
    "admin": (SeatRole.TEACHER, "2", "1", "2"),
    "course-copy-student": (SeatRole.LEARNER, "4", "18", "16"),
    "course-copy-teacher": (SeatRole.TEACHER, "4", "18", "16"),
    "cross-site-iframe-lax": (SeatRole.LEARNER, "2", "14", None),
    "cross-site-iframe-partitioned": (SeatRole.LEARNER, "2", "14", None),
    "deep-linking-first": (SeatRole.TEACHER, "2", None, None),
    "deep-linking": (SeatRole.TEACHER, "2", None, None),
    "nonediting-teacher": (SeatRole.TEACHER, "2", "1", "2"),
    "student-accented-name": (SeatRole.LEARNER, "2", "13", "7"),
    "student-anonymous": (SeatRole.LEARNER, "3", "38", None),
    "student-cjk-name": (SeatRole.LEARNER, "2", "1", "2"),
    "student-iframe-graded": (SeatRole.LEARNER, "2", "1", "2"),
    "student-iframe-ungraded": (SeatRole.LEARNER, "2", "5", None),
    "student-new-window": (SeatRole.LEARNER, "2", "2", "3"),
    "student-no-link-url": (SeatRole.LEARNER, "2", "7", None),
    "student-same-window": (SeatRole.LEARNER, "2", "3", "4"),
    "submission-review": (SeatRole.TEACHER, "2", "13", "7"),
    "teacher": (SeatRole.TEACHER, "2", "1", "2"),
}
FILES = sorted((FOLDER / "launch").glob("*.json"))


def load(path: Path) -> dict[str, Any]:
    captured: dict[str, Any] = json.loads(path.read_text())
    return captured


@pytest.fixture
def register(session: Session, double: Double) -> Callable[[dict[str, Any]], Platform]:
    """Register the captured Moodle; its keys are served from the file."""
    jwks = json.loads((FOLDER / "platform-jwks.json").read_text())
    double.routes["/jwks"] = lambda _asked: Reply(body=jwks)

    def register(said: dict[str, Any]) -> Platform:
        details = PlatformDetails(
            issuer=said["iss"],
            client_id=said["aud"],
            auth_url="http://localhost:8800/mod/lti/auth.php",
            token_url="http://localhost:8800/mod/lti/token.php",
            jwks_url=f"{double.url}/jwks",
        )
        now = datetime.now(UTC)
        platform = registration.add_platform(
            session, details, allow_loopback=True, now=now
        )
        deployment_id = said[LTI + "deployment_id"]
        registration.add_deployment(session, platform, deployment_id, None, now=now)
        return platform

    return register


def tool_at(app: Flask, captured: dict[str, Any], now: datetime) -> Flask:
    """Build the tool at the address of the capture, on the test's own database."""
    origin = urlsplit(captured["launch"]["url"])
    settings: Settings = app.config["SETTINGS"]
    tool = create_app(
        Settings(
            secret_key=settings.secret_key,
            database_url=settings.database_url,
            data_dir=settings.data_dir,
            public_url=f"{origin.scheme}://{origin.netloc}",
            allow_loopback_platforms=True,
        ),
        lti_prefix="",
    )
    tool.testing = True
    tool.extensions["engine"].dispose()
    for kept in ("engine", "writers", "readers"):
        tool.extensions[kept] = app.extensions[kept]
    tool.config["CLOCK"] = lambda: now
    return tool


def post_captured(
    app: Flask,
    session: Session,
    register: Callable[[dict[str, Any]], Platform],
    path: Path,
    after: timedelta = timedelta(seconds=3),
) -> TestResponse:
    """Leave the row that our login would have left, then post what Moodle posted."""
    captured = load(path)
    said, form = captured["decoded"]["payload"], captured["launch"]["form"]
    now = datetime.fromtimestamp(said["iat"], UTC) + after
    sent = captured["auth_request_sent_by_tool"]
    # Two captures sent it as a form: there the answer alone tells what was sent.
    query = dict(parse_qsl(urlsplit(sent).query)) if sent else {}
    state = query.get("state", form["state"])
    platform = register(said)
    session.add(
        LaunchState(
            state_hash=hashlib.sha256(state.encode()).hexdigest(),
            nonce=query.get("nonce", said["nonce"]),
            platform_id=platform.id,
            deployment_hint=captured["login"]["params"]["lti_deployment_id"],
            target_link_uri=captured["login"]["params"]["target_link_uri"],
            browser_hash=hashlib.sha256(PROOF.encode()).hexdigest(),
            expires_at=now + handshake.LIFETIME,
        )
    )
    session.commit()
    tool = tool_at(app, captured, now)
    cookie = f"{handshake.cookie_name(state)}={PROOF}"
    return tool.test_client(use_cookies=False).post(
        urlsplit(captured["launch"]["url"]).path,
        base_url=tool.config["SETTINGS"].public_url,
        data=form,
        headers={"Cookie": cookie},
    )


def test_each_captured_launch_has_its_expectation() -> None:
    assert {path.stem for path in FILES} == set(UNDERSTOOD)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_a_captured_launch_is_accepted_and_understood(
    app: Flask,
    session: Session,
    register: Callable[[dict[str, Any]], Platform],
    path: Path,
) -> None:
    role, context_id, link_id, line_item = UNDERSTOOD[path.stem]
    said = load(path)["decoded"]["payload"]

    answer = post_captured(app, session, register, path)

    assert (answer.status_code, error_code(answer)) == (303, "")
    seat = session.scalars(select(Seat)).one()
    assert seat.role is role
    assert seat.locale == "en"
    assert seat.frame_origin == "http://localhost:8800"
    assert session.scalars(select(LtiUser)).one().subject == said["sub"]
    context = session.scalars(select(Context)).one()
    assert context.context_id == context_id
    assert context.course_id == seat.course_id
    assert seat.course_title == said[LTI + "context"]["title"]
    link = session.scalars(select(ResourceLink)).one_or_none()
    assert (link.resource_link_id if link else None) == link_id
    if link is not None:
        url = link.line_item_url or ""
        assert (f"/lineitems/{line_item}/lineitem?" in url) is (line_item is not None)
        assert link.assignment_id is None
        assert session.scalars(select(Enrollment)).one().role == role.value
    assert (seat.learner_id is not None) is (role is SeatRole.LEARNER)
    page = answer.location.rpartition("/")[2]
    assert page == ("pick" if role is SeatRole.TEACHER else "waiting")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_nothing_personal_of_a_captured_launch_is_stored(
    app: Flask,
    session: Session,
    register: Callable[[dict[str, Any]], Platform],
    path: Path,
) -> None:
    said = load(path)["decoded"]["payload"]

    post_captured(app, session, register, path)

    session.expire_all()
    stored = " ".join(
        str(value)
        for mapper in Base.registry.mappers
        for row in session.scalars(select(mapper.class_))
        for name, value in _columns(row).items()
        if name != "return_url"
    )
    personal = [said.get(n) for n in ("name", "given_name", "family_name", "email")]
    personal += [said.get(LTI + "lis", {}).get("person_sourcedid")]
    assert [each for each in personal if each and each in stored] == []


def _columns(row: object) -> dict[str, object]:
    state = inspect(row)
    assert state is not None
    return {
        attribute.key: getattr(row, attribute.key)
        for attribute in state.mapper.column_attrs
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
@pytest.mark.parametrize(
    ("after", "code"),
    [
        (timedelta(seconds=-70), "token_from_future"),
        (timedelta(seconds=125), "token_expired"),
    ],
)
def test_a_captured_launch_grows_old(
    app: Flask,
    session: Session,
    register: Callable[[dict[str, Any]], Platform],
    path: Path,
    after: timedelta,
    code: str,
) -> None:
    answer = post_captured(app, session, register, path, after)

    assert (answer.status_code, error_code(answer)) == (401, code)
    assert session.scalars(select(Seat)).all() == []


@pytest.mark.parametrize("name", ["deep-linking", "deep-linking-first"])
def test_a_captured_selection_keeps_what_it_asks_for(
    app: Flask,
    session: Session,
    register: Callable[[dict[str, Any]], Platform],
    name: str,
) -> None:
    post_captured(app, session, register, FOLDER / "launch" / f"{name}.json")

    asked = session.scalars(select(DeepLinkRequest)).one()
    assert asked.return_url.startswith("http://localhost:8800/mod/lti/contentitem_ret")
    assert asked.data is None
    assert (asked.accepts_links, asked.accepts_multiple) == (True, True)
    assert asked.accepts_line_items is True
    rosters = session.scalars(select(Context.memberships_url)).one()
    assert (rosters is None) is (name == "deep-linking-first")


def test_a_captured_launch_answers_once(
    app: Flask, session: Session, register: Callable[[dict[str, Any]], Platform]
) -> None:
    path = FOLDER / "launch" / "student-iframe-graded.json"
    captured = load(path)
    post_captured(app, session, register, path)
    said, form = captured["decoded"]["payload"], captured["launch"]["form"]
    now = datetime.fromtimestamp(said["iat"], UTC) + timedelta(seconds=5)
    tool = tool_at(app, captured, now)

    again = tool.test_client(use_cookies=False).post(
        "/launch",
        base_url="http://localhost:8900",
        data=form,
        headers={"Cookie": f"{handshake.cookie_name(form['state'])}={PROOF}"},
    )

    assert (again.status_code, error_code(again)) == (401, "launch_replayed")


def test_moodles_link_checker_is_answered(app: Flask, session: Session) -> None:
    del session
    captured = json.loads((FOLDER / "moodlebot-get-of-item-url.json").read_text())
    tool = tool_at(app, {"launch": {"url": captured["url"]}}, datetime.now(UTC))

    answer = tool.test_client().get("/launch?item=quiz1", headers=captured["headers"])

    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    assert "Set-Cookie" not in answer.headers


def test_moodles_key_fetcher_is_answered(app: Flask, session: Session) -> None:
    del session
    captured = json.loads((FOLDER / "moodlebot-get-of-tool-jwks.json").read_text())
    tool = tool_at(app, {"launch": {"url": captured["url"]}}, datetime.now(UTC))

    answer = tool.test_client().get("/jwks.json", headers=captured["headers"])

    assert answer.status_code == 200
    assert [key["alg"] for key in answer.get_json()["keys"]] == ["RS256"]
