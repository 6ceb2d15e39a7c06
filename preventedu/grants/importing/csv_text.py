"""Tables from the text of a CSV file, and back."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from preventedu.grants.importing.problems import Lines, Problem
from preventedu.grants.importing.reading import Source
from preventedu.grants.importing.sheets import MAX_ROWS, TABLES, Row, Sheet, read_sheets
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEPARATORS = ",;\t"
"""The second is what spreadsheets write where a comma stands in numbers."""


def read_csv(text: str) -> Source:
    """Read the text of a CSV file."""
    rows: list[Row] = []
    try:
        for row in _rows(text):
            rows.append(row)
            if len(rows) > MAX_ROWS:
                return _refused(Problem(row.line, *too_many_rows()))
    except csv.Error as error:
        line = rows[-1].line + 1 if rows else 1
        message = _("This is no CSV: %(why)s.", why=error)
        hint = _("Look for a quotation mark without its second one.")
        return _refused(Problem(line, message, hint))
    sheets: list[Sheet] = []
    for row in rows:
        name = _title(row)
        if name is not None:
            sheets.append(Sheet(name, row.line, ()))
        elif not sheets:
            message = _("The first line must name a table.")
            hint = _("Known here: %(names)s.", names=", ".join(TABLES))
            return _refused(Problem(row.line, message, hint))
        else:
            last = sheets.pop()
            sheets.append(Sheet(last.name, last.line, (*last.rows, row)))
    if problem := twice(sheets):
        return _refused(problem)
    return read_sheets(sheets, in_workbook=False)


def write_csv(tables: Iterable[tuple[str, list[list[str]]]]) -> str:
    """Return tables below each other, as `read_csv` reads them."""
    file = io.StringIO()
    writer = csv.writer(file)
    for name, rows in tables:
        writer.writerow([name])
        writer.writerows(rows)
        writer.writerow([])
    return file.getvalue()


def too_many_rows() -> tuple[str, str]:
    """Say that a file has too many rows, and what to do."""
    message = _("The file has more than %(number)s rows.", number=MAX_ROWS)
    return message, _("Split it by LEA or by award.")


def twice(sheets: Iterable[Sheet]) -> Problem | None:
    """Return a problem if two tables have one name."""
    seen: set[str] = set()
    for sheet in sheets:
        if sheet.name in seen:
            message = _("`%(name)s` is here twice.", name=sheet.name)
            return Problem(sheet.line, message, _("Keep one of the two."))
        seen.add(sheet.name)
    return None


def _rows(text: str) -> Iterator[Row]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_separator(text), strict=True
    )
    line = 1
    for cells in reader:
        row = Row(line, tuple(cells))
        line = reader.line_num + 1
        if not row.is_empty:
            yield row


def _separator(text: str) -> str:
    """Return what stands between the cells of the first two lines."""
    start = "".join(text.splitlines()[:2])
    return max(SEPARATORS, key=start.count)


def _title(row: Row) -> str | None:
    """Return the name of the table that this row begins, if it begins one."""
    first, *others = row.cells
    name = str(first).strip()
    is_title = name in TABLES or name.isidentifier()
    return name if is_title and Row(row.line, tuple(others)).is_empty else None


def _refused(problem: Problem) -> Source:
    return Source(None, Lines(), (problem,))
