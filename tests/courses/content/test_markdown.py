"""An author's text is untrusted: whatever it says, what comes out is inert."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preventedu.courses.content.lesson import FileKind, read_file
from preventedu.courses.content.markdown import SAFE_TAGS, chunks, plain
from preventedu.courses.content.problems import BlockError

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = "---\ntitle: T\nlesson: 1\n---\n\n## S\n\n"
ATTRIBUTES = {"href", "rel", "class", "type", "data-term", "aria-expanded"}
EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html,hi)",
    "<iframe src=https://evil.example></iframe>",
    "[[<img src=x onerror=alert(1)>]]",
    '[[x|" onmouseover="alert(1)]]',
    "**<svg/onload=alert(1)>**",
    '[x](https://ok.example "\\" onmouseover=alert(1)")',
    "`<script>`",
    "<!-- --><style>*{display:none}</style>",
    "[a](vbscript:msgbox)",
    "[a](//evil.example)",
    "[a](/staff/delete)",
    "<a href='https://x' style='position:fixed'>x</a>",
    "<button class=term onclick=alert(1)>x</button>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
]
TABLE = "| <b onclick=a>z</b> | b |\n|--:|---|\n| <script>a</script> | c |"


class Inspector(HTMLParser):
    """Fails on any tag or attribute that could run, load or style something."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SAFE_TAGS
        for name, value in attrs:
            assert name in ATTRIBUTES
            if name == "href":
                assert value is not None
                assert value.startswith("https://")


def fragments(text: str) -> Iterator[str]:
    for located in read_file(text, "x.md", FileKind.LESSON).located:
        dumped = located.block.model_dump()
        yield str(dumped.get("html", ""))
        for part in ("options", "scenes", "cards"):
            for item in dumped.get(part, ()):
                yield from (str(item.get(k, "")) for k in ("html", "feedback", "back"))
        yield from (str(dumped.get(key, "")) for key in ("stem", "hint", "right"))


def assert_inert(text: str) -> None:
    found = list(fragments(text))
    assert any(found)
    for fragment in found:
        inspector = Inspector()
        inspector.feed(fragment)
        inspector.close()


@pytest.mark.parametrize("evil", [*EVIL, TABLE])
def test_hostile_prose_comes_out_inert(evil: str) -> None:
    assert_inert(f"{HEAD}Hello {evil}\n\n{evil}")


@pytest.mark.parametrize("evil", EVIL)
def test_hostile_blocks_come_out_inert(evil: str) -> None:
    assert_inert(
        f"{HEAD}::: question choose-one {{#q1 objective=O1}}\nA {evil}\n\n"
        f"- [x] a {evil}\n  > {evil}\n- [ ] b\n  > c\n\nhint: {evil}\n:::\n\n"
        f"::: cards\n- **{evil}** — {evil}\n- a — {evil}\n:::\n\n"
        f"::: callout tip\n{evil}\n:::\n"
    )


@given(st.text(alphabet="<>\"'&;:/=[]()|*_`#-! \nascriptonehfl", max_size=200))
def test_no_text_escapes_the_allow_list(text: str) -> None:
    page = f"{HEAD}Start\n\n{text}"
    try:
        read_file(page, "x.md", FileKind.LESSON)
    except BlockError:
        return
    assert_inert(page)


def test_a_raw_tag_is_shown_as_text() -> None:
    (html,) = [f for f in fragments(f"{HEAD}<b>x</b>") if f]

    assert html == "<p>&lt;b&gt;x&lt;/b&gt;</p>"
    assert plain(html) == "<b>x</b>"


def test_a_glossary_term_may_be_shown_in_another_word() -> None:
    (html,) = [f for f in fragments(f"{HEAD}[[Trucos|Trick]]") if f]

    assert 'data-term="trick"' in html
    assert ">Trucos</button>" in html


def test_each_list_item_ends_a_sentence() -> None:
    assert chunks("<ul><li>One <em>two</em>.</li><li>Three</li></ul>") == [
        "One two.",
        "Three",
    ]


def test_a_line_of_dashes_makes_no_screen() -> None:
    file = read_file(f"{HEAD}Hello\n---\nyou", "x.md", FileKind.LESSON)

    assert [screen.title for screen in file.screens] == ["S"]
