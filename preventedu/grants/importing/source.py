"""YAML with line numbers: plain values, and the line on which each of them stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
"""Where a value is: keys and positions from the top of the file."""
MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20
"""Lists within lists; the deepest that we know is 7."""
WHOLE = re.compile(r"0|-?[1-9][0-9]*")


@dataclass(frozen=True)
class Problem:
    """Something wrong with a line, in plain words, and what to do."""

    line: int
    """Counted from 1."""
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        """Return one line of text."""
        return f"Line {self.line}: {self.message} {self.suggestion}".rstrip()


@dataclass
class Lines:
    """The line and the written text of each value."""

    _lines: dict[Path, int] = field(default_factory=dict)
    _raw: dict[Path, str] = field(default_factory=dict)

    def add(self, path: Path, line: int, raw: str = "") -> None:
        """Remember where a value stands."""
        self._lines[path] = line
        self._raw[path] = raw

    def line(self, path: Path) -> int:
        """Return the line of a value, or of the nearest thing around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def raw(self, path: Path) -> str:
        """Return a value as it is written in the file."""
        return self._raw.get(path, "")


class SourceError(Exception):
    """The text is no YAML that we take."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def load(text: str) -> tuple[Any, Lines]:
    """Return the values of a YAML text and their lines.

    Raises:
        SourceError: It is no YAML, repeats a key, or uses more of YAML than we take.
    """
    if len(text) > MAX_CHARACTERS:
        raise SourceError(Problem(1, "The file is too large.", "Split it by award."))
    try:
        _refuse_tricks(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise SourceError(
            Problem(
                _line(error.problem_mark),
                f"This is no YAML: {error.problem}.",
                "Look for a missing colon, quote or space at the start of this line "
                "or the one above.",
            )
        ) from error
    except yaml.YAMLError as error:
        raise SourceError(
            Problem(1, "The file is no text.", "Save it as UTF-8.")
        ) from (error)
    lines = Lines()
    return (None if node is None else _value(node, (), lines)), lines


def _line(mark: Any) -> int:
    """Return the line of one of PyYAML's marks, counted from 1."""
    return mark.line + 1 if mark is not None else 1


def _refuse_tricks(text: str) -> None:
    """Refuse what no file of ours needs: references, tags, and endless nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        line = _line(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            message = f"*{event.anchor} refers to another part of the file."
            raise SourceError(Problem(line, message, "Write the value out here."))
        if tag := getattr(event, "tag", None):
            message = f"`{tag}` says how to read a value."
            raise SourceError(Problem(line, message, "Leave it out."))
        if depth > MAX_DEPTH:
            message = f"More than {MAX_DEPTH} lists are within each other."
            raise SourceError(Problem(line, message, "Look for a missing ] or }."))


def _value(node: yaml.Node, path: Path, lines: Lines) -> Any:
    line = _line(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        lines.add(path, line)
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        lines.add(path, line)
        return [
            _value(item, (*path, position), lines)
            for position, item in enumerate(node.value)
        ]
    lines.add(path, line, str(node.value))
    return _scalar(node, line)


def _mapping(node: yaml.MappingNode, path: Path, lines: Lines) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        line = _line(key_node.start_mark)
        if key in found:
            raise SourceError(
                Problem(line, f"`{key}` is here twice.", "Keep one of the two.")
            )
        found[key] = _value(value_node, (*path, key), lines)
        if not isinstance(value_node, yaml.ScalarNode):
            lines.add((*path, key), line)
    return found


def _scalar(node: yaml.Node, line: int) -> Any:
    try:
        value = yaml.SafeLoader("").construct_object(node)
    except (ValueError, yaml.YAMLError) as error:
        raise SourceError(
            Problem(
                line,
                f"`{node.value}` cannot be understood.",
                "Write dates as 2026-07-01, and any other text in quotes.",
            )
        ) from error
    if type(value) is int and not WHOLE.fullmatch(str(node.value)):
        message = f"YAML reads `{node.value}` as {value}."
        hint = "Write a number in plain digits, without zeros in front; an id in quotes"
        raise SourceError(Problem(line, message, hint + f': "{node.value}".'))
    return value
