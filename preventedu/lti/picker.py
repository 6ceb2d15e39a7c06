"""What a teacher can choose from, and how the list is narrowed down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses import catalog, drafts
from preventedu.courses.labels import BANDS
from preventedu.i18n import lazy_gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from preventedu.courses.models import ModuleVersion
    from preventedu.people import GradeBand

SENSITIVITY = {1: _("Gentle"), 2: _("Sensitive"), 3: _("Adult in the room")}
"""Words for the levels of a content note."""
SHORT, LONG = 15, 25
"""Class minutes: bounds of the time filter."""


@dataclass(frozen=True)
class Offer:
    """One lesson as the picker shows it."""

    slug: str
    title: str
    lms_title: str
    """What the class and a gradebook will show."""
    summary: str
    band: GradeBand
    minutes: int
    languages: tuple[str, ...]
    level: int
    is_draft: bool
    may_assign: bool
    """A draft only after an official of the LEA has switched it on."""
    has_questions: bool
    words: str
    """Title, summary and topics, for the search."""

    @property
    def band_words(self) -> str:
        """Return for whom it is, in words."""
        return str(BANDS[self.band])

    @property
    def sensitivity(self) -> str:
        """Return the level in words."""
        return str(SENSITIVITY[self.level])


@dataclass(frozen=True)
class Filter:
    """What the teacher narrows the list down to; empty values leave it wide."""

    words: str = ""
    band: str = ""
    minutes: str = ""
    """`short`, `medium` or `long`."""
    language: str = ""


def offers(session: Session, lea_id: int | None, language: str) -> list[Offer]:
    """Return every lesson, with its texts in `language` where it has them."""
    return [
        _offer(session, version, lea_id, language)
        for version in catalog.current_modules(session)
    ]


def matching(listed: Sequence[Offer], asked: Filter) -> list[Offer]:
    """Return the offers that meet every part of the filter."""
    return [offer for offer in listed if _meets(offer, asked)]


def in_language(text: Mapping[str, str], language: str, source: str) -> str:
    """Return a text in the language asked for, or else in the source language."""
    return text.get(language) or text[source]


def _offer(
    session: Session, version: ModuleVersion, lea_id: int | None, language: str
) -> Offer:
    module = catalog.load(version)
    source = module.languages[0]
    title = in_language(module.title, language, source)
    summary = in_language(module.summary, language, source)
    return Offer(
        slug=version.slug,
        title=title,
        lms_title=in_language(module.lms_title, language, source),
        summary=summary,
        band=version.grade_band,
        minutes=module.minutes,
        languages=module.languages,
        level=module.content_note.level,
        is_draft=version.status != drafts.FINAL,
        may_assign=drafts.may_assign(session, version, lea_id),
        has_questions=module.prepost is not None,
        words=" ".join((title, summary, *module.topics)).casefold(),
    )


def _meets(offer: Offer, asked: Filter) -> bool:
    return (
        all(word in offer.words for word in asked.words.casefold().split())
        and asked.band in ("", offer.band)
        and asked.minutes in ("", _length(offer.minutes))
        and (not asked.language or asked.language in offer.languages)
    )


def _length(minutes: int) -> str:
    if minutes <= SHORT:
        return "short"
    return "medium" if minutes <= LONG else "long"
