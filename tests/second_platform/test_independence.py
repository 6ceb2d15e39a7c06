"""The platform's side shares no code with the tool or with the practice LMS."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGE = "tests.second_platform."
NOT_THEIRS = {"preventedu", "practice_lms", "tests", "bench"}


def imported(name: str) -> set[str]:
    """Return the modules that a module of this package imports."""
    tree = ast.parse((HERE / f"{name}.py").read_text())
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
    return found


@pytest.mark.parametrize("name", ["course", "keys", "library", "web"])
def test_platform_imports_neither_tool_nor_practice_lms(name: str) -> None:
    modules = imported(name)
    ours = {each.removeprefix(PACKAGE) for each in modules if PACKAGE in each}
    others = {each.partition(".")[0] for each in modules if PACKAGE not in each}
    assert ours <= {"course", "keys", "library"}
    assert not others & NOT_THEIRS
