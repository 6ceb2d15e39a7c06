from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from preventedu.auth import COOKIE, SeatRole
from preventedu.courses import catalog, opt_outs
from preventedu.courses.acknowledgement import Acknowledgement
from preventedu.courses.models import Answer, Attempt, Completion, GradingPolicy
from preventedu.courses.views_slots import ACKNOWLEDGEMENT_SLOT as SLOT
from preventedu.lti.models import LtiUser, ResourceLink
from tests.conftest import NOW
from tests.courses.make import (
    GROOMING,
    HELPERS,
    grant,
    made_module,
    make_assignment,
    make_link,
    make_seat,
    real_module,
)

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

    from preventedu.auth import Seat
    from preventedu.courses.content.schema import CompiledModule
    from preventedu.courses.models import Assignment


def let_in(
    session: Session,
    client: FlaskClient,
    module: CompiledModule | None = None,
    role: SeatRole = SeatRole.LEARNER,
    grading: GradingPolicy = GradingPolicy.COMPLETION,
) -> tuple[Seat, Assignment]:
    assignment = make_assignment(session, module, grading)
    link = make_link(session, assignment, assignment.course)
    with client.application.app_context():
        seat, cookie = make_seat(session, link, role)
    session.commit()
    client.set_cookie(COOKIE, cookie, secure=True)
    return seat, assignment


def text_of(response: TestResponse) -> str:
    assert response.status_code == 200
    return html.unescape(response.get_data(as_text=True))


def body_value(page: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    assert found is not None
    return found[1]


def send(
    client: FlaskClient,
    seat: Seat,
    page: str,
    *events: dict[str, Any],
    path: str = "lesson",
) -> TestResponse:
    return client.post(
        f"/s/{seat.id}/{path}/events",
        json={
            "version": int(body_value(page, "version")),
            "sitting": int(body_value(page, "sitting")),
            "lang": body_value(page, "lang"),
            "events": list(events),
        },
        headers={"X-CSRF-Token": body_value(page, "csrf")},
    )


def asked_after(page: str) -> list[str]:
    return re.findall(r'data-q="(\w+)"[^>]*data-phase="post"', page)


def form_fields(page: str, phase: str, step: str) -> dict[str, str]:
    return {
        "csrf_token": body_value(page, "csrf"),
        "version": body_value(page, "version"),
        "sitting": body_value(page, "sitting"),
        "phase": phase,
        "step": step,
    }


@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_the_key_of_scored_questions_is_not_on_the_page(
    session: Session, client: FlaskClient, slug: str
) -> None:
    module = real_module(slug)
    seat, _ = let_in(session, client, module)

    page = text_of(client.get(f"/s/{seat.id}/lesson"))

    asked = set(asked_after(page))
    assert module.prepost is not None
    assert len(asked) == module.prepost.draw
    practice = {
        o.feedback
        for s in module.documents["en"].screens
        for b in s.blocks
        if b.type == "question"
        for o in b.options
    }
    for question in module.documents["en"].pool:
        for option in question.options:
            if option.feedback not in practice:
                assert option.feedback not in page


def test_the_title_is_neutral_everywhere_but_on_the_screens(
    session: Session, client: FlaskClient
) -> None:
    module = real_module(GROOMING)
    seat, _ = let_in(session, client, module)

    page = text_of(client.get(f"/s/{seat.id}/lesson?lang=es"))

    assert f"<title>{module.lms_title['es']}</title>" in page
    assert module.title["es"] not in page
    assert module.title["en"] not in page
    assert GROOMING not in page


def test_opening_begins_one_attempt_and_opening_again_none(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client)

    for _ in range(3):
        client.get(f"/s/{seat.id}/lesson")

    assert session.scalar(select(func.count(Attempt.id))) == 1


def test_answers_are_graded_and_finishing_says_who_sees_what(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client, grading=GradingPolicy.MASTERY)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    first, second = asked_after(page)[:2]

    reply = send(
        client,
        seat,
        page,
        {"id": "1", "t": "screen", "s": "l1-s2"},
        {"id": "2", "t": "answer", "q": first, "phase": "post", "a": ["a"]},
        {"id": "3", "t": "answer", "q": second, "phase": "post", "a": ["b"]},
        {"id": "4", "t": "answer", "q": "nothing", "phase": "post", "a": ["b"]},
        {"id": "5", "t": "finish"},
    ).get_json()

    assert reply["saved"] == ["1", "2", "3", "5"]
    assert reply["ignored"] == {"4": "unknown"}
    assert reply["graded"][first]["is_right"] is True
    assert reply["graded"][second]["feedback"] == {"b": "<p>On b.</p>"}
    assert "25%" in reply["done"]
    assert session.scalars(select(Completion.mastery)).all() == [25]


def test_sending_again_after_a_lost_reply_says_it_is_finished(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    send(client, seat, page, {"id": "1", "t": "finish"})

    again = send(client, seat, page, {"id": "1", "t": "finish"}).get_json()

    assert again["closed"]
    assert again["done"]
    assert session.scalar(select(func.count(Completion.id))) == 1


def test_a_finished_lesson_opens_clean(session: Session, client: FlaskClient) -> None:
    seat, _ = let_in(session, client)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    name = asked_after(page)[0]
    answer = {"id": "1", "t": "answer", "q": name, "phase": "post", "a": ["a"]}
    send(client, seat, page, answer, {"id": "2", "t": "finish"})

    again = text_of(client.get(f"/s/{seat.id}/lesson"))

    assert body_value(again, "mode") == "review"
    assert "You finished this lesson." in again
    assert "On a." not in again
    assert " checked" not in re.sub(r"<dialog.*?</dialog>", "", again, flags=re.S)
    assert 'class="screen on" id="start"' in again
    assert session.scalar(select(func.count(Attempt.id))) == 1


def test_without_script_a_form_keeps_answers_and_shows_what_they_mean(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    name = asked_after(page)[0]

    fields = form_fields(page, "post", "after") | {f"q-{name}": "b"}
    response = client.post(f"/s/{seat.id}/lesson/answers", data=fields)
    again = text_of(client.get(f"/s/{seat.id}/lesson"))

    assert response.status_code == 303
    assert response.location.endswith("/lesson#after")
    assert "On b." in again
    assert "Look again." in again


def test_without_script_a_form_finishes(session: Session, client: FlaskClient) -> None:
    seat, _ = let_in(session, client)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))

    response = client.post(
        f"/s/{seat.id}/lesson/finish", data=form_fields(page, "", "")
    )

    assert response.location.endswith("/lesson#done")
    again = text_of(client.get(f"/s/{seat.id}/lesson"))
    assert "Your teacher will see that you finished." in again
    assert "This class does not keep grades for this lesson." in again


def test_without_script_finishing_keeps_the_answers_on_the_page(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client, grading=GradingPolicy.MASTERY)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    first, second = asked_after(page)[:2]
    button = re.search(r'<button[^>]* form="([^"]+)" formaction="([^"]+)"', page)
    assert button is not None
    form = re.search(rf'<form[^>]* id="{button[1]}".*?</form>', page, re.DOTALL)
    assert form is not None
    assert f'name="q-{first}"' in form[0]

    given = {f"q-{first}": "a", f"q-{second}": "b"}
    fields = form_fields(page, "post", "after") | given
    for _ in range(2):
        assert client.post(button[2], data=fields).location.endswith("/lesson#done")

    assert session.scalars(select(Completion.mastery)).all() == [25]
    assert session.scalar(select(func.count(Answer.id))) == 2
    assert session.scalar(select(func.count(Attempt.id))) == 1


@pytest.mark.parametrize("path", ["events", "answers", "finish"])
def test_a_request_without_the_token_of_the_seat_changes_nothing(
    session: Session, client: FlaskClient, path: str
) -> None:
    seat, _ = let_in(session, client)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    fields = form_fields(page, "post", "after") | {"csrf_token": "ab" * 64}

    response = client.post(
        f"/s/{seat.id}/lesson/{path}", data=fields, headers={"X-CSRF-Token": "no hex"}
    )

    assert response.status_code == 403
    assert session.scalar(select(func.count(Answer.id))) == 0
    assert session.scalar(select(func.count(Completion.id))) == 0


def test_what_is_no_batch_is_refused(session: Session, client: FlaskClient) -> None:
    seat, _ = let_in(session, client)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    token = {"X-CSRF-Token": body_value(page, "csrf")}

    for body in (b"", b"{", b"[1]", b'{"events": 1}', b"[" * 100_000):
        url = f"/s/{seat.id}/lesson/events"
        kind = "application/json"
        response = client.post(url, data=body, headers=token, content_type=kind)
        assert response.status_code == 400

    big = b"[" + b"1," * 200_000 + b"1]"
    response = client.post(url, data=big, headers=token, content_type=kind)
    assert response.status_code in (400, 413)


def test_a_stranger_and_another_role_stay_outside(
    session: Session, client: FlaskClient, app: Flask
) -> None:
    teacher, _ = let_in(session, client, role=SeatRole.TEACHER)

    assert client.get(f"/s/{teacher.id}/lesson").status_code == 403
    stranger = app.test_client()
    assert stranger.get(f"/s/{teacher.id}/preview").status_code == 403


def test_a_preview_shows_every_question_and_keeps_nothing(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client, role=SeatRole.TEACHER)

    page = text_of(client.get(f"/s/{seat.id}/preview?module=made&lang=es"))
    name = asked_after(page)[0]
    answer = {"id": "1", "t": "answer", "q": name, "phase": "post", "a": ["b"]}
    reply = send(client, seat, page, answer, path="preview").get_json()

    assert len(asked_after(page)) == 8
    assert "/lesson/finish" not in page
    assert reply["graded"][name]["is_right"] is False
    assert session.scalar(select(func.count(Attempt.id))) == 0
    assert session.scalar(select(func.count(Answer.id))) == 0


@pytest.mark.parametrize(
    ("slug", "role", "home"),
    [
        (GROOMING, SeatRole.TEACHER, "class"),
        (HELPERS, SeatRole.TEACHER, "class"),
        (GROOMING, SeatRole.OBSERVER, "family"),
    ],
)
def test_a_preview_leads_back_and_never_to_a_learners_page(
    session: Session, client: FlaskClient, slug: str, role: SeatRole, home: str
) -> None:
    seat, _ = let_in(session, client, real_module(slug), role)

    page = client.get(f"/s/{seat.id}/preview").text

    assert f'href="/s/{seat.id}/{home}">Leave the preview' in page
    assert f'href="/s/{seat.id}/lesson"' not in page


def test_a_preview_opens_the_lesson_of_the_link_by_itself(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client, role=SeatRole.OBSERVER)

    assert "Preview: nothing is saved." in text_of(client.get(f"/s/{seat.id}/preview"))
    assert client.get(f"/s/{seat.id}/preview?module=none").status_code == 404


def test_without_a_lesson_there_is_a_page_to_wait_on(
    session: Session, client: FlaskClient
) -> None:
    later = make_assignment(session)
    link = make_link(session, None, later.course)
    with client.application.app_context():
        seat, cookie = make_seat(session, link)
    session.commit()
    client.set_cookie(COOKIE, cookie, secure=True)

    response = client.get(f"/s/{seat.id}/lesson", follow_redirects=True)
    assert "Your teacher has not chosen a lesson yet." in text_of(response)

    link.assignment_id = later.id
    session.commit()
    response = client.get(f"/s/{seat.id}/waiting")
    assert response.location.endswith("/lesson")


def test_skipping_is_called_free_only_where_it_is(
    session: Session, client: FlaskClient
) -> None:
    seat, assignment = let_in(session, client, real_module(GROOMING))
    free, counted = "it costs you nothing", "a skipped one is not right"
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    assert free in page
    assert counted not in page

    assignment.grading = GradingPolicy.MASTERY
    session.commit()
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    assert free not in page
    assert counted in page
    assert "your score on the questions after the lesson" in page


def test_an_opted_out_learner_sees_the_same_title(
    session: Session, client: FlaskClient
) -> None:
    seat, assignment = let_in(session, client)
    before = text_of(client.get(f"/s/{seat.id}/lesson"))
    assert seat.learner_id is not None
    opt_outs.record_opt_out(session, seat.learner_id, assignment.module_slug, now=NOW)
    session.commit()

    after = text_of(client.get(f"/s/{seat.id}/lesson"))

    title = re.compile("<title>.*?</title>")
    assert title.findall(before) == title.findall(after)
    assert body_value(before, "version") != body_value(after, "version")
    finished = send(client, seat, after, {"id": "1", "t": "finish"}).get_json()
    assert finished["done"].startswith("Your teacher will see that you finished.")


def test_a_test_student_works_and_is_told_that_nothing_is_sent(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client, role=SeatRole.TEST_LEARNER)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))

    reply = send(client, seat, page, {"id": "1", "t": "finish"}).get_json()

    assert reply["done"] == "This is a test student: no grade is sent."
    assert session.scalars(select(Completion.is_test)).all() == [True]


def test_a_second_tab_after_a_launch_elsewhere_is_the_same_attempt(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    link = session.get_one(ResourceLink, seat.resource_link_id)
    user = session.get_one(LtiUser, seat.lti_user_id)
    with client.application.app_context():
        other, _ = grant(session, link, user, SeatRole.LEARNER, cookie=cookie.value)
    session.commit()
    second = text_of(client.get(f"/s/{other.id}/lesson"))
    name, last = asked_after(page)[:2]

    for here, tab, question in ((seat, page, name), (other, second, last)):
        answer = {
            "id": question,
            "t": "answer",
            "q": question,
            "phase": "post",
            "a": ["a"],
        }
        assert send(client, here, tab, answer).get_json()["saved"] == [question]

    assert session.scalar(select(func.count(Attempt.id))) == 1
    assert session.scalar(select(func.count(Answer.id))) == 2


def test_a_link_that_a_copied_course_took_over_opens_nothing_for_the_first_class(
    session: Session, client: FlaskClient
) -> None:
    seat, assignment = let_in(session, client)
    copy = make_assignment(session)
    link = session.get_one(ResourceLink, seat.resource_link_id)
    link.assignment_id = copy.id
    session.commit()

    answer = client.get(f"/s/{seat.id}/lesson")

    assert answer.location == f"/s/{seat.id}/waiting"
    assert "not chosen" in client.get(answer.location).text
    assert session.scalars(select(Attempt)).all() == []
    assert copy.course_id != assignment.course_id


@pytest.mark.parametrize("required", [True, False])
def test_an_acknowledgement_is_on_a_childs_screen_only_if_required(
    session: Session,
    client: FlaskClient,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    *,
    required: bool,
) -> None:
    seat, _ = let_in(session, client)
    words = "Supported by an award."
    source = (Acknowledgement("A", ("Sheriff",), words, on_learner_screens=required),)
    monkeypatch.setitem(app.extensions, SLOT, lambda *_: source)

    page = text_of(client.get(f"/s/{seat.id}/lesson"))

    assert (words in page) is required
    assert "Sheriff" not in page


def test_settings_are_a_partitioned_cookie_and_on_the_page_at_once(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    wanted = {"text": "xlarge", "space": "wide", "theme": "dark", "motion": "jump"}
    token = {"csrf_token": body_value(page, "csrf")}

    response = client.post(f"/s/{seat.id}/settings", data=wanted | token)

    cookie = response.headers["Set-Cookie"]
    for flag in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert flag in cookie
    assert response.location.endswith("/lesson")
    again = text_of(client.get(f"/s/{seat.id}/lesson"))
    assert 'data-text="xlarge" data-space="wide" data-theme="dark">' in again
    quiet = client.post(f"/s/{seat.id}/settings", data=token, headers={"X-Quiet": "1"})
    assert quiet.status_code == 204


def test_spanish_is_remembered_while_the_browser_is_open(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client)

    client.get(f"/s/{seat.id}/lesson?lang=es")
    page = text_of(client.get(f"/s/{seat.id}/lesson"))

    assert '<html lang="es"' in page
    assert "Una nota." in page
    send(client, seat, page, {"id": "1", "t": "finish"})
    assert session.scalars(select(Completion.language)).all() == ["es"]


def test_learner_pages_are_not_stored_and_framed_by_their_platform_only(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client)

    response = client.get(f"/s/{seat.id}/lesson")

    assert response.headers["Cache-Control"] == "no-store"
    policy = response.headers["Content-Security-Policy"]
    assert "frame-ancestors https://lms.test" in policy
    assert "unsafe" not in policy
    page = text_of(response)
    assert " style=" not in page
    assert "onclick" not in page
    assert not re.search(r"<script(?! src=)", page)


def test_pages_are_compressed_and_the_token_is_hidden_anew_each_time(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client, real_module(GROOMING))
    url = f"/s/{seat.id}/lesson"

    small = client.get(url, headers={"Accept-Encoding": "gzip"})
    plain = client.get(url)

    assert small.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["Vary"]
    assert len(small.data) < len(plain.data) / 4
    tokens = {body_value(text_of(client.get(url)), "csrf") for _ in range(5)}
    assert len(tokens) == 5


def test_leaving_asks_for_no_seat_and_says_nothing(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        response = client.get("/away")

    page = text_of(response)
    assert "lesson" not in page.lower()
    assert "help" not in page.lower()
    assert "Set-Cookie" not in response.headers
    assert caplog.records == []
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("kept", ["", "never", "nan", "inf"])
def test_what_leaving_left_on_the_device_harms_nobody(
    session: Session, client: FlaskClient, kept: str
) -> None:
    seat, _ = let_in(session, client)
    client.set_cookie("__Host-preventedu-left", kept, secure=True)

    answer = client.get(f"/s/{seat.id}/lesson")

    assert answer.status_code == (303 if kept == "inf" else 200)


def test_pictures_have_addresses_that_say_nothing_and_are_kept(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client, real_module(HELPERS))
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    sources = set(re.findall(r'<img[^>]* src="([^"]+)"', page))

    assert len(sources) > 10
    for source in sources:
        assert re.fullmatch(r"/pictures/\d+/[0-9a-f]{16}\.svg", source)
        response = client.get(source)
        assert response.mimetype == "image/svg+xml"
        assert "immutable" in response.headers["Cache-Control"]
    for number in (999_999, 2**31, 10**30):
        assert client.get(f"/pictures/{number}/00.svg").status_code == 404
    assert client.get(source.rpartition("/")[0] + "/00000000.svg").status_code == 404


def test_content_that_changes_leaves_an_open_lesson_alone(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client)
    before = text_of(client.get(f"/s/{seat.id}/lesson"))
    catalog.publish(session, made_module(version="3.0.0", minutes=20), now=NOW)
    session.commit()

    again = text_of(client.get(f"/s/{seat.id}/lesson"))

    assert body_value(again, "version") == body_value(before, "version")
    assert asked_after(again) == asked_after(before)
    assert send(client, seat, again, {"id": "1", "t": "finish"}).get_json()["done"]


def test_a_list_of_helpers_says_that_a_website_stays_in_the_history(
    session: Session, client: FlaskClient
) -> None:
    warned = "A website you open stays in this browser's history."
    seat, _ = let_in(session, client, real_module(GROOMING))
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    assert any(entry.url for entry in real_module(GROOMING).help)
    assert page.count(warned) == page.count('<ul class="helpers">') > 0

    module = real_module(GROOMING)
    spoken = tuple(entry for entry in module.help if not entry.url)
    plain = module.model_copy(
        update={"help": spoken, "content_hash": "helpers".zfill(64)}
    )
    seat, _ = let_in(session, client, plain)
    page = text_of(client.get(f"/s/{seat.id}/lesson"))
    assert '<ul class="helpers">' in page
    assert warned not in page


def test_links_of_a_story_do_not_name_the_choice(
    session: Session, client: FlaskClient
) -> None:
    module = real_module(GROOMING)
    seat, _ = let_in(session, client, module)

    page = text_of(client.get(f"/s/{seat.id}/lesson"))

    stories = [
        block
        for screen in module.documents["en"].screens
        for block in screen.blocks
        if block.type == "scenario"
    ]
    assert stories
    for story in stories:
        names = [scene.id for scene in story.scenes]
        scenes = re.findall(rf'class="scene[^"]*" id="{story.id}-([^"]+)"', page)
        assert scenes == [str(n) for n in range(1, len(names) + 1)]
        leads = re.findall(rf'<li><a href="#{story.id}-([^"]+)"', page)
        wanted = [choice.to for scene in story.scenes for choice in scene.choices]
        assert [names[int(lead) - 1] for lead in leads] == wanted
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_preview_says_what_skipping_costs_in_this_class(
    session: Session, client: FlaskClient
) -> None:
    free, counted = "it costs you nothing", "a skipped one is not right"
    catalog.publish(session, real_module(GROOMING), now=NOW)
    seat, assignment = let_in(
        session, client, role=SeatRole.TEACHER, grading=GradingPolicy.MASTERY
    )
    url = f"/s/{seat.id}/preview"

    page = text_of(client.get(url))
    assert counted in page
    assert free not in page
    other = text_of(client.get(f"{url}?module={GROOMING}"))
    assert free in other
    assert counted not in other
    assignment.grading = GradingPolicy.COMPLETION
    session.commit()
    assert free in text_of(client.get(url))


def test_a_preview_names_its_lesson_only_if_it_was_asked_for_by_name(
    session: Session, client: FlaskClient
) -> None:
    seat, _ = let_in(session, client, real_module(GROOMING), SeatRole.OBSERVER)
    url = f"/s/{seat.id}/preview"

    page = text_of(client.get(url))
    assert GROOMING not in page
    assert 'href="?lang=es"' in page
    token = {"csrf_token": body_value(page, "csrf")}
    assert client.post(f"/s/{seat.id}/settings", data=token).location == url

    named = text_of(client.get(f"{url}?module={GROOMING}"))
    assert f'href="?module={GROOMING}&lang=es"' in named
    kept = token | {"module": GROOMING}
    answer = client.post(f"/s/{seat.id}/settings", data=kept)
    assert f'name="module" value="{GROOMING}"' in named
    assert answer.location == f"{url}?module={GROOMING}"


def test_only_the_scripts_that_the_page_names_run(
    session: Session, client: FlaskClient
) -> None:
    seat, _assignment = let_in(session, client, real_module(GROOMING))

    first, second = (client.get(f"/s/{seat.id}/lesson") for _ in range(2))

    policies = [answer.headers["Content-Security-Policy"] for answer in (first, second)]
    [nonce] = re.findall(r"script-src 'nonce-([\w-]+)';", policies[0])
    assert re.findall(r"<script [^>]*nonce=\"([^\"]+)\"", first.text) == [nonce] * 2
    assert first.text.count("<script") == 2
    assert policies[0] != policies[1]
