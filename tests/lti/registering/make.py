"""Links, and what an LMS's administrator sees of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from preventedu.lti.registering import invites
from preventedu.lti.registering.invites import InviteDetails
from tests.lti.registering.lms import query_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.lti.registering.models import RegistrationInvite
    from preventedu.people import Lea, School
    from tests.lti.registering.lms import LiveLms

TOOL = "https://tool.test"


def make_link(
    session: Session,
    lea: Lea | None = None,
    school: School | None = None,
    *,
    family: str = "moodle",
    is_test: bool = False,
) -> tuple[RegistrationInvite, str]:
    """Make a registration link; returns its row and its path."""
    details = InviteDetails(family, lea, school, is_test)
    row, token = invites.make(session, details, "it@x.example", now=datetime.now(UTC))
    session.commit()
    return row, f"/lti/register/{token}"


def sealed_in(page: str) -> str:
    found = re.search(r'name="sealed"[^>]*value="([^"]+)"', page)
    assert found, page
    return found[1]


def open_page(client: FlaskClient, path: str, lms: LiveLms) -> TestResponse:
    """Open our page as the frame of the LMS does."""
    given = query_of(lms.begin(TOOL + path))
    return client.get(f"{path}?{urlencode(given)}")


def connect(
    client: FlaskClient, path: str, page: str, *, names: bool = True
) -> TestResponse:
    """Say yes on our page."""
    form = {"sealed": sealed_in(page)} | ({"shares_names": "y"} if names else {})
    return client.post(path, data=form)
