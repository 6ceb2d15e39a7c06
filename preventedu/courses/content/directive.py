"""The opening line of a `:::` block, and the blocks with a simple inside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses.content import blocks
from preventedu.courses.content.markdown import (
    Part,
    parts,
    plain,
    render,
    render_inline,
    render_line,
)
from preventedu.courses.content.problems import BlockError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markdown_it.token import Token

ATTRIBUTE = re.compile(r'#([\w-]+)|([a-z]+)=(?:"([^"]*)"|([^\s"}]+))')
OPENING = re.compile(r"([\w-]+)(?:\s+([\w-]+))?\s*(\{.*\})?")
ICON = re.compile(r":([a-z-]+):\s*")
HALF_ATTRIBUTES = 'a picture may have {tags="…" credit="…"} and nothing else'


@dataclass(frozen=True, slots=True)
class Opening:
    """`::: name kind {#id key=value}`, read."""

    name: str
    kind: str
    attributes: Mapping[str, str]
    line: int

    @property
    def id(self) -> str:
        """The id, or nothing."""
        return self.attributes.get("id", "")

    @property
    def objectives(self) -> tuple[str, ...]:
        """The objectives named by `objective=O1,O2`."""
        return tuple(re.findall(r"[^,\s]+", self.attributes.get("objective", "")))


def read_opening(token: Token, line: int) -> Opening:
    """Read the opening line of a container.

    Raises:
        BlockError: It is not of the form above.
    """
    text = token.info.strip()
    match = OPENING.fullmatch(text)
    if not match:
        raise BlockError(line, f"cannot read “::: {text}”")
    name, kind, braces = match.groups()
    return Opening(name, kind or "", _attributes(braces or "{}", line), line)


def _attributes(braces: str, line: int) -> dict[str, str]:
    inside = braces[1:-1]
    if rest := ATTRIBUTE.sub("", inside).strip():
        raise BlockError(line, f"cannot read “{rest}” in {braces}")
    found = {}
    for match in ATTRIBUTE.finditer(inside):
        name, key, quoted, bare = match.groups()
        found["id" if name else key] = name or (quoted if quoted is not None else bare)
    return found


def allow(opening: Opening, *names: str, kinds: Sequence[str] = ("",)) -> None:
    """Refuse attributes and kinds that the block does not know.

    Raises:
        BlockError: There is one.
    """
    if strange := sorted(set(opening.attributes) - set(names)):
        raise BlockError(opening.line, f"::: {opening.name} has no {strange[0]}=")
    if opening.kind not in kinds:
        known = ", ".join(kind for kind in kinds if kind) or "nothing"
        raise BlockError(
            opening.line,
            f"::: {opening.name} is followed by {known}, not “{opening.kind}”",
        )


def image_of(token: Token, line: int) -> blocks.Image:
    """Read `![what it shows](images/x.svg){tags="a,b" credit="…"}`.

    Raises:
        BlockError: Other attributes stand in the braces.
    """
    if token.meta.get("insecure_attrs"):
        raise BlockError(line, HALF_ATTRIBUTES)
    tags = str(token.attrs.get("tags", ""))
    return blocks.Image(
        src=str(token.attrs["src"]),
        alt=" ".join(token.content.split()),
        tags=tuple(re.findall(r"[^,\s]+", tags)),
        credit=str(token.attrs.get("credit", "")),
    )


def callout(opening: Opening, inner: Sequence[Token]) -> blocks.Callout:
    """Read a boxed remark."""
    allow(opening, kinds=("remember", "tip", "try", "teacher"))
    # model_validate, because `kind` is only now known to be one of the four.
    return blocks.Callout.model_validate({"kind": opening.kind, "html": render(inner)})


def content_note(opening: Opening, inner: Sequence[Token]) -> blocks.ContentNote:
    """Read the note that says what is coming."""
    allow(opening)
    return blocks.ContentNote(html=render(inner))


def reflection(opening: Opening, inner: Sequence[Token]) -> blocks.Reflection:
    """Read something to think about."""
    allow(opening, "id")
    return blocks.Reflection(id=opening.id, html=render(inner))


def discuss(opening: Opening, inner: Sequence[Token]) -> blocks.Discuss:
    """Read something to talk about in class."""
    allow(opening, "objective")
    return blocks.Discuss(objectives=opening.objectives, html=render(inner))


def help_list(opening: Opening, inner: Sequence[Token]) -> blocks.Help:
    """Read the place of the help resources."""
    _refuse_inside(opening, inner)
    return blocks.Help()


def facts(opening: Opening, inner: Sequence[Token]) -> blocks.Facts:
    """Read the place of the LEA's facts."""
    _refuse_inside(opening, inner)
    return blocks.Facts()


def _refuse_inside(opening: Opening, inner: Sequence[Token]) -> None:
    allow(opening)
    if inner:
        raise BlockError(opening.line, f"::: {opening.name} has nothing inside")


def cards(opening: Opening, inner: Sequence[Token]) -> blocks.Cards:
    """Read `- :icon: **Front** — back` items."""
    allow(opening)
    return blocks.Cards(cards=tuple(_card(item) for item in list_items(opening, inner)))


def _card(item: Token) -> blocks.Card:
    front, dash, back = item.content.partition(" — ")
    if not dash:
        raise BlockError(_line(item), "a card looks like  - **Front** — back")
    icon = ICON.match(front)
    front = front[icon.end() :] if icon else front
    return blocks.Card(
        icon=icon[1] if icon else "",
        front=plain(render_line(front)),
        back=render_line(back),
    )


def chat(opening: Opening, inner: Sequence[Token]) -> blocks.Chat:
    """Read `- Name: what they write` items."""
    allow(opening, "with", "label")
    return blocks.Chat(
        partner=opening.attributes.get("with", ""),
        label=opening.attributes.get("label", ""),
        lines=tuple(_chat_line(item) for item in list_items(opening, inner)),
    )


def _chat_line(item: Token) -> blocks.ChatLine:
    who, colon, text = item.content.partition(": ")
    if not colon:
        raise BlockError(_line(item), "a chat line looks like  - Name: what they write")
    return blocks.ChatLine(who=who, text=plain(render_line(text)))


def list_items(opening: Opening, inner: Sequence[Token]) -> Iterator[Token]:
    """Yield the one line of each item of the only list in a block.

    Raises:
        BlockError: Something else stands in the block.
    """
    for part in parts(inner):
        if part.first.type != "bullet_list_open":
            raise BlockError(part.line, f"::: {opening.name} holds one list only")
        for item in parts(part.inner):
            lines = [token for token in item.inner if token.type == "inline"]
            if len(lines) != 1:
                raise BlockError(item.line, "each item is one paragraph")
            render_inline(lines[0])
            yield lines[0]


def lone_image(part: Part) -> Token | None:
    """Return the picture if a paragraph holds nothing else."""
    if part.first.type != "paragraph_open":
        return None
    children = part.inline.children or []
    if len(children) == 1 and children[0].type == "image":
        return children[0]
    return None


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1
