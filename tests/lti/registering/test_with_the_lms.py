"""The whole registration over HTTP, with both personalities of the practice LMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from sqlalchemy import select

from preventedu.lti.models import Deployment, DeploymentStatus, Platform
from tests.lti.registering.lms import query_of
from tests.lti.registering.make import TOOL, connect, make_link, open_page

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.people import School
    from tests.lti.registering.lms import LiveLms


pytestmark = pytest.mark.slow


def register(
    client: FlaskClient, session: Session, lms: LiveLms, school: School
) -> Platform:
    _row, path = make_link(session, school=school)
    page = open_page(client, path, lms)
    assert page.status_code == 200, page.text
    done = connect(client, path, page.text)
    assert done.status_code == 200, done.text
    newest = select(Platform).order_by(Platform.id.desc()).limit(1)
    return session.scalars(newest).one()


def test_an_lms_is_registered_by_its_own_administrator(
    client: FlaskClient, session: Session, lms: LiveLms, district: School
) -> None:
    lms.sign_in()
    invite, path = make_link(session, school=district)

    page = open_page(client, path, lms)
    done = connect(client, path, page.text)

    assert page.status_code == 200
    assert "Bay Middle" in page.text
    assert "Write grades" in page.text
    platform = session.scalars(select(Platform)).one()
    assert platform.issuer == lms.issuer
    assert platform.family == lms.personality
    assert platform.auth_url.startswith(lms.url)
    assert platform.token_audience is None
    assert platform.is_test is False
    assert platform.client_id in done.text
    session.refresh(invite)
    assert invite.platform_id == platform.id
    assert invite.used_at is not None
    tools = lms.get("/admin/tools")
    assert platform.client_id in tools
    assert "Pending" in tools


def test_moodle_names_the_deployment_and_it_is_bound(
    client: FlaskClient, session: Session, moodle: LiveLms, district: School
) -> None:
    moodle.sign_in()

    register(client, session, moodle, district)

    row = session.scalars(select(Deployment)).one()
    assert row.status is DeploymentStatus.ACTIVE
    assert (row.school_id, row.lea_id) == (district.id, district.lea_id)


def test_the_page_says_what_is_left_to_do_in_that_lms(
    client: FlaskClient, session: Session, lms: LiveLms
) -> None:
    lms.sign_in()
    _invite, path = make_link(session)

    page = connect(client, path, open_page(client, path, lms).text)

    words = {"moodle": "activity chooser", "canvas": "developer key"}
    assert words[lms.personality] in page.text
    assert 'id="close"' in page.text
    policy = page.headers["Content-Security-Policy"]
    assert f"frame-ancestors {lms.url}" in policy
    assert "script-src 'nonce-" in policy
    assert page.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"


def test_names_are_asked_for_only_with_the_tick(
    client: FlaskClient, session: Session, lms: LiveLms
) -> None:
    lms.sign_in()
    for names in (True, False):
        _invite, path = make_link(session)
        page = open_page(client, path, lms)
        connect(client, path, page.text, names=names)

    kept = requests.get(f"{lms.url}/_tools", timeout=10).json()
    assert [tool["shares_names"] for tool in kept] == [True, False]
    scopes = {scope.rpartition("/")[2] for scope in kept[0]["scopes"]}
    assert scopes == {"score", "result.readonly", "contextmembership.readonly"}


def test_registering_again_adds_a_second_client_of_the_same_issuer(
    client: FlaskClient, session: Session, moodle: LiveLms, district: School
) -> None:
    moodle.sign_in()

    first = register(client, session, moodle, district)
    second = register(client, session, moodle, district)

    assert first.id != second.id
    assert first.issuer == second.issuer
    assert first.client_id != second.client_id


def test_the_lms_token_works_once_and_our_link_survives_it(
    client: FlaskClient, session: Session, moodle: LiveLms
) -> None:
    moodle.sign_in()
    _first, one = make_link(session)
    _second, two = make_link(session)
    given = query_of(moodle.begin(TOOL + one))
    page = client.get(one, query_string=given)
    again = client.get(two, query_string=given)

    done = connect(client, one, page.text)
    refused = connect(client, two, again.text)

    assert done.status_code == 200
    assert refused.status_code == 400
    assert "token_spent" in refused.text
    assert "token_already_used" in refused.text
    retried = connect(client, two, open_page(client, two, moodle).text)
    assert retried.status_code == 200


def test_canvas_shows_its_configuration_to_the_token_only(
    client: FlaskClient, session: Session, lms: LiveLms
) -> None:
    lms.sign_in()
    _invite, path = make_link(session)
    given = query_of(lms.begin(TOOL + path))
    del given["registration_token"]

    answer = client.get(path, query_string=given)

    if lms.personality == "canvas":
        assert answer.status_code == 400
        assert "configuration_refused" in answer.text
    else:
        refused = connect(client, path, answer.text)
        assert "token_missing" in refused.text
        assert "missing_registration_token" in refused.text


def test_a_trial_copy_is_marked(
    client: FlaskClient, session: Session, moodle: LiveLms
) -> None:
    moodle.sign_in()
    _invite, path = make_link(session, is_test=True)

    page = open_page(client, path, moodle)
    connect(client, path, page.text)

    assert "Trial copy" in page.text
    assert session.scalars(select(Platform)).one().is_test is True


def test_an_anonymous_canvas_is_not_believed_outside_of_the_demo(
    client: FlaskClient,
    session: Session,
    lms: LiveLms,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lms.sign_in()
    settings = client.application.config["SETTINGS"]
    strict = type(settings)(
        **{**settings.__dict__, "allow_loopback_platforms": False},
    )
    monkeypatch.setitem(client.application.config, "SETTINGS", strict)
    _invite, path = make_link(session)

    page = open_page(client, path, lms)

    assert page.status_code == 400
    assert "address_refused" in page.text
