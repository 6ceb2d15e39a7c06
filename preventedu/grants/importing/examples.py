"""The example file in each of the three kinds, to be filled with one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from preventedu.grants.importing.csv_text import write_csv
from preventedu.grants.importing.sheets import TABLES
from preventedu.grants.importing.workbook import write_workbook

if TYPE_CHECKING:
    from preventedu.grants.importing.sheets import Column, Table

EXAMPLE = Path(__file__).parent.parent / "templates" / "grants" / "import_example.yaml"
BYTE_ORDER_MARK = "\N{BOM}"
"""Tells spreadsheets that the file is UTF-8."""


def example(kind: str) -> bytes:
    """Return the example file as `yaml`, `csv` or `xlsx`."""
    text = EXAMPLE.read_text("utf-8")
    if kind == "yaml":
        return text.encode()
    tables = tables_of(yaml.safe_load(text))
    if kind == "csv":
        return (BYTE_ORDER_MARK + write_csv(tables)).encode()
    return write_workbook(tables)


def tables_of(data: dict[str, Any]) -> list[tuple[str, list[list[str]]]]:
    """Return a document's entries as tables, each with its column names first."""
    return [
        (name, [[column.name for column in table.columns], *_rows(data, name, table)])
        for name, table in TABLES.items()
    ]


def _rows(data: dict[str, Any], name: str, table: Table) -> list[list[str]]:
    if not table.parent:
        return [_cells(entry, table, "") for entry in data.get(name, ())]
    parent = TABLES[table.parent]
    return [
        _cells(entry, table, str(home[parent.key]))
        for home in _entries(data, table.parent)
        for entry in home.get(name, ())
    ]


def _entries(data: dict[str, Any], name: str) -> list[dict[str, Any]]:
    table = TABLES[name]
    if not table.parent:
        return list(data.get(name, ()))
    return [it for home in _entries(data, table.parent) for it in home.get(name, ())]


def _cells(entry: dict[str, Any], table: Table, link: str) -> list[str]:
    return [
        link if column.name == table.link else _cell(entry, column)
        for column in table.columns
    ]


def _cell(entry: dict[str, Any], column: Column) -> str:
    value: Any = entry
    for name in column.path:
        value = value.get(name, "") if isinstance(value, dict) else ""
    if isinstance(value, list):
        return "; ".join(str(part) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
