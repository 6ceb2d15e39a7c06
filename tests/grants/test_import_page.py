from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.grants.importing.examples import example
from preventedu.grants.models import Award, ImportedFile, RecordedChange
from preventedu.people import Lea, StaffRole
from tests.grants import make
from tests.staff.make import EMAIL, csrf, make_staff, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

PAGE, CONFIRM = "/grants/import", "/grants/import/confirm"


@pytest.fixture
def administrator(session: Session, client: FlaskClient) -> FlaskClient:
    make_staff(session, None, StaffRole.ADMINISTRATOR)
    sign_in(client)
    return client


def upload(client: FlaskClient, content: bytes, name: str) -> TestResponse:
    token = csrf(client.get(PAGE).text)
    # Written out, because werkzeug's client leaves the file of a large body open.
    field = "--sep\r\nContent-Disposition: form-data; name="
    start = f'{field}"csrf_token"\r\n\r\n{token}\r\n'
    start += f'{field}"file"; filename="{name}"\r\n\r\n'
    body = start.encode() + content + b"\r\n--sep--\r\n"
    kind = "multipart/form-data; boundary=sep"
    return client.post(PAGE, data=body, content_type=kind)


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of the page that shows what a file would do."""
    names = ("name", "content", "file_hash", "plan_hash")
    fields = {it: page.partition(f'name="{it}" value="')[2] for it in names}
    fields = {it: text.partition('"')[0] for it, text in fields.items()}
    return fields | {"csrf_token": csrf(page)}


def confirm(client: FlaskClient, form: dict[str, str]) -> TestResponse:
    return client.post(CONFIRM, data=form, content_type="multipart/form-data")


@pytest.mark.parametrize("kind", ["yaml", "csv", "xlsx"])
def test_a_file_is_shown_first_and_imported_then(
    session: Session, administrator: FlaskClient, kind: str
) -> None:
    assert f"/grants/import/example.{kind}" in administrator.get(PAGE).text
    got = administrator.get(f"/grants/import/example.{kind}")
    assert "attachment" in got.headers["Content-Disposition"]

    shown = upload(administrator, got.data, f"ours.{kind}")
    assert "Nothing is written yet." in shown.text
    assert "New: 11" in shown.text
    assert session.scalars(select(Lea)).all() == []
    done = confirm(administrator, hidden(shown.text))

    assert done.status_code == 303
    report = administrator.get(done.location).text
    assert "11 things were changed" in report
    assert EMAIL in report
    kept = session.scalars(select(ImportedFile)).one()
    assert (kept.name, kept.imported_by) == (f"ours.{kind}", EMAIL)
    assert kept.content_hash in report
    assert len(session.scalars(select(RecordedChange)).all()) == 11
    assert f"ours.{kind}" in administrator.get(PAGE).text
    again = upload(administrator, got.data, f"ours.{kind}")
    assert "There is nothing to import." in again.text


def test_bad_lines_are_shown_and_nothing_can_be_imported(
    session: Session, administrator: FlaskClient
) -> None:
    bad = example("yaml").replace(b"kind: lea", b"kind: lae")

    shown = upload(administrator, bad, "<b>ours.yaml")

    assert "1 problem" in shown.text
    assert "<b>Line 2" in shown.text
    assert "Did you mean `lea`?" in shown.text
    assert "&lt;b&gt;ours.yaml" in shown.text
    assert 'name="plan_hash"' not in shown.text
    assert session.scalars(select(Lea)).all() == []


def test_another_file_than_the_one_shown_is_refused(
    session: Session, administrator: FlaskClient
) -> None:
    form = hidden(upload(administrator, example("yaml"), "ours.yaml").text)
    other = base64.b64encode(example("yaml").replace(b"Unified", b"Union")).decode()

    for changed in ({"content": other}, {"content": "no base64"}, {"file_hash": "0"}):
        assert confirm(administrator, form | changed).status_code == 400
    assert "expired" in confirm(administrator, form | {"csrf_token": "00"}).text

    assert session.scalars(select(Lea)).all() == []


def test_what_was_entered_meanwhile_is_shown_before_anything_is_written(
    session: Session, administrator: FlaskClient
) -> None:
    form = hidden(upload(administrator, example("yaml"), "ours.yaml").text)
    session.add(Lea(nces_id="0099001", name="Entered meanwhile", state="ZZ"))
    session.flush()

    shown = confirm(administrator, form)

    assert "Something else was entered since you looked" in shown.text
    assert "name: Entered meanwhile -&gt; Example Unified (invented)" in shown.text
    assert session.scalars(select(Award)).all() == []
    assert confirm(administrator, hidden(shown.text)).status_code == 303
    assert session.scalars(select(Award)).one().fain == "EXAMPLE-26-0001"


def test_an_upload_needs_a_file_and_our_own_form(administrator: FlaskClient) -> None:
    token = csrf(administrator.get(PAGE).text)

    none = administrator.post(PAGE, data={"csrf_token": token})
    form = {"csrf_token": "00", "file": (io.BytesIO(b"leas: []"), "a.yaml")}
    forged = administrator.post(PAGE, data=form, content_type="multipart/form-data")

    assert "Choose a file." in none.text
    assert "This form has expired" in forged.text


def test_a_file_up_to_two_megabytes_is_taken(administrator: FlaskClient) -> None:
    large = b"#" * (2 * 1024 * 1024 - 100) + b"\n" + b"leas: []\n"

    taken = upload(administrator, large, "ours.yaml")
    larger = upload(administrator, b"#" * (2 * 1024 * 1024 + 1), "ours.yaml")
    largest = upload(administrator, b"#" * (5 * 1024 * 1024), "ours.yaml")

    assert "too large" in taken.text or "nothing to import" in taken.text
    assert "larger than 2 MB" in larger.text
    assert largest.status_code == 413


def test_only_who_runs_the_whole_installation_imports(
    session: Session, client: FlaskClient
) -> None:
    lea = make.make_district(session).lea
    make.make_partner(session, "sheriff")
    session.add(ImportedFile(content="x", content_hash="0", imported_at=make.NOON,
                             imported_by=EMAIL))  # fmt: skip
    session.flush()
    kept = session.scalars(select(ImportedFile.id)).one()
    addresses = [PAGE, f"/grants/import/files/{kept}", "/grants/import/example.csv"]
    cases = (
        (StaffRole.ADMINISTRATOR, lea, None, "only an administrator of the whole"),
        (StaffRole.GRANT_MANAGER, None, "sheriff", "not for your role"),
        (StaffRole.LEA_OFFICIAL, lea, None, "not for your role"),
        (StaffRole.GRANT_MANAGER, lea, None, "not for your role"),
        (StaffRole.COUNSELOR, lea, None, "not for your role"),
    )

    for address in addresses:
        assert client.get(address).location == "/staff/sign-in"
    assert client.post(CONFIRM).location == "/staff/sign-in"
    for number, (role, home, key, words) in enumerate(cases):
        make_staff(session, home, role, f"{number}@s.example", organization=key)
        sign_in(client, f"{number}@s.example")
        for address in addresses:
            answer = client.get(address)
            assert (answer.status_code, words in answer.text) == (403, True), address
        assert client.post(CONFIRM).status_code == 403
        assert client.post(PAGE).status_code == 403


def test_unknown_files_and_examples_are_no_pages(administrator: FlaskClient) -> None:
    for address in ("/grants/import/files/999", "/grants/import/example.pdf"):
        assert administrator.get(address).status_code == 404
