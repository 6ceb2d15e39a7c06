"""V001: answers that were given must keep meaning what they meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.content.base import SOURCE_LANGUAGE
from preventedu.courses.content.blocks import Question
from preventedu.courses.content.markdown import plain
from preventedu.courses.content.problems import Level, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from preventedu.courses.content.schema import CompiledModule

Answers = tuple[tuple[str, str, bool], ...]


def check_versions(
    module: CompiledModule, previous: Iterable[CompiledModule]
) -> tuple[Problem, ...]:
    """Compare a module with what was published before under the same version.

    Stored answers are question and option ids. If options of a published version
    were added, removed, reordered or reworded, the same ids would mean something
    else, so such a change needs a new version.

    Args:
        module: What is about to be stored.
        previous: Modules stored earlier, of any slug and version.

    Returns:
        One error per question that changed.
    """
    now = _answers(module)
    changed: set[str] = set()
    for before in previous:
        is_same = (before.slug, before.version) == (module.slug, module.version)
        if is_same and before.status == "published":
            then = _answers(before)
            changed |= {name for name in then if now.get(name) != then[name]}
            changed |= set(now) - set(then)
    return tuple(
        Problem(
            f"modules/{module.slug}/module.yaml",
            1,
            Level.ERROR,
            "V001",
            f"question {name} differs from published version {module.version}:"
            " raise `version`",
        )
        for name in sorted(changed)
    )


def _answers(module: CompiledModule) -> Mapping[str, Answers]:
    document = module.documents[SOURCE_LANGUAGE]
    shown = (block for screen in document.screens for block in screen.blocks)
    questions = (b for b in (*shown, *document.pool) if isinstance(b, Question))
    return {
        question.id: tuple(
            (o.id, o.picture.src if o.picture else plain(o.html), o.correct)
            for o in question.options
        )
        for question in questions
    }
