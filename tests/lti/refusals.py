"""What every refusal has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.auth import BrowserSession, Seat
from preventedu.lti.models import (
    Context,
    Deployment,
    Enrollment,
    LaunchState,
    LtiUser,
    ResourceLink,
)
from preventedu.people import Course, Learner
from tests.lti.double import (
    KID,
)
from tests.lti.make import Browser, error_code, rows

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

WRITTEN = (
    BrowserSession, Seat, Deployment, Context, ResourceLink, LtiUser, Enrollment,
    Learner, Course,
)  # fmt: skip
HEADER = {"typ": "JWT", "alg": "RS256", "kid": KID}


def assert_refused(
    session: Session, browser: Browser, answer: TestResponse, status: int, code: str
) -> None:
    session.expire_all()
    assert (answer.status_code, error_code(answer)) == (status, code)
    assert rows(session, *WRITTEN) == {
        model.__tablename__: int(model is Deployment) for model in WRITTEN
    }
    unused = session.query(LaunchState).filter(LaunchState.used_at.is_(None)).count()
    assert unused == rows(session, LaunchState)["launch_state"]
    assert "Set-Cookie" not in answer.headers
    text = answer.get_data(as_text=True)
    assert "<form" not in text
    assert "Sam" not in text
    assert browser.double.url not in text
