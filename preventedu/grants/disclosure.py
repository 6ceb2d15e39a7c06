"""Which tables of a release may be shown, so that no small group can be worked out.

The rule: a table is shown whole or withheld whole, and withheld if any of its cells
is from 1 to 9. Withholding single cells is not enough: what is left, the totals and
the other tables give them back. Zero is shown; it points at nobody. Pure.
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


def protect_table(dimension: str, cells: Mapping[str, int], total: int) -> Table:
    """Return a table whole, or withheld whole.

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
