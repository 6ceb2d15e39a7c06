"""Drawing scored questions, and showing them without their keys. All pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Protocol, TypeVar

from preventedu.courses.content.schema import (
    PublicOption,
    PublicQuestion,
    Question,
)
from preventedu.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_HasId)


class PoolTooSmallError(RefusedError):
    """The pool has fewer questions than a sitting asks for."""


def draw(pool: Sequence[Question], n: int, seed: str) -> list[str]:
    """Choose questions for one sitting, evenly over the objectives.

    A question counts for the first objective it names. Objectives take turns
    until `n` are chosen; one whose questions are used up is passed over.

    Args:
        pool: All scored questions of one document.
        n: How many to draw.
        seed: The same seed, for instance an attempt id, gives the same draw.

    Returns:
        Question ids in the order to show them.

    Raises:
        PoolTooSmallError: The pool holds fewer than `n`.
    """
    if n > len(pool):
        raise PoolTooSmallError(f"The pool has {len(pool)} questions, not {n}.")
    waiting: dict[str, list[str]] = {}
    for question in shuffled(pool, seed):
        waiting.setdefault(primary_objective(question), []).append(question.id)
    turns = sorted(waiting, key=lambda objective: _rank(seed, objective))
    chosen: list[str] = []
    while len(chosen) < n:
        for objective in turns:
            if waiting[objective] and len(chosen) < n:
                chosen.append(waiting[objective].pop())
    return chosen


def shuffled(items: Iterable[Item], seed: str) -> list[Item]:
    """Return the items in an order that depends only on their ids and the seed.

    Python's own generator may change between versions; a hash does not, so a
    learner who comes back after an upgrade sees the order they left.
    """
    return sorted(items, key=lambda item: (_rank(seed, item.id), item.id))


def public_question(question: Question) -> PublicQuestion:
    """Return what a learner may see of a scored question before answering it."""
    return PublicQuestion(
        id=question.id,
        kind=question.kind,
        objectives=question.objectives,
        stem=question.stem,
        options=tuple(
            PublicOption(id=option.id, html=option.html, picture=option.picture)
            for option in question.options
        ),
        hint=question.hint,
        shuffle=question.shuffle,
    )


def primary_objective(question: Question) -> str:
    """Return the objective a question counts for: the first it names."""
    return question.objectives[0] if question.objectives else ""


def objectives_short_of(
    pool: Sequence[Question], objectives: Iterable[str], n: int
) -> list[str]:
    """Return the objectives with too few questions for an even draw of `n`."""
    wanted = list(objectives)
    have = Counter(primary_objective(question) for question in pool)
    return [o for o in wanted if have[o] < n // len(wanted)]


def _rank(seed: str, name: str) -> str:
    return hashlib.sha256(f"{seed}\0{name}".encode()).hexdigest()
