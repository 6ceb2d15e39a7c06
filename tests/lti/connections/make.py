"""School IT's desk: browsers of staff, and the places that they look after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.lti.models import Deployment, Platform
from preventedu.people import Lea, School, StaffRole
from tests.staff.make import csrf, make_staff, sign_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

PAGES = ("/connections/", "/connections/courses", "/connections/launches",
         "/connections/grades")  # fmt: skip


@dataclass
class Seated:
    """Somebody of the staff, signed in."""

    client: FlaskClient

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def post(
        self, address: str, data: dict[str, str] | None = None, page: str = PAGES[0]
    ) -> TestResponse:
        """Post a form with the token that the person's own pages carry."""
        token = csrf(self.client.get(page).text)
        return self.client.post(address, data={"csrf_token": token, **(data or {})})


@dataclass
class Desk:
    """Where staff sit down."""

    app: Flask
    session: Session

    def seat(
        self, role: StaffRole = StaffRole.ADMINISTRATOR, lea: Lea | None = None
    ) -> Seated:
        name = f"{role.value}-{lea.id if lea else 0}@staff.example"
        make_staff(self.session, lea, role, name)
        self.session.commit()
        client = self.nobody()
        sign_in(client, name)
        return Seated(client)

    def nobody(self) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["wsgi.url_scheme"] = "https"
        return client


def make_lea(session: Session, number: int, schools: int = 2) -> Lea:
    lea = Lea(nces_id=f"060000{number}", name=f"District {number}", state="CA")
    session.add(lea)
    session.flush()
    session.add_all(
        School(
            lea_id=lea.id,
            scheme="nces",
            school_id=f"060000{number}0000{each}",
            name=f"School {number}-{each}",
        )
        for each in range(schools)
    )
    session.commit()
    return lea


def schools_of(session: Session, lea: Lea) -> list[School]:
    query = select(School).where(School.lea_id == lea.id).order_by(School.id)
    return list(session.scalars(query))


def the_platform(session: Session) -> Platform:
    session.expire_all()
    return session.scalars(select(Platform)).one()


def the_deployment(session: Session, name: str = "dep-1") -> Deployment:
    session.expire_all()
    query = select(Deployment).where(Deployment.deployment_id == name)
    return session.scalars(query).one()
