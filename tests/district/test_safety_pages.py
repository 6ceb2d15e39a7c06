from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu import safety
from preventedu.district import preparations
from preventedu.district.entries import today_in
from preventedu.errors import RefusedError
from preventedu.people import (
    ContactKind,
    Lea,
    ProtocolStep,
    SafetyContact,
    SchoolBreak,
    StaffMember,
    StaffRole,
)
from tests.district import make

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

NOW = datetime.now(UTC)
RIVERA: dict[str, object] = {
    "kind": "school-contact", "school": "0", "name": "Ms. Rivera",
    "role": "School counselor", "phone": "555-0100", "where": "Room 4",
    "checked_on": "2026-01-05",
}  # fmt: skip
LINE = RIVERA | {
    "kind": "child-abuse-line", "name": "State line", "role": "", "phone": "555-0199",
}  # fmt: skip


@pytest.fixture
def official(session: Session, client: FlaskClient, lea: Lea) -> StaffMember:
    return make.arrive(session, client, StaffRole.LEA_OFFICIAL, lea)


@pytest.fixture
def page(lea: Lea, official: StaffMember) -> str:
    del official
    return f"/district/leas/{lea.id}"


def contacts(session: Session) -> list[SafetyContact]:
    found = select(SafetyContact).order_by(SafetyContact.id)
    return list(session.scalars(found.execution_options(populate_existing=True)).all())


def test_both_contacts_make_sensitive_lessons_possible(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    assert "Missing: School contact." in client.get(f"{page}/contacts").text

    make.send(client, f"{page}/contacts", RIVERA)
    shown = client.get(f"{page}/contacts").text
    assert "Missing: School contact." not in shown
    assert "Missing: Child-abuse line of the State." in shown
    make.send(client, f"{page}/contacts", LINE)

    assert not safety.missing_contacts(session, lea.id)
    assert "Missing" not in client.get(f"{page}/contacts").text


def test_a_contact_of_one_school_stands_first_there(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    school = make.make_school(session, lea)
    make.send(client, f"{page}/contacts", RIVERA)
    make.send(
        client, f"{page}/contacts", RIVERA | {"school": school.id, "name": "Mr. Oak"}
    )

    names = [each.name for each in safety.contacts_for(session, lea.id, school.id)]

    assert names == ["Mr. Oak", "Ms. Rivera"]


def test_a_correction_ends_the_old_row_and_adds_another(
    session: Session, client: FlaskClient, page: str
) -> None:
    make.send(client, f"{page}/contacts", RIVERA)
    old = contacts(session)[0]
    form = client.get(f"{page}/contacts/{old.id}").text
    assert 'value="Ms. Rivera"' in form

    make.send(client, f"{page}/contacts/{old.id}", RIVERA | {"phone": "555-0111"})

    first, second = contacts(session)
    assert (first.phone, first.ended_at is None) == ("555-0100", False)
    assert (second.phone, second.ended_at) == ("555-0111", None)
    assert second.recorded_by == "me@lea.example"
    assert "Ended contacts" in client.get(f"{page}/contacts").text


def test_a_stale_contact_is_checked_again_with_one_button(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    today = today_in(lea, now=NOW)
    old = today - timedelta(days=181)
    make.send(client, f"{page}/contacts", RIVERA | {"checked_on": old.isoformat()})
    assert "call and check again" in client.get(f"{page}/contacts").text

    make.send(client, f"{page}/contacts/{contacts(session)[0].id}/checked")

    assert contacts(session)[1].checked_on == today
    assert "call and check again" not in client.get(f"{page}/contacts").text


def test_an_ended_contact_cannot_be_ended_or_replaced_again(
    session: Session, client: FlaskClient, page: str
) -> None:
    make.send(client, f"{page}/contacts", RIVERA)
    address = f"{page}/contacts/{contacts(session)[0].id}"
    make.send(client, f"{address}/end")

    for again in (
        make.send(client, f"{address}/end"),
        make.send(client, f"{address}/checked"),
        make.send(client, address, RIVERA),
    ):
        assert again.status_code == 400
        assert "Somebody has changed this contact meanwhile" in again.text
    assert len(contacts(session)) == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": " "}, "Fill this in"),
        ({"role": ""}, "Fill this in"),
        ({"phone": "call me"}, "no telephone number"),
        ({"checked_on": "2199-01-01"}, "yet to come"),
        ({"checked_on": "1026-01-01"}, "Check the year"),
        ({"checked_on": "soon"}, "Not a valid date"),
        ({"kind": "friend"}, "Not a valid choice"),
        ({"school": "99999"}, "Not a valid choice"),
        ({"where": "x" * 201}, "200 characters"),
        ({"where": "bell\x07"}, "no page can show"),
    ],
)
def test_a_wrong_contact_is_refused_and_nothing_is_lost(
    session: Session,
    client: FlaskClient,
    page: str,
    wrong: dict[str, object],
    why: str,
) -> None:
    answer = make.send(client, f"{page}/contacts", RIVERA | wrong)

    assert answer.status_code == 200
    assert why in answer.text
    assert "Nothing is saved yet" in answer.text
    assert ("555-0100" in answer.text) is ("phone" not in wrong)
    assert contacts(session) == []


def test_a_contact_of_another_lea_is_not_found_here(
    session: Session, client: FlaskClient, other: Lea, official: StaffMember, page: str
) -> None:
    facts = preparations.ContactFacts(
        kind=ContactKind.SCHOOL_CONTACT, school_id=None, name="Theirs", role="Nurse",
        phone="555-0177", where="", checked_on=date(2026, 1, 5),
    )  # fmt: skip
    theirs = preparations.record_contact(session, other, facts, official, now=NOW)
    address = f"{page}/contacts/{theirs.id}"

    assert client.get(address).status_code == 404
    for again in (address, f"{address}/end", f"{address}/checked"):
        assert make.send(client, again, RIVERA).status_code == 404
    assert contacts(session)[0].ended_at is None
    assert "Theirs" not in client.get(f"{page}/contacts").text


def test_a_school_of_another_lea_takes_no_contact(
    session: Session, other: Lea, lea: Lea, official: StaffMember
) -> None:
    school = make.make_school(session, other)
    facts = preparations.ContactFacts(
        kind=ContactKind.SCHOOL_CONTACT, school_id=school.id, name="A", role="B",
        phone="555-0177", where="", checked_on=date(2026, 1, 5),
    )  # fmt: skip

    with pytest.raises(RefusedError, match="a school of this LEA"):
        preparations.record_contact(session, lea, facts, official, now=NOW)


def test_the_list_recorded_last_counts_and_earlier_ones_are_kept(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    make.send(client, f"{page}/protocol", {"steps": "Listen\n\n  Call   Ms. Rivera  "})
    assert safety.protocol_of(session, lea.id) == ("Listen", "Call Ms. Rivera")
    make.send(client, f"{page}/protocol", {"steps": "Stay calm"})

    assert safety.protocol_of(session, lea.id) == ("Stay calm",)
    shown = client.get(f"{page}/protocol").text
    assert "Call Ms. Rivera" in shown
    assert "me@lea.example" in shown
    assert session.query(ProtocolStep).count() == 3


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ("", "This field is required"),
        (" \n ", "Write one step or more."),
        ("\n".join("step" for _ in range(21)), "20 steps at most"),
        ("x" * 401, "400 characters"),
    ],
)
def test_a_wrong_list_of_steps_is_refused(
    session: Session, client: FlaskClient, page: str, steps: str, why: str
) -> None:
    answer = make.send(client, f"{page}/protocol", {"steps": steps})

    assert why in answer.text
    assert session.query(ProtocolStep).count() == 0


def test_a_break_warns_of_the_day_before_it(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    make.send(
        client,
        f"{page}/breaks",
        {"name": "Winter break", "starts_on": "2099-12-21", "ends_on": "2100-01-01"},
    )
    friday = date(2099, 12, 18)

    found = safety.break_after(session, lea.id, friday)
    assert found is not None
    assert found.name == "Winter break"
    assert "Winter break" in client.get(f"{page}/breaks").text

    make.send(client, f"{page}/breaks/{found.id}/remove")
    assert safety.break_after(session, lea.id, friday) is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"ends_on": "2099-12-01"}, "The last day is before the first."),
        ({"ends_on": "2101-01-01"}, "This is too long. Check the year."),
        ({"starts_on": "0099-12-21"}, "Check the year"),
        ({"starts_on": "2099-11-30"}, "belong to “Fall”"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_a_wrong_break_is_refused(
    session: Session,
    client: FlaskClient,
    page: str,
    wrong: dict[str, object],
    why: str,
) -> None:
    make.send(
        client,
        f"{page}/breaks",
        {"name": "Fall", "starts_on": "2099-11-25", "ends_on": "2099-11-30"},
    )
    form = {"name": "Winter", "starts_on": "2099-12-21", "ends_on": "2100-01-01"}

    answer = make.send(client, f"{page}/breaks", form | wrong)

    assert why in answer.text
    assert session.query(SchoolBreak).count() == 1


def test_a_break_of_another_lea_stays(
    session: Session, client: FlaskClient, other: Lea, page: str
) -> None:
    theirs = preparations.add_break(
        session, other, "Theirs", date(2099, 1, 1), date(2099, 1, 2)
    )

    answer = make.send(client, f"{page}/breaks/{theirs.id}/remove")

    assert answer.status_code == 404
    assert session.query(SchoolBreak).count() == 1


def test_script_in_an_entry_stays_text(client: FlaskClient, page: str) -> None:
    make.send(client, f"{page}/protocol", {"steps": "<script>alert(1)</script>"})

    assert "<script>alert" not in client.get(f"{page}/protocol").text
