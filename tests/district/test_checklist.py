"""The page on which an LEA sees what is missing before a class begins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from preventedu.courses import catalog, drafts
from preventedu.district.checklist import checklist
from preventedu.district.entries import today_in
from preventedu.lti.models import Deployment, DeploymentStatus, Platform
from preventedu.people import Lea, StaffRole
from tests.courses.make import made_module
from tests.district import make
from tests.staff.make import make_staff

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

NOW = datetime.now(UTC)
CONTACT: dict[str, object] = {
    "school": "0", "name": "Ms. Rivera", "role": "Counselor", "phone": "555-0100",
    "where": "", "checked_on": "2026-11-01",
}  # fmt: skip


def connect(
    session: Session,
    lea: Lea | None,
    status: DeploymentStatus,
    *,
    is_test: bool = False,
) -> None:
    number = session.query(Platform).count()
    platform = Platform(
        issuer=f"https://lms{number}.test", client_id="c",
        auth_url="https://lms.test/a", token_url="https://lms.test/t",
        jwks_url="https://lms.test/k", family="test", created_at=NOW, is_test=is_test,
    )  # fmt: skip
    session.add(
        Deployment(
            platform=platform, deployment_id="1", status=status, first_seen_at=NOW,
            lea_id=lea.id if lea else None,
        )
    )  # fmt: skip
    session.flush()


def test_each_step_is_done_by_its_own_page(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    version = catalog.publish(session, made_module(), now=NOW)
    official = make.arrive(session, client, StaffRole.LEA_OFFICIAL, lea)
    page = f"/district/leas/{lea.id}"
    assert checklist(session, lea, now=NOW).steps == (False,) * 8

    school: dict[str, object] = {
        "name": "Oak", "scheme": "private", "school_id": "P-1",
    }  # fmt: skip
    make.send(client, f"{page}/schools", school)
    make.send(client, f"{page}/correct", {"contact": "Family office, 555-0100"})
    make_staff(session, lea, StaffRole.COUNSELOR, "counselor@lea.example")
    for kind in ("school-contact", "child-abuse-line"):
        make.send(client, f"{page}/contacts", CONTACT | {"kind": kind})
    make.send(client, f"{page}/protocol", {"steps": "Listen"})
    mode: dict[str, object] = {
        "mode": "opt-out", "notice_days": "10", "effective_from": "2099-01-01",
        "bands": ["k-2", "3-5", "6-8", "9-12"],
    }  # fmt: skip
    make.send(client, f"{page}/consent", mode)
    session.refresh(lea)
    assert checklist(session, lea, now=NOW).steps == (
        True, True, True, True, False, False, False, False,
    )  # fmt: skip

    today = today_in(lea, now=NOW).isoformat()
    make.send(client, f"{page}/consent", mode | {"effective_from": today})
    make.send(
        client,
        f"{page}/breaks",
        {"name": "Winter", "starts_on": "2099-12-20", "ends_on": "2099-12-31"},
    )
    drafts.permit(session, lea.id, version.slug, official.id, "A trial", now=NOW)
    connect(session, lea, DeploymentStatus.ACTIVE)

    steps = checklist(session, lea, now=NOW)
    assert steps.steps == (True,) * 8
    assert "8 of 8 steps done" in client.get(page).text


def test_pending_deployments_are_counted_but_not_those_of_trial_copies(
    session: Session, client: FlaskClient, lea: Lea, other: Lea
) -> None:
    connect(session, None, DeploymentStatus.PENDING)
    connect(session, None, DeploymentStatus.PENDING, is_test=True)
    connect(session, other, DeploymentStatus.ACTIVE)
    make.arrive(session, client, StaffRole.LEA_OFFICIAL, lea)

    steps = checklist(session, lea, now=NOW)

    assert (steps.connections.bound, steps.connections.pending) == (0, 1)
    page = client.get(f"/district/leas/{lea.id}").text
    assert "No deployment is bound to this LEA." in page
    assert "1 waits for school IT to say whose it is." in page


def test_a_counselor_who_has_not_signed_up_does_not_count(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, StaffRole.LEA_OFFICIAL, lea)
    make.send(
        client,
        "/district/staff",
        {
            "name": "Nadia", "email": "nadia@lea.example", "role": "counselor",
            "employer": f"lea-{lea.id}",
        },
    )  # fmt: skip

    assert checklist(session, lea, now=NOW).counselors == 0


def test_each_role_begins_at_its_own_page(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, StaffRole.ADMINISTRATOR, lea)

    answer = client.get("/district/")

    assert answer.location == f"/district/leas/{lea.id}"
    assert ">District</a>" in client.get(answer.location).text


def test_links_lead_only_where_the_reader_may_go(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, StaffRole.COUNSELOR, lea)

    page = client.get(f"/district/leas/{lea.id}").text

    assert "/grants/drafts" not in page
    assert "/district/staff" not in page
    assert "/correct" not in page
    assert "/state-rules" not in page
