"""A file that somebody brings: YAML, CSV or XLSX, told by its name."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

from preventedu.grants.importing.csv_text import read_csv
from preventedu.grants.importing.problems import Lines, Problem
from preventedu.grants.importing.reading import Source, read
from preventedu.grants.importing.workbook import read_workbook, sheets_of
from preventedu.i18n import gettext as _

MAX_BYTES = 2 * 1024 * 1024
YAML, CSV, XLSX = ("yaml", "yml"), ("csv",), ("xlsx",)
KINDS = (*YAML, *CSV, *XLSX)


@dataclass(frozen=True)
class File:
    """A file with the name that says how to read it."""

    name: str
    content: bytes

    @property
    def kind(self) -> str:
        """Return what follows the last dot of the name."""
        return self.name.rpartition(".")[2].casefold()

    @property
    def is_text(self) -> bool:
        """Tell whether the file is text itself."""
        return self.kind not in XLSX

    @property
    def text(self) -> str:
        """Return the text of the file; of a workbook, that of its cells as CSV."""
        if self.is_text:
            return self.content.decode("utf-8-sig")
        file = io.StringIO()
        writer = csv.writer(file)
        for sheet in sheets_of(self.content):
            writer.writerow([sheet.name])
            writer.writerows(row.cells for row in sheet.rows)
        return file.getvalue()

    @property
    def sha256(self) -> str:
        """Return the hash of the file, byte for byte."""
        return hashlib.sha256(self.content).hexdigest()


def read_file(file: File) -> Source:
    """Read a file of any of the three kinds, or say what is wrong with it."""
    if len(file.content) > MAX_BYTES:
        message = _("The file is larger than 2 MB.")
        return _refused(message, _("Split it by LEA or by award."))
    if file.kind not in KINDS:
        message = _("The name of the file does not say what it is.")
        return _refused(message, _("It ends in .yaml, .csv or .xlsx."))
    if file.kind in XLSX:
        return read_workbook(file.content)
    try:
        text = file.text
    except UnicodeDecodeError:
        return _refused(_("The file is no text."), _("Save it as UTF-8."))
    if "\0" in text:
        return _refused(_("The file is no text."), _("Save it as UTF-8."))
    return read_csv(text) if file.kind in CSV else read(text)


def _refused(message: str, suggestion: str) -> Source:
    return Source(None, Lines(), (Problem(1, message, suggestion),))
