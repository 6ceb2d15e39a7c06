"""Before a sensitive lesson: nothing is given to a class that is not prepared."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from preventedu.courses.consent_models import Readiness
from preventedu.courses.content.schema import ModuleNote
from preventedu.courses.models import Assignment, GradingPolicy
from preventedu.lti.models import Deployment, LtiUser, ResourceLink
from preventedu.people import (
    ContactKind,
    Course,
    Lea,
    ProtocolStep,
    SafetyContact,
    SchoolBreak,
)
from tests.courses.make import made_module
from tests.leas import set_mode
from tests.lti.double import DL_SETTINGS, MEMBERSHIP
from tests.lti.make import Browser, page_of, publish
from tests.lti.make import make_school as new_school
from tests.ready import CHILD_LINE_PHONE, COUNSELOR, LABEL, add_contacts, make_ready

if TYPE_CHECKING:
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.people import School

TEACHER = [MEMBERSHIP + "Instructor"]
TICKS = ("protocol_read", "counselor_told", "opt_outs_done")
WITHHELD = "cannot be given to a class yet"
ASKS = "Your class is prepared"


def in_school(days: int) -> date:
    """Return a Wednesday, that many days from now or a little later."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    return day + timedelta(days=(2 - day.weekday()) % 7)


def next_weekday(weekday: int) -> date:
    day = datetime.now(UTC).date() + timedelta(days=30)
    return day + timedelta(days=(weekday - day.weekday()) % 7)


@pytest.fixture
def district(session: Session, chrome: Browser) -> School:
    """A gentle lesson and two sensitive ones, in a district without any contact."""
    del chrome
    note = ModuleNote(level=2, text={"en": "A note.", "es": "Una nota."})
    publish(session, made_module("gentle", status="published"))
    for slug in ("grave", "graver"):
        publish(
            session,
            made_module(
                slug,
                status="published",
                content_note=note,
                title={"en": f"The {slug} one", "es": f"La {slug}"},
            ),
        )
    school = new_school(session)
    session.get_one(Lea, school.lea_id).contact = "Student Services, 555-0100"
    session.scalars(select(Deployment)).one().lea_id = school.lea_id
    session.commit()
    return school


@pytest.fixture
def prepared(session: Session, district: School) -> School:
    """The same district, with its contacts and a protocol."""
    add_contacts(session, district.lea_id)
    now = datetime.now(UTC)
    for number, text in enumerate(("Sit down with them.", "Ring the office."), 1):
        session.add(
            ProtocolStep(
                lea_id=district.lea_id,
                number=number,
                text=text,
                recorded_at=now,
                recorded_by="sam@bay.example",
            )
        )
    session.commit()
    return district


def fields_of(page: TestResponse) -> dict[str, list[str]]:
    """Read what a browser without script would send of the step, or else the picker."""
    start = 'class="card ready-form"' if "card ready-form" in page.text else "<form"
    return inputs_of(page.text.partition(start)[2].partition("</form>")[0])


def inputs_of(form: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = re.search(r'type="(\w+)"', tag)
        name, value = (
            re.search(r'name="(\w+)"', tag),
            re.search(r'value="([^"]*)"', tag),
        )
        if name and not (kind and kind[1] in ("checkbox", "radio", "submit")):
            given = html.unescape(value[1]) if value else ""
            found.setdefault(name[1], []).append(given)
    return found


def choose(
    chrome: Browser, *modules: str, grading: str = "completion", **claims: object
) -> TestResponse:
    """Add lessons by content selection; return the page that follows."""
    asked = {
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe"],
        "accept_multiple": True,
        "deep_link_return_url": f"{chrome.double.url}/return",
    }
    answer = chrome.launch(
        message_type="LtiDeepLinkingRequest",
        roles=TEACHER,
        resource_link=None,
        **{DL_SETTINGS: asked},
        **claims,
    )
    return add(chrome, answer.location, *modules, grading=grading)


def add(
    chrome: Browser, address: str, *modules: str, grading: str = "completion"
) -> TestResponse:
    page = chrome.client.get(address)
    token = fields_of(page)["csrf_token"][0]
    blank = dict.fromkeys(("words", "band", "minutes", "language"), "")
    sent = {"csrf_token": token, "modules": list(modules), "grading": grading}
    return chrome.client.post(address, data={**sent, **blank, "add": "1"})


def confirm(chrome: Browser, page: TestResponse, **changes: Any) -> TestResponse:
    """Fill the step in as a teacher does, tick everything, and send it."""
    action = re.search(r'action="(/s/[^"]+/ready)"', page.text)
    assert action, page.text
    filled: dict[str, Any] = {
        "class_label": LABEL,
        "teaching_on": in_school(30).isoformat(),
        **dict.fromkeys(TICKS, "y"),
    }
    sent = fields_of(page) | filled | changes
    return chrome.client.post(action[1], data=sent)


def taught(session: Session) -> list[str]:
    session.expire_all()
    rows = session.scalars(select(Assignment).order_by(Assignment.module_slug))
    return [row.module_slug for row in rows]


# -- what is missing -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entered", "said", "unsaid"),
    [
        ((), ("A person at school, by name", "line of your State"), ()),
        ((ContactKind.SCHOOL_CONTACT,), ("line of your State",), ("A person at sch",)),
        ((ContactKind.CHILD_ABUSE_LINE,), ("A person at school",), ("line of your",)),
    ],
)
def test_a_lea_without_contacts_is_told_what_is_missing_and_who_enters_it(
    session: Session,
    chrome: Browser,
    district: School,
    entered: tuple[ContactKind, ...],
    said: tuple[str, ...],
    unsaid: tuple[str, ...],
) -> None:
    if entered:
        add_contacts(session, district.lea_id, *entered)
        session.commit()

    page = choose(chrome, "grave")

    assert WITHHELD in page.text
    for words in ("Bay District", "an official of your district", "555-0100", *said):
        assert words in page.text
    for words in (*unsaid, ASKS, "JWT"):
        assert words not in page.text
    assert taught(session) == []


def test_a_course_of_no_district_is_told_so(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    session.scalars(select(Deployment)).one().lea_id = None
    session.commit()

    page = choose(chrome, "grave")

    assert WITHHELD in page.text
    assert "which school district this class belongs to" in page.text
    assert "IT staff" in page.text


def test_another_schools_contact_helps_nobody_here(
    session: Session, chrome: Browser, district: School
) -> None:
    add_contacts(session, district.lea_id, school_id=district.id)
    session.commit()
    assert WITHHELD in choose(chrome, "grave").text
    session.scalars(select(Deployment)).one().school_id = district.id
    session.commit()

    placed = choose(chrome, "grave", context={"id": "course-2"})

    assert ASKS in placed.text


def test_a_confirmation_is_refused_while_contacts_are_missing(
    session: Session, chrome: Browser, prepared: School
) -> None:
    page = choose(chrome, "grave")
    del prepared
    for contact in session.scalars(select(SafetyContact)):
        contact.ended_at = datetime.now(UTC)
    session.commit()

    answer = confirm(chrome, page)

    assert WITHHELD in answer.text
    assert taught(session) == []
    assert session.scalars(select(Readiness)).all() == []


# -- the step itself -------------------------------------------------------------------


def test_the_protocol_and_the_contacts_stand_on_the_page_that_is_ticked(
    chrome: Browser, prepared: School
) -> None:
    del prepared

    page = choose(chrome, "grave")

    assert ASKS in page.text
    for words in ("Sit down with them.", "Ring the office.", COUNSELOR, "555-0199"):
        assert words in page.text
    assert "The grave one" in page.text
    assert not re.search(r'type="checkbox"[^>]*checked', page.text)
    assert "style=" not in page.text


def test_a_confirmed_lesson_goes_back_to_the_lms_with_what_was_chosen(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    before = datetime.now(UTC)
    page = choose(chrome, "gentle", "grave", grading="mastery")

    answer = confirm(chrome, page)

    assert 'name="JWT"' in answer.text
    assert taught(session) == ["gentle", "grave"]
    rows = session.scalars(select(Assignment)).all()
    assert {row.grading for row in rows} == {GradingPolicy.MASTERY}
    row = session.scalars(select(Readiness)).one()
    assert (row.module_slug, row.class_label) == ("grave", LABEL)
    assert row.teaching_on == in_school(30)
    assert row.confirmed_at >= before
    assert row.lti_user_id == session.scalars(select(LtiUser)).one().id
    assert row.course_id == session.scalars(select(Course)).one().id


def test_each_sensitive_lesson_has_its_step(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    first = choose(chrome, "grave", "gentle", "graver")
    assert "Lesson 1 of 3" in first.text
    assert taught(session) == []

    second = confirm(chrome, first)

    assert "The graver one" in second.text
    assert f'value="{LABEL}"' in second.text
    assert not re.search(r'type="checkbox"[^>]*checked', second.text)
    assert taught(session) == []
    assert 'name="JWT"' in confirm(chrome, second).text
    assert taught(session) == ["gentle", "grave", "graver"]


def test_a_gentle_lesson_needs_no_step(
    session: Session, chrome: Browser, district: School
) -> None:
    del district

    assert 'name="JWT"' in choose(chrome, "gentle").text
    assert taught(session) == ["gentle"]


def test_a_lesson_for_staff_waits_for_nobody(
    session: Session, chrome: Browser, district: School
) -> None:
    del district
    note = ModuleNote(level=2, text={"en": "A note.", "es": "Una nota."})
    staff = made_module("staff", status="published", content_note=note, band="educator")
    publish(session, staff)
    session.commit()

    assert 'name="JWT"' in choose(chrome, "staff").text
    assert taught(session) == ["staff"]


def test_a_teacher_can_go_back_and_finds_the_choice(
    chrome: Browser, prepared: School
) -> None:
    del prepared
    page = choose(chrome, "grave", "gentle", grading="mastery")
    back = page.text.rpartition('action="/s/')[2].partition("</form>")[0]
    address = "/s/" + back.partition('"')[0]
    sent = inputs_of(back)
    assert address.endswith("/pick")

    picker = chrome.client.post(address, data={**sent, "narrow": "1"})

    for slug in ("grave", "gentle"):
        assert re.search(rf'name="modules" value="{slug}" checked', picker.text)
    assert 'role="alert"' not in picker.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"protocol_read": ""}, "Read the steps first"),
        ({"counselor_told": ""}, "Tell your counselor the date"),
        ({"opt_outs_done": ""}, "Tell the families first"),
        ({"class_label": "   "}, "how the counselor knows this class"),
        ({"class_label": "x" * 81}, "80 characters"),
        ({"teaching_on": ""}, "Choose the date"),
        ({"teaching_on": "soon"}, "valid date"),
        ({"teaching_on": "2020-01-08"}, "This day has passed"),
        ({"teaching_on": "2099-01-08"}, "more than a year away"),
        ({"csrf_token": "x"}, "expired"),
    ],
)
def test_what_is_not_filled_in_is_asked_for_and_nothing_is_lost(
    session: Session,
    chrome: Browser,
    prepared: School,
    changes: dict[str, str],
    words: str,
) -> None:
    del prepared
    page = choose(chrome, "grave", "gentle")
    given = {name: value for name, value in changes.items() if value}
    left_out = [name for name, value in changes.items() if not value]
    sent = {"class_label": "Room 12", **given}

    answer = _send(chrome, page, sent, left_out)

    assert answer.status_code == 200
    assert words in html.unescape(answer.text)
    assert taught(session) == []
    assert session.scalars(select(Readiness)).all() == []
    again = fields_of(answer)
    assert again["modules"] == ["grave", "gentle"]
    if "class_label" not in changes:
        assert again["class_label"] == ["Room 12"]


def _send(
    chrome: Browser, page: TestResponse, sent: dict[str, Any], left_out: list[str]
) -> TestResponse:
    action = re.search(r'action="(/s/[^"]+/ready)"', page.text)
    assert action
    filled: dict[str, Any] = {
        "teaching_on": in_school(30).isoformat(),
        **dict.fromkeys(TICKS, "y"),
    }
    form = fields_of(page) | filled | sent
    return chrome.client.post(
        action[1], data={k: v for k, v in form.items() if k not in left_out}
    )


# -- days that are ill chosen ----------------------------------------------------------


def test_a_friday_is_warned_of_once_and_not_forbidden(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    friday = next_weekday(4).isoformat()
    page = choose(chrome, "grave")

    warned = confirm(chrome, page, teaching_on=friday)

    assert "This is a Friday." in warned.text
    assert taught(session) == []
    assert re.search(r'name="protocol_read"[^>]*checked', warned.text) or re.search(
        r'checked[^>]*name="protocol_read"', warned.text
    )
    assert 'name="JWT"' in confirm(chrome, warned, teaching_on=friday).text
    assert taught(session) == ["grave"]


@pytest.mark.parametrize(
    ("starts_in", "ends_in", "words"),
    [
        (1, 5, "the last school day before a break (Winter break)"),
        (0, 3, "There is no school on this day (Winter break)"),
    ],
)
def test_a_break_is_warned_of_by_its_name(
    session: Session,
    chrome: Browser,
    prepared: School,
    starts_in: int,
    ends_in: int,
    words: str,
) -> None:
    day = in_school(30)
    session.add(
        SchoolBreak(
            lea_id=prepared.lea_id,
            name="Winter break",
            starts_on=day + timedelta(days=starts_in),
            ends_on=day + timedelta(days=ends_in),
        )
    )
    session.commit()

    warned = confirm(chrome, choose(chrome, "grave"))

    assert words in warned.text
    assert taught(session) == []


def test_another_day_than_the_one_warned_of_is_looked_at_anew(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    page = choose(chrome, "grave")
    warned = confirm(chrome, page, teaching_on=next_weekday(4).isoformat())

    again = confirm(chrome, warned, teaching_on=next_weekday(5).isoformat())

    assert "This day is on a weekend." in again.text
    assert taught(session) == []


def test_a_day_inside_the_notice_is_warned_of(
    session: Session, chrome: Browser, prepared: School
) -> None:
    set_mode(session, session.get_one(Lea, prepared.lea_id))
    session.commit()
    page = choose(chrome, "grave")

    warned = confirm(chrome, page, teaching_on=in_school(1).isoformat())

    assert "promises families 14 days of notice" in warned.text


# -- every other way to an assignment --------------------------------------------------


def test_a_bare_link_gets_its_lesson_after_the_step(
    session: Session, chrome: Browser, firefox: Browser, prepared: School
) -> None:
    del prepared
    address = chrome.launch(roles=TEACHER).location
    page = add(chrome, address, "grave")
    assert ASKS in page.text
    assert page_of(firefox.launch(sub="pupil-1")) == "waiting"

    answer = confirm(chrome, page)

    assert page_of(answer) == "class"
    assert taught(session) == ["grave"]
    assert page_of(firefox.launch(sub="pupil-1")) == "lesson"


def test_a_link_that_names_a_sensitive_lesson_waits_for_its_teacher(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    assert (
        page_of(chrome.launch(sub="pupil-1", custom={"module": "grave"})) == "waiting"
    )
    assert taught(session) == []
    start = chrome.launch(roles=TEACHER, custom={"module": "grave"})

    step = chrome.client.get(start.location)

    assert page_of(step) == "ready"
    page = chrome.client.get(step.location)
    assert "The grave one" in page.text
    assert page_of(confirm(chrome, page)).startswith("class")
    assert taught(session) == ["grave"]
    assert page_of(chrome.launch(sub="pupil-1", custom={"module": "grave"})) == "lesson"
    link = session.scalars(select(ResourceLink)).one()
    assert (link.awaited_module, link.awaited_grading) == (None, None)


def test_a_copied_course_is_prepared_anew_and_keeps_its_grading(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    confirm(chrome, choose(chrome, "grave", grading="mastery"))
    original = session.scalars(select(Assignment)).one()
    custom = {"module": "grave", "assignment": original.id}
    copied: dict[str, Any] = {
        "custom": custom,
        "context": {"id": "course-2"},
        "resource_link": {"id": "link-9"},
    }
    assert page_of(chrome.launch(sub="pupil-1", **copied)) == "waiting"
    assert taught(session) == ["grave"]
    step = chrome.client.get(chrome.launch(roles=TEACHER, **copied).location)

    confirm(chrome, chrome.client.get(step.location))

    both = session.scalars(select(Assignment)).all()
    assert {row.grading for row in both} == {GradingPolicy.MASTERY}
    assert len({row.course_id for row in both}) == 2
    assert page_of(chrome.launch(sub="pupil-1", **copied)) == "lesson"


def test_a_confirmation_of_an_earlier_day_prepares_nothing(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    chrome.launch(roles=TEACHER)
    course = session.scalars(select(Course)).one()
    make_ready(
        session,
        course.id,
        "grave",
        teaching_on=datetime.now(UTC).date() - timedelta(days=2),
    )
    session.commit()

    assert ASKS in choose(chrome, "grave").text


def test_what_is_confirmed_is_not_asked_again_before_its_day(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    chrome.launch(roles=TEACHER)
    make_ready(session, session.scalars(select(Course)).one().id, "grave")
    session.commit()

    assert 'name="JWT"' in choose(chrome, "grave").text


def test_another_course_of_the_same_district_is_not_prepared_by_it(
    session: Session, chrome: Browser, prepared: School
) -> None:
    elsewhere = Course(created_at=datetime.now(UTC), lea_id=prepared.lea_id)
    session.add(elsewhere)
    session.flush()
    make_ready(session, elsewhere.id, "grave")
    session.commit()

    assert ASKS in choose(chrome, "grave").text


# -- who may come in -------------------------------------------------------------------


@pytest.mark.parametrize("role", ["Learner", "Mentor"])
def test_only_a_teacher_is_asked(chrome: Browser, prepared: School, role: str) -> None:
    del prepared
    address = chrome.launch(roles=[MEMBERSHIP + role]).location
    ready = address.rpartition("/")[0] + "/ready"

    assert chrome.client.get(ready).status_code == 403
    assert chrome.client.post(ready, data={"module": "grave"}).status_code == 403


def test_a_strangers_browser_is_refused(
    chrome: Browser, firefox: Browser, prepared: School
) -> None:
    del prepared
    address = chrome.launch(roles=TEACHER).location.replace("/pick", "/ready")

    assert firefox.client.get(address).status_code == 403


def test_the_step_without_a_choice_leads_to_the_picker(
    chrome: Browser, prepared: School
) -> None:
    del prepared
    address = chrome.launch(roles=TEACHER).location.replace("/pick", "/ready")

    assert page_of(chrome.client.get(address)) == "pick"


def test_a_lesson_nobody_wrote_cannot_be_confirmed(
    session: Session, chrome: Browser, prepared: School
) -> None:
    del prepared
    page = choose(chrome, "grave")

    answer = confirm(chrome, page, module="invented", modules=["invented"])

    assert answer.status_code == 404
    assert session.scalars(select(Readiness)).all() == []
    assert taught(session) == []


def test_the_step_speaks_spanish(chrome: Browser, prepared: School) -> None:
    del prepared
    page = choose(chrome, "grave")
    action = re.search(r'action="(/s/[^"]+/ready)\?*"', page.text)
    assert action

    answer = chrome.client.post(f"{action[1]}?lang=es", data=fields_of(page))

    assert "La grave" in answer.text
    assert CHILD_LINE_PHONE in answer.text
