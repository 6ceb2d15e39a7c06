"""N001: the title a gradebook shows must not give away what a lesson is about.

A parent who reads a gradebook, a browser history or a file name may be the danger.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from preventedu.courses.content.problems import Level

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preventedu.courses.content.problems import Problem
    from preventedu.courses.content.source_schema import LmsTitlePolicy
    from preventedu.courses.content.sources import ContentTree, SourceModule


def check(tree: ContentTree, module: SourceModule) -> Iterator[Problem]:
    """Yield what is wrong with the neutral titles of a module."""
    for language, title in module.meta.lms_title.items():
        for fault in _faults(title, tree.policy.lms_title):
            yield module.problem(Level.ERROR, "N001", fault, "lms_title", language)


def _faults(title: str, policy: LmsTitlePolicy) -> Iterator[str]:
    if len(title) > policy.max_characters:
        yield (
            f"lms_title has {len(title)} characters; at most {policy.max_characters}"
        )
    for word in re.findall(r"\w+", _folded(title)):
        for beginning in policy.forbidden:
            if word.startswith(_folded(beginning)):
                yield (
                    f"lms_title gives the subject away (“{word}”); it is seen in"
                    " gradebooks and browser histories: write something neutral"
                )


def _folded(text: str) -> str:
    """Return `text` without accents and capitals."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))
