from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.content.problems import Level

if TYPE_CHECKING:
    from tests.courses.content.trees import Content


def test_a_right_tree_has_no_problem_but_unchecked_help(content: Content) -> None:
    assert [str(problem) for problem in content.problems()] == []
    assert {p.level for p in content.problems("H010")} == {Level.WARNING}
