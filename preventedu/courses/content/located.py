"""A block together with the lines it came from, for messages to its author."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from preventedu.courses.content.problems import BlockError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from preventedu.courses.content.blocks import Block

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Located:
    """A block and its line; `inner` has the lines of its answers or scenes by id."""

    block: Block
    line: int
    inner: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, part: str) -> int:
        """Return the line of an answer or scene, or else of the block."""
        return self.inner.get(part, self.line)


def checked(line: int, make: Callable[[], Made]) -> Made:
    """Return what `make` builds, or say on which line it is wrong.

    Raises:
        BlockError: The schema refuses it.
    """
    try:
        return make()
    except ValidationError as error:
        raise BlockError(line, explained(error)) from None


def explained(error: ValidationError) -> str:
    """Return what a schema refused, in one line."""
    said = []
    for item in error.errors(include_url=False):
        message = item["msg"].removeprefix("Value error, ")
        said.append(": ".join(filter(None, (place(item["loc"]), message))))
    return "; ".join(said)


def place(loc: tuple[int | str, ...]) -> str:
    """Return a place in a record as an author would say it."""
    return ".".join(str(step) for step in loc)
