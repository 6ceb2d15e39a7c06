"""Every text of a page has its Spanish, whole, and the pages show it."""

from __future__ import annotations

import re
from configparser import ConfigParser
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from preventedu.app import create_app
from preventedu.cli import database
from preventedu.courses import catalog
from preventedu.courses.content.compile import compile_module
from preventedu.courses.content.loader import load_tree
from preventedu.db import make_engine, make_sessions
from preventedu.i18n import format_date
from preventedu.settings import DEFAULT_CONTENT, Settings
from tests.conftest import NOW, PUBLIC_URL, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from babel.messages.catalog import Catalog, Message
    from flask import Flask

ROOT = Path(__file__).parents[1]
SPANISH = ROOT / "preventedu/translations/es/LC_MESSAGES/messages.po"
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None, "_l": None}
"""The names by which our code asks for a text; `make translations` has the same."""
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
MARKUP = re.compile(r"""<[^>]*>|\w+="[^"]*\"""")
SAID_BY_ATTRIBUTE = re.compile(r'(?:aria-label|alt|placeholder|title)="([^"]*)"')
NAMES = {"preventedu", "UEI", "CSV", "JSON", "SHA", "nbsp", "NCES", "UTC", "Shift"}
"""Words that are the same in every language."""
SLUG = "spotting-online-grooming"
PAGES = ("/staff/sign-in", f"/about/{SLUG}", "/away", "/no-such-page", "/lti/launch")


def forms_of(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return a message's forms: one, or singular and plural."""
    return (text,) if isinstance(text, str) else tuple(text or ())


@pytest.fixture(scope="module")
def spanish() -> Catalog:
    with SPANISH.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def app(spanish: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, with the catalogue as it stands now and the real lessons."""
    folder = tmp_path_factory.mktemp("translations")
    compiled = folder / "messages.mo"
    with compiled.open("wb") as file:
        write_mo(file, spanish)
    # Another process may be reading it: it is never there by half.
    compiled.replace(SPANISH.with_suffix(".mo"))
    url = f"sqlite:///{folder / 'test.sqlite3'}"
    engine = make_engine(url)
    database.upgrade(engine)
    tree = load_tree(DEFAULT_CONTENT)
    with make_sessions(engine)() as session:
        for module in tree.modules:
            lesson = compile_module(tree, module.meta.id)
            catalog.publish(session, lesson, now=NOW)
        session.commit()
    engine.dispose()
    app = create_app(
        Settings(
            secret_key=SECRET,
            database_url=url,
            data_dir=folder,
            public_url=PUBLIC_URL,
            allow_loopback_platforms=True,
        )
    )
    yield app
    app.extensions["engine"].dispose()


class Shown(HTMLParser):
    """Collects what a page says, to eyes and to screen readers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.language: str | None = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "html":
            self.language = dict(attrs).get("lang")
        for name, value in attrs:
            if name in ("aria-label", "alt", "placeholder", "title"):
                self.handle_data(value or "")

    def handle_data(self, data: str) -> None:
        if words := " ".join(data.split()):
            self.texts.append(words)


def collected() -> set[tuple[str, ...]]:
    """Return every text that our code and templates ask for."""
    files = ConfigParser()
    files.read(ROOT / "babel.cfg")
    ways = [section.split(": ") for section in files.sections()]
    found = extract_from_dir(ROOT, [(where, how) for how, where in ways], {}, KEYWORDS)
    return {forms_of(text) for _path, _line, text, _comments, _context in found}


def test_no_text_waits_for_its_translation(spanish: Catalog) -> None:
    done = {
        forms_of(message.id)
        for message in spanish
        if not message.fuzzy and all(forms_of(message.string))
    }

    texts = collected()
    assert len(texts) > 500
    assert sorted(texts - done) == []


def test_the_catalogue_keeps_nothing_that_no_page_says(spanish: Catalog) -> None:
    kept = {forms_of(message.id) for message in spanish if message.id}

    assert sorted(kept - collected()) == []


def test_a_translation_has_the_placeholders_of_its_text(spanish: Catalog) -> None:
    wrong = [message.id for message in spanish if message.id and not fits(message)]
    errors = [(message.id, str(error)) for message, error in spanish.check()]

    assert wrong == []
    assert errors == []


def fits(message: Message) -> bool:
    wanted = [sorted(PLACEHOLDER.findall(form)) for form in forms_of(message.id)]
    found = [sorted(PLACEHOLDER.findall(form)) for form in forms_of(message.string)]
    return wanted == found


def test_the_catalogue_says_how_spanish_counts(spanish: Catalog) -> None:
    header = SPANISH.read_text().split("\n\n")[0]

    assert "Plural-Forms: nplurals=2; plural=(n != 1);" in header
    assert "Language: es" in header
    plurals = [message for message in spanish if message.pluralizable]
    assert plurals
    assert {len(forms_of(message.string)) for message in plurals} == {2}


@pytest.mark.parametrize(
    "template",
    sorted(ROOT.glob("preventedu/**/templates/**/*.html")),
    ids=lambda p: p.name,
)
def test_no_template_says_a_word_that_cannot_be_translated(template: Path) -> None:
    page = JINJA.sub("", template.read_text())
    said = [*SAID_BY_ATTRIBUTE.findall(page), MARKUP.sub(" ", page)]

    words = {word for text in said for word in re.findall(r"[A-Za-z]{2,}", text)}
    assert words - NAMES == set()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_in_spanish_has_no_english_text(
    app: Flask, spanish: Catalog, path: str
) -> None:
    answer = app.test_client().get(f"{path}?lang=es", base_url=PUBLIC_URL)

    page = Shown(answer.text)
    translated = {
        str(message.id): str(message.string)
        for message in spanish
        if isinstance(message.id, str) and message.id not in ("", message.string)
    }
    assert page.language == "es"
    assert [text for text in page.texts if text in translated] == []
    assert [text for text in page.texts if text in translated.values()] != []


def test_the_public_page_of_a_lesson_speaks_spanish_throughout(app: Flask) -> None:
    page = app.test_client().get(f"/about/{SLUG}?lang=es", base_url=PUBLIC_URL).text

    assert "Acerca de esta lección" in page
    assert "Cómo decir que no" in page
    assert "25 minutos" in page
    assert "Ningún nombre. De cada estudiante:" in page


def test_what_is_wrong_with_a_form_is_said_in_spanish(app: Flask) -> None:
    client = app.test_client()
    answer = client.post("/staff/sign-in?lang=es", base_url=PUBLIC_URL)

    assert "Este formulario venció." in answer.text
    assert "Este campo es obligatorio." in answer.text


def test_a_day_is_written_as_its_reader_writes_it(app: Flask) -> None:
    with app.test_request_context("/?lang=es"):
        assert format_date(date(2027, 3, 1), "long") == "1 de marzo de 2027"
    with app.test_request_context("/?lang=en"):
        assert format_date(date(2027, 3, 1), "long") == "March 1, 2027"
