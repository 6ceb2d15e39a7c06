"""Reads `::: scenario` blocks: scenes and the choices that lead between them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preventedu.courses.content import blocks
from preventedu.courses.content.directive import Opening, allow, list_items
from preventedu.courses.content.located import Located, checked
from preventedu.courses.content.markdown import Part, line_of, parts, plain, render
from preventedu.courses.content.problems import BlockError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

HEADING = re.compile(
    r"(?P<id>[a-z][a-z0-9-]*):\s*(?P<title>.+?)(?:\s*\{ending=(?P<ending>\w+)\})?"
)


@dataclass(slots=True)
class _Draft:
    """A scene while its parts are being read."""

    id: str
    title: str
    ending: str
    line: int
    text: list[Token] = field(default_factory=list)
    choices: list[blocks.Choice] = field(default_factory=list)

    def finished(self) -> blocks.Scene:
        return checked(
            self.line,
            lambda: blocks.Scene.model_validate(
                {
                    "id": self.id,
                    "title": self.title,
                    "html": render(self.text),
                    "ending": self.ending,
                    "choices": self.choices,
                }
            ),
        )


def scenario(opening: Opening, inner: Sequence[Token]) -> Located:
    """Read one story.

    Raises:
        BlockError: A scene or choice is not what it should be, a scene cannot be
            reached, or one leads to no ending.
    """
    allow(opening, "id", "objective", "title")
    drafts = _drafts(opening, inner)
    scenes = tuple(draft.finished() for draft in drafts)
    story = checked(
        opening.line,
        lambda: blocks.Scenario(
            id=opening.id,
            title=opening.attributes.get("title", ""),
            objectives=opening.objectives,
            scenes=scenes,
        ),
    )
    return Located(story, opening.line, {draft.id: draft.line for draft in drafts})


def _drafts(opening: Opening, inner: Sequence[Token]) -> list[_Draft]:
    drafts: list[_Draft] = []
    for part in parts(inner):
        if part.first.type == "heading_open":
            drafts.append(_heading(part))
        elif not drafts:
            raise BlockError(part.line, "a scenario starts with  ### scene-name: Title")
        elif part.first.type == "bullet_list_open":
            items = list_items(opening, part.tokens)
            drafts[-1].choices += [_choice(item) for item in items]
        else:
            drafts[-1].text += part.tokens
    return drafts


def _heading(part: Part) -> _Draft:
    match = HEADING.fullmatch(part.inline.content)
    if part.first.tag != "h3" or not match:
        raise BlockError(part.line, "a scene heading looks like  ### scene-name: Title")
    ending = match["ending"] or ""
    return _Draft(match["id"], match["title"], ending, part.line)


def _choice(item: Token) -> blocks.Choice:
    children = item.children or []
    links = [child for child in children if child.type == "link_open"]
    target = str(links[0].attrs["href"]) if len(links) == 1 else ""
    whole = children and children[0].type == "link_open" and target.startswith("#")
    if not whole or children[-1].type != "link_close":
        raise BlockError(
            line_of(item), "a choice looks like  - [What I do](#scene-name)"
        )
    words = [c.content or " " for c in children if not c.nesting]
    label = plain("".join(words).replace("&", "&amp;").replace("<", "&lt;"))
    return checked(line_of(item), lambda: blocks.Choice(label=label, to=target[1:]))
