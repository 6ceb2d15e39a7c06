"""Content selection: the library takes our answer and reads what we meant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from preventedu.courses.models import Assignment
from preventedu.lti.models import Context, ResourceLink
from tests.second_platform.browser import Browser, Form
from tests.second_platform.course import OPAQUE, read_item
from tests.second_platform.spoiling import SPOILED, said
from tests.second_platform.tool import GROOMING, HELPERS
from tests.second_platform.web import CLIENT_ID, SELECT

if TYPE_CHECKING:
    from tests.second_platform.conftest import School

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"


@pytest.mark.parametrize("slugs", [(GROOMING,), (GROOMING, HELPERS)])
def test_library_reads_each_lesson_with_its_line_item(
    school: School, slugs: tuple[str, ...]
) -> None:
    answer = school.select(*slugs)
    assert (answer.status, answer.text.strip()) == (200, f'{{"added":{len(slugs)}}}')
    items = [read_item(item) for item in school.course.deep_linked or ()]
    assert {item["custom"]["module"] for item in items} == set(slugs)
    assert len({item["lineItem"]["resourceId"] for item in items}) == len(slugs)
    for item in items:
        address = urlsplit(item["url"])
        assert address._replace(query="").geturl() == school.tool.addresses.launch
        assert parse_qs(address.query) == {k: [v] for k, v in item["custom"].items()}
        # A gradebook is read by parents: nothing of the subject stands in it.
        assert item["title"] == school.tool.lms_title(item["custom"]["module"])
        assert item["lineItem"] == {
            "label": item["title"],
            "scoreMaximum": 100,
            "resourceId": item["custom"]["assignment"],
            "tag": "lesson",
        }


def test_each_created_link_opens_its_own_lesson(school: School) -> None:
    school.select(GROOMING, HELPERS)
    links = list(school.course.links.values())
    for link in links:
        assert school.launch(link, school.student).status == 200
    with school.tool.sessions() as session:
        for link in links:
            taught = session.scalars(
                select(Assignment)
                .join(ResourceLink, ResourceLink.assignment_id == Assignment.id)
                .join(Context, Context.course_id == Assignment.course_id)
                .where(Assignment.id == link.custom["assignment"])
            ).one()
            assert taught.module_slug == link.custom["module"]


def test_claims_that_the_library_leaves_unread(school: School) -> None:
    for _time in range(2):
        school.select(GROOMING)
    first, second = (said(answer) for answer in school.course.answers)
    # A list of one is what JWT allows and what PyLTI1p3 writes.
    assert (first["iss"], first["aud"]) == (CLIENT_ID, [school.lms.url])
    assert first[LTI + "version"] == "1.3.0"
    assert first[LTI + "deployment_id"] == "deployment-1"
    assert first[DL + "data"] == OPAQUE
    assert first["nonce"] != second["nonce"]
    now = datetime.now(UTC).timestamp()
    assert first["iat"] <= now < first["exp"] <= first["iat"] + 600


def test_cancelled_selection_is_an_empty_answer(school: School) -> None:
    browser = Browser()
    picker = school.begin(browser, SELECT, school.teacher)
    handed_over = browser.send(picker.form(), cancel="Cancel")
    assert browser.send(handed_over.form("/selected")).status == 200
    assert school.course.deep_linked == []


def test_student_cannot_select(school: School) -> None:
    answer = school.begin(Browser(), SELECT, school.student)
    assert 400 <= answer.status < 500
    assert school.course.deep_linked is None


@pytest.mark.parametrize("spoil", SPOILED)
def test_library_refuses_spoiled_answer(school: School, spoil: Any) -> None:
    school.select(GROOMING)
    school.course.deep_linked = None
    (good,) = school.course.answers
    url = f"{school.lms.url}/selected"
    assert Browser().send(Form(url, {"JWT": spoil(good)})).status == 400
    assert school.course.deep_linked is None
    # The same way with the true answer: accepted.
    assert Browser().send(Form(url, {"JWT": good})).status == 200
    assert school.course.deep_linked is not None
