from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from preventedu.people import StaffRole
from preventedu.staff import accounts
from tests.staff import make

if TYPE_CHECKING:
    import pytest
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


def post(client: FlaskClient, email: str, password: str) -> int:
    page = client.get("/staff/sign-in").text
    form = {"csrf_token": make.csrf(page), "email": email, "password": password}
    return client.post("/staff/sign-in", data=form).status_code


def test_somebody_signs_in_and_out(session: Session, client: FlaskClient) -> None:
    make.make_staff(session)

    make.sign_in(client)
    page = client.get("/grants/")
    assert page.status_code == 200
    assert "Maria" in page.text

    answer = client.post("/staff/sign-out", data={"csrf_token": make.csrf(page.text)})
    assert answer.status_code == 303
    assert client.get("/grants/").location == "/staff/sign-in"


def test_a_copied_cookie_is_worth_nothing_after_signing_out(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    make.make_staff(session)
    make.sign_in(client)
    page = client.get("/grants/").text
    cookie = client.get_cookie("__Host-preventedu-staff")
    assert cookie is not None
    client.post("/staff/sign-out", data={"csrf_token": make.csrf(page)})

    thief = app.test_client()
    thief.environ_base["wsgi.url_scheme"] = "https"
    thief.set_cookie("__Host-preventedu-staff", cookie.value, secure=True)

    assert thief.get("/grants/").status_code == 303


def test_the_cookie_is_new_after_signing_in(
    session: Session, client: FlaskClient
) -> None:
    make.make_staff(session)
    client.get("/staff/sign-in")
    before = client.get_cookie("__Host-preventedu-staff")
    page = client.get("/staff/sign-in").text
    token = make.csrf(page)
    make.sign_in(client)
    after = client.get_cookie("__Host-preventedu-staff")

    assert before is not None
    assert after is not None
    assert before.value != after.value
    # A form made before signing in is worth nothing after it.
    answer = client.post("/staff/sign-out", data={"csrf_token": token})
    assert answer.status_code == 400


def test_cookies_are_host_only_secure_and_lax(
    session: Session, client: FlaskClient
) -> None:
    make.make_staff(session)
    page = client.get("/staff/sign-in").text
    form = {
        "csrf_token": make.csrf(page), "email": make.EMAIL, "password": make.PASSWORD,
    }  # fmt: skip
    answer = client.post("/staff/sign-in", data=form)

    for cookie in answer.headers.getlist("Set-Cookie"):
        assert cookie.startswith("__Host-preventedu-")
        for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert flag in cookie
        assert "Domain" not in cookie
    assert make.EMAIL not in "".join(answer.headers.getlist("Set-Cookie"))


def test_a_wrong_password_and_a_stranger_are_refused(
    session: Session, client: FlaskClient
) -> None:
    make.make_staff(session)

    assert post(client, make.EMAIL, "not this one, no") == 403
    assert post(client, "nobody@lea.example", make.PASSWORD) == 403


def test_too_many_tries_are_told_to_wait_in_seconds(
    session: Session, client: FlaskClient
) -> None:
    make.make_staff(session)
    for _ in range(3):
        post(client, make.EMAIL, "not this one, no")

    page = client.get("/staff/sign-in").text
    form = {
        "csrf_token": make.csrf(page), "email": make.EMAIL, "password": make.PASSWORD,
    }  # fmt: skip
    answer = client.post("/staff/sign-in", data=form)

    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 2
    assert "Nobody is locked out" in answer.text


def test_a_forged_form_signs_nobody_in(session: Session, client: FlaskClient) -> None:
    make.make_staff(session)
    form = {"csrf_token": "00", "email": make.EMAIL, "password": make.PASSWORD}

    client.post("/staff/sign-in", data=form)

    assert client.get("/grants/").status_code == 303


def test_a_forged_form_signs_nobody_out(session: Session, client: FlaskClient) -> None:
    make.make_staff(session)
    make.sign_in(client)

    answer = client.post("/staff/sign-out", data={"csrf_token": "00"})

    assert answer.status_code == 400
    assert client.get("/grants/").status_code == 200


def test_an_invitation_becomes_a_password_and_signs_in(
    session: Session, client: FlaskClient
) -> None:
    token = accounts.invite(
        session, make.EMAIL, "Maria", StaffRole.GRANT_MANAGER, None,
        now=datetime.now(UTC),
    )  # fmt: skip
    address = f"/staff/invitation/{token}"
    page = client.get(address)
    assert "Welcome, Maria" in page.text
    form = {"csrf_token": make.csrf(page.text)}

    weak = client.post(address, data=form | {"password": "short", "again": "short"})
    differ = client.post(
        address, data=form | {"password": make.PASSWORD, "again": "something else"}
    )
    good = client.post(
        address, data=form | {"password": make.PASSWORD, "again": make.PASSWORD}
    )

    assert "12 to 200 characters" in weak.text
    assert "not the same" in differ.text
    assert good.status_code == 303
    assert client.get("/grants/").status_code == 200
    assert client.get(address).status_code == 404


def test_a_stranger_finds_no_invitation(client: FlaskClient) -> None:
    assert client.get("/staff/invitation/guess").status_code == 404


def test_pages_speak_spanish(client: FlaskClient) -> None:
    page = client.get("/staff/sign-in?lang=es")

    assert '<html lang="es">' in page.text


def test_no_log_line_names_anybody(
    session: Session, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    make.make_staff(session)

    with caplog.at_level("DEBUG"):
        post(client, make.EMAIL, "not this one, no")
        make.sign_in(client)
        client.get("/grants/")

    facts = [str(vars(record)) for record in caplog.records]
    assert not any("maria" in fact.lower() for fact in facts)


def test_a_page_that_is_not_there_leads_back_home(
    session: Session, client: FlaskClient
) -> None:
    stranger = client.get("/grants/nothing")
    make.make_staff(session)
    make.sign_in(client)

    answer = client.get("/grants/nothing")

    assert stranger.status_code == answer.status_code == 404
    assert 'href="/grants/">To your first page' in answer.text
    assert "To your first page" not in stranger.text
