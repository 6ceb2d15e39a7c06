"""Our administrators' pages: links, Canvas's JSON, and an LMS by hand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from preventedu.lti.models import Deployment, Platform
from preventedu.lti.platforms import CHOICES
from preventedu.lti.registering.models import RegistrationInvite
from preventedu.people import Lea, School, StaffRole
from tests.lti.registering.make import make_link
from tests.staff.make import csrf, make_staff, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

PAGES = ("/lti/platforms/links", "/lti/platforms/new")
LINKS, NEW = PAGES
OTHERS = tuple(role for role in StaffRole if role is not StaffRole.ADMINISTRATOR)
MANUAL = {
    "lms": "moodle",
    "issuer": "https://moodle.bay.example",
    "client_id": "abc",
    "auth_url": "https://moodle.bay.example/mod/lti/auth.php",
    "token_url": "https://moodle.bay.example/mod/lti/token.php",
    "jwks_url": "https://moodle.bay.example/mod/lti/certs.php",
    "deployment_id": "3",
    "lea": "",
    "school": "",
}


@pytest.fixture
def other(session: Session) -> School:
    lea = Lea(nces_id="0600009", name="Far District", state="CA")
    session.add(lea)
    session.flush()
    school = School(
        lea_id=lea.id, scheme="nces", school_id="060000900001", name="Far Middle"
    )
    session.add(school)
    session.flush()
    return school


@pytest.fixture
def admin(session: Session, client: FlaskClient) -> FlaskClient:
    """The browser of an administrator of the whole installation."""
    make_staff(session, role=StaffRole.ADMINISTRATOR)
    session.commit()
    sign_in(client)
    return client


@pytest.fixture
def own_admin(session: Session, client: FlaskClient, district: School) -> FlaskClient:
    """The browser of a district's own administrator."""
    make_staff(session, district.lea, StaffRole.ADMINISTRATOR)
    session.commit()
    sign_in(client)
    return client


def send(client: FlaskClient, path: str, **form: str) -> TestResponse:
    page = client.get(f"{LINKS}").text
    return client.post(path, data={"csrf_token": csrf(page), **form})


def enter(client: FlaskClient, **changes: Any) -> TestResponse:
    return send(client, NEW, **(MANUAL | changes))


@pytest.mark.parametrize("page", PAGES)
def test_nobody_comes_in_without_signing_in(client: FlaskClient, page: str) -> None:
    for answer in (client.get(page), client.post(page)):
        assert answer.status_code == 303
        assert answer.location == "/staff/sign-in"


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_are_refused(
    session: Session, client: FlaskClient, district: School, role: StaffRole
) -> None:
    make_staff(session, district.lea, role)
    session.commit()
    sign_in(client)

    for page in PAGES:
        assert client.get(page).status_code == 403
        assert client.post(page).status_code == 403
    assert client.post(f"{LINKS}/1/withdraw").status_code == 403


def test_a_link_is_shown_once_and_kept_as_a_hash(
    session: Session, admin: FlaskClient, district: School
) -> None:
    page = send(admin, LINKS, lms="moodle", lea="", school=str(district.id))

    token = re.search(r"https://tool.test/lti/register/([\w-]+)", page.text)
    assert token
    assert "Add LTI Advantage" in page.text
    row = session.scalars(select(RegistrationInvite)).one()
    assert token[1] not in row.token_hash
    assert (row.lea_id, row.school_id) == (district.lea_id, district.id)
    assert row.created_by == "maria@lea.example"
    assert token[1] not in admin.get(LINKS).text
    assert "Open until" in admin.get(LINKS).text


def test_a_link_is_withdrawn(session: Session, admin: FlaskClient) -> None:
    row, path = make_link(session)

    answer = send(admin, f"{LINKS}/{row.id}/withdraw")

    assert answer.status_code == 303
    assert "withdrawn" in admin.get(LINKS).text
    assert "link_unknown" in admin.get(path).text


def test_a_forged_form_makes_and_withdraws_nothing(
    session: Session, admin: FlaskClient
) -> None:
    row, _path = make_link(session)

    admin.post(LINKS, data={"lms": "moodle", "lea": "", "school": ""})
    refused = admin.post(f"{LINKS}/{row.id}/withdraw")

    assert refused.status_code == 400
    assert len(session.scalars(select(RegistrationInvite)).all()) == 1
    session.refresh(row)
    assert row.withdrawn_at is None


def test_a_districts_own_administrator_stays_in_the_district(
    session: Session, own_admin: FlaskClient, district: School, other: School
) -> None:
    theirs, _path = make_link(session, other.lea)

    page = own_admin.get(LINKS).text
    foreign = send(own_admin, LINKS, lms="moodle", lea="", school=str(other.id))
    tampered = send(own_admin, LINKS, lms="moodle", lea=str(other.lea_id), school="")
    withdrawn = send(own_admin, f"{LINKS}/{theirs.id}/withdraw")

    assert "Far" not in page
    assert "lti/register/" not in foreign.text
    assert "lti/register/" not in tampered.text
    assert withdrawn.status_code == 404
    made = send(own_admin, LINKS, lms="moodle", lea=str(district.lea_id), school="")
    assert "lti/register/" in made.text
    newest = session.scalars(
        select(RegistrationInvite).order_by(RegistrationInvite.id.desc())
    ).first()
    assert newest
    assert newest.lea_id == district.lea_id


@pytest.mark.parametrize("key", list(CHOICES))
def test_each_preset_fills_in_what_the_address_tells(
    admin: FlaskClient, key: str
) -> None:
    asked = {"lms": key, "address": "https://lms.bay.example/", "client_id": "c1"}

    page = admin.get(NEW, query_string=asked)

    assert page.status_code == 200
    assert 'value="c1"' in page.text
    _family, choice = CHOICES[key]
    known = choice.preset("https://lms.bay.example", "c1")
    for url in (known.issuer, known.auth_url, known.token_url, known.jwks_url):
        assert f'value="{url}"' in page.text


def test_canvas_copies_have_issuers_of_their_own() -> None:
    preset = CHOICES["canvas"][1].preset

    issuers = [
        preset(f"https://bay{which}.instructure.com", "").issuer
        for which in ("", ".beta", ".test")
    ]

    assert issuers == [
        "https://canvas.instructure.com",
        "https://canvas.beta.instructure.com",
        "https://canvas.test.instructure.com",
    ]


def test_a_bad_address_is_asked_for_again(admin: FlaskClient) -> None:
    page = admin.get(NEW, query_string={"lms": "moodle", "address": "not an address"})

    assert "Write the address as" in page.text
    assert 'value="not an address"' in page.text


def test_an_lms_is_entered_by_hand(
    session: Session, admin: FlaskClient, district: School
) -> None:
    answer = enter(admin, school=str(district.id), is_test="y", client_id=" abc ")

    assert answer.status_code == 303
    assert "activity chooser" in admin.get(answer.location).text
    platform = session.scalars(select(Platform)).one()
    assert (platform.issuer, platform.client_id) == (MANUAL["issuer"], "abc")
    assert platform.family == "moodle"
    assert platform.is_test
    row = session.scalars(select(Deployment)).one()
    assert (row.deployment_id, row.school_id) == ("3", district.id)


def test_correcting_an_address_does_not_make_a_trial_copy_count(
    session: Session, admin: FlaskClient
) -> None:
    enter(admin, is_test="y")
    enter(admin, token_url="https://moodle.bay.example/t")

    platform = session.scalars(select(Platform)).one()
    assert platform.token_url == "https://moodle.bay.example/t"
    assert platform.is_test


def test_brightspace_keeps_its_audience(session: Session, admin: FlaskClient) -> None:
    enter(
        admin,
        lms="brightspace",
        token_audience="https://api.brightspace.com/auth/token",
        deployment_id="",
    )

    platform = session.scalars(select(Platform)).one()
    assert platform.token_audience == "https://api.brightspace.com/auth/token"
    assert session.scalars(select(Deployment)).all() == []


@pytest.mark.parametrize("name", ["issuer", "auth_url", "token_url", "jwks_url"])
@pytest.mark.parametrize("url", ["", "ftp://x.example", "javascript:alert(1)"])
def test_an_unusable_address_is_marked_and_nothing_is_lost(
    session: Session, admin: FlaskClient, name: str, url: str
) -> None:
    page = enter(admin, **{name: url})

    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.text
    assert 'value="abc"' in page.text
    assert session.scalars(select(Platform)).all() == []


def test_a_forged_form_enters_nothing(session: Session, admin: FlaskClient) -> None:
    page = admin.post(NEW, data=MANUAL)

    assert "This form has expired" in page.text
    assert session.scalars(select(Platform)).all() == []


def test_a_district_names_its_deployment_and_leaves_others_alone(
    session: Session, own_admin: FlaskClient, district: School, other: School
) -> None:
    lea = str(district.lea_id)
    without = enter(own_admin, lea=lea, deployment_id="")
    first = enter(own_admin, lea=lea)
    again = enter(own_admin, lea=lea, token_url="https://moodle.bay.example/t")

    assert "Enter the deployment id too" in without.text
    assert first.status_code == again.status_code == 303
    platform = session.scalars(select(Platform)).one()
    assert platform.token_url == "https://moodle.bay.example/t"
    row = session.scalars(select(Deployment)).one()
    row.lea_id = other.lea_id
    session.commit()
    stolen = enter(own_admin, lea=lea, token_url="https://evil.example/t")
    assert "connected already" in stolen.text
    session.refresh(platform)
    assert platform.token_url == "https://moodle.bay.example/t"


def test_a_platform_of_nobody_yet_is_not_a_districts_to_take(
    session: Session, own_admin: FlaskClient, district: School
) -> None:
    enter(own_admin, lea=str(district.lea_id))
    row = session.scalars(select(Deployment)).one()
    row.lea_id = row.school_id = None
    session.commit()

    taken = enter(own_admin, lea=str(district.lea_id))

    assert "connected already" in taken.text


@pytest.mark.parametrize("names", ["", "?names=no"])
def test_canvas_json_is_public_and_asks_for_no_more_than_registration(
    client: FlaskClient, names: str
) -> None:
    answer = client.get(f"/lti/canvas.json{names}")

    assert answer.status_code == 200
    assert "max-age" in answer.headers["Cache-Control"]
    told = answer.get_json()
    assert told["oidc_initiation_url"] == "https://tool.test/lti/login"
    assert told["target_link_uri"] == "https://tool.test/lti/launch"
    assert told["public_jwk_url"] == "https://tool.test/lti/jwks.json"
    assert len(told["scopes"]) == 3
    extension = told["extensions"][0]
    assert extension["platform"] == "canvas.instructure.com"
    assert extension["domain"] == "tool.test"
    assert extension["privacy_level"] == ("anonymous" if names else "name_only")
    placements = extension["settings"]["placements"]
    assert [each["placement"] for each in placements] == [
        "assignment_selection",
        "link_selection",
    ]
    assert {each["message_type"] for each in placements} == {"LtiDeepLinkingRequest"}
    assert told["custom_fields"]["account_id"] == "$Canvas.account.id"
