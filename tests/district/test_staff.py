from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.people import Lea, Organization, StaffMember, StaffRole
from preventedu.staff import accounts
from preventedu.staff.models import Invitation
from tests.district import make
from tests.staff.make import PASSWORD, csrf, make_staff

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

ADMIN, OFFICIAL = StaffRole.ADMINISTRATOR, StaffRole.LEA_OFFICIAL
MANAGER, COUNSELOR = StaffRole.GRANT_MANAGER, StaffRole.COUNSELOR
PAGE = "/district/staff"


def invitation(role: StaffRole, employer: str, **other: str) -> dict[str, object]:
    return {
        "name": "Nadia Okafor", "email": "nadia@lea.example", "role": role.value,
        "employer": employer, **other,
    }  # fmt: skip


def member(session: Session, email: str = "nadia@lea.example") -> StaffMember | None:
    return session.scalar(
        select(StaffMember)
        .where(StaffMember.email == email)
        .execution_options(populate_existing=True)
    )


def link_on(page: str) -> str:
    found = re.search(r'value="https://tool\.test(/staff/invitation/[^"]+)"', page)
    assert found, page
    return found[1]


def test_an_invitation_is_shown_once_and_signs_somebody_up(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, OFFICIAL, lea)

    answer = make.send(client, PAGE, invitation(COUNSELOR, f"lea-{lea.id}"))
    link = link_on(answer.text)

    assert "Nothing is e-mailed" in answer.text
    assert link not in client.get(PAGE).text
    listed = client.get(PAGE).text
    assert "Nadia Okafor" in listed
    assert "Invited" in listed
    assert "by me@lea.example" in listed
    form = {"csrf_token": csrf(client.get(link).text)}
    done = client.post(link, data=form | {"password": PASSWORD, "again": PASSWORD})
    assert done.status_code == 303
    found = member(session)
    assert found is not None
    assert (found.role, found.lea_id) == (COUNSELOR, lea.id)
    assert found.password_hash


def test_an_administrator_invites_for_the_whole_installation_and_for_agencies(
    session: Session, client: FlaskClient, agency: StaffMember
) -> None:
    make.arrive(session, client, ADMIN, None)
    agency_id = agency.organization_id

    make.send(client, PAGE, invitation(ADMIN, ""))
    make.send(
        client,
        PAGE,
        invitation(MANAGER, f"organization-{agency_id}", email="b@agency.example"),
    )

    first, second = member(session), member(session, "b@agency.example")
    assert first is not None
    assert second is not None
    assert (first.role, first.lea_id, first.organization_id) == (ADMIN, None, None)
    assert (second.role, second.organization_id) == (MANAGER, agency_id)


@pytest.mark.parametrize(
    ("role", "employer", "why"),
    [
        (OFFICIAL, "", "works for an LEA"),
        (COUNSELOR, "organization", "works for an LEA"),
        (ADMIN, "organization", "for one LEA, or for the whole installation"),
        (MANAGER, "", "it decides what they see"),
    ],
)
def test_each_role_needs_its_employer(
    session: Session,
    client: FlaskClient,
    agency: StaffMember,
    role: StaffRole,
    employer: str,
    why: str,
) -> None:
    make.arrive(session, client, ADMIN, None)
    if employer:
        employer = f"organization-{agency.organization_id}"

    answer = make.send(client, PAGE, invitation(role, employer))

    assert why in answer.text
    assert "Nadia Okafor" in answer.text
    assert member(session) is None


def test_an_lea_is_no_other_organization(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, ADMIN, None)
    make.send(
        client,
        f"/district/leas/{lea.id}/correct",
        {"name": lea.name, "nces_id": lea.nces_id, "state": "OH", "time_zone": "UTC"},
    )
    organization = session.scalars(select(Organization)).one()

    answer = make.send(
        client, PAGE, invitation(MANAGER, f"organization-{organization.id}")
    )

    assert "Not a valid choice" in answer.text
    assert member(session) is None


@pytest.mark.parametrize(("role", "own"), [(ADMIN, True), (MANAGER, False)])
def test_an_official_invites_no_administrator_and_nobody_elsewhere(
    session: Session,
    client: FlaskClient,
    lea: Lea,
    other: Lea,
    role: StaffRole,
    *,
    own: bool,
) -> None:
    make.arrive(session, client, OFFICIAL, lea)

    answer = make.send(
        client, PAGE, invitation(role, f"lea-{(lea if own else other).id}")
    )

    assert "Not a valid choice" in answer.text
    assert member(session) is None


def test_an_administrator_of_one_lea_stays_in_it(
    session: Session, client: FlaskClient, lea: Lea, other: Lea
) -> None:
    make.arrive(session, client, ADMIN, lea)
    make_staff(session, other, OFFICIAL, "far@lea.example")

    page = client.get(PAGE).text
    answer = make.send(client, PAGE, invitation(OFFICIAL, f"lea-{other.id}"))

    assert "far@lea.example" not in page
    assert other.name not in page
    assert "Not a valid choice" in answer.text
    make.send(client, PAGE, invitation(ADMIN, f"lea-{lea.id}"))
    found = member(session)
    assert found is not None
    assert found.lea_id == lea.id


@pytest.mark.parametrize(
    "email", ["boss@lea.example", "far@lea.example", "  BOSS@lea.example "]
)
def test_an_invitation_takes_over_no_account(
    session: Session, client: FlaskClient, lea: Lea, other: Lea, email: str
) -> None:
    make_staff(session, lea, ADMIN, "boss@lea.example")
    make_staff(session, other, MANAGER, "far@lea.example")
    make.arrive(session, client, OFFICIAL, lea)

    answer = make.send(
        client, PAGE, invitation(COUNSELOR, f"lea-{lea.id}", email=email)
    )

    assert "cannot be invited here" in answer.text
    found = member(session, email.strip().lower())
    assert found is not None
    assert found.role is not COUNSELOR


def test_somebody_who_can_sign_in_is_not_invited_again(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make_staff(session, lea, MANAGER, "nadia@lea.example")
    make.arrive(session, client, OFFICIAL, lea)

    answer = make.send(client, PAGE, invitation(COUNSELOR, f"lea-{lea.id}"))

    assert "is in the list already" in answer.text


def test_somebody_whose_access_ended_comes_back_in_another_role(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    found = make_staff(session, lea, MANAGER, "nadia@lea.example")
    make.arrive(session, client, OFFICIAL, lea)

    make.send(client, f"{PAGE}/{found.id}/end")
    assert "Access ended" in client.get(PAGE).text
    answer = make.send(client, PAGE, invitation(COUNSELOR, f"lea-{lea.id}"))

    assert link_on(answer.text)
    session.refresh(found)
    assert (found.role, found.password_hash) == (COUNSELOR, None)


def test_a_new_link_leaves_the_password_until_it_is_used(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    found = make_staff(session, lea, COUNSELOR, "nadia@lea.example")
    make.arrive(session, client, OFFICIAL, lea)

    answer = make.send(client, f"{PAGE}/{found.id}/link")

    assert client.get(link_on(answer.text)).status_code == 200
    session.refresh(found)
    assert found.password_hash
    assert "Can sign in" in client.get(PAGE).text


@pytest.mark.parametrize("what", ["link", "end"])
def test_an_official_changes_no_administrator_and_nobody_elsewhere(
    session: Session, client: FlaskClient, lea: Lea, other: Lea, what: str
) -> None:
    people = [
        make_staff(session, lea, ADMIN, "boss@lea.example"),
        make_staff(session, None, ADMIN, "root@host.example"),
        make_staff(session, other, MANAGER, "far@lea.example"),
    ]
    make.arrive(session, client, OFFICIAL, lea)

    for each in people:
        assert make.send(client, f"{PAGE}/{each.id}/{what}").status_code == 404
        session.refresh(each)
        assert each.password_hash
    assert make.send(client, f"{PAGE}/99999/{what}").status_code == 404


def test_ending_access_signs_out_at_once(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    found = make_staff(session, lea, COUNSELOR, "nadia@lea.example")
    theirs = client.application.test_client()
    theirs.environ_base["wsgi.url_scheme"] = "https"
    make.arrive(session, theirs, OFFICIAL, lea, "second@lea.example")
    make.arrive(session, client, OFFICIAL, lea)

    second = member(session, "second@lea.example")
    assert second is not None
    make.send(client, f"{PAGE}/{second.id}/end")

    assert theirs.get(PAGE).location == "/staff/sign-in"
    assert found.password_hash


def test_the_last_administrator_stays(session: Session, client: FlaskClient) -> None:
    me = make.arrive(session, client, ADMIN, None)
    accounts.invite(
        session, "second@host.example", "Second", ADMIN, None, now=datetime.now(UTC)
    )

    answer = make.send(client, f"{PAGE}/{me.id}/end")

    assert answer.status_code == 400
    assert "the last administrator who can sign in" in answer.text
    assert client.get(PAGE).status_code == 200


def test_an_administrator_of_one_lea_does_not_stand_in_for_all(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make_staff(session, lea, ADMIN, "boss@lea.example")
    me = make.arrive(session, client, ADMIN, None)

    assert make.send(client, f"{PAGE}/{me.id}/end").status_code == 400


def test_one_of_two_administrators_leaves(
    session: Session, client: FlaskClient
) -> None:
    make_staff(session, None, ADMIN, "second@host.example")
    me = make.arrive(session, client, ADMIN, None)

    answer = make.send(client, f"{PAGE}/{me.id}/end")

    assert answer.location == "/staff/sign-in"
    assert client.get(PAGE).location == "/staff/sign-in"


def test_an_expired_link_is_told_apart(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, OFFICIAL, lea)
    make.send(client, PAGE, invitation(COUNSELOR, f"lea-{lea.id}"))
    found = member(session)
    assert found is not None
    link = session.scalars(
        select(Invitation).where(Invitation.staff_member_id == found.id)
    ).one()
    link.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    session.flush()

    page = client.get(PAGE).text

    assert "Link expired" in page
    assert "good until" not in page


def test_a_wrong_address_is_refused(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, OFFICIAL, lea)

    answer = make.send(
        client, PAGE, invitation(COUNSELOR, f"lea-{lea.id}", email="nadia at lea")
    )

    assert "This is no e-mail address." in answer.text
