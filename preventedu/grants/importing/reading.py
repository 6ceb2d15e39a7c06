"""From values to a checked shape, every mistake with its line and in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from preventedu.grants.importing.explaining import explain
from preventedu.grants.importing.problems import Lines, Problem, SourceError, in_order
from preventedu.grants.importing.schema import Document
from preventedu.grants.importing.source import load
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


@dataclass(frozen=True)
class Source:
    """A file that was read: its document, or else its problems."""

    document: Document | None
    lines: Lines
    problems: tuple[Problem, ...] = ()


def read(text: str) -> Source:
    """Read the text of a YAML file."""
    try:
        data, lines = load(text)
    except SourceError as error:
        return Source(None, Lines(), (error.problem,))
    if not isinstance(data, dict):
        known = ", ".join(f"`{name}:`" for name in Document.model_fields)
        hint = _("Begin with %(names)s.", names=known)
        problem = Problem(1, _("This is no import file."), hint)
        return Source(None, lines, (problem,))
    return read_values(data, lines)


def read_values(data: dict[str, Any], lines: Lines) -> Source:
    """Check the shape of values, wherever they come from.

    Args:
        data: As YAML would give them, from the top of the file.
        lines: Where each of them stands.
    """
    try:
        return Source(Document.model_validate(data), lines)
    except ValidationError as error:
        found = _without_echoes(error.errors())
        problems = in_order(explain(details, lines) for details in found)
        return Source(None, lines, problems)


def _without_echoes(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out what follows from another mistake.

    A misspelled key makes its true name missing; a bad entry leaves a list empty.
    """
    return [it for it in found if not any(_is_echo(it, of) for of in found)]


def _is_echo(it: ErrorDetails, of: ErrorDetails) -> bool:
    path, cause = it["loc"], of["loc"]
    if it["type"] == "too_short":
        return len(cause) > len(path) and cause[: len(path)] == path
    return (
        it["type"] == "missing"
        and of["type"] == "extra_forbidden"
        and path[:-1] == cause[:-1]
        and bool(get_close_matches(str(cause[-1]), [str(path[-1])]))
    )
