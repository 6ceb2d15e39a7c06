"""Reads YAML as authors mean it, and remembers the line of every value.

YAML 1.1 reads `on`, `off`, `yes`, `no` (also the language code `no`) as booleans;
YAML 1.2 does not. A key written twice is an error here: the second one would
silently replace the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from preventedu.courses.content.problems import BlockError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

YamlPath = tuple[str | int, ...]
BOOL_TAG = "tag:yaml.org,2002:bool"


class Yaml12Loader(yaml.SafeLoader):
    """A safe loader whose only booleans are `true` and `false`."""


Yaml12Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != BOOL_TAG]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12Loader.add_implicit_resolver(
    BOOL_TAG, re.compile(r"^(?:true|false)$"), ["t", "f"]
)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The data of one YAML text and where each part of it stands."""

    data: object
    lines: Mapping[YamlPath, int]

    def line_of(self, *path: str | int) -> int:
        """Return the line of `path`, or of its nearest parent that was written."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def read_yaml(text: str, *, first_line: int = 1) -> YamlFile:
    """Read one YAML document.

    Args:
        text: The document.
        first_line: The line on which `text` begins in its file.

    Raises:
        BlockError: It is not YAML, or a key stands twice in one mapping.
    """
    loader = Yaml12Loader(text)
    try:
        node = loader.get_single_node()
        lines = dict(_lines_below(node, (), first_line)) if node else {}
        data = loader.construct_document(node) if node else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = first_line + (mark.line if mark else 0)
        raise BlockError(line, f"this is not YAML: {error.problem}") from None
    finally:
        loader.dispose()
    return YamlFile(data, lines)


def _lines_below(
    node: yaml.Node, path: YamlPath, first_line: int
) -> Iterator[tuple[YamlPath, int]]:
    yield path, node.start_mark.line + first_line
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + first_line
            if name in seen:
                raise BlockError(line, f"“{name}” stands twice")
            seen.add(name)
            yield from _lines_below(value, (*path, name), first_line)
            yield (*path, name), line
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines_below(item, (*path, index), first_line)
