from __future__ import annotations

import csv
import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.courses.models import Completion, DraftPermission
from preventedu.grants.attribution import attribute_all
from preventedu.grants.ledger import Release
from preventedu.grants.models import AwardChoice, Coverage, ReportingPeriod
from preventedu.grants.releases import close_period, release
from preventedu.people import CoursePlacement, School, SchoolIdScheme, StaffRole
from preventedu.staff.models import AccessLog
from tests.grants import make
from tests.staff.make import EMAIL, csrf, make_staff, sign_in

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)


class Page:
    """An award over one LEA, and a browser in which nobody is signed in yet."""

    def __init__(self, session: Session, client: FlaskClient) -> None:
        self.session = session
        self.client = client
        self.district = make.make_district(session)
        self.award = make.make_award(session, self.district.lea)
        agreement = make.make_agreement(
            session, self.award, make.make_partner(session, "sheriff")
        )
        make.cover_lea(session, agreement, self.district.lea)
        self.version = make.make_module(session, "spotting")
        self.period = make.make_period(
            session, self.award, date(2026, 7, 1), date(2026, 9, 30)
        )

    def sign_in(
        self, role: StaffRole = StaffRole.GRANT_MANAGER, *, with_lea: bool = True
    ) -> None:
        """Sign in as staff of the LEA, or else of the sheriff, who is a partner."""
        if with_lea:
            make_staff(self.session, self.district.lea, role)
        else:
            make_staff(self.session, None, role, organization="sheriff")
        sign_in(self.client)

    def complete(self, number: int, school: int | None = 0) -> str:
        assignment = make.make_assignment(self.session, self.version)
        if school is not None:
            make.place(self.session, assignment, self.district.schools[school])
        for _ in range(number):
            at = datetime(2026, 9, 14, 17, tzinfo=UTC)
            make.complete(self.session, assignment, self.version, at)
        attribute_all(self.session, now=NOW)
        return assignment.id

    def released(self) -> Release:
        close_period(self.session, self.period, author=EMAIL, now=NOW)
        return release(
            self.session, self.period, author=EMAIL, recipient="The agency", now=NOW
        )

    @property
    def address(self) -> str:
        return f"/grants/awards/{self.award.id}"

    @property
    def period_address(self) -> str:
        return f"/grants/periods/{self.period.id}"


@pytest.fixture
def page(session: Session, client: FlaskClient) -> Page:
    return Page(session, client)


def test_an_official_sees_working_figures_and_it_is_logged(page: Page) -> None:
    page.complete(12)
    page.sign_in()

    answer = page.client.get(page.address + "?span=all")

    assert "Working figures, not for release." in answer.text
    assert "School" in answer.text
    assert ">12" in answer.text
    assert "Supported by an award." in answer.text
    assert "within one LMS" in answer.text
    assert 'style="' not in answer.text
    log = page.session.scalars(select(AccessLog)).one()
    assert log.what == f"working figures of {page.award.fain}"


def test_staff_of_a_partner_see_releases_only(page: Page) -> None:
    page.complete(12)
    made = page.released()
    page.sign_in(with_lea=False)

    answer = page.client.get(page.address)

    assert "Working figures" not in answer.text
    assert f"/grants/releases/{made.id}" in answer.text
    assert page.client.get(page.address + "/decisions").status_code == 403
    assert page.client.get("/grants/placements").status_code == 403
    assert page.client.get(f"/grants/releases/{made.id}").status_code == 200
    assert page.session.scalars(select(AccessLog)).all() == []


def test_another_leas_staff_see_nothing(page: Page) -> None:
    made = page.released()
    make_staff(page.session, make.make_district(page.session).lea)
    sign_in(page.client)

    for address in (
        page.address,
        page.address + "/decisions",
        page.period_address,
        f"/grants/releases/{made.id}",
        f"/grants/releases/{made.id}.csv",
        f"/grants/releases/{made.id}.json",
        "/grants/awards/999999",
        "/grants/periods/999999",
        "/grants/releases/999999",
    ):
        assert page.client.get(address).status_code == 404, address
    assert page.award.fain not in page.client.get("/grants/").text


def test_a_stranger_is_sent_to_sign_in(page: Page) -> None:
    made = page.released()

    for address in (
        "/grants/",
        page.address,
        page.address + "/decisions",
        page.period_address,
        f"/grants/releases/{made.id}",
        f"/grants/releases/{made.id}.csv",
        f"/grants/releases/{made.id}.json",
        "/grants/placements",
        "/grants/drafts",
        "/grants/awards/999999",
        "/grants/periods/999999",
        "/grants/releases/999999",
    ):
        answer = page.client.get(address)
        assert (answer.status_code, answer.location) == (303, "/staff/sign-in"), address
    for address in (
        page.period_address + "/close",
        page.period_address + "/release",
        "/grants/drafts/on",
        "/grants/drafts/off",
    ):
        assert page.client.post(address).status_code == 303, address


def test_a_period_is_closed_and_released_on_its_page(page: Page) -> None:
    page.complete(12)
    page.sign_in()
    form = {"csrf_token": csrf(page.client.get(page.period_address).text)}

    unsure = page.client.post(page.period_address + "/close", data=form)
    assert unsure.status_code == 303
    assert page.period.closed_at is None
    page.client.post(page.period_address + "/close", data=form | {"sure": "y"})
    page.session.refresh(page.period)
    assert page.period.closed_by == EMAIL
    again = page.client.post(page.period_address + "/close", data=form | {"sure": "y"})
    assert again.status_code == 403

    made = page.client.post(
        page.period_address + "/release", data=form | {"recipient": "The agency"}
    )
    shown = page.client.get(made.location)
    assert "12" in shown.text
    assert "The agency" in shown.text


def test_an_open_period_is_not_released_and_a_running_one_not_closed(
    page: Page,
) -> None:
    running = make.make_period(
        page.session, page.award, date(2026, 10, 1), date(2090, 1, 1)
    )
    page.sign_in()
    form = {"csrf_token": csrf(page.client.get(page.period_address).text)}

    released = page.client.post(
        page.period_address + "/release", data=form | {"recipient": "The agency"}
    )
    closed = page.client.post(
        f"/grants/periods/{running.id}/close", data=form | {"sure": "y"}
    )

    assert (released.status_code, closed.status_code) == (403, 403)
    assert page.session.scalars(select(Release)).all() == []


def test_only_the_recipients_staff_close_periods(page: Page) -> None:
    page.sign_in(with_lea=False)

    assert page.client.get(page.period_address).status_code == 403
    answer = page.client.post(page.period_address + "/close", data={"sure": "y"})
    assert answer.status_code == 403


def test_a_forged_form_closes_and_releases_nothing(page: Page) -> None:
    page.sign_in()

    page.client.post(
        page.period_address + "/close", data={"sure": "y", "csrf_token": "00"}
    )
    page.client.post(
        page.period_address + "/release", data={"recipient": "x y", "csrf_token": "00"}
    )

    period = page.session.scalars(select(ReportingPeriod)).one()
    page.session.refresh(period)
    assert period.closed_at is None
    assert page.session.scalars(select(Release)).all() == []


def test_files_say_what_the_release_says(page: Page) -> None:
    page.district.schools[0].name = "=cmd|' /C calc'!A0"
    page.award.recipient.name = "\N{FULLWIDTH EQUALS SIGN}1+1"
    page.complete(12)
    made = page.released()
    page.sign_in()

    as_json = page.client.get(f"/grants/releases/{made.id}.json")
    as_csv = page.client.get(f"/grants/releases/{made.id}.csv")

    assert hashlib.sha256(as_json.data).hexdigest() == made.content_hash
    assert as_csv.data.startswith("\N{BOM}".encode())
    rows = list(csv.reader(io.StringIO(as_csv.data.decode("utf-8-sig"))))
    school = next(row for row in rows if row[0] == "school")
    recipient = next(row for row in rows if row[1] == "recipient" and row[0] == "award")
    assert school[2].startswith("'=cmd")
    assert recipient[3].startswith("'\N{FULLWIDTH EQUALS SIGN}")
    assert ["total", "completions", "", "12"] in rows
    assert ["release", "sha256", "", made.content_hash] in rows
    assert "attachment" in as_csv.headers["Content-Disposition"]


def test_a_course_is_placed_at_a_school(page: Page) -> None:
    page.complete(3, school=None)
    page.sign_in()
    shown = page.client.get("/grants/placements").text
    placement = {
        "csrf_token": csrf(shown),
        "course": shown.split('name="course" value="')[1].split('"')[0],
        "school": str(page.district.schools[1].id),
    }

    refused = page.client.post("/grants/placements", data=placement | {"school": "0"})
    forged = page.client.post("/grants/placements", data=placement | {"csrf_token": ""})
    assert page.session.scalars(select(CoursePlacement)).all() == []
    placed = page.client.post("/grants/placements", data=placement)

    assert (refused.status_code, forged.status_code) == (200, 200)
    assert placed.status_code == 303
    row = page.session.scalars(select(CoursePlacement)).one()
    assert (row.school_id, row.recorded_by) == (page.district.schools[1].id, EMAIL)
    again = page.client.post("/grants/placements", data=placement)
    assert again.status_code == 404


def test_a_tie_is_decided_with_a_reason(page: Page) -> None:
    other = make.make_award(page.session, page.district.lea)
    agreement = make.make_agreement(
        page.session, other, make.make_partner(page.session, "police")
    )
    make.cover_lea(page.session, agreement, page.district.lea)
    assignment_id = page.complete(3)
    page.sign_in()
    address = page.address + "/decisions"
    decision = {
        "csrf_token": csrf(page.client.get(address).text),
        "assignment": assignment_id,
        "award": str(other.id),
        "effective_from": "2026-07-01",
        "reason": "Bought with this award",
    }

    no_reason = page.client.post(address, data=decision | {"reason": ""})
    forged = page.client.post(address, data=decision | {"csrf_token": "00"})
    unknown = page.client.post(address, data=decision | {"assignment": "another"})
    assert page.session.scalars(select(AwardChoice)).all() == []
    decided = page.client.post(address, data=decision)

    assert (no_reason.status_code, forged.status_code) == (200, 200)
    assert unknown.status_code == 400
    assert decided.status_code == 303
    choice = page.session.scalars(select(AwardChoice)).one()
    assert (choice.award_id, choice.chosen_by) == (other.id, EMAIL)
    after = page.client.get(address).text
    assert "Nothing needs a decision." in after
    assert "Bought with this award" in after


def test_an_official_switches_a_draft_on_and_off(page: Page) -> None:
    page.sign_in(StaffRole.LEA_OFFICIAL)
    shown = page.client.get("/grants/drafts").text
    form = {"csrf_token": csrf(shown), "module": "spotting"}

    no_reason = page.client.post("/grants/drafts/on", data=form)
    forged = page.client.post(
        "/grants/drafts/on", data=form | {"reason": "Board vote", "csrf_token": ""}
    )
    assert page.session.scalars(select(DraftPermission)).all() == []
    page.client.post("/grants/drafts/on", data=form | {"reason": "Board vote"})

    assert (no_reason.status_code, forged.status_code) == (400, 400)
    assert "Board vote" in page.client.get("/grants/drafts").text
    page.client.post("/grants/drafts/off", data=form)
    row = page.session.scalars(select(DraftPermission)).one()
    page.session.refresh(row)
    assert row.ended_at is not None


def test_a_grant_manager_switches_no_draft_on(page: Page) -> None:
    page.sign_in()

    assert page.client.get("/grants/drafts").status_code == 403
    assert page.client.post("/grants/drafts/on").status_code == 403
    assert page.client.post("/grants/drafts/off").status_code == 403


def test_an_official_of_one_school_of_the_award_sees_that_lea_only(page: Page) -> None:
    other = make.make_district(page.session)
    agreement = make.make_agreement(
        page.session, page.award, make.make_partner(page.session, "police")
    )
    make.cover_school(page.session, agreement, other.schools[0])
    page.complete(12)
    make_staff(page.session, other.lea)
    sign_in(page.client)

    answer = page.client.get(page.address + "?span=all")

    assert answer.status_code == 200
    assert page.district.schools[0].name not in answer.text
    assert other.schools[0].name in answer.text
    assert page.client.get(page.period_address).status_code == 403


def test_the_page_of_a_new_award_is_not_broken(page: Page) -> None:
    for coverage in page.session.scalars(select(Coverage)):
        coverage.withdrawn_at = NOW - timedelta(days=1)
    page.session.add(
        School(
            lea_id=page.district.lea.id,
            scheme=SchoolIdScheme.TRIBAL,
            school_id="T-1",
            name="Tribal School",
        )
    )
    page.sign_in()

    for span in ("now", "all", str(page.period.id), "nonsense"):
        assert page.client.get(f"{page.address}?span={span}").status_code == 200


def test_a_number_too_large_for_a_key_is_no_page(page: Page) -> None:
    page.sign_in()

    for place in ("awards", "periods", "releases"):
        for number in (2**31, 10**20):
            assert page.client.get(f"/grants/{place}/{number}").status_code == 404


def test_an_award_whose_time_zone_has_just_changed_is_shown(page: Page) -> None:
    assignment = make.make_assignment(page.session, page.version)
    page.award.time_zone = "Pacific/Auckland"
    page.award.starts_on = date(2026, 7, 2)
    page.session.flush()
    make.place(page.session, assignment, page.district.schools[0])
    for at in (
        datetime(2026, 8, 31, 11, 59, tzinfo=UTC),
        datetime(2026, 8, 31, 12, 0, tzinfo=UTC),
    ):
        make.complete(page.session, assignment, page.version, at)
    attribute_all(page.session, now=NOW)
    page.award.time_zone = "America/Chicago"
    page.period.starts_on, page.period.ends_on = date(2026, 8, 1), date(2026, 8, 31)
    page.sign_in()

    answer = page.client.get(f"{page.address}?span={page.period.id}")

    assert answer.status_code == 200


def test_one_periods_gain_does_not_hide_anothers_loss(page: Page) -> None:
    older = make.make_period(
        page.session, page.award, date(2026, 10, 1), date(2026, 10, 31)
    )
    page.complete(1)
    for period in (page.period, older):
        close_period(page.session, period, author=EMAIL, now=NOW)
    lost = page.session.scalars(select(Completion)).one()
    lost.superseded_at = NOW + timedelta(days=1)
    gained = make.make_assignment(page.session, page.version)
    make.place(page.session, gained, page.district.schools[0])
    make.complete(page.session, gained, page.version)
    attribute_all(page.session, now=NOW + timedelta(days=1))
    page.sign_in()

    text = page.client.get(page.address + "?span=all").text

    assert "2 completions more or less than its releases count" in text
