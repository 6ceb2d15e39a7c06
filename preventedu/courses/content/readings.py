"""Everything a person reads in a block, with its line, for rules about words."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from preventedu.courses.content import blocks
from preventedu.courses.content.markdown import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preventedu.courses.content.lesson import SourceFile
    from preventedu.courses.content.located import Located


@dataclass(frozen=True, slots=True)
class Reading:
    """Some text and its line; each chunk ends a sentence.

    Attributes:
        source: `alt` for what describes a picture to those who do not see it.
    """

    line: int
    chunks: tuple[str, ...]
    source: Literal["text", "alt"] = "text"

    @property
    def words(self) -> int:
        """How many words there are."""
        return sum(len(chunk.split()) for chunk in self.chunks)


def readings(file: SourceFile) -> Iterator[Reading]:
    """Yield every text of a file, headings and pictures' descriptions included."""
    yield Reading(1, (file.front.title,))
    for located in file.intro:
        yield from readings_of(located)
    for screen in file.screens:
        if screen.title:
            yield Reading(screen.line, (screen.title,))
        for located in screen.blocks:
            yield from readings_of(located)


def readings_of(located: Located) -> Iterator[Reading]:
    """Yield the texts of one block."""
    for line, fragment in _fragments(located):
        if found := chunks(fragment):
            yield Reading(line, tuple(found))
    for image, line in images_of(located):
        if image.alt:
            yield Reading(line, (image.alt,), "alt")


def images_of(located: Located) -> Iterator[tuple[blocks.Image, int]]:
    """Yield the pictures of a block, each with its line."""
    if isinstance(located.block, blocks.Image):
        yield located.block, located.line
    elif isinstance(located.block, blocks.Question):
        for option in located.block.options:
            if option.picture:
                yield option.picture, located.line_of(option.id)


def _fragments(located: Located) -> Iterator[tuple[int, str]]:
    match located.block:
        case blocks.Image() | blocks.Help() | blocks.Facts():
            return
        case blocks.Cards() | blocks.Chat() as rows:
            yield from ((located.line, fragment) for fragment in _rows(rows))
        case blocks.Question() as question:
            yield from _question(located, question)
        case blocks.Scenario() as scenario:
            yield from _scenario(located, scenario)
        case running_text:
            yield located.line, running_text.html


def _rows(block: blocks.Cards | blocks.Chat) -> Iterator[str]:
    if isinstance(block, blocks.Chat):
        yield from (html.escape(line.text) for line in block.lines)
    else:
        for card in block.cards:
            yield f"<p>{html.escape(card.front)}</p>{card.back}"


def _question(located: Located, question: blocks.Question) -> Iterator[tuple[int, str]]:
    yield located.line, question.stem
    for option in question.options:
        yield located.line_of(option.id), option.html
        yield located.line_of(option.id), option.feedback
    for remark in (question.hint, question.right, question.wrong):
        yield located.line, remark


def _scenario(located: Located, scenario: blocks.Scenario) -> Iterator[tuple[int, str]]:
    yield located.line, html.escape(scenario.title)
    for scene in scenario.scenes:
        line = located.line_of(scene.id)
        yield line, html.escape(scene.title)
        yield line, scene.html
        for choice in scene.choices:
            yield line, html.escape(choice.label)
