"""Attacks on accounts: late sign-ins, races with an end, roles that do not fit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from preventedu.errors import RefusedError
from preventedu.people import Organization, OrganizationKind, StaffMember, StaffRole
from preventedu.staff import accounts, sign_in
from tests.staff.make import EMAIL, csrf, make_staff

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

ADMIN = StaffRole.ADMINISTRATOR


@pytest.fixture
def agency(session: Session) -> Organization:
    row = Organization(key="state", name="State", kind=OrganizationKind.STATE_AGENCY)
    session.add(row)
    session.commit()
    return row


def test_a_sign_in_that_was_under_way_when_access_ended_opens_nothing(
    session: Session, client: FlaskClient
) -> None:
    """The password was checked before, the session is opened after."""
    now = datetime.now(UTC)
    member = make_staff(session)
    found = sign_in.check_password(session, EMAIL, "correct horse battery staple")
    accounts.end_access(session, member, now=now)
    token = sign_in.open_session(session, found, now=now)
    session.commit()

    assert sign_in.find_member(session, token, now=now) is None
    assert client.get("/grants/").location == "/staff/sign-in"


def test_a_password_chosen_while_access_ends_is_ended_too(session: Session) -> None:
    """What was read before does not know of the password that came meanwhile."""
    now = datetime.now(UTC)
    accounts.invite(session, EMAIL, "Maria", ADMIN, None, now=now)
    session.commit()
    member = session.scalars(select(StaffMember)).one()
    assert member.password_hash is None
    # As another process would: this session's copy stays as it was.
    session.execute(
        update(StaffMember).values(password_hash="chosen"),
        execution_options={"synchronize_session": False},
    )

    accounts.end_access(session, member, now=now)
    session.commit()

    session.expire_all()
    assert session.scalars(select(StaffMember.password_hash)).one() is None


@pytest.mark.parametrize("was", [None, StaffRole.GRANT_MANAGER])
def test_no_organizations_staff_become_administrators(
    session: Session, agency: Organization, was: StaffRole | None
) -> None:
    """Without an LEA an administrator reaches every school."""
    now = datetime.now(UTC)
    employer = accounts.Employer(organization=agency.key)
    if was is not None:
        accounts.invite(session, EMAIL, "Maria", was, employer, now=now)
        session.commit()

    named = employer if was is None else None
    with pytest.raises(RefusedError), session.begin_nested():
        accounts.invite(session, EMAIL, "Maria", ADMIN, named, now=now)

    roles = session.scalars(select(StaffMember.role)).all()
    assert ADMIN not in roles


PAGES = ("/connections/", "/connections/courses", "/connections/launches",
         "/connections/grades", "/lti/platforms/links", "/lti/platforms/new",
         "/district/", "/district/staff", "/district/leas/new", "/grants/",
         "/grants/import", "/counselor", "/privacy/requests",
         "/grants/drafts", "/grants/placements")  # fmt: skip


def test_an_administrator_of_an_organization_finds_every_page_closed(
    session: Session, client: FlaskClient, agency: Organization
) -> None:
    """None can be made; one that an import or a mistake left reaches nothing."""
    member = make_staff(session, role=ADMIN)
    member.organization_id = agency.id
    session.commit()
    page = client.get("/staff/sign-in").text
    client.post(
        "/staff/sign-in",
        data={
            "csrf_token": csrf(page),
            "email": EMAIL,
            "password": "correct horse battery staple",
        },
    )

    assert {page: client.get(page).status_code for page in PAGES} == dict.fromkeys(
        PAGES, 403
    )
    assert client.post("/lti/platforms/links/1/withdraw").status_code == 403


def test_an_impossible_number_in_an_address_is_no_page(
    session: Session, client: FlaskClient
) -> None:
    make_staff(session, role=ADMIN)
    session.commit()

    answer = client.post(f"/lti/platforms/links/{10**30}/withdraw")

    assert answer.status_code == 404
