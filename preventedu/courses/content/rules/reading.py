"""R and K002: can this reader read it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.content import blocks
from preventedu.courses.content.lesson import FileKind
from preventedu.courses.content.markdown import chunks
from preventedu.courses.content.readability import (
    fernandez_huerta,
    grade_level,
    sentences_of,
    words_of,
)
from preventedu.courses.content.readings import Reading, readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preventedu.courses.content.lesson import SourceScreen
    from preventedu.courses.content.problems import Problem
    from preventedu.courses.content.sources import Document


def check(document: Document) -> Iterator[Problem]:
    """Yield texts that are too hard, too long or too much for one screen."""
    yield from _level(document)
    yield from _sentences(document)
    if document.kind is FileKind.LESSON:
        for screen in document.file.screens:
            yield from _screen(document, screen)


def _level(document: Document) -> Iterator[Problem]:
    text = [chunk for reading in _texts(document) for chunk in reading.chunks]
    policy = document.tree.policy.reading
    if len(words_of(text)) < policy.min_words:
        return
    most = document.limits.max_grade
    if document.language == "en" and (grade := grade_level(text)) > most:
        yield document.error(
            1,
            "R001",
            f"reading level is grade {grade:.1f}; for {document.band} at most {most}",
        )
    least = policy.fernandez_huerta_min
    if document.language == "es" and (ease := fernandez_huerta(text)) < least:
        yield document.error(
            1, "R001", f"Fernández-Huerta ease is {ease:.0f}; at least {least:.0f}"
        )


def _texts(document: Document) -> Iterator[Reading]:
    """What describes a picture is no running text."""
    return (r for r in readings(document.file) if r.source == "text")


def _sentences(document: Document) -> Iterator[Problem]:
    most = document.limits.max_sentence_words
    for reading in _texts(document):
        for sentence in sentences_of(list(reading.chunks)):
            if (count := len(words_of([sentence]))) > most:
                yield document.warning(
                    reading.line,
                    "R002",
                    f"a sentence of {count} words, for {document.band} at most"
                    f" {most}: “{sentence[:60]}…”",
                )


def _screen(document: Document, screen: SourceScreen) -> Iterator[Problem]:
    limits = document.limits
    text = [chunk for html in _running_text(screen) for chunk in chunks(html)]
    if (count := len(words_of(text))) > limits.max_words_per_screen:
        yield document.warning(
            screen.line,
            "R003",
            f"screen “{screen.title}” has {count} words, for {document.band} at most"
            f" {limits.max_words_per_screen}",
        )
    most = limits.max_sentences_per_screen
    if most is not None and (count := len(sentences_of(text))) > most:
        yield document.warning(
            screen.line,
            "K002",
            f"screen “{screen.title}” has {count} sentences, for {document.band} at"
            f" most {most}",
        )


def _running_text(screen: SourceScreen) -> Iterator[str]:
    for located in screen.blocks:
        if isinstance(located.block, blocks.Prose | blocks.Callout):
            yield located.block.html
