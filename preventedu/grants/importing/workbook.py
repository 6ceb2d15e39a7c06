"""Tables from an XLSX workbook, and back.

A workbook is a zip archive of XML: both can be made to grow without end, so their
size is known before anything is read, and XML that declares entities is refused.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from preventedu.grants.importing.cells import Bad
from preventedu.grants.importing.csv_text import too_many_rows
from preventedu.grants.importing.problems import Lines, Problem, SourceError
from preventedu.grants.importing.reading import Source
from preventedu.grants.importing.sheets import (
    MAX_COLUMNS,
    MAX_ROWS,
    Row,
    Sheet,
    read_sheets,
)
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from preventedu.grants.importing.cells import Cell

MAX_UNPACKED = 20 * 1024 * 1024
"""Bytes of all parts together: ten times the largest file that is taken."""
MAX_PARTS = 200
DECLARATIONS = ("<!DOCTYPE", "<!ENTITY")
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
TEXT_FORMAT = "@"
COLUMN_WIDTH = 24
BROKEN = (
    AttributeError, EOFError, IndexError, InvalidFileException, KeyError,
    NotImplementedError, OSError, OverflowError, ParseError, RuntimeError, TypeError,
    ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What openpyxl and zipfile raise on files that are no workbooks."""


def read_workbook(content: bytes) -> Source:
    """Read the bytes of an XLSX workbook."""
    try:
        sheets = sheets_of(content)
    except SourceError as error:
        return Source(None, Lines(), (error.problem,))
    return read_sheets(sheets, in_workbook=True)


def sheets_of(content: bytes) -> list[Sheet]:
    """Return the sheets of a workbook that hold anything.

    Raises:
        SourceError: It is no workbook, or larger than we take.
    """
    try:
        _refuse_bombs(content)
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheets = [_sheet(sheet) for sheet in book.worksheets]
        book.close()
    except BROKEN as error:
        message = _("This is no XLSX workbook.")
        hint = _("Save it as an Excel workbook (.xlsx), without a password.")
        raise SourceError(Problem(1, message, hint)) from error
    if sum(len(sheet.rows) for sheet in sheets) > MAX_ROWS:
        raise SourceError(Problem(1, *too_many_rows()))
    return [sheet for sheet in sheets if sheet.rows]


def write_workbook(tables: Iterable[tuple[str, list[list[str]]]]) -> bytes:
    """Return a workbook of tables in which every cell is text."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in tables:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            column = sheet.column_dimensions[cell.column_letter]
            # Whatever is typed below stays text: no zero is lost, no 3-5 is a date.
            column.number_format, column.width = TEXT_FORMAT, COLUMN_WIDTH
        for row in sheet.iter_rows():
            for cell in row:
                cell.number_format, cell.data_type = TEXT_FORMAT, "s"
        sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _refuse_bombs(content: bytes) -> None:
    """Refuse an archive that unpacks to too much, or whose XML could grow."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        # No more is ever unpacked of a part than its entry says.
        if len(parts) > MAX_PARTS or sum(it.file_size for it in parts) > MAX_UNPACKED:
            message = _("The workbook is too large when unpacked.")
            raise SourceError(Problem(1, message, _("Copy its tables to a new one.")))
        marks = [mark.encode(code) for mark in DECLARATIONS for code in ENCODINGS]
        for part in parts:
            text = archive.read(part)
            if any(mark in text for mark in marks):
                message = _("The workbook declares entities, which no table needs.")
                hint = _("Copy its tables to a new one.")
                raise SourceError(Problem(1, message, hint))


def _sheet(sheet: Any) -> Sheet:
    # What a workbook says about its own size may be wrong, and would hide rows.
    sheet.reset_dimensions()
    rows = []
    cells = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)
    for number, found in enumerate(cells, start=1):
        row = Row(number, tuple(_cell(cell) for cell in found))
        if not row.is_empty:
            rows.append(row)
    return Sheet(str(sheet.title).strip(), 1, tuple(rows))


def _cell(cell: Any) -> Cell:
    kind = getattr(cell, "data_type", "")
    if kind == "f":
        message = _("This cell holds a formula, and nothing is computed here.")
        return Bad(message, _("Copy the column and paste its values only."))
    if kind == "e":
        message = _("This cell holds the error %(error)s.", error=cell.value)
        return Bad(message, _("Write the value."))
    value: Cell = cell.value
    return value
