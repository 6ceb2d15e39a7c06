"""Access tokens: the library verifies our assertion, and refuses spoiled ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests
from sqlalchemy import select

from preventedu.lti import registration
from preventedu.lti.adapters import AccessRefusedError, PlatformServices
from preventedu.lti.models import Platform
from tests.second_platform.library import RESULT_SCOPE, SCORE_SCOPE
from tests.second_platform.spoiling import SPOILED, said
from tests.second_platform.web import CLIENT_ID, SCORE_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.second_platform.conftest import School


def asked_for(school: School, hours_ago: int = 0) -> Mapping[str, str]:
    """Let the tool ask for a token, and return its request."""
    with school.tool.sessions() as session:
        row = session.scalars(
            select(Platform).where(Platform.issuer == school.lms.url)
        ).one()
        platform = registration.plain(row)
    wire = school.tool.new_wire()
    now = datetime.now(UTC) - timedelta(hours=hours_ago)
    services = PlatformServices(platform, wire, now=now)
    try:
        services.members_page(f"{school.lms.url}/members")
    finally:
        wire.session.close()
    return school.course.requests_to("token")[-1].form


def token_for(school: School, form: Mapping[str, str], **changes: str) -> Any:
    url = school.lms.token_url
    answer = requests.post(url, data={**form, **changes}, timeout=10)
    return answer.json() | {"status": answer.status_code}


def test_library_issues_a_token_for_our_assertion(school: School) -> None:
    assert token_for(school, asked_for(school))["status"] == 200
    # It was good for the service, too: the members came.
    assert len(school.course.requests_to("members")) == 1


def test_assertion_has_what_the_library_leaves_unread(school: School) -> None:
    first, second = asked_for(school), asked_for(school)
    assert first["client_assertion_type"] == (
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    )
    claims = said(first["client_assertion"])
    assert claims["iss"] == claims["sub"] == CLIENT_ID
    assert claims["aud"] == school.lms.token_url
    assert claims["jti"] != said(second["client_assertion"])["jti"]
    now = datetime.now(UTC).timestamp()
    assert claims["iat"] <= now < claims["exp"] <= claims["iat"] + 300


@pytest.mark.parametrize("spoil", SPOILED)
def test_library_refuses_spoiled_assertion(school: School, spoil: Any) -> None:
    form = asked_for(school)
    spoiled = spoil(form["client_assertion"])
    refused = token_for(school, form, client_assertion=spoiled)
    assert refused["status"] == 400
    assert "access_token" not in refused


def test_library_refuses_an_incomplete_request(school: School) -> None:
    form = asked_for(school)
    assert token_for(school, form, grant_type="password")["status"] == 400
    without = {name: value for name, value in form.items() if name != "scope"}
    assert token_for(school, without)["status"] == 400


def test_library_refuses_an_assertion_from_an_hour_ago(school: School) -> None:
    with pytest.raises(AccessRefusedError):
        asked_for(school, hours_ago=1)
    assert school.course.requests_to("members") == []


def test_service_takes_no_other_token(school: School) -> None:
    link = school.add_lesson()
    url = f"{school.lms.url}/items/{link.id}/scores"
    granted = token_for(school, asked_for(school), scope=RESULT_SCOPE)["access_token"]
    forged = jwt.encode({**said(granted), "scopes": SCORE_SCOPE}, "k" * 32, "HS256")
    for token in ("", granted, forged):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": SCORE_TYPE}
        answer = requests.post(url, data=b"{}", headers=headers, timeout=10)
        assert answer.status_code == 401
    assert school.course.scores == {}
