"""What a release may show, so that no small group can be worked out.

Four one-way tables are shown, all of them whole, or none: if any cell of any table is
from 1 to 9, the total stands alone. Withholding single cells is not enough, because
the totals give them back. Withholding single tables is not enough either: the tables
tie together where a partner covers one school's K-2 alone. With 29 at the school, 20
in K-2 and 40 in all, that partner has at least 9, and a withheld table says at most 9.
Zero is shown; it points at nobody. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DISCLOSURE_VERSION = "1"
SMALLEST_SHOWN = 10
"""The smallest group, other than none, whose number is shown.

Source: NCES 2011-603, by which 10 was the commonest minimum of the States.
"""


@dataclass(frozen=True)
class Total:
    """A single figure, or the fact that it is withheld: `value` is then None."""

    value: int | None


@dataclass(frozen=True)
class Table:
    """A one-way table; withheld, it has no rows, not even their names."""

    dimension: str
    is_withheld: bool
    rows: tuple[tuple[str, int], ...]
    """Key and number."""


def is_small(number: int) -> bool:
    """Tell whether a number is of a group too small to be shown."""
    return 0 < number < SMALLEST_SHOWN


def protect_total(number: int) -> Total:
    """Return the total, withheld if it is small."""
    return Total(None if is_small(number) else number)


def protect(cells: Mapping[str, Mapping[str, int]], total: int) -> tuple[Table, ...]:
    """Return the tables of a release: all of them, or all withheld.

    Args:
        cells: Numbers by row by dimension, in the order to show them.
        total: What each table must add up to.

    Raises:
        ValueError: A table does not add up to the total.
    """
    tables = tuple(protect_table(name, rows, total) for name, rows in cells.items())
    if any(table.is_withheld for table in tables):
        return tuple(
            Table(table.dimension, is_withheld=True, rows=()) for table in tables
        )
    return tables


def protect_table(dimension: str, cells: Mapping[str, int], total: int) -> Table:
    """Return a table, whole or withheld whole, whatever the others say.

    Args:
        dimension: Such as `school`.
        cells: Every row's number by its key, in the order to show them.
        total: What the cells must add up to: a table of another total could be
            subtracted from this one.

    Raises:
        ValueError: The cells do not add up to the total.
    """
    if sum(cells.values()) != total:
        raise ValueError(f"the table by {dimension} does not add up to the total")
    if any(is_small(number) for number in cells.values()):
        return Table(dimension, is_withheld=True, rows=())
    return Table(dimension, is_withheld=False, rows=tuple(cells.items()))
