"""Tables for spreadsheets: UTF-8 with a mark, and no live formulas."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FORMULA = re.compile(r"^\s*[=+\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet might run; some take the wide signs for the narrow ones.

Source: OWASP, "CSV Injection".
"""
Cell = str | int


def to_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return rows as the bytes of a CSV file that spreadsheets open rightly."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def safe(cell: Cell) -> Cell:
    """Keep text from being run as a formula; numbers stay numbers."""
    if isinstance(cell, str) and FORMULA.match(cell):
        return "'" + cell
    return cell
