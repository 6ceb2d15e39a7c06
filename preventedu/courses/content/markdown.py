"""Markdown to tokens, tokens to safe HTML, HTML to plain words.

An author's text is untrusted: raw HTML is switched off in the parser, and every
fragment then passes the allow-list of `clean`. No tag here can run, load or style
anything, and a link can only be https.
"""

from __future__ import annotations

import html as html_text
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from preventedu.courses.content.problems import BlockError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

BLOCK_TAGS = {
    *("p", "ul", "ol", "li", "blockquote", "h2", "h3", "h4"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
SAFE_TAGS = BLOCK_TAGS | {"strong", "em", "a", "code", "br", "button"}
SAFE_ATTRIBUTES = {
    # An empty `*` takes away `title` and `lang`, which nh3 would let through.
    "*": set[str](),
    "a": {"href"},
    "button": {"class", "type", "data-term", "aria-expanded"},
}
BLOCK_END = re.compile(rf"</(?:{'|'.join(sorted(BLOCK_TAGS))})>|<br>")
ANY_TAG = re.compile(r"<[^>]+>")
CONTAINER = "container_block_open"


@dataclass(frozen=True, slots=True)
class Part:
    """One top-level piece of a token stream: a paragraph, a list, a container."""

    tokens: Sequence[Token]

    @property
    def first(self) -> Token:
        """The token that opens the part."""
        return self.tokens[0]

    @property
    def inner(self) -> Sequence[Token]:
        """What stands between the opening and the closing token."""
        return self.tokens[1:-1]

    @property
    def inline(self) -> Token:
        """The first inline token: the text of a paragraph or heading."""
        return next(token for token in self.tokens if token.type == "inline")

    @property
    def line(self) -> int:
        """The line of the file, counted from 1."""
        return line_of(self.first)


def tokens_of(text: str) -> list[Token]:
    """Parse a whole file."""
    return PARSER.parse(text)


def parts(tokens: Sequence[Token]) -> Iterator[Part]:
    """Cut a balanced token stream into its top-level parts."""
    start = depth = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield Part(tokens[start : index + 1])
            start = index + 1


def line_of(token: Token) -> int:
    """Return the line of a block token, counted from 1."""
    return token.map[0] + 1 if token.map else 1


def render(tokens: Sequence[Token]) -> str:
    """Return safe HTML for block tokens.

    Raises:
        BlockError: A picture stands inside text, or a `:::` block inside another.
    """
    for token in tokens:
        if token.type == CONTAINER or token.content.startswith(":::"):
            raise BlockError(line_of(token), "a ::: block cannot stand inside another")
        if any(child.type == "image" for child in token.children or ()):
            raise BlockError(line_of(token), "a picture stands alone in its paragraph")
    return clean(PARSER.renderer.render(tokens, PARSER.options, {}))


def render_inline(inline: Token) -> str:
    """Return safe HTML for the inside of one line."""
    return clean(PARSER.renderer.render([inline], PARSER.options, {}))


def render_line(text: str) -> str:
    """Return safe HTML for one line of Markdown that was cut out of its block."""
    return clean(PARSER.renderInline(text))


def clean(html: str) -> str:
    """Return `html` with only the tags and attributes a lesson may have."""
    return nh3.clean(
        html,
        tags=SAFE_TAGS,
        attributes=SAFE_ATTRIBUTES,
        attribute_filter=_only_https,
        url_schemes={"https"},
        link_rel="noopener noreferrer",
    ).strip()


def plain(html: str) -> str:
    """Return the words of a fragment, on one line, without tags or entities."""
    return " ".join(chunks(html))


def chunks(html: str) -> list[str]:
    """Return the words of each paragraph, list item or cell of a fragment."""
    found = []
    for chunk in BLOCK_END.split(html):
        words = html_text.unescape(ANY_TAG.sub("", chunk)).split()
        if words:
            found.append(" ".join(words))
    return found


def _only_https(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href" and not value.startswith("https://"):
        return None
    return value


def _term_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser passes it by place
    """Read `[[term]]` and `[[words shown|term]]`: a glossary button."""
    if not state.src.startswith("[[", state.pos):
        return False
    end = state.src.find("]]", state.pos + 2, state.posMax)
    if end < 0:
        return False
    if not silent:
        shown, bar, term = state.src[state.pos + 2 : end].partition("|")
        token = state.push("term", "", 0)
        token.content = " ".join(shown.split())
        token.meta = {"term": " ".join((term if bar else shown).lower().split())}
    state.pos = end + 2
    return True


def _render_term(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: EnvType,
) -> str:
    term = html_text.escape(tokens[index].meta["term"])
    shown = html_text.escape(tokens[index].content)
    return (
        f'<button type="button" class="term" data-term="{term}"'
        f' aria-expanded="false">{shown}</button>'
    )


def _make_parser() -> MarkdownIt:
    options = {"html": False, "linkify": False, "typographer": False}
    parser = MarkdownIt("commonmark", options).enable("table")
    # A line of dashes below a paragraph would silently make a new screen.
    parser.disable(["lheading", "html_block", "html_inline"])
    parser.use(front_matter_plugin)
    parser.use(attrs_plugin, after=("image",), allowed=("tags", "credit"))
    # One container takes every name, so that a misspelt one is an error, not text.
    parser.use(container_plugin, "block", validate=lambda *_: True)
    parser.inline.ruler.before("link", "term", _term_rule)
    parser.add_render_rule("term", _render_term)
    return parser


PARSER = _make_parser()
