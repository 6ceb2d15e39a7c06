"""Rows and browser steps that this room's tests share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import func, select

from preventedu.courses import catalog
from preventedu.courses.models import (
    Assignment,
    Completion,
    DeliveryMode,
    DraftPermission,
    GradingPolicy,
    ModuleVersion,
)
from preventedu.lti import registration
from preventedu.lti.registration import PlatformDetails, Registered
from preventedu.people import GradeBand, Lea, School, StaffMember, StaffRole
from tests.lti.double import claims, sign

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.db import Base
    from preventedu.lti.models import Platform
    from tests.lti.double import Double

LAUNCH = "/lti/launch"
LAUNCH_URL = "https://tool.test/lti/launch"


def details(double: Double, **changes: Any) -> PlatformDetails:
    known: dict[str, Any] = {
        "issuer": double.url,
        "client_id": "client-1",
        "auth_url": f"{double.url}/auth?a=1",
        "token_url": f"{double.url}/token",
        "jwks_url": f"{double.url}/jwks",
    }
    return PlatformDetails(**(known | changes))


def make_platform(session: Session, double: Double, **changes: Any) -> Platform:
    """Register the double, with deployment `dep-1` let in."""
    now = datetime.now(UTC)
    platform = registration.add_platform(
        session, details(double, **changes), allow_loopback=True, now=now
    )
    registration.add_deployment(session, platform, "dep-1", None, now=now)
    session.commit()
    return platform


def moodle(double: Double) -> Registered:
    return Registered(
        id=1,
        issuer=double.url,
        client_id="client-1",
        auth_url=f"{double.url}/auth",
        token_url=f"{double.url}/mod/lti/token.php",
        token_audience=f"{double.url}/mod/lti/token.php",
        jwks_url=f"{double.url}/jwks",
        family="moodle",
    )


def make_school(session: Session) -> School:
    lea = Lea(nces_id="0600001", name="Bay District", state="CA")
    session.add(lea)
    session.flush()
    school = School(
        lea_id=lea.id, scheme="nces", school_id="060000100001", name="Bay Middle"
    )
    session.add(school)
    session.flush()
    return school


def make_completion(
    session: Session,
    learner_id: str,
    assignment: Assignment,
    at: datetime,
    **changes: Any,
) -> Completion:
    version = session.scalars(
        select(ModuleVersion).where(ModuleVersion.slug == assignment.module_slug)
    ).first()
    assert version is not None
    facts: dict[str, Any] = {
        "learner_id": learner_id,
        "assignment_id": assignment.id,
        "course_id": assignment.course_id,
        "module_version_id": version.id,
        "grade_band": GradeBand.G6_8,
        "audience": "student",
        "delivery_mode": DeliveryMode.SELF_PACED,
        "language": "en",
        "minutes": 12,
        "mastery": None,
        "is_alternative": False,
        "is_test": False,
        "completed_at": at,
    }
    row = Completion(**(facts | changes))
    session.add(row)
    session.flush()
    return row


def publish(session: Session, module: CompiledModule) -> ModuleVersion:
    return catalog.publish(session, module, now=datetime.now(UTC))


def make_assignment(
    session: Session, course_id: str, slug: str, grading: GradingPolicy
) -> Assignment:
    row = Assignment(
        course_id=course_id,
        module_slug=slug,
        grading=grading,
        created_at=datetime.now(UTC),
    )
    session.add(row)
    session.flush()
    return row


@dataclass
class Browser:
    """One browser between the platform and the tool."""

    client: FlaskClient
    double: Double
    login_params: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    state: str = ""
    nonce: str = ""
    location: str = ""
    proof: tuple[str, str] = ("", "")
    """Name and value of the cookie that the login left."""

    def begin(self) -> TestResponse:
        params = {
            "iss": self.double.url,
            "login_hint": "hint",
            "target_link_uri": LAUNCH_URL,
            "client_id": "client-1",
            "lti_message_hint": '{"cmid": 3}',
            "lti_deployment_id": "dep-1",
        } | self.login_params
        params = {name: value for name, value in params.items() if value}
        if self.method == "POST":
            answer = self.client.post("/lti/login", data=params)
        else:
            answer = self.client.get("/lti/login", query_string=params)
        if answer.status_code == 302:
            self.location = answer.location
            query = dict(parse_qsl(urlsplit(answer.location).query))
            self.state, self.nonce = query["state"], query["nonce"]
            name, value = answer.headers["Set-Cookie"].partition(";")[0].split("=", 1)
            self.proof = (name, value)
        return answer

    def claims(self, /, **changes: object) -> dict[str, Any]:
        return claims(self.double, self.nonce, datetime.now(UTC), **changes)

    def post(self, id_token: str, state: str | None = None) -> TestResponse:
        form = {"id_token": id_token, "state": self.state if state is None else state}
        return self.client.post(LAUNCH, data=form)

    def launch(self, /, **changes: object) -> TestResponse:
        """Begin and finish a launch with changed claims."""
        self.begin()
        return self.post(sign(self.claims(**changes)))


def rows(session: Session, *models: type[Base]) -> dict[str, int]:
    """Count the rows of tables, to see that nothing was written."""
    return {
        model.__tablename__: session.scalar(select(func.count()).select_from(model))
        or 0
        for model in models
    }


def error_code(answer: TestResponse) -> str:
    """Return the code that an error page names."""
    text = answer.get_data(as_text=True)
    return text.split("Error code: ", 1)[1].split()[0] if "Error code:" in text else ""


def page_of(answer: TestResponse) -> str:
    """Return the last part of the page that a launch leads to."""
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.location.rpartition("/")[2]


def permit_draft(session: Session, lea_id: int, slug: str) -> None:
    now = datetime.now(UTC)
    official = StaffMember(
        email="official@district.example",
        name="Olive Official",
        role=StaffRole.LEA_OFFICIAL,
        lea_id=lea_id,
        created_at=now,
    )
    session.add(official)
    session.flush()
    session.add(
        DraftPermission(
            lea_id=lea_id,
            module_slug=slug,
            staff_member_id=official.id,
            reason="Pilot",
            granted_at=now,
        )
    )
    session.commit()
