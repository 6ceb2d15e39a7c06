from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from preventedu.grants.attribution import attribute_all
from preventedu.grants.ledger import Attribution, Outcome
from preventedu.grants.models import (
    Agreement,
    Award,
    Coverage,
    RecordedChange,
    ReportingPeriod,
    Target,
)
from preventedu.grants.releases import close_period
from preventedu.people import (
    Lea,
    Organization,
    OrganizationKind,
    PartnerKind,
    School,
    SchoolIdScheme,
    StaffRole,
)
from tests.grants import make
from tests.staff.make import EMAIL, csrf, make_staff, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
Fields = dict[str, Any]
AWARD: Fields = {
    "title": "Safe Futures",
    "fain": "TEST-26-0001",
    "assistance_listing": "93.320",
    "agency": "An agency",
    "recipient": "lakeside",
    "time_zone": "America/Chicago",
    "starts_on": "2026-07-01",
    "ends_on": "2027-06-30",
    "acknowledgement_en": "Supported by an award.",
}
AGREEMENT: Fields = {
    "partner": "sheriff",
    "roles": ["presents", "protocol"],
    "starts_on": "2026-07-01",
    "ends_on": "2027-06-30",
    "signed_on": "2026-06-12",
}
YEAR: Fields = {"starts_on": "2026-07-01", "ends_on": "2027-06-30"}
TARGET: Fields = YEAR | {"measure": "completions", "value": "400"}
PERIOD: Fields = {"starts_on": "2026-07-01", "ends_on": "2026-09-30"}


class Desk:
    """A browser of somebody who enters, in an installation with one LEA."""

    def __init__(self, session: Session, client: FlaskClient) -> None:
        self.session = session
        self.client = client
        self.lea = Lea(nces_id="0099001", name="Lakeside", state="ZZ")
        session.add(self.lea)
        session.flush()
        self.school = School(
            lea_id=self.lea.id,
            scheme=SchoolIdScheme.NCES,
            school_id="009900100001",
            name="Heron",
        )
        session.add(self.school)
        session.flush()

    def sign_in(
        self,
        role: StaffRole = StaffRole.ADMINISTRATOR,
        lea: Lea | None = None,
        organization: str | None = None,
    ) -> None:
        make_staff(self.session, lea, role, organization=organization)
        sign_in(self.client)

    def post(self, address: str, form: Fields) -> TestResponse:
        token = csrf(self.client.get(address).text)
        return self.client.post(address, data=form | {"csrf_token": token})

    def enter(self, address: str, form: Fields) -> None:
        answer = self.post(address, form)
        assert answer.status_code == 303, alerts(answer.text)

    def organizations(self) -> None:
        self.enter(
            "/grants/organizations/new",
            {"name": "Lakeside Unified", "kind": "lea", "lea": "0099001",
             "key": "lakeside"},
        )  # fmt: skip
        self.enter(
            "/grants/organizations/new",
            {"name": "Sheriff", "kind": "law-enforcement", "partner_kind": "local"},
        )

    def award(self) -> Award:
        self.organizations()
        self.enter("/grants/set-up/awards/new", AWARD)
        return self.session.scalars(
            select(Award).where(Award.fain == AWARD["fain"])
        ).one()

    def agreement(self) -> Agreement:
        award = self.award()
        self.enter(f"/grants/awards/{award.id}/set-up/agreement", AGREEMENT)
        return self.session.scalars(select(Agreement)).one()

    def changes(self) -> list[str]:
        rows = self.session.scalars(select(RecordedChange).order_by(RecordedChange.id))
        return [f"{row.action} {row.what} {row.name}" for row in rows]


def alerts(page: str) -> list[str]:
    """Return what a page complains about."""
    found = re.findall(
        r'(?s)(?:role="alert"|class="error")[^>]*>(.*?)</(?:div|strong)', page
    )
    return [" ".join(re.sub("<[^>]+>", " ", text).split()) for text in found]


@pytest.fixture
def desk(session: Session, client: FlaskClient) -> Desk:
    return Desk(session, client)


def test_from_an_empty_installation_to_an_award_that_counts(desk: Desk) -> None:
    desk.sign_in()
    assert "What to do first" in desk.client.get("/grants/set-up").text
    agreement = desk.agreement()
    award = agreement.award
    address = f"/grants/awards/{award.id}/set-up"
    missing = desk.client.get(address).text
    for words in ("No coverage yet", "No target yet", "No reporting period yet"):
        assert words in missing
    desk.enter(f"/grants/agreements/{agreement.id}/coverage",
               YEAR | {"place": "lea:0099001", "grade_bands": ["6-8"]})  # fmt: skip
    desk.enter(address + "/target", TARGET)
    desk.enter(address + "/period", PERIOD)

    page = desk.client.get(address).text
    version = make.make_module(desk.session, "spotting")
    assignment = make.make_assignment(desk.session, version)
    make.place(desk.session, assignment, desk.school)
    make.complete(desk.session, assignment, version)
    attribute_all(desk.session, now=NOW)

    assert "Nothing is missing" in page
    assert "400 · Module completions" in page
    row = desk.session.scalars(select(Attribution)).one()
    assert (row.outcome, row.award_id, row.partners) == (
        Outcome.PRIMARY,
        award.id,
        ["sheriff"],
    )
    assert (agreement.key, agreement.roles) == (
        "sheriff-2026",
        ["presents", "protocol"],
    )
    assert award.assistance_listing == "93.320"
    assert desk.changes() == [
        "create organization lakeside",
        "create organization sheriff",
        "create award TEST-26-0001",
        "create agreement sheriff-2026",
        "create coverage sheriff-2026 lea from 2026-07-01",
        "create target TEST-26-0001 completions 2026-07-01",
        "create reporting period TEST-26-0001 2026-07-01",
    ]
    assert {
        row.recorded_by for row in desk.session.scalars(select(RecordedChange))
    } == {EMAIL}
    assert page.count(EMAIL) == 5


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"fain": ""}, "This field is required"),
        ({"fain": "X" * 41}, "40 characters at most"),
        ({"assistance_listing": "93.32"}, "no assistance listing"),
        ({"time_zone": "Chicago"}, "no time zone"),
        ({"ends_on": "2026-06-30"}, "is before the first"),
        ({"starts_on": "1926-07-01"}, "no likely day"),
        ({"starts_on": "soon"}, "Not a valid date"),
        ({"recipient": "sheriff-2"}, "Not a valid choice"),
        ({"title": "bell\a"}, "control character"),
        ({"acknowledgement_en": " "}, "required"),
    ],
)
def test_a_refused_award_keeps_what_was_typed(
    desk: Desk, wrong: Fields, words: str
) -> None:
    desk.sign_in()
    desk.organizations()

    answer = desk.post(
        "/grants/set-up/awards/new", AWARD | {"agency": "Typed with care"} | wrong
    )

    assert answer.status_code == 200
    assert words in " ".join(alerts(answer.text)), alerts(answer.text)
    assert 'value="Typed with care"' in answer.text
    assert desk.session.scalars(select(Award)).all() == []
    assert len(desk.changes()) == 2


def test_a_fain_that_is_known_is_refused(desk: Desk) -> None:
    desk.sign_in()
    desk.award()

    answer = desk.post("/grants/set-up/awards/new", AWARD | {"title": "Another"})

    assert "There is an award with this FAIN already." in alerts(answer.text)
    assert desk.session.scalars(select(Award.title)).all() == ["Safe Futures"]


def test_a_correction_is_kept_with_who_made_it(desk: Desk) -> None:
    desk.sign_in()
    award = desk.award()
    address = f"/grants/awards/{award.id}/set-up"
    shown = desk.client.get(address + "/award").text
    assert 'value="Safe Futures"' in shown
    assert 'value="93.320"' in shown

    desk.enter(address + "/award", AWARD | {"title": "Safer", "fain": "TEST-26-0002"})

    desk.session.refresh(award)
    assert (award.title, award.fain) == ("Safer", "TEST-26-0002")
    page = desk.client.get(address).text
    assert "fain: TEST-26-0001 -&gt; TEST-26-0002" in page
    assert "title: Safe Futures -&gt; Safer" in page


def test_what_releases_rest_on_stays(desk: Desk) -> None:
    desk.sign_in()
    award = desk.award()
    address = f"/grants/awards/{award.id}/set-up"
    desk.enter(address + "/period", PERIOD)
    period = desk.session.scalars(select(ReportingPeriod)).one()
    close_period(desk.session, period, author=EMAIL, now=NOW)

    zone = desk.post(address + "/award", AWARD | {"time_zone": "America/New_York"})
    fain = desk.post(address + "/award", AWARD | {"fain": "OTHER"})
    shorter = desk.post(
        f"/grants/periods/{period.id}/change", PERIOD | {"ends_on": "2026-09-29"}
    )
    gone = desk.post(f"/grants/periods/{period.id}/remove", {})

    assert "of another time zone" in " ".join(alerts(zone.text))
    assert "its releases name TEST-26-0001" in " ".join(alerts(fain.text))
    assert "is closed and must stay" in " ".join(alerts(shorter.text))
    assert "is closed and must stay" in " ".join(alerts(gone.text))
    desk.session.refresh(award)
    desk.session.refresh(period)
    assert (award.time_zone, award.fain) == ("America/Chicago", "TEST-26-0001")
    assert period.ends_on == date(2026, 9, 30)


def test_coverage_is_only_added_and_withdrawn(desk: Desk) -> None:
    desk.sign_in()
    agreement = desk.agreement()
    address = f"/grants/agreements/{agreement.id}/coverage"
    rows = YEAR | {"place": "school:nces:009900100001", "priority": "1",
                   "priority_signed_on": "2026-06-01"}  # fmt: skip
    desk.enter(address, rows)
    first = desk.session.scalars(select(Coverage)).one()
    assert (first.school_id, first.priority) == (desk.school.id, 1)

    twice = desk.post(address, rows)
    copied = desk.client.get(f"{address}?like={first.id}").text
    desk.enter(f"/grants/coverage/{first.id}/withdraw", {})
    desk.enter(address, rows | {"place": "lea:0099001"})
    again = desk.post(f"/grants/coverage/{first.id}/withdraw", {})

    assert (
        "This coverage is there already. Keep one of the two." in alerts(twice.text)[0]
    )
    assert 'selected value="school:nces:009900100001"' in copied
    assert "taken this away already" in " ".join(alerts(again.text))
    desk.session.refresh(first)
    assert first.withdrawn_at is not None
    assert len(desk.session.scalars(select(Coverage)).all()) == 2
    assert "withdraw coverage sheriff-2026 school from 2026-07-01" in desk.changes()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"place": ""}, "required"),
        ({"place": "lea:0099009"}, "Not a valid choice"),
        ({"ends_on": "2027-07-01"}, "not within the award"),
        ({"priority": "1"}, "go together"),
        ({"priority": "0"}, "Number must be between"),
        ({"grade_bands": ["13"]}, "not a valid choice"),
    ],
)
def test_a_refused_coverage_keeps_what_was_typed(
    desk: Desk, wrong: Fields, words: str
) -> None:
    desk.sign_in()
    agreement = desk.agreement()
    coverage = YEAR | {"place": "lea:0099001", "grade_bands": ["6-8"]}

    answer = desk.post(f"/grants/agreements/{agreement.id}/coverage", coverage | wrong)

    assert answer.status_code == 200
    assert words in " ".join(alerts(answer.text)), alerts(answer.text)
    assert 'value="2026-07-01"' in answer.text
    assert desk.session.scalars(select(Coverage)).all() == []


def test_targets_and_periods_are_corrected_and_taken_back(desk: Desk) -> None:
    desk.sign_in()
    award = desk.award()
    address = f"/grants/awards/{award.id}/set-up"
    desk.enter(address + "/target", TARGET)
    desk.enter(address + "/target", TARGET | {"measure": "students", "value": "250"})
    desk.enter(address + "/period", PERIOD)
    desk.enter(
        address + "/period", {"starts_on": "2026-10-01", "ends_on": "2026-12-31"}
    )
    twice = desk.post(address + "/target", TARGET)
    shared = desk.post(address + "/period", PERIOD | {"starts_on": "2026-08-01"})
    students = desk.session.scalars(
        select(Target).where(Target.measure == "students")
    ).one()
    first = desk.session.scalars(
        select(ReportingPeriod).order_by(ReportingPeriod.starts_on)
    ).first()
    assert first is not None
    gone = [
        f"/grants/targets/{students.id}/remove",
        f"/grants/periods/{first.id}/remove",
    ]

    desk.enter(f"/grants/targets/{students.id}/change",
               TARGET | {"measure": "students", "value": "260"})  # fmt: skip
    desk.enter(f"/grants/periods/{first.id}/change",
               PERIOD | {"ends_on": "2026-08-31"})  # fmt: skip
    desk.enter(f"/grants/targets/{students.id}/remove", {})
    desk.enter(f"/grants/periods/{first.id}/remove", {})

    assert "here twice" in " ".join(alerts(twice.text))
    assert "days in common" in " ".join(alerts(shared.text))
    desk.session.expire_all()
    assert [it.value for it in desk.session.scalars(select(Target))] == [400]
    periods = desk.session.scalars(select(ReportingPeriod)).all()
    assert [it.starts_on for it in periods] == [date(2026, 10, 1)]
    assert desk.changes()[-4:] == [
        "change target TEST-26-0001 students 2026-07-01",
        "change reporting period TEST-26-0001 2026-07-01",
        "withdraw target TEST-26-0001 students 2026-07-01",
        "withdraw reporting period TEST-26-0001 2026-07-01",
    ]
    assert [desk.client.get(address).status_code for address in gone] == [404, 404]


def test_an_agreement_is_corrected_and_its_short_name_stays(desk: Desk) -> None:
    desk.sign_in()
    agreement = desk.agreement()
    address = f"/grants/agreements/{agreement.id}/change"
    outside = {"starts_on": "2028-01-01", "ends_on": "2028-06-30"}

    never = desk.post(address, AGREEMENT | outside)
    no_role = desk.post(address, AGREEMENT | {"roles": []})
    desk.enter(address, AGREEMENT | {"roles": ["advises"], "key": "another"})

    assert "no day in common with the award" in " ".join(alerts(never.text))
    assert "required" in " ".join(alerts(no_role.text))
    desk.session.refresh(agreement)
    assert (agreement.key, agreement.roles) == ("sheriff-2026", ["advises"])


def test_an_organization_is_corrected(desk: Desk) -> None:
    desk.sign_in()
    desk.organizations()
    sheriff = desk.session.scalars(
        select(Organization).where(Organization.key == "sheriff")
    ).one()
    address = f"/grants/organizations/{sheriff.id}"
    facts = {"name": "County Sheriff", "kind": "law-enforcement"}

    kindless = desk.post(address, facts | {"partner_kind": ""})
    no_uei = desk.post(address, facts | {"partner_kind": "local", "uei": "DEMO"})
    taken = desk.post("/grants/organizations/new", facts | {"key": "lakeside"})
    desk.enter(address, facts | {"partner_kind": "tribal"})
    desk.enter("/grants/organizations/new", {"name": "Sheriff", "kind": "ngo"})

    assert "goes with" in " ".join(alerts(kindless.text))
    assert "12 letters and digits" in " ".join(alerts(no_uei.text))
    assert 'value="DEMO"' in no_uei.text
    assert "has this short name" in " ".join(alerts(taken.text))
    desk.session.refresh(sheriff)
    assert (sheriff.name, sheriff.is_eo5_eligible) == ("County Sheriff", True)
    assert "sheriff-2" in desk.session.scalars(select(Organization.key)).all()


def test_a_forged_form_enters_nothing(desk: Desk) -> None:
    desk.sign_in()
    agreement = desk.agreement()
    before = desk.changes()
    forged = {"csrf_token": "00"}

    for address, form in (
        ("/grants/organizations/new", {"name": "X", "kind": "ngo"}),
        ("/grants/set-up/awards/new", AWARD | {"fain": "X"}),
        (f"/grants/awards/{agreement.award_id}/set-up/target", TARGET),
        (
            f"/grants/agreements/{agreement.id}/coverage",
            YEAR | {"place": "lea:0099001"},
        ),
    ):
        answer = desk.client.post(address, data=form | forged)
        assert "This form has expired" in answer.text

    assert desk.changes() == before


def addresses(desk: Desk, agreement: Agreement) -> list[str]:
    """Return every page on which something of the award is entered."""
    award = f"/grants/awards/{agreement.award_id}/set-up"
    desk.enter(award + "/target", TARGET)
    desk.enter(award + "/period", PERIOD)
    desk.enter(f"/grants/agreements/{agreement.id}/coverage",
               YEAR | {"place": "lea:0099001"})  # fmt: skip
    target, period, coverage = (
        desk.session.scalars(select(key)).one()
        for key in (Target.id, ReportingPeriod.id, Coverage.id)
    )
    return [
        award,
        award + "/award",
        award + "/agreement",
        award + "/target",
        award + "/period",
        f"/grants/agreements/{agreement.id}/change",
        f"/grants/agreements/{agreement.id}/coverage",
        f"/grants/coverage/{coverage}/withdraw",
        f"/grants/targets/{target}/change",
        f"/grants/targets/{target}/remove",
        f"/grants/periods/{period}/change",
        f"/grants/periods/{period}/remove",
    ]


OPEN = ["/grants/set-up", "/grants/organizations", "/grants/organizations/new",
        "/grants/set-up/awards/new"]  # fmt: skip


def test_who_enters_an_award(desk: Desk) -> None:
    desk.sign_in()
    pages = addresses(desk, desk.agreement())
    ngo = Organization(key="ngo", name="Harbor", kind=OrganizationKind.NGO)
    other = make.make_district(desk.session).lea
    desk.session.add(ngo)
    desk.session.flush()
    manager, official = StaffRole.GRANT_MANAGER, StaffRole.LEA_OFFICIAL
    cases: tuple[tuple[str, StaffRole, Lea | None, str | None, int, int], ...] = (
        ("own manager", manager, desk.lea, None, 200, 200),
        ("own official", official, desk.lea, None, 200, 200),
        ("own IT", StaffRole.ADMINISTRATOR, desk.lea, None, 200, 200),
        ("other LEA", manager, other, None, 404, 200),
        ("IT of other LEA", StaffRole.ADMINISTRATOR, other, None, 404, 200),
        ("NGO", manager, None, "ngo", 404, 200),
        ("partner", manager, None, "sheriff", 403, 403),
        ("nobody's", manager, None, None, 403, 403),
        ("counselor", StaffRole.COUNSELOR, desk.lea, None, 403, 403),
    )
    desk.client.delete_cookie("__Host-preventedu-staff")

    for page in [*pages, *OPEN, "/grants/import"]:
        assert desk.client.get(page).location == "/staff/sign-in", page
        sent = desk.client.post(page)
        assert sent.status_code == 405 or sent.location == "/staff/sign-in", page
    for number, (who, role, lea, key, closed, open_) in enumerate(cases):
        email = f"{number}@staff.example"
        make_staff(desk.session, lea, role, email, organization=key)
        sign_in(desk.client, email)
        for page in pages:
            assert desk.client.get(page).status_code == closed, (who, page)
            if closed != 200:
                assert desk.client.post(page).status_code in {closed, 405}, (who, page)
        for page in OPEN:
            assert desk.client.get(page).status_code == open_, (who, page)
        assert desk.client.get("/grants/import").status_code == 403, who
    assert "TEST-26-0001" not in desk.client.get("/grants/set-up").text


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (OrganizationKind.STATE_AGENCY, 200),
        (OrganizationKind.TRIBE, 200),
        (OrganizationKind.NGO, 403),
        (OrganizationKind.LAW_ENFORCEMENT, 403),
    ],
)
def test_who_receives_an_award_does_not_draw_schools_into_it(
    desk: Desk, kind: OrganizationKind, status: int
) -> None:
    desk.sign_in()
    agreement = desk.agreement()
    employer = Organization(key="them", name="Them", kind=kind)
    if kind is OrganizationKind.LAW_ENFORCEMENT:
        employer.partner_kind = PartnerKind.LOCAL
    desk.session.add(employer)
    desk.session.flush()
    agreement.award.recipient_id = employer.id
    desk.session.flush()
    make_staff(desk.session, None, StaffRole.GRANT_MANAGER, "t@them.example", "them")
    sign_in(desk.client, "t@them.example")

    address = f"/grants/agreements/{agreement.id}/coverage"

    assert desk.client.get(address).status_code == status
    if status != 200:
        assert desk.client.post(address, data=YEAR).status_code == status


def test_staff_of_an_lea_enter_for_it_alone(desk: Desk) -> None:
    other = make.make_district(desk.session)
    foreign = make.make_award(desk.session, other.lea).recipient
    desk.sign_in()
    agreement = desk.agreement()
    make_staff(desk.session, desk.lea, StaffRole.GRANT_MANAGER, "m@lea.example")
    sign_in(desk.client, "m@lea.example")

    award = desk.client.get("/grants/set-up/awards/new").text
    coverage = f"/grants/agreements/{agreement.id}/coverage"
    places = desk.client.get(coverage).text
    reach = desk.post(coverage, YEAR | {"place": f"lea:{other.lea.nces_id}"})
    foreign_lea = {"name": "X", "kind": "lea", "lea": other.lea.nces_id}
    theirs = desk.post("/grants/organizations/new", foreign_lea)

    assert foreign.key not in award
    assert other.lea.nces_id not in places
    assert "state:ZZ" not in places
    assert "Not a valid choice" in reach.text
    assert "Not a valid choice" in theirs.text
    assert desk.client.get(f"/grants/organizations/{foreign.id}").status_code == 404
    sheriff = desk.session.scalars(
        select(Organization).where(Organization.key == "sheriff")
    ).one()
    address = f"/grants/organizations/{sheriff.id}"
    assert desk.client.get(address).status_code == 200
    make_staff(desk.session, None, email="s@s.example", organization="sheriff")
    assert desk.client.get(address).status_code == 404


def test_nobody_makes_their_own_organization_another_kind(desk: Desk) -> None:
    ngo = Organization(key="ngo", name="Harbor", kind=OrganizationKind.NGO)
    desk.session.add(ngo)
    desk.session.flush()
    desk.sign_in(StaffRole.GRANT_MANAGER, organization="ngo")
    address = f"/grants/organizations/{ngo.id}"

    as_lea = desk.post(address, {"name": "H", "kind": "lea", "lea": "0099001"})
    desk.enter(address, {"name": "Harbor House", "kind": "ngo"})

    assert as_lea.text.count("Not a valid choice") == 2
    desk.session.refresh(ngo)
    assert (ngo.name, ngo.kind, ngo.lea_id) == (
        "Harbor House",
        OrganizationKind.NGO,
        None,
    )


def test_two_schools_with_one_id_are_told_apart(desk: Desk) -> None:
    desk.session.add_all(
        School(lea_id=desk.lea.id, scheme=scheme, school_id="7", name=f"{scheme} 7")
        for scheme in (SchoolIdScheme.TRIBAL, SchoolIdScheme.PRIVATE)
    )
    desk.sign_in()
    agreement = desk.agreement()
    address = f"/grants/agreements/{agreement.id}/coverage"

    desk.enter(address, YEAR | {"place": "school:tribal:7"})
    desk.enter(address, YEAR | {"place": "school:private:7"})

    names = {
        it.school.name for it in desk.session.scalars(select(Coverage)) if it.school
    }
    assert names == {"tribal 7", "private 7"}


def test_what_a_form_changes_is_derived_again(desk: Desk) -> None:
    desk.sign_in()
    agreement = desk.agreement()
    version = make.make_module(desk.session, "spotting")
    assignment = make.make_assignment(desk.session, version)
    make.place(desk.session, assignment, desk.school)
    make.complete(desk.session, assignment, version)
    desk.enter(
        f"/grants/agreements/{agreement.id}/coverage",
        YEAR | {"place": "state:ZZ", "starts_on": "2026-09-01"},
    )
    attribute_all(desk.session, now=NOW)
    award = f"/grants/awards/{agreement.award_id}/set-up/award"

    # Only a column of the award changes: no row is added that attribution counts.
    shorter = desk.post(award, AWARD | {"starts_on": "2026-10-06"})
    desk.enter(award, AWARD | {"time_zone": "Pacific/Auckland"})
    attribute_all(desk.session, now=NOW + timedelta(hours=1))

    assert "is not within the award" in " ".join(alerts(shorter.text))
    rows = desk.session.scalars(select(Attribution).order_by(Attribution.id)).all()
    assert [row.effective_on for row in rows] == [date(2026, 10, 5), date(2026, 10, 6)]
    assert rows[1].supersedes_id == rows[0].id
