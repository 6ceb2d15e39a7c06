from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.people import (
    Lea,
    Organization,
    OrganizationKind,
    School,
    SchoolIdScheme,
    StaffRole,
)
from tests.district import make

if TYPE_CHECKING:
    import pytest
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

ADMIN, OFFICIAL = StaffRole.ADMINISTRATOR, StaffRole.LEA_OFFICIAL
NEW: dict[str, object] = {
    "name": " Lakeside  Unified ", "nces_id": "0612345", "state": "CA",
    "time_zone": "America/Los_Angeles", "contact": "Family office, 555-0100",
}  # fmt: skip


def find(session: Session, nces_id: str) -> Lea | None:
    return session.scalar(
        select(Lea)
        .where(Lea.nces_id == nces_id)
        .execution_options(populate_existing=True)
    )


def test_an_lea_is_added_with_its_organization(
    session: Session, client: FlaskClient
) -> None:
    make.arrive(session, client, ADMIN, None)

    answer = make.send(client, "/district/leas/new", NEW)

    lea = find(session, "0612345")
    assert lea is not None
    assert (lea.name, lea.state, lea.time_zone) == (
        "Lakeside Unified", "CA", "America/Los_Angeles",
    )  # fmt: skip
    organization = session.scalars(
        select(Organization).where(Organization.lea_id == lea.id)
    ).one()
    assert organization.kind is OrganizationKind.LEA
    assert (organization.key, organization.name) == ("lea-0612345", "Lakeside Unified")
    assert answer.location == f"/district/leas/{lea.id}/schools"
    assert "Lakeside Unified is added" in client.get(answer.location).text


def test_the_first_page_lists_leas_and_how_far_each_is(
    session: Session, client: FlaskClient, lea: Lea, other: Lea
) -> None:
    make.arrive(session, client, ADMIN, None)

    page = client.get("/district/").text

    assert lea.name in page
    assert other.name in page
    # No lesson is a draft here, so nothing waits for that step.
    assert "1 of 8 steps done" in page


def test_a_number_of_six_digits_is_refused_and_nothing_is_lost(
    session: Session, client: FlaskClient
) -> None:
    make.arrive(session, client, ADMIN, None)

    answer = make.send(client, "/district/leas/new", NEW | {"nces_id": "612345"})

    assert answer.status_code == 200
    assert "The NCES number has 7 digits" in answer.text
    assert 'value="612345"' in answer.text
    assert "Family office, 555-0100" in answer.text
    assert find(session, "612345") is None


def test_wide_digits_are_no_digits(session: Session, client: FlaskClient) -> None:
    make.arrive(session, client, ADMIN, None)

    answer = make.send(client, "/district/leas/new", NEW | {"nces_id": "\uff10612345"})

    assert "The NCES number has 7 digits" in answer.text


def test_the_same_lea_is_not_added_twice(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, ADMIN, None)

    answer = make.send(client, "/district/leas/new", NEW | {"nces_id": lea.nces_id})

    assert "Example Unified has this number already" in answer.text


def test_a_made_up_time_zone_or_state_is_refused(
    session: Session, client: FlaskClient
) -> None:
    make.arrive(session, client, ADMIN, None)

    for wrong in ({"time_zone": "Mars/Olympus"}, {"state": "XX"}):
        answer = make.send(client, "/district/leas/new", NEW | wrong)
        assert "Not a valid choice" in answer.text
    assert find(session, "0612345") is None


def test_an_lea_without_organization_gets_one_when_corrected(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, ADMIN, lea)
    form = NEW | {"nces_id": lea.nces_id, "name": "Better Name"}

    make.send(client, f"/district/leas/{lea.id}/correct", form)

    found = session.scalars(
        select(Organization).where(Organization.lea_id == lea.id)
    ).one()
    assert found.name == "Better Name"
    assert find(session, lea.nces_id) is not None


def test_an_organizations_own_name_stays(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    session.add(
        Organization(
            key="example", name="Example USD, legal name",
            kind=OrganizationKind.LEA, lea_id=lea.id,
        )
    )  # fmt: skip
    session.flush()
    make.arrive(session, client, ADMIN, lea)

    make.send(
        client, f"/district/leas/{lea.id}/correct", NEW | {"nces_id": lea.nces_id}
    )

    names = session.scalars(
        select(Organization.name).where(Organization.lea_id == lea.id)
    ).all()
    assert names == ["Example USD, legal name"]


def test_schools_follow_a_corrected_number_of_their_lea(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    school = make.make_school(session, lea)
    make.arrive(session, client, ADMIN, lea)

    make.send(client, f"/district/leas/{lea.id}/correct", NEW)

    session.refresh(school)
    assert school.school_id == "061234500001"


def test_an_official_corrects_whom_a_family_may_ask_and_nothing_else(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, OFFICIAL, lea)
    page = f"/district/leas/{lea.id}/correct"

    assert 'name="nces_id"' not in client.get(page).text
    make.send(client, page, NEW)

    session.refresh(lea)
    assert lea.contact == "Family office, 555-0100"
    assert lea.name == "Example Unified"


def test_a_school_is_added_and_corrected(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, OFFICIAL, lea)
    page = f"/district/leas/{lea.id}/schools"

    make.send(
        client, page, {"name": "Oak", "scheme": "nces", "school_id": "990001000001"}
    )
    school = session.scalars(select(School).where(School.lea_id == lea.id)).one()
    answer = make.send(
        client,
        f"{page}/{school.id}",
        {"name": "Oak Middle", "scheme": "bie", "school_id": "D12X"},
    )

    assert answer.location == page
    session.refresh(school)
    assert school.name == "Oak Middle"
    assert (school.scheme, school.school_id) == (SchoolIdScheme.BIE, "D12X")
    assert "Oak Middle" in client.get(page).text


def test_a_school_of_another_leas_number_is_refused(
    session: Session, client: FlaskClient, lea: Lea
) -> None:
    make.arrive(session, client, OFFICIAL, lea)
    form: dict[str, object] = {"name": "Oak", "scheme": "nces"}

    for number, why in (
        ("990002000001", "begins with the 7 digits of its LEA: 9900010"),
        ("99000100001", "The NCES number has 12 digits"),
    ):
        answer = make.send(
            client, f"/district/leas/{lea.id}/schools", form | {"school_id": number}
        )
        assert why in answer.text
    assert session.scalars(select(School)).all() == []


def test_two_schools_have_two_numbers(
    session: Session, client: FlaskClient, lea: Lea, other: Lea
) -> None:
    school = School(
        lea_id=other.id, scheme=SchoolIdScheme.TRIBAL, school_id="T-1", name="Elm"
    )
    session.add(school)
    session.flush()
    make.arrive(session, client, OFFICIAL, lea)

    answer = make.send(
        client,
        f"/district/leas/{lea.id}/schools",
        {"name": "Oak", "scheme": "tribal", "school_id": "T-1"},
    )

    assert "has this number already" in answer.text


def test_a_school_of_another_lea_is_not_found_here(
    session: Session, client: FlaskClient, lea: Lea, other: Lea
) -> None:
    school = make.make_school(session, other)
    make.arrive(session, client, OFFICIAL, lea)

    page = f"/district/leas/{lea.id}/schools/{school.id}"

    assert client.get(page).status_code == 404
    assert make.send(client, page, {"name": "Mine now"}).status_code == 404


def test_no_log_line_names_an_lea_or_a_person(
    session: Session,
    client: FlaskClient,
    lea: Lea,
    caplog: pytest.LogCaptureFixture,
) -> None:
    make.arrive(session, client, OFFICIAL, lea)

    with caplog.at_level("DEBUG"):
        client.get(f"/district/leas/{lea.id}")

    assert not any("me@lea.example" in str(vars(each)) for each in caplog.records)
