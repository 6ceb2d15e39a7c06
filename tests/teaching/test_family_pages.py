"""The family's pages: what is taught, how to say no, and nothing about any child."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from preventedu.auth import SeatRole
from preventedu.courses.acknowledgement import Acknowledgement
from preventedu.courses.views_slots import ACKNOWLEDGEMENT_SLOT as SLOT
from preventedu.i18n import language
from tests.teaching.make import (
    ALTERNATIVE,
    CONTACT,
    COURSE_TITLE,
    LEA_NAME,
    SLUG,
    complete,
    enroll,
    make_classroom,
    make_deployment,
    publish_modules,
    sit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule
    from tests.teaching.lms_double import LmsDouble
    from tests.teaching.make import Classroom

ABOUT_A_CHILD = re.compile(
    r"\b(FROM|JOIN|INTO|UPDATE)\s+"
    r"(learner|attempt|answer|completion|opt_out|lti_user|enrollment|score_delivery)\b",
    re.IGNORECASE,
)
TERMS = "Made possible by award 15PVVA-27-GG-00001; the views are the author's."


@pytest.fixture
def acknowledged(app: Flask) -> Iterator[list[tuple[str, date]]]:
    """An award that pays; the list says which assignment and day were asked for."""
    asked: list[tuple[str, date]] = []

    def source(
        session: Session, assignment_id: str, on_date: date
    ) -> tuple[Acknowledgement, ...]:
        del session
        asked.append((assignment_id, on_date))
        return (
            Acknowledgement(
                award="Safe Schools Award",
                partners=("Cedar County Sheriff's Office",),
                text=TERMS,
                on_learner_screens=False,
            ),
        )

    before = app.extensions.get(SLOT)
    app.extensions[SLOT] = source
    yield asked
    app.extensions[SLOT] = before


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.unescape(answer.text)


@pytest.mark.parametrize("role", [SeatRole.OBSERVER, SeatRole.GUEST])
@pytest.mark.parametrize("path", ["family", "letter"])
def test_a_familys_page_asks_nothing_about_any_child(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    statements: list[str],
    role: SeatRole,
    path: str,
) -> None:
    complete(session, room, enroll(session, room, "s-1"))
    seat = sit(session, client, room, role, enroll(session, room, "parent-1"))
    statements.clear()

    read(client, f"/s/{seat.id}/{path}")

    assert statements
    assert [s for s in statements if ABOUT_A_CHILD.search(s)] == []


def test_the_family_page_is_the_same_whoever_the_child_is(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    first = sit(session, client, room, SeatRole.OBSERVER, enroll(session, room, "p-1"))
    before = read(client, f"/s/{first.id}/family").replace(first.id, "")
    complete(session, room, enroll(session, room, "s-1"))
    second = sit(session, client, room, SeatRole.OBSERVER, enroll(session, room, "p-2"))

    after = read(client, f"/s/{second.id}/family").replace(second.id, "")

    assert before == after


def test_the_family_page_answers_what_families_ask(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
    acknowledged: list[tuple[str, date]],
) -> None:
    seat = sit(session, client, room, SeatRole.OBSERVER)

    page = read(client, f"/s/{seat.id}/family")

    lesson, other = lessons[SLUG], lessons[ALTERNATIVE]
    assert lesson.title["en"] in page
    assert lesson.summary["en"] in page
    for objective in lesson.objectives:
        assert objective.text["en"] in page
    assert other.title["en"] in page
    assert "You need no reason." in page
    assert f"/s/{seat.id}/preview" in page
    assert f"/s/{seat.id}/letter" in page
    assert f"In {COURSE_TITLE}" in page
    assert f"{LEA_NAME}: {CONTACT}" in page
    assert "No names." in page
    assert TERMS in page
    assert "Cedar County Sheriff's Office" in page
    assert acknowledged[0][0] == room.assignment.id


def test_a_family_chooses_its_language_once(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    seat = sit(session, client, room, SeatRole.OBSERVER)

    first = read(client, f"/s/{seat.id}/family?lang=es")
    again = read(client, f"/s/{seat.id}/family")

    assert lessons[SLUG].summary["es"] in first
    assert again == first


def test_a_family_can_open_the_lesson_and_the_other_one(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    seat = sit(session, client, room, SeatRole.OBSERVER)
    page = read(client, f"/s/{seat.id}/family")

    for slug, link in (
        (SLUG, f"/s/{seat.id}/preview"),
        (ALTERNATIVE, f"/s/{seat.id}/preview?module={ALTERNATIVE}"),
    ):
        assert f'href="{link}"' in page
        assert lessons[slug].documents["en"].screens[0].title in read(client, link)


def test_a_learner_has_no_family_page(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    for role in (SeatRole.LEARNER, SeatRole.TEST_LEARNER):
        seat = sit(session, client, room, role)
        for path in ("family", "letter"):
            assert client.get(f"/s/{seat.id}/{path}").status_code == 403


def test_a_stranger_has_no_family_page(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    seat = sit(session, client, room, SeatRole.OBSERVER)
    client.delete_cookie("__Host-preventedu-lti", domain="localhost")

    assert client.get(f"/s/{seat.id}/family").status_code == 403


def test_the_letter_is_whole_in_both_languages(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
    acknowledged: list[tuple[str, date]],
) -> None:
    seat = sit(session, client, room)

    page = read(client, f"/s/{seat.id}/letter")

    del acknowledged
    for code in ("en", "es"):
        _head, _lang, rest = page.partition(f'lang="{code}" aria-labelledby')
        letter = rest.partition("</article>")[0]
        author = lessons[SLUG].documents[code].letter
        assert author
        assert author.title in letter
        assert COURSE_TITLE in letter
        assert TERMS in letter
        assert CONTACT in letter
        assert lessons[ALTERNATIVE].title[code] in letter
        assert f"https://tool.test/review/{SLUG}" in letter
        for entry in lessons[SLUG].help:
            assert entry.label[code] in letter


def test_each_letter_acknowledges_in_its_own_language(
    app: Flask,
    session: Session,
    client: FlaskClient,
    room: Classroom,
    acknowledged: list[tuple[str, date]],
) -> None:
    del acknowledged

    def source(
        session: Session, assignment_id: str, on_date: date
    ) -> tuple[Acknowledgement, ...]:
        del session, assignment_id, on_date
        words = f"terms in {language()}"
        return (Acknowledgement("Award", (), words, on_learner_screens=False),)

    app.extensions[SLOT] = source
    seat = sit(session, client, room)

    page = read(client, f"/s/{seat.id}/letter?lang=es")
    english, spanish, _rest = page.split("</article>")
    assert "terms in en" in english
    assert "terms in es" not in english
    assert "terms in es" in spanish
    assert "terms in en" not in spanish


def test_one_language_of_the_letter_can_be_printed_alone(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    seat = sit(session, client, room)

    page = read(client, f"/s/{seat.id}/letter?only=es")

    english, spanish = (lessons[SLUG].documents[code].letter for code in ("en", "es"))
    assert english
    assert spanish
    assert spanish.title in page
    assert english.title not in page


def test_the_guide_is_the_authors(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    lessons: dict[str, CompiledModule],
) -> None:
    seat = sit(session, client, room)

    for code in ("en", "es"):
        page = read(client, f"/s/{seat.id}/guide?lang={code}")
        guide = lessons[SLUG].documents[code].guide
        assert guide
        assert guide.title in page
        discussed = [b for b in guide.blocks if b.type == "discuss"]
        assert discussed
        for block in discussed:
            assert html.unescape(block.html) in page


def test_anybody_may_read_about_a_lesson(
    session: Session, client: FlaskClient, lessons: dict[str, CompiledModule]
) -> None:
    publish_modules(session, lessons)
    session.commit()

    for slug, lesson in lessons.items():
        answer = client.get(f"/about/{slug}?lang=en")
        page = html.unescape(answer.text)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert f"<title>{lesson.lms_title['en']}</title>" in page
        assert lesson.summary["en"] in page
        assert lesson.content_note.text["en"] in page
        assert "Nobody yet." in page
        assert "CC BY 4.0" in page
        assert "No award or partner is recorded" in page


def test_the_public_page_names_who_pays_for_an_assignment(
    session: Session,
    client: FlaskClient,
    room: Classroom,
    acknowledged: list[tuple[str, date]],
) -> None:
    session.commit()

    page = read(client, f"/about/{SLUG}?a={room.assignment.id}")

    assert TERMS in page
    assert [assignment for assignment, _day in acknowledged] == [room.assignment.id]
    assert COURSE_TITLE not in page


@pytest.mark.parametrize("path", ["no-such-lesson", f"{SLUG}?a=no-such-assignment"])
def test_an_address_that_leads_nowhere_says_so(
    session: Session, client: FlaskClient, room: Classroom, path: str
) -> None:
    del room
    session.commit()

    assert client.get(f"/about/{path}").status_code == 404


def test_an_assignment_of_another_lesson_is_not_shown(
    session: Session, client: FlaskClient, room: Classroom
) -> None:
    session.commit()

    answer = client.get(f"/about/{ALTERNATIVE}?a={room.assignment.id}")

    assert answer.status_code == 404


def test_a_class_without_a_district_still_says_whom_to_ask(
    session: Session, client: FlaskClient, room: Classroom, lms: LmsDouble
) -> None:
    del room
    deployment = make_deployment(session, f"{lms.url}/2", None)
    seat = sit(
        session,
        client,
        make_classroom(session, deployment, lms.url),
        SeatRole.OBSERVER,
    )

    page = read(client, f"/s/{seat.id}/family")

    assert "The teacher of the class." in page
    assert LEA_NAME not in page
