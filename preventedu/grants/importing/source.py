"""YAML with line numbers: plain values, and the line on which each of them stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from preventedu.grants.importing.problems import Lines, Problem, SourceError
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from preventedu.grants.importing.problems import Path

MAX_CHARACTERS = 1_000_000
MAX_DEPTH = 20
"""Lists within lists; the deepest that we know is 7."""
WHOLE = re.compile(r"0|-?[1-9][0-9]*")


def load(text: str) -> tuple[Any, Lines]:
    """Return the values of a YAML text and their lines.

    Raises:
        SourceError: It is no YAML, repeats a key, or uses more of YAML than we take.
    """
    if len(text) > MAX_CHARACTERS:
        raise SourceError(
            Problem(1, _("The file is too large."), _("Split it by award."))
        )
    try:
        _refuse_tricks(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise SourceError(
            Problem(
                _line(error.problem_mark),
                _("This is no YAML: %(why)s.", why=error.problem),
                _(
                    "Look for a missing colon, quote or space at the start of this "
                    "line or the one above."
                ),
            )
        ) from error
    except yaml.YAMLError as error:
        raise SourceError(
            Problem(1, _("The file is no text."), _("Save it as UTF-8."))
        ) from error
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
            message = _(
                "*%(name)s refers to another part of the file.", name=event.anchor
            )
            raise SourceError(Problem(line, message, _("Write the value out here.")))
        if tag := getattr(event, "tag", None):
            message = _("`%(tag)s` says how to read a value.", tag=tag)
            raise SourceError(Problem(line, message, _("Leave it out.")))
        if depth > MAX_DEPTH:
            message = _(
                "More than %(number)s lists are within each other.", number=MAX_DEPTH
            )
            raise SourceError(Problem(line, message, _("Look for a missing ] or }.")))


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
                Problem(
                    line,
                    _("`%(name)s` is here twice.", name=key),
                    _("Keep one of the two."),
                )
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
                _("`%(value)s` cannot be understood.", value=node.value),
                _("Write dates as 2026-07-01, and any other text in quotes."),
            )
        ) from error
    if type(value) is int and not WHOLE.fullmatch(str(node.value)):
        message = _(
            "YAML reads `%(written)s` as %(number)s.", written=node.value, number=value
        )
        hint = _(
            "Write a number in plain digits, without zeros in front; an id in quotes: "
            '"%(written)s".',
            written=node.value,
        )
        raise SourceError(Problem(line, message, hint))
    return value
