"""What each person gets who types an address: every page of staff, of two LEAs.

A page that is added is tried here too: the addresses come from the application.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask import url_for

from preventedu.people import (
    Lea,
    Organization,
    OrganizationKind,
    PartnerKind,
    School,
    StaffRole,
)
from tests.staff.make import make_staff, sign_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

ROOMS = ("connections", "counselor", "district", "grants", "privacy", "registering")
PUBLIC = ("privacy.published", "privacy.sheet_csv", "registering.register",
          "registering.canvas_json", "connections.ask_school")  # fmt: skip
"""For anybody, for the holder of a link, or for a teacher's seat."""
SECRET = "Far District Secret"
UNTOUCHED = 2147480000
"""A number that no row has."""


@pytest.fixture
def far(session: Session) -> Lea:
    """An LEA whose name is on none of another one's pages."""
    lea = Lea(nces_id="0600009", name=SECRET, state="CA", contact=SECRET)
    session.add(lea)
    session.flush()
    session.add(
        School(
            lea_id=lea.id, scheme="nces", school_id="060000900001", name=f"{SECRET} 1"
        )
    )
    session.commit()
    return lea


@pytest.fixture
def near(session: Session) -> Lea:
    lea = Lea(nces_id="0600001", name="Near District", state="CA")
    session.add(lea)
    session.commit()
    return lea


@pytest.fixture
def sheriff(session: Session) -> Organization:
    row = Organization(
        key="sheriff",
        name="Sheriff",
        kind=OrganizationKind.LAW_ENFORCEMENT,
        partner_kind=PartnerKind.LOCAL,
    )
    session.add(row)
    session.commit()
    return row


def staff_rules(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ROOMS and rule.endpoint not in PUBLIC
    ]


def address_of(app: Flask, rule: Rule, lea_id: int, other: int) -> str:
    """Fill an address in: of one LEA, and with one number for every other row."""
    known: dict[str, Any] = {"lea_id": lea_id, "day": "2027-03-01", "kind": "yaml"}
    values = {name: known.get(name, other) for name in rule.arguments}
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def ask(client: FlaskClient, app: Flask, rule: Rule, lea_id: int = 1) -> TestResponse:
    """Open a page, or send it an empty form where it only takes forms."""
    address = address_of(app, rule, lea_id, 1)
    takes_get = "GET" in (rule.methods or ())
    return client.get(address) if takes_get else client.post(address)


def test_there_are_pages_to_try(app: Flask) -> None:
    assert len(staff_rules(app)) > 60


def test_nobody_comes_in_without_signing_in(app: Flask, client: FlaskClient) -> None:
    for rule in staff_rules(app):
        answer = ask(client, app, rule)
        if "GET" not in (rule.methods or ()) and answer.status_code == 400:
            # A button, refused already because nobody's page sent it.
            continue
        assert (answer.status_code, answer.location) == (303, "/staff/sign-in"), rule


@pytest.mark.parametrize("role", StaffRole)
def test_staff_of_one_lea_find_no_word_of_another(
    app: Flask, session: Session, client: FlaskClient, near: Lea, far: Lea,
    role: StaffRole,
) -> None:  # fmt: skip
    make_staff(session, near, role)
    session.commit()
    sign_in(client)

    for rule in staff_rules(app):
        answer = ask(client, app, rule, lea_id=far.id)
        assert answer.status_code < 500, rule
        assert SECRET not in answer.text, rule
        if "lea_id" in rule.arguments:
            assert answer.status_code in (400, 404), rule


def test_staff_of_law_enforcement_find_what_is_released_and_no_more(
    app: Flask, session: Session, client: FlaskClient, far: Lea,
    sheriff: Organization,
) -> None:  # fmt: skip
    make_staff(session, None, StaffRole.GRANT_MANAGER, organization=sheriff.key)
    session.commit()
    sign_in(client)

    opened = set()
    for rule in staff_rules(app):
        answer = ask(client, app, rule, lea_id=far.id)
        assert answer.status_code < 500, rule
        assert SECRET not in answer.text, rule
        if answer.status_code == 200:
            opened.add(rule.endpoint)

    assert opened == {"grants.awards"}


def test_a_form_without_our_token_changes_no_other_room(
    app: Flask, session: Session, client: FlaskClient, near: Lea
) -> None:
    """Every address that takes a form, from a page of somebody else."""
    make_staff(session, near, StaffRole.ADMINISTRATOR)
    session.commit()
    sign_in(client)

    taking = [it for it in staff_rules(app) if "POST" in (it.methods or ())]
    for rule in taking:
        answer = client.post(address_of(app, rule, near.id, UNTOUCHED))
        assert answer.status_code in (200, 400, 403, 404), rule
