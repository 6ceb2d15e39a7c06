"""An attacker with pencil and paper never works out a small number.

Every world up to a size is gone through, so the proof is complete for that size. The
attacker knows the rules, the rows, every printed number, and which schools, bands and
modules each partner covers.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preventedu.grants import disclosure
from preventedu.grants.disclosure import Table, protect, protect_table, protect_total

CELLS = tuple(product("AB", ("k-2", "6-8")))
"""A completion's school and grade band; its partner follows from both."""
SECOND_MODULE = (0, 3)
"""Cells taught with the second module: K-2 at A, 6-8 at B."""
LARGEST_WORLD = 14
SMALLEST = 3
"""Instead of 10: the same rule, in worlds small enough to go through all of them."""

World = tuple[int, ...]
Release = tuple[int | None, tuple[Table, ...]]


@pytest.fixture
def small_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure, "SMALLEST_SHOWN", SMALLEST)


def worlds(size: int) -> list[World]:
    """List every way to spread `size` completions over the cells."""
    return [
        (a, b, c, size - a - b - c)
        for a in range(size + 1)
        for b in range(size + 1 - a)
        for c in range(size + 1 - a - b)
    ]


def margins(world: World, joint: frozenset[int]) -> dict[str, dict[str, int]]:
    """Count a world by school, band and partner."""
    tables: dict[str, dict[str, int]] = {
        "school": {"A": 0, "B": 0},
        "grade_band": {"k-2": 0, "6-8": 0},
        "module": {"m1": 0, "m2": 0},
        "partner": {"sheriff": 0, "jointly": 0},
    }
    for index, (school, band) in enumerate(CELLS):
        tables["school"][school] += world[index]
        tables["grade_band"][band] += world[index]
        tables["module"]["m2" if index in SECOND_MODULE else "m1"] += world[index]
        tables["partner"]["jointly" if index in joint else "sheriff"] += world[index]
    return tables


def printed(world: World, joint: frozenset[int]) -> Release:
    total = sum(world)
    return protect_total(total).value, protect(margins(world, joint), total)


@pytest.mark.usefixtures("small_threshold")
@pytest.mark.parametrize("covered", list(product((False, True), repeat=4)), ids=str)
def test_no_small_number_is_worked_out(covered: tuple[bool, ...]) -> None:
    joint = frozenset(index for index, is_joint in enumerate(covered) if is_joint)
    told: dict[Release, list[World]] = defaultdict(list)
    for size in range(LARGEST_WORLD + 1):
        for world in worlds(size):
            told[printed(world, joint)].append(world)

    for release, possible in told.items():
        for dimension, rows in margins(possible[0], joint).items():
            for row in rows:
                values = {margins(w, joint)[dimension][row] for w in possible}
                is_worked_out = len(values) == 1 and 0 < min(values) < SMALLEST
                assert not is_worked_out, (release, dimension, row, values)


def test_tables_that_would_give_back_a_withheld_one_are_withheld_too() -> None:
    cells = {
        "school": {"A": 29, "B": 11},
        "grade_band": {"k-2": 20, "6-8": 20},
        "partner": {"sheriff": 31, "jointly": 9},
    }

    assert all(table.is_withheld for table in protect(cells, 40))


def test_tables_without_a_small_number_are_all_shown() -> None:
    cells = {"school": {"A": 15, "B": 10}, "partner": {"p": 12, "q": 13, "r": 0}}

    assert not any(table.is_withheld for table in protect(cells, 25))


@given(st.dictionaries(st.text(), st.integers(0, 60), min_size=1))
def test_a_shown_table_has_no_small_number(cells: dict[str, int]) -> None:
    table = protect_table("school", cells, sum(cells.values()))

    assert table.is_withheld == any(0 < number < 10 for number in cells.values())
    assert all(number == 0 or number >= 10 for _, number in table.rows)
