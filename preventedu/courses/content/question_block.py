"""Reads `::: question` blocks: a stem, answers with feedback, and hints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses.content import blocks
from preventedu.courses.content.directive import Opening, allow, image_of
from preventedu.courses.content.located import Located, checked
from preventedu.courses.content.markdown import (
    Part,
    line_of,
    parts,
    render,
    render_inline,
    render_line,
)
from preventedu.courses.content.problems import BlockError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

LETTERS = "abcdef"
KINDS = ("choose-one", "choose-many", "true-false")
BOX = re.compile(r"\[( |x|X)\](?:\s+|$)")
REMARK = re.compile(r"(hint|right|wrong):\s*")


@dataclass(frozen=True, slots=True)
class _Body:
    stem: tuple[Token, ...]
    answers: Part | None
    remarks: dict[str, str]


def question(opening: Opening, inner: Sequence[Token]) -> Located:
    """Read one question.

    Raises:
        BlockError: Some line is not what it should be; the message says which.
    """
    allow(opening, "id", "objective", "shuffle", kinds=KINDS)
    body = _body(inner)
    answers = list(parts(body.answers.inner)) if body.answers else []
    if len(answers) > len(LETTERS):
        raise BlockError(opening.line, f"a question has at most {len(LETTERS)} answers")
    lettered = dict(zip(LETTERS, answers, strict=False))
    record = {
        "kind": opening.kind,
        "id": opening.id,
        "objectives": opening.objectives,
        "stem": render(body.stem),
        "options": [_option(*pair) for pair in lettered.items()],
        "shuffle": opening.attributes.get("shuffle", "yes") != "no",
        **body.remarks,
    }
    return Located(
        checked(opening.line, lambda: blocks.Question.model_validate(record)),
        opening.line,
        {letter: part.line for letter, part in lettered.items()},
    )


def _body(inner: Sequence[Token]) -> _Body:
    stem: list[Token] = []
    answers: Part | None = None
    remarks: dict[str, str] = {}
    for part in parts(inner):
        if part.first.type == "bullet_list_open" and answers is None:
            answers = part
        elif part.first.type == "paragraph_open" and REMARK.match(part.inline.content):
            remarks.update(_remarks(part))
        elif answers is None:
            stem += part.tokens
        else:
            raise BlockError(
                part.line, "after the answers come only hint:, right: and wrong:"
            )
    return _Body(tuple(stem), answers, remarks)


def _remarks(part: Part) -> Iterator[tuple[str, str]]:
    pieces = REMARK.split(part.inline.content)
    render(part.tokens)
    for key, text in zip(pieces[1::2], pieces[2::2], strict=True):
        yield key, render_line(text.strip())


def _option(letter: str, item: Part) -> blocks.Option:
    pieces = list(parts(item.inner))
    box = pieces and pieces[0].first.type == "paragraph_open"
    match = BOX.match(pieces[0].inline.content) if box else None
    if not match:
        raise BlockError(item.line, "an answer starts with  - [ ]  or  - [x]")
    answer = pieces[0].inline
    picture = _take_box_and_picture(answer, match.end())
    return blocks.Option(
        id=letter,
        html=render_inline(answer),
        picture=picture,
        correct=match[1] != " ",
        feedback=_feedback(pieces[1:]),
    )


def _take_box_and_picture(answer: Token, box_length: int) -> blocks.Image | None:
    """Cut `[x]` and a leading picture off the tokens of an answer."""
    children = list(answer.children or [])
    children[0].content = children[0].content[box_length:].lstrip()
    rest = [c for c in children if c.type != "text" or c.content]
    picture = None
    if rest and rest[0].type == "image":
        picture = image_of(rest.pop(0), line_of(answer))
    if any(child.type == "image" for child in rest):
        raise BlockError(line_of(answer), "an answer has one picture, at its start")
    answer.children = rest
    return picture


def _feedback(pieces: Sequence[Part]) -> str:
    if not pieces:
        return ""
    quote, *others = pieces
    if quote.first.type != "blockquote_open" or others:
        raise BlockError(quote.line, "below an answer stands only its feedback:  > …")
    return render(quote.inner)
