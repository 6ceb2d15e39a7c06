from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from preventedu.grants.access import (
    Access,
    access_to,
    enters_everything,
    may_enter,
    may_enter_anything,
    may_release,
    own_organizations,
)
from preventedu.grants.releases import close_period, release
from preventedu.people import OrganizationKind, StaffMember, StaffRole
from tests.grants import make
from tests.staff.make import EMAIL, make_staff, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.grants.models import Award
    from preventedu.people import Lea, Organization

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
ADMINISTRATOR, OFFICIAL, MANAGER, COUNSELOR = (
    StaffRole.ADMINISTRATOR,
    StaffRole.LEA_OFFICIAL,
    StaffRole.GRANT_MANAGER,
    StaffRole.COUNSELOR,
)


@dataclass(frozen=True)
class World:
    """One award of an LEA with a sheriff as its partner, and bystanders."""

    lea: Lea
    other_lea: Lea
    award: Award
    sheriff: Organization
    police: Organization


@pytest.fixture
def world(session: Session) -> World:
    district, other = make.make_district(session), make.make_district(session)
    award = make.make_award(session, district.lea)
    sheriff = make.make_partner(session, "sheriff")
    agreement = make.make_agreement(session, award, sheriff)
    make.cover_lea(session, agreement, district.lea)
    return World(
        district.lea, other.lea, award, sheriff, make.make_partner(session, "police")
    )


def member(
    role: StaffRole, lea: Lea | None = None, organization: Organization | None = None
) -> StaffMember:
    return StaffMember(
        email=EMAIL,
        role=role,
        lea_id=lea.id if lea else None,
        organization_id=organization.id if organization else None,
        organization=organization,
    )


def test_live_figures_are_for_the_leas_own_managers_and_officials(
    session: Session, world: World
) -> None:
    for role in (MANAGER, OFFICIAL):
        insider, outsider = member(role, world.lea), member(role, world.other_lea)
        assert access_to(session, insider, world.award) is Access.WORKING_FIGURES
        assert access_to(session, outsider, world.award) is Access.NOTHING
        assert (may_release(insider, world.award), may_release(outsider, world.award)) \
            == (True, False)  # fmt: skip


@pytest.mark.parametrize("role", [ADMINISTRATOR, COUNSELOR])
def test_an_administrator_and_a_counselor_see_nothing_of_any_award(
    session: Session, world: World, role: StaffRole
) -> None:
    for person in (
        member(role),
        member(role, world.lea),
        member(role, organization=world.sheriff),
    ):
        assert access_to(session, person, world.award) is Access.NOTHING
        assert not may_release(person, world.award)


def test_an_organization_sees_releases_of_awards_that_concern_it(
    session: Session, world: World
) -> None:
    recipient = make.make_award(session).recipient
    theirs = make.make_award(session)
    theirs.recipient = recipient

    for role in (MANAGER, OFFICIAL):
        partner = member(role, organization=world.sheriff)
        assert access_to(session, partner, world.award) is Access.RELEASES
        stranger = member(role, organization=world.police)
        assert access_to(session, stranger, world.award) is Access.NOTHING
        own = member(role, organization=recipient)
        assert access_to(session, own, theirs) is Access.RELEASES
        assert (may_release(own, theirs), may_release(partner, world.award)) == (
            True,
            False,
        )
    assert access_to(session, member(MANAGER), world.award) is Access.NOTHING
    assert not may_release(member(MANAGER), theirs)


def test_an_lea_that_is_only_a_partner_sees_releases(
    session: Session, world: World
) -> None:
    partner = make.make_award(session, world.other_lea).recipient
    make.make_agreement(session, world.award, partner)

    person = member(MANAGER, world.other_lea)

    assert access_to(session, person, world.award) is Access.RELEASES


def test_who_may_enter_what(session: Session, world: World) -> None:
    ngo = make.make_award(session).recipient
    ngo.kind = OrganizationKind.NGO
    cases = {
        "runs it all": (member(ADMINISTRATOR), True, True),
        "IT of the LEA": (member(ADMINISTRATOR, world.lea), True, True),
        "IT elsewhere": (member(ADMINISTRATOR, world.other_lea), True, False),
        "manager": (member(MANAGER, world.lea), True, True),
        "official": (member(OFFICIAL, world.lea), True, True),
        "manager elsewhere": (member(MANAGER, world.other_lea), True, False),
        "NGO": (member(MANAGER, organization=ngo), True, False),
        "sheriff": (member(MANAGER, organization=world.sheriff), False, False),
        "nobody's manager": (member(MANAGER), False, False),
        "counselor": (member(COUNSELOR, world.lea), False, False),
    }

    for who, (person, anything, this) in cases.items():
        assert may_enter_anything(session, person) is anything, who
        assert may_enter(person, world.award) is this, who
    received = make.make_award(session)
    received.recipient = world.sheriff
    session.flush()
    sheriff = member(MANAGER, organization=world.sheriff)
    assert may_enter_anything(session, sheriff)
    assert may_enter(sheriff, received)
    assert enters_everything(member(ADMINISTRATOR))
    assert not enters_everything(member(ADMINISTRATOR, world.lea))
    assert list(own_organizations(session, sheriff)) == ["sheriff"]
    assert own_organizations(session, member(MANAGER)) == {}


@pytest.mark.parametrize("role", [ADMINISTRATOR, COUNSELOR])
def test_pages_with_figures_are_closed_to_other_roles(
    session: Session, client: FlaskClient, world: World, role: StaffRole
) -> None:
    period = make.make_period(session, world.award)
    close_period(session, period, author=EMAIL, now=datetime(2027, 2, 1, tzinfo=UTC))
    made = release(session, period, author=EMAIL, recipient="Agency", now=NOW)
    make_staff(session, world.lea, role)
    sign_in(client)

    for address, status in (
        ("/grants/", 403),
        (f"/grants/awards/{world.award.id}", 404),
        (f"/grants/awards/{world.award.id}/decisions", 404),
        (f"/grants/periods/{period.id}", 404),
        (f"/grants/releases/{made.id}", 404),
        (f"/grants/releases/{made.id}.csv", 404),
        (f"/grants/releases/{made.id}.json", 404),
        ("/grants/placements", 403),
        ("/grants/drafts", 403),
    ):
        assert client.get(address).status_code == status, address
