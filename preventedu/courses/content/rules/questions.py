"""Q and K003: questions that teach, and a pool that can be drawn from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from preventedu.courses.content import blocks
from preventedu.courses.content.lesson import FileKind
from preventedu.courses.content.markdown import plain
from preventedu.courses.content.pool import objectives_short_of
from preventedu.courses.content.problems import Level, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from preventedu.courses.content.located import Located
    from preventedu.courses.content.sources import (
        ContentTree,
        Document,
        SourceModule,
    )

BARE_VERDICT = re.compile(
    r"(wrong|incorrect|no|mal|incorrecto|incorrecta)\s*[.!,:]", re.IGNORECASE
)
GIVES_AWAY = 1.6
"""How much longer than the longest other answer the right one may be."""
FEW_LETTERS = 15
"""A difference that nobody notices, in characters."""
PER_OBJECTIVE = 2
NAMED = 40


def check(document: Document) -> Iterator[Problem]:
    """Yield what is wrong with each question and story of a file."""
    for located in document.file.located:
        match located.block:
            case blocks.Question() as question:
                yield from _objectives(document, located, question.objectives)
                yield from _feedback(document, located, question)
                yield from _answers(document, located, question)
            case (
                blocks.Scenario(objectives=objectives)
                | blocks.Discuss(objectives=objectives)
            ):
                yield from _objectives(document, located, objectives)
            case _:
                pass


def check_pool(tree: ContentTree, module: SourceModule) -> Iterator[Problem]:
    """Yield objectives with too few questions, and a draw that cannot be made."""
    del tree
    quiz, prepost = module.source.get("quiz"), module.meta.prepost
    if quiz is None:
        if prepost:
            message = "prepost draws from quiz.md, which is not there"
            yield module.problem(Level.ERROR, "Q008", message, "prepost")
        return
    pool = [q.block for q in quiz.located if isinstance(q.block, blocks.Question)]
    ids = [objective.id for objective in module.meta.objectives]
    for objective in ids:
        count = sum(objective in question.objectives for question in pool)
        if count < PER_OBJECTIVE:
            message = f"objective {objective} has {count} of {PER_OBJECTIVE} questions"
            yield Problem(quiz.path, 1, Level.ERROR, "Q007", message)
    if prepost:
        yield from _draw(module, pool, ids, prepost.draw)


def _draw(
    module: SourceModule, pool: Sequence[blocks.Question], ids: list[str], n: int
) -> Iterator[Problem]:
    if n > len(pool):
        message = f"cannot draw {n} from a pool of {len(pool)}"
        yield module.problem(Level.ERROR, "Q008", message, "prepost", "draw")
    elif short := objectives_short_of(pool, ids, n):
        message = (
            f"cannot draw {n} evenly: too few questions name {', '.join(short)} first"
        )
        yield module.problem(Level.ERROR, "Q008", message, "prepost", "draw")


def _objectives(
    document: Document, located: Located, objectives: Sequence[str]
) -> Iterator[Problem]:
    known = {objective.id for objective in document.module.meta.objectives}
    name = _name(located)
    if not objectives and not isinstance(located.block, blocks.Discuss):
        yield document.error(located.line, "Q001", f"{name} names no objective")
    for objective in objectives:
        if objective not in known:
            yield document.error(
                located.line, "Q002", f"{name}: {objective} is not in module.yaml"
            )


def _feedback(
    document: Document, located: Located, question: blocks.Question
) -> Iterator[Problem]:
    for option in question.options:
        line, said = located.line_of(option.id), plain(option.feedback)
        if not said:
            shown = plain(option.html) or (option.picture.alt if option.picture else "")
            yield document.error(
                line,
                "Q003",
                f"question {question.id}, answer “{shown[:NAMED]}”: no feedback",
            )
        elif BARE_VERDICT.match(said):
            yield document.warning(
                line,
                "Q004",
                f"question {question.id}: feedback starts with a bare verdict; say"
                " what to look at",
            )


def _answers(
    document: Document, located: Located, question: blocks.Question
) -> Iterator[Problem]:
    limits, line = document.limits, located.line
    if len(question.options) > limits.max_answers:
        yield document.error(
            line,
            "Q005",
            f"question {question.id}: {document.band} has at most"
            f" {limits.max_answers} answers",
        )
    if limits.answers == "pictures" and document.kind in (
        FileKind.LESSON,
        FileKind.QUIZ,
    ):
        yield from _picture_answers(document, located, question)
    right = [len(plain(o.html)) for o in question.options if o.correct]
    others = [len(plain(o.html)) for o in question.options if not o.correct]
    longest = max(others, default=0)
    is_longer = len(right) == 1 and right[0] > longest + FEW_LETTERS
    if is_longer and longest and right[0] > GIVES_AWAY * longest:
        yield document.warning(
            line,
            "Q006",
            f"question {question.id}: the right answer is much longer than the others",
        )


def _picture_answers(
    document: Document, located: Located, question: blocks.Question
) -> Iterator[Problem]:
    if question.kind != "choose-one":
        yield document.error(
            located.line, "K003", f"question {question.id}: here, choose-one only"
        )
    for option in question.options:
        if option.picture is None:
            yield document.error(
                located.line_of(option.id),
                "K003",
                f"question {question.id}, answer {option.id}: begins with a picture",
            )


def _name(located: Located) -> str:
    block = located.block
    if isinstance(block, blocks.Question | blocks.Scenario):
        return f"{block.type} {block.id}"
    return f"::: {block.type}"
