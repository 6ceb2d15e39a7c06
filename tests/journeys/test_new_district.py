"""A new district's whole way, in browsers, over TLS: nothing is there at first.

The story is docs/new-district.md. After five commands everything is done by people on
pages that they find by clicking; each step needs the one before, so it is one test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from tests.databases import empty_postgres
from tests.journeys import new_district_class as classroom
from tests.journeys import new_district_lms as lms
from tests.journeys import new_district_report as report
from tests.journeys import new_district_safe as safe
from tests.journeys import new_district_staff as staff
from tests.journeys.new_district import District, says
from tests.tls import Authority, empty_plan, serving, skip_without_tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.journeys.tour import Visitor

pytestmark = [pytest.mark.server, pytest.mark.browser, pytest.mark.timeout(600)]
AMARA, BEN, CHLOE = "Amara Okafor", "Ben Lindqvist", "Chloé Dubois"
DIEGO, EMI, FINN = "Diego Morales", "Emi Tanaka", "Finn O'Rourke"
EVERYBODY = (AMARA, BEN, CHLOE, DIEGO, EMI, FINN)
ELENA, DAVID = "Elena Rivera", "David Chen"
HEADCOUNT = 24
WORKS, LATER = "Works", "Not known yet"


@dataclass(frozen=True)
class Place:
    """Where a district is installed."""

    folder: Path
    authority: Authority
    district: District


@pytest.fixture(
    params=[
        pytest.param(("moodle", False), id="moodle-sqlite"),
        pytest.param(
            ("canvas", True), id="canvas-postgres", marks=pytest.mark.postgres
        ),
    ]
)
def place(
    request: pytest.FixtureRequest, browser: Browser, tmp_path: Path
) -> Iterator[Place]:
    """An empty installation, an LMS that knows no tool, and a browser."""
    skip_without_tls()
    personality, has_postgres = request.param
    url = ""
    if has_postgres:
        made = make_url(empty_postgres(request.getfixturevalue("postgres_server")))
        named = made.set(drivername="postgresql")
        url = named.render_as_string(hide_password=False)
    authority = Authority(tmp_path / "tls")
    plan = empty_plan(tmp_path, authority, personality, url)
    chrome = authority.trusting(browser)
    yield Place(tmp_path, authority, District(plan, chrome, tmp_path))
    chrome.close()


def test_from_nothing_to_a_report_and_back_from_a_backup(place: Place) -> None:
    district, file = place.district, place.folder / "kept.zip"
    again = place.folder / "again"
    again.mkdir()
    district.run("db", "upgrade")
    assert "modules are ready." in district.run("content", "build")

    with serving(district.plan, place.authority, place.folder):
        people = set_up(district)
        connect(district, people)
        teacher = prepare_class(district, people)
        teach(district, people, teacher)
        digest = tell(people, place.folder)
        safe.back_up(district, file)
    safe.destroy(district)
    safe.restore(district, file)
    with serving(district.plan, place.authority, again):
        come_back(district, people, teacher, digest)
    safe.report_again(district, digest, place.folder)

    for visitor in district.people.values():
        visitor.assert_quiet()
    for name in (AMARA, BEN, CHLOE, EMI):
        district.people[name].assert_neutral()


def set_up(district: District) -> dict[str, Visitor]:
    """Enter who and what there is; return the staff's browsers by what they are."""
    admin = staff.begin(district)
    staff.enter_places(admin.page)
    staff.enter_organizations(admin.page)
    links = staff.invite(admin.page)
    people = {who: staff.take_link(district, who, it) for who, it in links.items()}
    staff.try_link_again(district, links["official"])
    official = people["official"].page
    staff.enter_contacts(official)
    staff.enter_steps(official)
    first, last = classroom.school_break()
    staff.enter_break(official, first.isoformat(), last.isoformat())
    staff.set_consent(official)
    staff.switch_drafts_on(official)
    staff.enter_award(people["manager"].page)
    return {"administrator": admin, **people}


def connect(district: District, people: dict[str, Visitor]) -> None:
    """Connect the LMS by a link, and try the connection before any launch."""
    admin = people["administrator"].page
    lms.register(district, lms.make_link(admin, district.plan.personality))
    found = list(lms.try_connection(admin).values())
    assert found == [WORKS, WORKS, WORKS, LATER, LATER, LATER]


def prepare_class(district: District, people: dict[str, Visitor]) -> Visitor:
    """Let the teacher add the lesson and prepare the class; return their browser."""
    admin, teacher = people["administrator"].page, district.in_the_lms(ELENA)
    if district.plan.personality == "canvas":
        lms.bind(teacher, admin)
    classroom.add_lesson(teacher)
    classroom.say_school(teacher)
    lms.confirm_school(admin)
    classroom.consent(teacher, BEN, CHLOE)
    classroom.consent(teacher, EMI)
    classroom.opt_out(teacher, EMI)
    classroom.read_letter(teacher)
    staff.see_lesson(people["counselor"], classroom.MODULE, classroom.LABEL, EVERYBODY)
    return teacher


def teach(district: District, people: dict[str, Visitor], teacher: Visitor) -> None:
    """Let each student take what is theirs, and count what is to be counted."""
    manager = people["manager"].page
    students = {name: district.in_the_lms(name) for name in (BEN, CHLOE, AMARA, EMI)}
    taken = {name: classroom.take(students[name]) for name in (BEN, CHLOE, AMARA)}
    opened = {name: classroom.look_at(each) for name, each in students.items()}
    ours, other = classroom.OURS, classroom.OTHER
    assert taken == {BEN: ours, CHLOE: ours, AMARA: other}
    assert opened == {**taken, EMI: other}
    seen = {classroom.what_others_see(students[name]) for name in (BEN, AMARA, EMI)}
    assert len(seen) == 1
    classroom.await_grades(teacher, AMARA, BEN, CHLOE)
    # Ben and Chloé took the lesson, Amara the other one, and Emi has begun that.
    report.await_figures(manager, 2)

    substitute = district.in_the_lms(DAVID)
    classroom.step_in(substitute)
    assert DAVID not in classroom.stages(teacher)
    classroom.consent(teacher, FINN)
    classroom.teach_from_the_front(substitute, DIEGO, EMI, FINN)
    classroom.record_session(substitute, HEADCOUNT)
    # Finn's family said yes. For Diego, of whom nobody heard, and for Emi, who is
    # opted out, the tick is the other lesson.
    report.await_figures(manager, 3)
    report.see_sessions(manager, HEADCOUNT)
    classroom.await_grades(teacher, *EVERYBODY)

    opt_out_late(people, teacher)
    classroom.without_roster(teacher)
    admin = people["administrator"].page
    assert set(lms.try_connection(admin).values()) == {WORKS}
    lms.expect_launches(admin)


def opt_out_late(people: dict[str, Visitor], teacher: Visitor) -> None:
    """Chloé's family says no after she finished."""
    official, manager = people["official"].page, people["manager"].page
    assert report.answers_kept(official, classroom.code_for(teacher, CHLOE)) > 0
    classroom.opt_out(teacher, CHLOE)
    assert report.answers_kept(official, classroom.code_for(teacher, CHLOE)) == 0
    # Ben and Finn are left; Chloé's grade stays where it is.
    report.await_figures(manager, 2)
    classroom.await_grades(teacher, *EVERYBODY)


def tell(people: dict[str, Visitor], folder: Path) -> str:
    """Release the period that is over; return the release's hash."""
    manager, funder = people["manager"].page, people["agency"].page
    digest = report.release(manager)
    report.read_files(manager, digest, folder)
    report.see_as_funder(funder)
    report.see_log(manager)
    return digest


def come_back(
    district: District, people: dict[str, Visitor], teacher: Visitor, digest: str
) -> None:
    """After the restore everything is as it was, and lessons go on."""
    manager = people["manager"]
    safe.sign_in(manager, "manager@bluebonnet.example")
    assert safe.release_hash(manager) == digest
    report.await_figures(manager.page, 2)
    lesson = district.people[BEN].open(classroom.NEUTRAL)
    says(lesson, "You finished this lesson.")
    assert classroom.lesson_of(lesson) == classroom.OURS
    assert classroom.look_at(district.people[EMI]) == classroom.OTHER
    stages = classroom.stages(teacher)
    assert {stages[name] for name in (AMARA, BEN, DIEGO, EMI, FINN)} == {
        ("finished", "arrived")
    }
