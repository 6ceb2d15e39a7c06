"""Keeps password hashing cheap, and gives an LEA."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preventedu.people import Organization, OrganizationKind
from tests.district import make
from tests.staff.conftest import _cheap_hashing
from tests.staff.make import make_staff

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.people import Lea, StaffMember

__all__ = ["_cheap_hashing"]


@pytest.fixture
def lea(session: Session) -> Lea:
    """An LEA of Ohio without a school."""
    return make.make_lea(session)


@pytest.fixture
def other(session: Session) -> Lea:
    """Another LEA, whose staff have nothing to look for here."""
    return make.make_lea(session, "9900020", "Other Unified")


@pytest.fixture
def agency(session: Session) -> StaffMember:
    """Somebody of a State agency."""
    organization = Organization(
        key="agency", name="State agency", kind=OrganizationKind.STATE_AGENCY
    )
    session.add(organization)
    session.flush()
    member = make_staff(session, None, email="someone@agency.example")
    member.organization_id = organization.id
    session.flush()
    return member
