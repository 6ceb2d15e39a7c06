"""Launches signed by the library reach the right page, once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jwt
import pytest

from tests.second_platform.browser import Browser
from tests.second_platform.course import INSTRUCTOR, LEARNER, MENTOR
from tests.second_platform.keys import other_keys
from tests.second_platform.tool import GROOMING, HELPERS

if TYPE_CHECKING:
    from tests.second_platform.conftest import School


def page_of(url: str) -> str:
    """Return what follows the seat in an address."""
    return urlsplit(url).path.split("/", 3)[3]


@pytest.mark.parametrize(
    ("role", "page"),
    [(INSTRUCTOR, "class"), (LEARNER, "lesson"), (MENTOR, "family")],
    ids=["teacher", "learner", "observer"],
)
def test_everybody_is_led_to_their_page(school: School, role: str, page: str) -> None:
    link = school.add_lesson()
    person = school.course.enrol("Robin", role)
    shown = school.launch(link, person)
    assert (shown.status, page_of(shown.url)) == (200, page)
    assert school.tool.lms_title(GROOMING) in shown.text


def test_link_without_lesson_leads_to_picker_or_waits(school: School) -> None:
    link = school.course.add_link(school.tool.addresses.launch)
    assert page_of(school.launch(link, school.teacher).url) == "pick"
    assert page_of(school.launch(link, school.student).url) == "waiting"


def test_teacher_chooses_lesson_of_empty_link(school: School) -> None:
    link = school.course.add_link(school.tool.addresses.launch)
    browser = Browser()
    picker = school.begin(browser, link.id, school.teacher)
    chosen = browser.send(
        picker.form(), modules=HELPERS, grading="completion", add="Add"
    )
    assert (chosen.status, page_of(chosen.url)) == (200, "class")
    assert page_of(school.launch(link, school.student).url) == "lesson"


def test_authentication_request_is_what_openid_connect_asks_for(
    school: School,
) -> None:
    # The library looks at nonce, state and client_id only.
    link = school.course.add_link(school.tool.addresses.launch)
    for _time in range(2):
        school.launch(link, school.student)
    first, second = school.course.preflights
    expected = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-of-the-tool",
        "redirect_uri": school.tool.addresses.launch,
        "login_hint": school.student.id,
        "lti_message_hint": link.id,
    }
    assert expected.items() <= first.items()
    assert set(first) - set(expected) == {"state", "nonce"}
    assert first["state"] != second["state"]
    assert first["nonce"] != second["nonce"]


def test_same_message_opens_nothing_twice(school: School) -> None:
    link = school.add_lesson()
    browser = Browser()
    carried = browser.get(f"{school.lms.url}/go/{link.id}/{school.student.id}")
    assert browser.send(carried.form()).status == 200
    refused = browser.send(carried.form())
    assert 400 <= refused.status < 500
    assert "launch_replayed" in refused.text


def test_message_signed_by_somebody_else_is_refused(school: School) -> None:
    link = school.add_lesson()
    browser = Browser()
    form = browser.get(f"{school.lms.url}/go/{link.id}/{school.student.id}").form()
    said = jwt.decode(form.fields["id_token"], options={"verify_signature": False})
    kid = jwt.get_unverified_header(form.fields["id_token"])["kid"]
    forged = jwt.encode(said, other_keys().private, "RS256", headers={"kid": kid})
    refused = browser.send(form, id_token=forged)
    assert 400 <= refused.status < 500
    assert "signature_wrong" in refused.text
    # The harness lets the true one in, so it was the signature.
    assert browser.send(form).status == 200
