"""Every item of a lesson is open to anybody, without a key and without a trace."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from preventedu.courses.content.schema import Reviewer
from tests.courses.make import GROOMING
from tests.teaching.make import ALTERNATIVE, SLUG, publish_modules

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule, Question

BALANCE = "media-balance-6-8"


@pytest.fixture(autouse=True)
def _published(session: Session, lessons: dict[str, CompiledModule]) -> None:
    publish_modules(session, lessons)
    session.commit()


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(text)).split())


def read(client: FlaskClient, slug: str, language: str = "en") -> str:
    answer = client.get(f"/review/{slug}?lang={language}")
    assert answer.status_code == 200
    return answer.text


def questions_of(module: CompiledModule, language: str) -> list[Question]:
    document = module.documents[language]
    asked = [b for s in document.screens for b in s.blocks if b.type == "question"]
    return [*asked, *document.pool]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("slug", [GROOMING, SLUG])
def test_every_item_of_the_lesson_and_of_the_other_one_is_there(
    client: FlaskClient,
    lessons: dict[str, CompiledModule],
    slug: str,
    language: str,
) -> None:
    page = plain(read(client, slug, language))

    other = BALANCE if slug == GROOMING else ALTERNATIVE
    for module in (lessons[slug], lessons[other]):
        document = module.documents[language]
        for screen in document.screens:
            assert screen.title in page
            for block in screen.blocks:
                for text in texts_of(block):
                    assert plain(text) in page
        for question in questions_of(module, language):
            assert plain(question.stem) in page
            for option in question.options:
                assert plain(option.html) in page
                assert plain(option.feedback) in page
            assert plain(question.hint) in page
        assert document.guide
        assert document.guide.title in page


def texts_of(block: object) -> list[str]:
    """Return the texts a block shows, whatever it is."""
    texts = [getattr(block, name, "") for name in ("html", "title")]
    for card in getattr(block, "cards", ()):
        texts += [card.front, card.back]
    for line in getattr(block, "lines", ()):
        texts += [line.who, line.text]
    for scene in getattr(block, "scenes", ()):
        texts += [scene.title, scene.html, *(choice.label for choice in scene.choices)]
    return [text for text in texts if text]


def test_no_right_answer_is_marked(
    client: FlaskClient, lessons: dict[str, CompiledModule]
) -> None:
    page = read(client, GROOMING)

    assert "correct" not in page
    assert "data-ok" not in page
    shown = re.findall(r'<ul class="answers">(.*?)</ul>', page, re.DOTALL)
    firsts = 0
    for question in lessons[GROOMING].documents["en"].pool:
        right = next(o for o in question.options if o.correct)
        lists = [each for each in shown if plain(right.html) in plain(each)]
        first = plain(lists[0].partition("</b>")[0])
        firsts += first == plain(right.html)
        kinds = {li.partition(">")[0] for li in lists[0].split("<li")[1:]}
        assert len(kinds) == 1
    assert 0 < firsts < len(lessons[GROOMING].documents["en"].pool)


def test_no_search_engine_no_cookie_no_frame(client: FlaskClient) -> None:
    answer = client.get(f"/review/{GROOMING}")

    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert '<meta name="robots" content="noindex, nofollow, noarchive">' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert "<title>Online safety, part 1</title>" in answer.text


def test_the_pictures_can_be_seen_without_a_seat(client: FlaskClient) -> None:
    sources = re.findall(r'<img src="([^"]+)"', read(client, GROOMING))

    assert sources
    for source in sources:
        assert client.get(source).status_code == 200


def test_the_state_of_the_text_and_who_read_it_are_told(
    session: Session, client: FlaskClient, lessons: dict[str, CompiledModule]
) -> None:
    draft = plain(read(client, GROOMING))
    assert "still awaits review" in draft
    assert "Nobody yet." in draft
    someone = Reviewer(
        role="grade-band-teacher", name="Ana Example", date=date(2026, 9, 1)
    )
    signed = lessons[GROOMING].model_copy(
        update={
            "reviewers": (someone,),
            "status": "published",
            "content_hash": "reviewed".zfill(64),
        }
    )
    publish_modules(session, {GROOMING: signed})
    session.commit()

    read_by = plain(read(client, GROOMING))

    assert "Ana Example (a teacher of this grade band, Sep 1, 2026)" in read_by


def test_the_other_lesson_stands_alone_when_it_is_asked_for(
    client: FlaskClient, lessons: dict[str, CompiledModule]
) -> None:
    page = plain(read(client, BALANCE))

    assert lessons[BALANCE].title["en"] in page
    assert lessons[GROOMING].documents["en"].screens[0].title not in page


def test_a_lesson_that_does_not_exist_is_no_page(client: FlaskClient) -> None:
    assert client.get("/review/invented").status_code == 404


def test_it_is_linked_from_the_public_page(client: FlaskClient) -> None:
    page = client.get(f"/about/{GROOMING}").text

    assert f'href="/review/{GROOMING}?lang=en"' in page
    assert f"https://tool.test/review/{GROOMING}" in page
