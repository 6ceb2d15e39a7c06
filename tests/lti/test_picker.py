"""The picker: choosing lessons for a course, and the signed answer to the LMS."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from sqlalchemy import select

from preventedu.courses.models import Assignment, GradingPolicy
from preventedu.lti.models import Deployment, ResourceLink
from tests.courses.make import made_module
from tests.lti.double import DL_SETTINGS, LTI, MEMBERSHIP
from tests.lti.make import Browser, make_school, page_of, permit_draft, publish

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
TEACHER = [MEMBERSHIP + "Instructor"]


@pytest.fixture
def catalogue(session: Session) -> None:
    """Three lessons: two published, one draft."""
    changes: list[dict[str, Any]] = [
        {"slug": "short", "status": "published", "minutes": 10,
         "title": {"en": "Kind words", "es": "Palabras amables"}},
        {"slug": "long", "status": "published", "minutes": 30, "band": "k-2",
         "title": {"en": "Trusted adults", "es": "Adultos de confianza"},
         "languages": ("en",), "prepost": None},
        {"slug": "draft", "status": "draft",
         "title": {"en": "Not yet", "es": "Todavía no"}},
    ]  # fmt: skip
    for each in changes:
        publish(session, made_module(**each))
    session.commit()


@pytest.fixture
def choose(chrome: Browser, catalogue: None) -> Callable[..., tuple[str, TestResponse]]:
    """Open a content selection as a teacher; return its address and page."""
    del catalogue

    def choose(locale: str = "en", **settings: object) -> tuple[str, TestResponse]:
        asked = {
            "accept_types": ["ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe"],
            "accept_multiple": True,
            "deep_link_return_url": f'{chrome.double.url}/return?a=1&b="',
        }
        asked["deep_link_return_url"] = f"{chrome.double.url}/return?a=1&b=2"
        answer = chrome.launch(
            message_type="LtiDeepLinkingRequest",
            roles=TEACHER,
            resource_link=None,
            launch_presentation={"locale": locale},
            **{DL_SETTINGS: asked | settings},
        )
        assert page_of(answer) == "pick"
        return answer.location, chrome.client.get(answer.location)

    return choose


def post(
    chrome: Browser, address: str, page: TestResponse, **form: object
) -> TestResponse:
    token = re.search(
        r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True)
    )
    assert token is not None
    filters = dict.fromkeys(("words", "band", "minutes", "language"), "")
    sent = {"csrf_token": token[1], "grading": "completion", **filters, **form}
    return chrome.client.post(address, data=sent)


def answer_of(chrome: Browser, page: TestResponse) -> dict[str, Any]:
    """Verify the signed answer as a platform would, with our published keys."""
    token = re.search(r'name="JWT" value="([^"]+)"', page.get_data(as_text=True))
    assert token is not None, page.get_data(as_text=True)
    keys = chrome.client.get("/lti/jwks.json").get_json()["keys"]
    kid = jwt.get_unverified_header(token[1])["kid"]
    (key,) = (jwt.PyJWK(each) for each in keys if each["kid"] == kid)
    said: dict[str, Any] = jwt.decode(
        token[1], key.key, algorithms=["RS256"], audience=chrome.double.url
    )
    return said


def test_the_picker_shows_what_a_teacher_wants_to_know(
    chrome: Browser, choose: Callable[..., tuple[str, TestResponse]]
) -> None:
    address, page = choose()

    text = page.get_data(as_text=True)
    for words in ("Kind words", "Trusted adults", "10 min", "EN · ES", "Gentle"):
        assert words in text
    assert "Online safety, part 9" in text
    preview = address.replace("/pick", "/preview")
    assert f'href="{preview}?module=short"' in text
    assert chrome.client.get(f"{preview}?module=draft").status_code == 200
    assert "awaits review" in text
    assert re.search(r'value="draft"[^>]*disabled', text)
    assert not re.search(r'value="short"[^>]*disabled', text)
    assert "<script" not in text
    assert "style=" not in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {"short", "long", "draft"}),
        ({"words": "KIND wor"}, {"short"}),
        ({"words": "no such words"}, set()),
        ({"band": "k-2"}, {"long"}),
        ({"minutes": "short"}, {"short", "draft"}),
        ({"minutes": "long"}, {"long"}),
        ({"language": "es"}, {"short", "draft"}),
    ],
)
def test_the_list_is_narrowed_and_the_choice_is_kept(
    chrome: Browser,
    choose: Callable[..., tuple[str, TestResponse]],
    asked: dict[str, str],
    found: set[str],
) -> None:
    address, page = choose()

    narrowed = post(chrome, address, page, narrow="1", modules=["long"], **asked)

    text = narrowed.get_data(as_text=True)
    shown = set(re.findall(r'type="checkbox" name="modules" value="([a-z]+)"', text))
    kept = re.findall(r'type="hidden" name="modules" value="([a-z]+)"', text)
    assert shown == found
    assert kept == ([] if "long" in found else ["long"])
    checked = re.findall(r'name="modules" value="([a-z]+)" checked', text)
    assert checked == (["long"] if "long" in found else [])


@pytest.mark.parametrize("modules", [["short"], ["short", "long"]])
def test_each_chosen_lesson_comes_back_with_its_line_item(
    session: Session,
    chrome: Browser,
    choose: Callable[..., tuple[str, TestResponse]],
    modules: list[str],
) -> None:
    address, page = choose(data="opaque <&>")

    said = answer_of(chrome, post(chrome, address, page, add="1", modules=modules))

    now = datetime.now(UTC).timestamp()
    assert now - 8 < said["iat"] <= now - 5
    assert said["exp"] > now
    assert said["iss"] == "client-1"
    assert said[LTI + "deployment_id"] == "dep-1"
    assert said[LTI + "message_type"] == "LtiDeepLinkingResponse"
    assert said[LTI + "version"] == "1.3.0"
    assert said[DL + "data"] == "opaque <&>"
    assert len(said["nonce"]) > 20
    made = session.scalars(select(Assignment).order_by(Assignment.created_at)).all()
    by_id = {row.id: row for row in made}
    assert len(said[DL + "content_items"]) == len(made) == len(modules)
    for item in said[DL + "content_items"]:
        row = by_id[item["custom"]["assignment"]]
        assert row.grading is GradingPolicy.COMPLETION
        assert item == {
            "type": "ltiResourceLink",
            "title": "Online safety, part 9",
            "text": item["text"],
            "url": "https://tool.test/lti/launch"
            f"?module={row.module_slug}&assignment={row.id}",
            "custom": {"module": row.module_slug, "assignment": row.id},
            "lineItem": {
                "scoreMaximum": 100,
                "label": "Online safety, part 9",
                "resourceId": row.id,
                "tag": "lesson",
            },
        }
        assert "short lesson" in item["text"]


@pytest.mark.parametrize(
    ("locale", "title"),
    [
        ("es_MX", "Seguridad en línea, parte 9"),
        ("en-US", "Online safety, part 9"),
        ("fr", "Online safety, part 9"),
        ("!!", "Online safety, part 9"),
        ("", "Online safety, part 9"),
    ],
)
def test_the_lms_reads_its_own_language(
    chrome: Browser,
    choose: Callable[..., tuple[str, TestResponse]],
    locale: str,
    title: str,
) -> None:
    address, page = choose(locale=locale)

    said = answer_of(chrome, post(chrome, address, page, add="1", modules=["short"]))

    assert said[DL + "content_items"][0]["title"] == title


def test_what_was_not_asked_for_is_left_out(
    chrome: Browser, choose: Callable[..., tuple[str, TestResponse]]
) -> None:
    address, page = choose(accept_lineitem=False)

    said = answer_of(chrome, post(chrome, address, page, add="1", modules=["short"]))

    assert DL + "data" not in said
    assert "lineItem" not in said[DL + "content_items"][0]


@pytest.mark.parametrize(
    "data",
    ["", 0, 7.5, False, [1, "2"], {"course": 3, "b": [None, "é"], "a": 1}],
)
def test_the_data_of_a_request_comes_back_as_it_was(
    chrome: Browser, choose: Callable[..., tuple[str, TestResponse]], data: object
) -> None:
    address, page = choose(data=data)

    said = answer_of(chrome, post(chrome, address, page, cancel="1"))

    assert json.dumps(said[DL + "data"]) == json.dumps(data)


def test_mastery_goes_to_the_gradebook_only_if_the_teacher_says_so(
    session: Session, chrome: Browser, choose: Callable[..., tuple[str, TestResponse]]
) -> None:
    address, page = choose()

    post(chrome, address, page, add="1", modules=["short"], grading="mastery")

    assert session.scalars(select(Assignment)).one().grading is GradingPolicy.MASTERY


def test_the_answer_is_carried_to_the_lms_and_nowhere_else(
    chrome: Browser, choose: Callable[..., tuple[str, TestResponse]]
) -> None:
    address, page = choose()

    back = post(chrome, address, page, add="1", modules=["short"])

    text = back.get_data(as_text=True)
    action = re.search(r'method="post" action="([^"]+)"', text)
    assert action is not None
    assert html.unescape(action[1]) == f"{chrome.double.url}/return?a=1&b=2"
    policy = back.headers["Content-Security-Policy"]
    assert f"form-action 'self' {chrome.double.url};" in policy
    script = r'<script src="/static/return.js[^"]*" nonce="[^"]+" defer></script>'
    assert re.search(script, text)
    assert 'type="submit"' in text


@pytest.mark.parametrize(
    ("selection", "form", "words"),
    [
        ({}, {"modules": []}, "Choose a lesson first"),
        ({"accept_multiple": False}, {"modules": ["short", "long"]}, "one lesson only"),
        (
            {"accept_types": ["file"]},
            {"modules": ["short"]},
            "cannot take lesson links",
        ),
        ({}, {"modules": ["long"], "grading": "mastery"}, "asks no questions"),
        ({}, {"modules": ["draft"]}, "not a valid choice"),
        ({}, {"modules": ["invented"]}, "not a valid choice"),
        ({}, {"modules": ["short"], "grading": "invented"}, "Not a valid choice"),
        ({}, {"modules": ["short"], "csrf_token": "x"}, "expired"),
    ],
)
def test_a_choice_that_cannot_be_is_told_before_it_goes_back(
    session: Session,
    chrome: Browser,
    choose: Callable[..., tuple[str, TestResponse]],
    selection: dict[str, object],
    form: dict[str, object],
    words: str,
) -> None:
    address, page = choose(**selection)

    answer = post(chrome, address, page, add="1", **form)

    assert answer.status_code == 200
    assert words in answer.get_data(as_text=True)
    assert "JWT" not in answer.get_data(as_text=True)
    assert session.scalars(select(Assignment)).all() == []


def test_one_lesson_is_chosen_with_round_buttons(
    choose: Callable[..., tuple[str, TestResponse]],
) -> None:
    _address, page = choose(accept_multiple=False)

    text = page.get_data(as_text=True)
    assert 'type="radio" name="modules"' in text
    assert 'type="checkbox"' not in text


def test_cancel_adds_nothing(
    session: Session, chrome: Browser, choose: Callable[..., tuple[str, TestResponse]]
) -> None:
    address, page = choose()

    said = answer_of(chrome, post(chrome, address, page, cancel="1", modules=["short"]))

    assert said[DL + "content_items"] == []
    assert session.scalars(select(Assignment)).all() == []


def test_a_draft_can_be_added_once_an_official_allows_it(
    session: Session, chrome: Browser, choose: Callable[..., tuple[str, TestResponse]]
) -> None:
    school = make_school(session)
    session.scalars(select(Deployment)).one().lea_id = school.lea_id
    permit_draft(session, school.lea_id, "draft")
    address, page = choose()

    said = answer_of(chrome, post(chrome, address, page, add="1", modules=["draft"]))

    assert len(said[DL + "content_items"]) == 1


def test_the_chosen_lesson_is_what_a_learner_then_gets(
    chrome: Browser, choose: Callable[..., tuple[str, TestResponse]]
) -> None:
    address, page = choose()
    said = answer_of(chrome, post(chrome, address, page, add="1", modules=["short"]))
    item = said[DL + "content_items"][0]

    answer = chrome.launch(
        target_link_uri=item["url"], custom=item["custom"], sub="pupil-1"
    )

    assert page_of(answer) == "lesson"


# -- a link that names no module -------------------------------------------------------


def test_a_teacher_chooses_the_lesson_of_an_empty_link(
    session: Session, chrome: Browser, catalogue: None
) -> None:
    del catalogue
    address = chrome.launch(roles=TEACHER).location
    page = chrome.client.get(address)
    assert "Choose the lesson for this link" in page.get_data(as_text=True)

    answer = post(chrome, address, page, add="1", modules=["short"])

    assert page_of(answer) == "class"
    session.expire_all()
    link = session.scalars(select(ResourceLink)).one()
    assert link.assignment_id == session.scalars(select(Assignment)).one().id
    assert page_of(chrome.launch(roles=TEACHER)) == "class"
    assert page_of(chrome.launch(sub="pupil-1")) == "lesson"


def test_a_link_that_has_a_lesson_is_not_chosen_again(
    session: Session, chrome: Browser, catalogue: None
) -> None:
    del catalogue
    address = chrome.launch(roles=TEACHER).location
    page = chrome.client.get(address)
    post(chrome, address, page, add="1", modules=["short"])

    answer = post(chrome, address, page, add="1", modules=["long"])

    assert page_of(answer) == "class"
    assert page_of(chrome.client.get(address)) == "class"
    assert session.scalars(select(Assignment)).one().module_slug == "short"


def test_a_link_outside_a_course_cannot_be_given_a_lesson(
    session: Session, chrome: Browser, catalogue: None
) -> None:
    del catalogue
    led_to = chrome.launch(roles=TEACHER, context=None).location
    address = led_to.rpartition("/")[0] + "/pick"
    page = chrome.client.get(address)

    answer = post(chrome, address, page, add="1", modules=["short"])

    assert answer.status_code == 403
    assert "inside a course" in answer.get_data(as_text=True)
    assert session.scalars(select(Assignment)).all() == []


def test_leaving_an_empty_link_changes_nothing(
    chrome: Browser, catalogue: None
) -> None:
    del catalogue
    address = chrome.launch(roles=TEACHER).location
    page = chrome.client.get(address)

    assert page_of(post(chrome, address, page, cancel="1")) == "waiting"


@pytest.mark.parametrize("role", ["Learner", "Mentor"])
def test_only_a_teacher_sees_the_picker(
    chrome: Browser, catalogue: None, role: str
) -> None:
    del catalogue
    address = chrome.launch(roles=[MEMBERSHIP + role]).location

    assert chrome.client.get(address.replace("waiting", "pick")).status_code == 403
