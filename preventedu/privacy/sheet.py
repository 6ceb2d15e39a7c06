"""The privacy sheet: every stored field, why it is kept and for how long.

The tables and columns come from the models themselves; `stored_fields.yaml` gives
each its words. A test compares the two, so no field is added in silence.
"""

from __future__ import annotations

import csv
import enum
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Integer

from preventedu.db import Base

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Column

WORDS = Path(__file__).parent / "stored_fields.yaml"


class About(enum.StrEnum):
    """Whom a table is about."""

    STUDENT = "student"
    TEACHER = "teacher"
    STAFF = "staff"
    SCHOOL = "school"
    FUNDING = "funding"
    TECHNICAL = "technical"


class TableWords(BaseModel):
    """What the sheet says of a table.

    Attributes:
        about: Whom it is about.
        why: What it is kept for.
        kept: For how long; `{days}` stands for the published setting.
        fields: What each column holds. A number that only we give to a row, `id`,
            needs no words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: About
    why: str
    kept: str
    fields: dict[str, str]


@dataclass(frozen=True)
class StoredField:
    """One row of the sheet."""

    table: str
    name: str
    about: About
    holds: str
    why: str
    kept: str


def stored_fields(days: int) -> list[StoredField]:
    """Return every stored field, those about students first.

    Args:
        days: The published setting: how long subjects and answers are kept.
    """
    order = list(About)
    words = table_words()
    fields = [
        StoredField(
            table=table,
            name=name,
            about=words[table].about,
            holds=words[table].fields[name],
            why=words[table].why,
            kept=words[table].kept.format(days=days),
        )
        for table, names in columns().items()
        for name in names
    ]
    return sorted(fields, key=lambda field: order.index(field.about))


@cache
def table_words() -> dict[str, TableWords]:
    """Return what is said of each table, by its name."""
    raw = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return {name: TableWords.model_validate(each) for name, each in raw.items()}


def columns() -> dict[str, tuple[str, ...]]:
    """Return the columns of each table that need words, from the models."""
    return {
        str(table.name): tuple(
            str(column.name) for column in table.columns if not _is_row_number(column)
        )
        for table in Base.metadata.sorted_tables
    }


def to_csv(days: int) -> bytes:
    """Return the sheet for a spreadsheet: UTF-8 with a mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["about", "table", "field", "holds", "why", "kept"])
    writer.writerows(_csv_rows(days))
    return out.getvalue().encode("utf-8-sig")


def _csv_rows(days: int) -> Iterator[list[str]]:
    for each in stored_fields(days):
        yield [each.about, each.table, each.name, each.holds, each.why, each.kept]


def _is_row_number(column: Column[object]) -> bool:
    return column.name == "id" and isinstance(column.type, Integer)
