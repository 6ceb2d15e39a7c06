from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preventedu.courses.content.svg import read_svg
from tests.courses.content import trees

if TYPE_CHECKING:
    from tests.courses.content.trees import Content

LIMIT = 1000
BOX = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 56"'


def svg(inside: str, box: str = BOX) -> bytes:
    return f"<svg {box}>{inside}</svg>".encode()


def test_a_drawing_has_its_own_size_and_no_fault() -> None:
    found = read_svg(
        svg('<g id="a"/><use href="#a"/><rect fill="url(#a)"/>'), max_bytes=LIMIT
    )

    assert (found.width, found.height, found.faults) == (72, 56, ())


def test_width_and_height_stand_over_the_view_box() -> None:
    found = read_svg(svg("", f'{BOX} width="36px" height="28"'), max_bytes=LIMIT)

    assert (found.width, found.height) == (36, 28)


@pytest.mark.parametrize(
    "data",
    [
        svg("<script>alert(1)</script>"),
        svg("<style>*{fill:red}</style>"),
        svg('<path style="fill:red"/>'),
        svg('<path onload="alert(1)"/>'),
        svg('<use href="https://evil.example/x.svg#a"/>'),
        svg('<use href="other.svg#a"/>'),
        svg('<image href="data:image/png;base64,AA"/>'),
        svg("<foreignObject/>"),
        svg('<a href="javascript:alert(1)"/>'),
        svg('<rect fill="url(https://evil.example)"/>'),
        svg("<rect fill=\"URL( '//evil.example')\"/>"),
        svg('<animate attributeName="href"/>'),
        b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + svg("&a;"),
        b'<?xml-stylesheet href="https://evil.example"?>' + svg(""),
        svg("", 'xmlns="http://www.w3.org/2000/svg"'),
        svg("", 'viewBox="0 0 a b"'),
        b"<html/>",
        b"\xff\xfe not xml",
        b"",
        svg("<g/>" * LIMIT),
    ],
)
def test_a_picture_that_could_do_harm_has_a_fault(data: bytes) -> None:
    assert read_svg(data, max_bytes=LIMIT).faults


def test_a_bad_picture_is_reported(content: Content) -> None:
    content.write(trees.PICTURE, "<svg viewBox='0 0 1 1'><script/></svg>")

    assert content.only("A012") == ("error", trees.PICTURE, 1)


def test_a_picture_of_another_kind_is_reported(content: Content) -> None:
    content.write("modules/sample/images/face.jpg", "x")

    assert content.only("A012") == ("error", "modules/sample/images/face.jpg", 1)
