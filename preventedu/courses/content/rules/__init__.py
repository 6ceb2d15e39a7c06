"""The rules a module is held to, by group; each has a code and a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.content.rules import (
    help_lines,
    media,
    module_rules,
    questions,
    reading,
    timing,
    titles,
    translation,
    words,
)
from preventedu.courses.content.sources import documents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from preventedu.courses.content.problems import Problem
    from preventedu.courses.content.sources import ContentTree

FILE_RULES = (reading.check, words.check, questions.check, media.check)
MODULE_RULES = (
    module_rules.check,
    questions.check_pool,
    media.check_pictures,
    timing.check,
    titles.check,
    translation.check,
)


def check_modules(tree: ContentTree, today: date) -> Iterator[Problem]:
    """Yield what any rule finds anywhere in a tree."""
    yield from help_lines.check(tree, today)
    for module in tree.modules:
        for check_module in MODULE_RULES:
            yield from check_module(tree, module)
        for document in documents(tree, module):
            for check_file in FILE_RULES:
                yield from check_file(document)
