"""Makes LEAs with their staff, and posts forms as a browser does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.people import Lea, School, SchoolIdScheme, StaffMember, StaffRole
from tests.staff.make import csrf, make_staff, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

OFFICIAL, ADMIN = "official@lea.example", "admin@lea.example"
ROLES = {
    OFFICIAL: StaffRole.LEA_OFFICIAL,
    ADMIN: StaffRole.ADMINISTRATOR,
    "manager@lea.example": StaffRole.GRANT_MANAGER,
    "counselor@lea.example": StaffRole.COUNSELOR,
}


def make_lea(
    session: Session, nces_id: str = "9900010", name: str = "Example Unified"
) -> Lea:
    lea = Lea(nces_id=nces_id, name=name, state="OH", time_zone="America/New_York")
    session.add(lea)
    session.flush()
    return lea


def make_school(
    session: Session, lea: Lea, number: int = 1, name: str = "Oak"
) -> School:
    school = School(
        lea_id=lea.id,
        scheme=SchoolIdScheme.NCES,
        school_id=f"{lea.nces_id}{number:05}",
        name=name,
    )
    session.add(school)
    session.flush()
    return school


def arrive(
    session: Session,
    client: FlaskClient,
    role: StaffRole,
    lea: Lea | None,
    email: str = "me@lea.example",
) -> StaffMember:
    """Sign a new staff member in."""
    member = make_staff(session, lea, role, email)
    sign_in(client, email)
    return member


def send(
    client: FlaskClient, address: str, form: dict[str, object] | None = None
) -> TestResponse:
    """Post a form with the token that the staff's pages carry."""
    token = csrf(client.get("/staff/sign-in").text)
    return client.post(address, data={"csrf_token": token, **(form or {})})
