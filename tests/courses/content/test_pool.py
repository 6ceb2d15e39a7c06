from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preventedu.courses.content import pool
from preventedu.courses.content.schema import Option, Question


def question(number: int, *objectives: str) -> Question:
    return Question(
        kind="choose-one",
        id=f"p{number}",
        objectives=objectives,
        stem="<p>Which?</p>",
        options=(
            Option(id="a", html="yes", correct=True, feedback="<p>SECRET a</p>"),
            Option(id="b", html="no", correct=False, feedback="<p>SECRET b</p>"),
        ),
        hint="Look.",
        right="SECRET right",
        wrong="SECRET wrong",
    )


POOL = [question(n, f"O{1 + n % 3}") for n in range(12)]
OBJECTIVE = {q.id: q.objectives[0] for q in POOL}


@given(n=st.integers(0, 12), seed=st.text(max_size=20))
def test_a_draw_is_even_without_repeats_and_repeatable(n: int, seed: str) -> None:
    drawn = pool.draw(POOL, n, seed)

    counts = Counter(OBJECTIVE[name] for name in drawn)
    assert len(drawn) == len(set(drawn)) == n
    assert (
        max(counts.values(), default=0)
        - min((counts[f"O{i}"] for i in (1, 2, 3)), default=0)
        <= 1
    )
    assert drawn == pool.draw(list(reversed(POOL)), n, seed)


def test_other_seeds_give_other_draws() -> None:
    draws = {tuple(pool.draw(POOL, 6, str(seed))) for seed in range(50)}

    assert len(draws) > 40
    assert {name for drawn in draws for name in drawn} == set(OBJECTIVE)


def test_an_objective_that_is_used_up_is_passed_over() -> None:
    uneven = [question(1, "O1"), *(question(n, "O2") for n in range(2, 6))]

    assert sorted(pool.draw(uneven, 5, "x")) == ["p1", "p2", "p3", "p4", "p5"]


def test_a_pool_too_small_is_refused() -> None:
    with pytest.raises(pool.PoolTooSmallError):
        pool.draw(POOL, 13, "x")


def test_a_draw_stays_the_same_over_versions_of_this_software() -> None:
    assert pool.draw(POOL, 4, "attempt-1") == ["p5", "p7", "p9", "p2"]


@given(seed=st.text(max_size=20))
def test_shuffling_keeps_every_option(seed: str) -> None:
    options = POOL[0].options

    assert sorted(o.id for o in pool.shuffled(options, seed)) == ["a", "b"]
    assert pool.shuffled(options, seed) == pool.shuffled(options[::-1], seed)


def test_a_public_question_holds_no_key() -> None:
    shown = pool.public_question(POOL[0]).model_dump_json()

    assert "SECRET" not in shown
    assert "correct" not in shown
    assert "feedback" not in shown
    assert "Which?" in shown
