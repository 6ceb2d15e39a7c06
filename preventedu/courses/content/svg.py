"""Looks into SVG pictures: nothing that runs, nothing from elsewhere, a known size.

Pictures are checked against a list of what they may hold, not of what they may not.
Inline styles are refused too: our pages' content security policy would drop them
and the picture would look different in front of a child.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Mapping

ELEMENTS = {
    *("svg", "g", "defs", "symbol", "use", "title", "desc", "text", "tspan"),
    *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon"),
    *("clipPath", "mask", "pattern", "linearGradient", "radialGradient", "stop"),
}
REFERENCES = {"href", "xlink:href", "src"}
URL = re.compile(r"url\(\s*['\"]?(?!#)", re.IGNORECASE)
NUMBER = re.compile(r"(\d+(?:\.\d+)?)(?:px)?")


@dataclass(frozen=True, slots=True)
class Svg:
    """A picture; `faults` says what keeps it out of a lesson.

    Attributes:
        text: The file without surrounding blanks.
        width: Own width in CSS pixels; 0 if the file does not say.
        height: Own height in CSS pixels; 0 if the file does not say.
    """

    text: str
    width: int
    height: int
    faults: tuple[str, ...]


def read_svg(data: bytes, *, max_bytes: int) -> Svg:
    """Read and judge one picture."""
    faults = (
        [f"{len(data)} bytes; at most {max_bytes}"] if len(data) > max_bytes else []
    )
    inspector = _Inspector()
    try:
        inspector.read(data)
        text = data.decode("utf-8").strip()
    except (expat.ExpatError, UnicodeDecodeError, _DoctypeError):
        return Svg("", 0, 0, (*faults, "not a plain SVG file in UTF-8"))
    width, height = inspector.size
    if not width or not height:
        faults.append("no width and height and no viewBox")
    return Svg(text, width, height, (*faults, *sorted(inspector.faults)))


class _DoctypeError(Exception):
    """A document type may define entities that blow up or fetch files."""


class _Inspector:
    """Collects what one pass over the elements shows."""

    def __init__(self) -> None:
        self.faults: set[str] = set()
        self.size = (0, 0)
        self._root_is_open = False

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._element
        parser.StartDoctypeDeclHandler = self._doctype
        parser.ProcessingInstructionHandler = self._instruction
        parser.Parse(data, True)  # noqa: FBT003 - expat takes it by place only

    def _doctype(self, *_parts: object) -> None:
        raise _DoctypeError

    def _instruction(self, target: str, _data: str) -> None:
        self.faults.add(f"has a <?{target}?> instruction")

    def _element(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._root_is_open:
            self._root_is_open = True
            self.size = _size(attributes)
            if name != "svg":
                self.faults.add("does not start with <svg>")
        if name not in ELEMENTS:
            self.faults.add(f"has <{name}>")
        for key, value in attributes.items():
            if fault := _attribute_fault(key, value):
                self.faults.add(fault)


def _attribute_fault(key: str, value: str) -> str | None:
    if key.lower().startswith("on"):
        return f"has {key}="
    if key == "style":
        return "has style= (write fill=, stroke= and so on instead)"
    outside = key in REFERENCES and not value.startswith("#")
    if outside or URL.search(value):
        return f"{key}= points outside the file"
    return None


def _size(attributes: Mapping[str, str]) -> tuple[int, int]:
    sides = [NUMBER.fullmatch(attributes.get(key, "")) for key in ("width", "height")]
    if sides[0] and sides[1]:
        return round(float(sides[0][1])), round(float(sides[1][1]))
    box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    try:
        _, _, width, height = (float(part) for part in box)
    except ValueError:
        return 0, 0
    return max(0, round(width)), max(0, round(height))
