"""Every screen and every question of a lesson, for anybody, before it is taught.

No seat, no cookie, nothing kept; and no key: children may read this page too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Response, render_template, url_for

from preventedu.courses import catalog
from preventedu.courses.content import pool
from preventedu.db import get_reader
from preventedu.errors import NotFoundError
from preventedu.i18n import LANGUAGES, language
from preventedu.security import NOBODY, frame_by
from preventedu.teaching import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import (
        Asset,
        CompiledDocument,
        CompiledModule,
        Image,
        Option,
        Question,
    )
    from preventedu.courses.models import ModuleVersion

TERM = re.compile(r"<button[^>]*>(.*?)</button>", re.DOTALL)
"""A word of the glossary, as `content.markdown` writes it."""


@dataclass(frozen=True)
class Reviewed:
    """A lesson laid open in one language."""

    version_id: int
    module: CompiledModule
    language: str

    @property
    def document(self) -> CompiledDocument:
        """The lesson in its language."""
        return self.module.documents[self.language]

    def asset(self, image: Image) -> Asset:
        """Return the picture that a block names."""
        return self.module.assets[image.src]

    def shown(self, html: str) -> str:
        """Return HTML whose explained words are no buttons: nothing opens here."""
        return TERM.sub(r"<dfn>\1</dfn>", html)

    def options(self, question: Question) -> Sequence[Option]:
        """Return the answers in an order that says nothing about which is right."""
        if not question.shuffle:
            return question.options
        return pool.shuffled(question.options, f"review:{question.id}")


def review(slug: str) -> ResponseReturnValue:
    """Show all of a lesson and of the one that opted-out students get."""
    frame_by(NOBODY)
    session = get_reader()
    version = catalog.module_version(session, slug)
    module = catalog.load(version)
    page = render_template(
        "teaching/review.html",
        lessons=[_opened(each) for each in (version, *_other(session, version))],
        module=module,
        neutral_title=words.in_language(module.lms_title, language()),
        language_urls={
            code: url_for("teaching.review", slug=slug, lang=code) for code in LANGUAGES
        },
    )
    response = Response(page)
    # A class must not find its quiz by looking for the title.
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _opened(version: ModuleVersion) -> Reviewed:
    module = catalog.load(version)
    spoken = language() if language() in module.languages else module.languages[0]
    return Reviewed(version.id, module, spoken)


def _other(session: Session, version: ModuleVersion) -> tuple[ModuleVersion, ...]:
    if version.kind != catalog.LESSON:
        return ()
    try:
        return (catalog.alternative_of(session, version),)
    except NotFoundError:
        return ()
