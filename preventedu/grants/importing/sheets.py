"""Tables, as spreadsheets have them, and the one document that they make together.

A CSV file holds the same tables as a workbook, below each other: the name of a table
on a line of its own, its column names on the next, then its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from preventedu.grants.importing.cells import Bad, Cell, Kind, value_of
from preventedu.grants.importing.explaining import did_you_mean
from preventedu.grants.importing.problems import Lines, Path, Problem, in_order
from preventedu.grants.importing.reading import Source, read_values
from preventedu.i18n import gettext as _

Values = dict[tuple[str, ...], tuple[Any, str]]
"""What a row says, and how it is written, by the place in the entry."""
MAX_ROWS = 5000
"""In one file: each row is looked up, and a person waits for all of them."""
MAX_COLUMNS = 40


@dataclass(frozen=True)
class Column:
    """A column: its name, what it holds, and the part of the entry it belongs to."""

    name: str
    kind: Kind = Kind.TEXT
    part: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """Return where its value goes within the entry."""
        if not self.part:
            return (self.name,)
        return (self.part, self.name.removeprefix(f"{self.part}_"))


@dataclass(frozen=True)
class Table:
    """A table; `link` is the column that names the row of `parent` it belongs to."""

    columns: tuple[Column, ...]
    key: str = ""
    link: str = ""
    parent: str = ""


@dataclass(frozen=True)
class Row:
    """A row with the line on which it stands."""

    line: int
    cells: tuple[Cell, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether no cell holds anything."""
        return all(cell is None or cell == "" for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """Rows under a table's name, the first of them its column names."""

    name: str
    line: int
    rows: tuple[Row, ...]


def _columns(words: str) -> tuple[Column, ...]:
    kinds = {
        "from": Kind.DAY,
        "to": Kind.DAY,
        "signed_on": Kind.DAY,
        "priority_signed_on": Kind.DAY,
        "value": Kind.WHOLE,
        "priority": Kind.WHOLE,
        "acknowledgement_on_learner_screens": Kind.YES_NO,
        "roles": Kind.LIST,
        "grade_bands": Kind.LIST,
        "modules": Kind.LIST,
    }
    parts = dict.fromkeys(ACKNOWLEDGEMENTS, "acknowledgement")
    return tuple(
        Column(name, kinds.get(name, Kind.TEXT), parts.get(name, ""))
        for name in words.split()
    )


ACKNOWLEDGEMENTS = ("acknowledgement_en", "acknowledgement_es")
TABLES = {
    "leas": Table(_columns("nces_id name state contact"), key="nces_id"),
    "schools": Table(_columns("lea nces_id scheme id name"), link="lea", parent="leas"),
    "organizations": Table(_columns("key name kind partner_kind uei lea")),
    "awards": Table(
        _columns(
            "fain title assistance_listing agency recipient from to time_zone "
            "acknowledgement_en acknowledgement_es acknowledgement_on_learner_screens"
        ),
        key="fain",
    ),
    "targets": Table(
        _columns("award measure from to value"), link="award", parent="awards"
    ),
    "reporting_periods": Table(
        _columns("award from to"), link="award", parent="awards"
    ),
    "agreements": Table(
        _columns("award key partner roles from to signed_on"),
        key="key",
        link="award",
        parent="awards",
    ),
    "coverage": Table(
        _columns(
            "agreement scope school lea state grade_bands modules from to priority "
            "priority_signed_on"
        ),
        link="agreement",
        parent="agreements",
    ),
}
"""In this order: what a row belongs to comes before it."""


def read_sheets(sheets: list[Sheet], *, in_workbook: bool) -> Source:
    """Return the document that tables make together, or their problems."""
    if not sheets:
        message, names = _("The file holds no table."), ", ".join(TABLES)
        hint = _("Known here: %(names)s.", names=names)
        return Source(None, Lines(), (Problem(1, message, hint),))
    reader = _Reader({sheet.name: sheet for sheet in sheets}, in_workbook)
    reader.read_all()
    if reader.problems:
        return Source(None, reader.lines, in_order(reader.problems))
    return read_values(reader.data, reader.lines)


@dataclass
class _Reader:
    """Nests the rows of one table after another; collects all problems."""

    sheets: dict[str, Sheet]
    in_workbook: bool
    data: dict[str, Any] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    problems: list[Problem] = field(default_factory=list)
    _homes: dict[tuple[str, str], tuple[dict[str, Any], Path]] = field(
        default_factory=dict
    )
    """The entries that rows of other tables belong to."""

    def read_all(self) -> None:
        for sheet in self.sheets.values():
            if sheet.name not in TABLES:
                message = _("There is no table `%(name)s`.", name=sheet.name)
                hint = did_you_mean(sheet.name, list(TABLES))
                self._refuse(sheet.name, sheet.line, message, hint)
        for name, table in TABLES.items():
            if name in self.sheets:
                self._read(name, table, self.sheets[name])

    def _read(self, name: str, table: Table, sheet: Sheet) -> None:
        header, *rows = sheet.rows or (Row(sheet.line, ()),)
        columns = self._header(name, table, header)
        for row in rows:
            if not row.is_empty:
                self._row(name, table, columns, row)

    def _header(self, name: str, table: Table, header: Row) -> list[Column | None]:
        known = {column.name: column for column in table.columns}
        found: list[Column | None] = []
        for cell in header.cells:
            title = "" if cell is None else str(cell).strip()
            column = known.get(title)
            if title and (column is None or column in found):
                message = _("`%(name)s` is no column of `%(table)s`, or is here twice.",
                            name=title, table=name)  # fmt: skip
                self._refuse(name, header.line, message, did_you_mean(title, [*known]))
            found.append(column)
        return found

    def _row(
        self, name: str, table: Table, columns: list[Column | None], row: Row
    ) -> None:
        values = self._values(name, columns, row)
        home = self._home(name, table, values, row)
        if home is None:
            return
        place, path = home
        entry: dict[str, Any] = {}
        place.append(entry)
        path = (*path, len(place) - 1)
        sheet = name if self.in_workbook else ""
        self.lines.add(path, row.line, sheet=sheet)
        for where, (value, raw) in values.items():
            if where != (table.link,):
                part = entry.setdefault(where[0], {}) if where[1:] else entry
                part[where[-1]] = value
                self.lines.add((*path, *where), row.line, raw, sheet)
        if table.key:
            self._homes.setdefault((name, str(entry.get(table.key))), (entry, path))

    def _values(self, name: str, columns: list[Column | None], row: Row) -> Values:
        """Return what a row says, by where it goes; refuse what cannot be read."""
        found: Values = {}
        for column, cell in zip_longest(columns, row.cells):
            if column is None:
                if cell not in {None, ""}:
                    message = _(
                        "`%(value)s` is in a column without a name.", value=cell
                    )
                    hint = _("Name the column, or empty it.")
                    self._refuse(name, row.line, message, hint)
                continue
            value = value_of(cell, column.kind)
            if isinstance(value, Bad):
                message = f"`{column.name}`: {value.message}"
                self._refuse(name, row.line, message, value.suggestion)
            elif value is not None:
                found[column.path] = (value, str(cell).strip())
        return found

    def _home(
        self, name: str, table: Table, values: Values, row: Row
    ) -> tuple[list[Any], Path] | None:
        """Return the list that a row of this table belongs into."""
        if not table.parent:
            return self.data.setdefault(name, []), (name,)
        link = str(values.get((table.link,), ("", ""))[0])
        if (table.parent, link) not in self._homes:
            message = _(
                "`%(name)s` `%(value)s` is not in the table `%(table)s` of this file.",
                name=table.link,
                value=link,
                table=table.parent,
            )
            known = [key for parent, key in self._homes if parent == table.parent]
            self._refuse(name, row.line, message, did_you_mean(link, known))
            return None
        entry, path = self._homes[table.parent, link]
        return entry.setdefault(name, []), (*path, name)

    def _refuse(self, name: str, line: int, message: str, suggestion: str) -> None:
        sheet = name if self.in_workbook else ""
        self.problems.append(Problem(line, message, suggestion, sheet))
