"""Who may open and send what, on every page of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preventedu.auth import COOKIE, SeatRole
from preventedu.people import Lea, StaffMember, StaffRole
from preventedu.staff.models import AccessLog
from tests.courses.make import make_assignment, make_link, make_seat
from tests.district import make
from tests.staff.make import sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

OFFICIAL, ADMIN = StaffRole.LEA_OFFICIAL, StaffRole.ADMINISTRATOR
MANAGER, COUNSELOR = StaffRole.GRANT_MANAGER, StaffRole.COUNSELOR
READ_BY_ALL = ("", "/schools", "/contacts", "/protocol", "/breaks", "/consent")
FIGURES = ("/state-rules", "/state-rules.csv")
ENTERED_BY_OFFICIALS = ("/contacts", "/protocol", "/breaks", "/consent")
FORMS: dict[str, dict[str, object]] = {
    "/schools": {"name": "New", "scheme": "private", "school_id": "P-1"},
    "/contacts": {
        "kind": "school-contact", "school": "0", "name": "Ms. Rivera",
        "role": "Counselor", "phone": "555-0100", "where": "Room 4",
        "checked_on": "2026-01-05",
    },
    "/protocol": {"steps": "Listen\nCall the counselor"},
    "/breaks": {
        "name": "Winter", "starts_on": "2099-12-20", "ends_on": "2099-12-31",
    },
    "/consent": {
        "bands": ["6-8"], "mode": "opt-out", "notice_days": "10",
        "effective_from": "2099-08-01", "citation": "",
    },
}  # fmt: skip


def address(lea: Lea, page: str) -> str:
    return f"/district/leas/{lea.id}{page}"


@pytest.mark.parametrize("page", [*READ_BY_ALL, *FIGURES, "/correct"])
def test_nobody_comes_in_without_signing_in(
    client: FlaskClient, lea: Lea, page: str
) -> None:
    answer = client.get(address(lea, page))

    assert answer.status_code == 303
    assert answer.location == "/staff/sign-in"


@pytest.mark.parametrize(
    "page", ["/district/", "/district/staff", "/district/leas/new"]
)
def test_the_rooms_own_pages_ask_to_sign_in(client: FlaskClient, page: str) -> None:
    assert client.get(page).location == "/staff/sign-in"


@pytest.mark.parametrize("role", list(StaffRole))
@pytest.mark.parametrize("page", [*READ_BY_ALL, *FIGURES, "/correct"])
def test_another_leas_staff_find_nothing(
    session: Session,
    client: FlaskClient,
    lea: Lea,
    other: Lea,
    role: StaffRole,
    page: str,
) -> None:
    make.arrive(session, client, role, other)

    assert client.get(address(lea, page)).status_code == 404


@pytest.mark.parametrize("role", list(StaffRole))
@pytest.mark.parametrize("page", READ_BY_ALL)
def test_an_leas_own_staff_read_what_it_prepared(
    session: Session, client: FlaskClient, lea: Lea, role: StaffRole, page: str
) -> None:
    make.arrive(session, client, role, lea)

    assert client.get(address(lea, page)).status_code == 200


@pytest.mark.parametrize("page", READ_BY_ALL)
def test_an_administrator_of_no_lea_reads_every_lea(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    make.arrive(session, client, ADMIN, None)

    assert client.get(address(lea, page)).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [(OFFICIAL, 200), (MANAGER, 200), (COUNSELOR, 403), (ADMIN, 403)],
)
@pytest.mark.parametrize("page", FIGURES)
def test_only_officials_and_grant_managers_see_figures(
    session: Session,
    client: FlaskClient,
    lea: Lea,
    role: StaffRole,
    status: int,
    page: str,
) -> None:
    make.arrive(session, client, role, lea)

    assert client.get(address(lea, page)).status_code == status
    assert (session.query(AccessLog).count() == 1) is (status == 200)


def test_an_administrator_of_no_lea_sees_no_figures(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, ADMIN, None)

    assert client.get(address(lea, "/state-rules")).status_code == 403
    assert "State rules" not in client.get(address(lea, "")).text


@pytest.mark.parametrize("page", ENTERED_BY_OFFICIALS)
@pytest.mark.parametrize(
    ("role", "status"),
    [(OFFICIAL, 303), (MANAGER, 403), (COUNSELOR, 403), (ADMIN, 403)],
)
def test_only_officials_enter_what_a_class_needs(
    session: Session,
    client: FlaskClient,
    lea: Lea,
    role: StaffRole,
    status: int,
    page: str,
) -> None:
    make.arrive(session, client, role, lea)

    answer = make.send(client, address(lea, page), FORMS[page])

    assert answer.status_code == status
    shows_form = "<textarea" in client.get(address(lea, "/protocol")).text
    assert shows_form is (role is OFFICIAL)


@pytest.mark.parametrize(
    ("role", "status"),
    [(OFFICIAL, 303), (ADMIN, 303), (MANAGER, 403), (COUNSELOR, 403)],
)
def test_officials_and_administrators_enter_schools(
    session: Session, client: FlaskClient, lea: Lea, role: StaffRole, status: int
) -> None:
    make.arrive(session, client, role, lea)

    answer = make.send(client, address(lea, "/schools"), FORMS["/schools"])

    assert answer.status_code == status


@pytest.mark.parametrize("role", list(StaffRole))
def test_only_an_administrator_of_no_lea_adds_leas(
    session: Session, client: FlaskClient, lea: Lea, role: StaffRole
) -> None:
    make.arrive(session, client, role, lea)

    assert client.get("/district/leas/new").status_code == 403
    assert make.send(client, "/district/leas/new").status_code == 403


@pytest.mark.parametrize(
    ("role", "status"),
    [(OFFICIAL, 200), (ADMIN, 200), (MANAGER, 403), (COUNSELOR, 403)],
)
def test_who_invites_staff(
    session: Session, client: FlaskClient, lea: Lea, role: StaffRole, status: int
) -> None:
    make.arrive(session, client, role, lea)

    assert client.get("/district/staff").status_code == status


@pytest.mark.parametrize("role", list(StaffRole))
def test_staff_of_another_organization_find_nothing(
    session: Session,
    client: FlaskClient,
    lea: Lea,
    agency: StaffMember,
    role: StaffRole,
) -> None:
    agency.role = role
    session.flush()
    sign_in(client, agency.email)

    assert client.get("/district/").status_code == 403
    assert client.get("/district/leas/new").status_code == 403
    for page in (*READ_BY_ALL, *FIGURES):
        assert client.get(address(lea, page)).status_code == 404
    assert client.get("/district/staff").status_code == 403


@pytest.mark.parametrize("page", FORMS)
def test_a_form_of_another_site_is_refused(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    make.arrive(session, client, OFFICIAL, lea)

    answer = client.post(address(lea, page), data=FORMS[page])

    assert answer.status_code == 200
    assert "Load the page again" in answer.text


@pytest.mark.parametrize("role", [SeatRole.LEARNER, SeatRole.TEACHER])
def test_a_seat_from_an_lms_opens_nothing_here(
    session: Session, client: FlaskClient, lea: Lea, role: SeatRole
) -> None:
    assignment = make_assignment(session)
    link = make_link(session, assignment, assignment.course)
    with client.application.app_context():
        seat, cookie = make_seat(session, link, role)
    client.set_cookie(COOKIE, cookie, secure=True)

    for page in (*READ_BY_ALL, *FIGURES):
        assert client.get(address(lea, page)).location == "/staff/sign-in"
        assert client.get(f"/s/{seat.id}{address(lea, page)}").status_code == 404
    sent = make.send(client, address(lea, "/contacts"), FORMS["/contacts"])
    assert sent.location == "/staff/sign-in"
