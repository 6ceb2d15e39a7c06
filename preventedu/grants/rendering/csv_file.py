"""A release as CSV for spreadsheets: UTF-8 with a mark, and no live formulas."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from preventedu.grants import snapshot
from preventedu.spreadsheets import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preventedu.grants.ledger import Release
    from preventedu.spreadsheets import Cell

WITHHELD = "Withheld"


def to_csv(release: Release) -> bytes:
    """Return a release as one long table: section, key, label, value."""
    content = snapshot.read(release.content)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["section", "key", "label", "value"])
    for row in _rows(release, content):
        writer.writerow([safe(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _rows(release: Release, content: snapshot.Content) -> Iterator[list[Cell]]:
    yield from _facts("award", content.award.model_dump())
    yield from _facts("period", content.period.model_dump())
    yield ["release", "version", "", release.version]
    yield ["release", "recipient", "", release.recipient]
    yield ["release", "sha256", "", release.content_hash]
    total = WITHHELD if content.total is None else content.total
    yield ["total", content.parameters.measure, "", total]
    if content.staff is not None:
        people = WITHHELD if content.staff.people is None else content.staff.people
        yield ["staff", "people", "", people]
    for table in content.tables:
        if table.withheld:
            yield [table.dimension, "", "", WITHHELD]
        for row in table.rows:
            yield [table.dimension, row.key, row.label, row.value]
    yield from _facts("acknowledgement", content.acknowledgement.model_dump())
    yield from _facts("parameter", content.parameters.model_dump())
    notes = {str(number): note for number, note in enumerate(content.notes, start=1)}
    yield from _facts("note", notes)


def _facts(section: str, facts: Mapping[str, Cell | None]) -> Iterator[list[Cell]]:
    for key, value in facts.items():
        yield [section, key, "", "" if value is None else value]
