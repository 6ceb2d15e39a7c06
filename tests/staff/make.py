"""Makes staff members and signed-in browsers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from preventedu.people import Lea, StaffMember, StaffRole
from preventedu.staff import accounts

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

PASSWORD = "correct horse battery staple"
EMAIL = "maria@lea.example"


def make_staff(
    session: Session,
    lea: Lea | None = None,
    role: StaffRole = StaffRole.GRANT_MANAGER,
    email: str = EMAIL,
    organization: str | None = None,
) -> StaffMember:
    now = datetime.now(UTC)
    employer = accounts.Employer(lea.nces_id if lea else None, organization)
    token = accounts.invite(session, email, "Maria", role, employer, now=now)
    return accounts.accept(session, token, PASSWORD, now=now)


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no csrf token"
    return found[1]


def sign_in(client: FlaskClient, email: str = EMAIL) -> None:
    page = client.get("/staff/sign-in").text
    form = {"csrf_token": csrf(page), "email": email, "password": PASSWORD}
    answer = client.post("/staff/sign-in", data=form)
    assert answer.status_code == 303, answer.text
