"""What every response says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preventedu.security import MAX_BODY, STATIC

if TYPE_CHECKING:
    from flask.testing import FlaskClient

PAGES = ["/staff/sign-in", "/no-such-page", "/s/no-such-seat/lesson", "/lti/launch"]


def policy(client: FlaskClient, path: str) -> dict[str, str]:
    """Return the Content-Security-Policy of a page, by directive."""
    header = client.get(path).headers["Content-Security-Policy"]
    pairs = (part.strip().partition(" ") for part in header.split(";"))
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize("path", PAGES)
def test_no_page_allows_inline_or_foreign_code(client: FlaskClient, path: str) -> None:
    rules = policy(client, path)

    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == "'self'"
    assert rules["script-src"] == "'none'"
    assert "unsafe" not in str(rules)
    assert rules["base-uri"] == "'none'"


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_not_kept_on_shared_machines(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_staff_pages_cannot_be_framed(client: FlaskClient) -> None:
    assert policy(client, "/staff/sign-in")["frame-ancestors"] == "'none'"


def test_an_error_in_a_frame_is_seen(client: FlaskClient) -> None:
    assert policy(client, "/s/no-such-seat/lesson")["frame-ancestors"] == "*"


def test_such_an_error_holds_no_form_and_sets_no_cookie(client: FlaskClient) -> None:
    response = client.get("/s/no-such-seat/lesson")

    assert response.status_code == 403
    assert "<form" not in response.text
    assert "Set-Cookie" not in response.headers


def test_a_static_file_may_be_kept_for_ever_under_its_hash(
    client: FlaskClient,
) -> None:
    page = client.get("/staff/sign-in").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    with client.get(address) as response:
        assert "max-age=31536000" in response.headers["Cache-Control"]
        assert response.data == (STATIC / "admin.css").read_bytes()
    assert "?v=" in address


@pytest.mark.parametrize("address", ["/about/%00", "/s/%00/lesson", "/about/x?a=%00"])
def test_a_nul_in_an_address_is_refused(client: FlaskClient, address: str) -> None:
    client.set_cookie("__Host-preventedu-lti", "any", secure=True)

    assert client.get(address).status_code == 400


def test_a_nul_in_a_form_is_refused(client: FlaskClient) -> None:
    form = {"email": "a\0b", "password": "c"}

    assert client.post("/staff/sign-in", data=form).status_code == 400


def test_a_request_that_is_too_large_is_refused(client: FlaskClient) -> None:
    response = client.post("/lti/launch", data={"id_token": "x" * (MAX_BODY + 1)})

    assert response.status_code == 413
    assert "too_large" in response.text
