"""Cells of a table, and what the document wants of them."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date, datetime, time

from preventedu.i18n import gettext as _

PLAIN_NUMBER = re.compile(r"[0-9]{1,18}")
LIST_SIGNS = str.maketrans(";", ",")
YES_NO = {"yes": True, "true": True, "no": False, "false": False}


class Kind(enum.Enum):
    """What the cells of a column hold."""

    TEXT = enum.auto()
    DAY = enum.auto()
    WHOLE = enum.auto()
    YES_NO = enum.auto()
    LIST = enum.auto()


@dataclass(frozen=True)
class Bad:
    """A cell that cannot be read: why, and what to do."""

    message: str
    suggestion: str


Cell = str | int | float | bool | date | datetime | time | Bad | None


def value_of(cell: Cell, kind: Kind) -> object:
    """Return a cell as the document wants it; None for an empty one."""
    text = cell.strip() if isinstance(cell, str) else cell
    if text is None or text == "" or isinstance(text, Bad):
        return text or None
    return CONVERTERS[kind](text)


def _text(cell: Cell) -> object:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool | int | float):
        message = _("This cell holds a number, and a number loses zeros in front.")
    else:
        message = _("The spreadsheet has made a date of this cell.")
    return Bad(message, _("Format the column as text, then type the value again."))


def _day(cell: Cell) -> object:
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == time() else str(cell)
    return cell if isinstance(cell, date) else str(cell)


def _whole(cell: Cell) -> object:
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, str) and PLAIN_NUMBER.fullmatch(cell):
        return int(cell)
    return cell


def _yes_no(cell: Cell) -> object:
    return YES_NO.get(cell.casefold(), cell) if isinstance(cell, str) else cell


def _list(cell: Cell) -> object:
    text = _text(cell)
    if not isinstance(text, str):
        return text
    parts = (part.strip() for part in text.translate(LIST_SIGNS).split(","))
    return [part for part in parts if part]


CONVERTERS = {
    Kind.TEXT: _text,
    Kind.DAY: _day,
    Kind.WHOLE: _whole,
    Kind.YES_NO: _yes_no,
    Kind.LIST: _list,
}
