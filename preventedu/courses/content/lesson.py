"""Reads one Markdown file: front matter, screens, blocks, each with its line."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from preventedu.courses.content import blocks, directive
from preventedu.courses.content.located import Located, checked
from preventedu.courses.content.markdown import (
    CONTAINER,
    Part,
    line_of,
    parts,
    plain,
    render,
    render_inline,
    tokens_of,
)
from preventedu.courses.content.problems import BlockError
from preventedu.courses.content.question_block import question
from preventedu.courses.content.scenario_block import scenario
from preventedu.courses.content.source_schema import (
    FrontMatter,
    GuideFrontMatter,
    LessonFrontMatter,
    LetterFrontMatter,
)
from preventedu.courses.content.yaml12 import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from markdown_it.token import Token

    from preventedu.courses.content.directive import Opening

PLACEHOLDER = re.compile(r"\{\{|\}\}")
SHA_LENGTH = 12


class FileKind(Enum):
    """What a Markdown file is for."""

    LESSON = "a lesson"
    QUIZ = "a question pool"
    GUIDE = "a teacher guide"
    LETTER = "a family letter"

    @property
    def front_matter(self) -> type[FrontMatter]:
        """The schema of what stands between the two `---`."""
        return FRONT_MATTER.get(self, FrontMatter)


FRONT_MATTER: dict[FileKind, type[FrontMatter]] = {
    FileKind.LESSON: LessonFrontMatter,
    FileKind.GUIDE: GuideFrontMatter,
    FileKind.LETTER: LetterFrontMatter,
}
EVERYWHERE = {"prose", "image", "callout", "help"}
ALLOWED = {
    FileKind.LESSON: EVERYWHERE
    | {"content-note", "cards", "chat", "question", "scenario", "reflection"},
    FileKind.QUIZ: {"question"},
    FileKind.GUIDE: EVERYWHERE | {"discuss"},
    FileKind.LETTER: EVERYWHERE | {"facts"},
}
SIMPLE: dict[str, Callable[[Opening, Sequence[Token]], blocks.Block]] = {
    "callout": directive.callout,
    "cards": directive.cards,
    "chat": directive.chat,
    "content-note": directive.content_note,
    "discuss": directive.discuss,
    "facts": directive.facts,
    "help": directive.help_list,
    "reflection": directive.reflection,
}
WITH_PARTS: dict[str, Callable[[Opening, Sequence[Token]], Located]] = {
    "question": question,
    "scenario": scenario,
}


@dataclass(frozen=True, slots=True)
class SourceScreen:
    """One `##` heading and what stands below it; the first has no heading."""

    title: str
    line: int
    blocks: tuple[Located, ...]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Markdown file, read.

    Attributes:
        path: From the content root.
        sha: What a translation names in `translation_of`.
        intro: What stands before the first screen.
        screens: One per `##` heading; a guide or letter has none, only an intro.
        terms: Glossary terms used, each with its line.
        links: Addresses used, each with its line.
    """

    path: str
    sha: str
    front: FrontMatter
    intro: tuple[Located, ...]
    screens: tuple[SourceScreen, ...]
    terms: tuple[tuple[str, int], ...]
    links: tuple[tuple[str, int], ...]

    @property
    def located(self) -> Iterator[Located]:
        """All blocks in order."""
        yield from self.intro
        for screen in self.screens:
            yield from screen.blocks


def source_sha(path: Path) -> str:
    """Return what a translation of the file at `path` writes in `translation_of`."""
    return sha_of(path.read_text("utf-8"))


def sha_of(text: str) -> str:
    """Return the first 12 hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:SHA_LENGTH]


def read_file(text: str, path: str, kind: FileKind) -> SourceFile:
    """Read one Markdown file.

    Raises:
        BlockError: A line is not what it should be; the first such line.
    """
    _refuse_placeholders(text)
    tokens = tokens_of(text)
    front = _front_matter(tokens, kind)
    body = tokens[1:]
    screens = tuple(_screens(body, text.splitlines(), kind))
    return SourceFile(
        path=path,
        sha=sha_of(text),
        front=front,
        intro=screens[0].blocks,
        screens=screens[1:],
        terms=tuple(_terms(body)),
        links=tuple(_links(body)),
    )


def _refuse_placeholders(text: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        if PLACEHOLDER.search(line):
            raise BlockError(
                number, "no {{placeholders}}: write ::: facts where facts belong"
            )


def _front_matter(tokens: Sequence[Token], kind: FileKind) -> FrontMatter:
    if not tokens or tokens[0].type != "front_matter":
        raise BlockError(1, "the file starts with --- and a title between two ---")
    data = read_yaml(tokens[0].content, first_line=2).data
    return checked(1, lambda: kind.front_matter.model_validate(data or {}))


def _screens(
    tokens: Sequence[Token], lines: Sequence[str], kind: FileKind
) -> Iterator[SourceScreen]:
    title, line = "", 1
    waiting: list[Part] = []
    for part in parts(tokens):
        if _starts_screen(part, kind):
            yield SourceScreen(title, line, tuple(_blocks(waiting, lines, kind)))
            title, line, waiting = plain(render_inline(part.inline)), part.line, []
        else:
            waiting.append(part)
    yield SourceScreen(title, line, tuple(_blocks(waiting, lines, kind)))


def _starts_screen(part: Part, kind: FileKind) -> bool:
    if part.first.type != "heading_open":
        return False
    if part.first.tag == "h1":
        raise BlockError(part.line, "# is for the title; a screen starts with ##")
    return part.first.tag == "h2" and kind in (FileKind.LESSON, FileKind.QUIZ)


def _blocks(
    waiting: Sequence[Part], lines: Sequence[str], kind: FileKind
) -> Iterator[Located]:
    prose: list[Token] = []
    for part in waiting:
        if directive.lone_image(part) or part.first.type == CONTAINER:
            yield from _prose(prose, kind)
            prose = []
            yield _allowed(_special(part, lines), kind)
        else:
            prose += part.tokens
    yield from _prose(prose, kind)


def _prose(tokens: Sequence[Token], kind: FileKind) -> Iterator[Located]:
    html = render(tokens)
    if html:
        line = line_of(tokens[0])
        yield _allowed(Located(blocks.Prose(html=html), line), kind)


def _special(part: Part, lines: Sequence[str]) -> Located:
    if image := directive.lone_image(part):
        return Located(directive.image_of(image, part.line), part.line)
    _refuse_open_end(part, lines)
    opening = directive.read_opening(part.first, part.line)
    if opening.name in WITH_PARTS:
        return WITH_PARTS[opening.name](opening, part.inner)
    if opening.name not in SIMPLE:
        known = ", ".join(sorted({*SIMPLE, *WITH_PARTS}))
        raise BlockError(
            part.line, f"there is no ::: {opening.name}. There are: {known}"
        )
    make = SIMPLE[opening.name]
    return Located(checked(part.line, lambda: make(opening, part.inner)), part.line)


def _refuse_open_end(part: Part, lines: Sequence[str]) -> None:
    """The parser closes an open block silently at the end of the file."""
    end = part.first.map[1] if part.first.map else len(lines)
    if not part.first.info.strip():
        raise BlockError(part.line, "::: closes nothing here")
    if end >= len(lines) or lines[end].strip().strip(":"):
        raise BlockError(part.line, "this block is never closed with :::")


def _allowed(located: Located, kind: FileKind) -> Located:
    if located.block.type not in ALLOWED[kind]:
        what = "text" if located.block.type == "prose" else f"::: {located.block.type}"
        raise BlockError(located.line, f"{what} does not belong in {kind.value}")
    return located


def _terms(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "term":
                yield child.meta["term"], line_of(token)


def _links(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open" and not _is_scene(child):
                yield str(child.attrs["href"]), line_of(token)


def _is_scene(link: Token) -> bool:
    return str(link.attrs["href"]).startswith("#")
