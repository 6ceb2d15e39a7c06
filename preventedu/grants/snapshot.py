"""What a release says, as one JSON text that is the same for the same facts.

Keys are sorted and nothing depends on the moment of writing, so the hash can be
computed again by anybody: SHA-256 of the text in UTF-8.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from preventedu.grants.disclosure import Table

FORMAT = "preventedu-release/2"
"""Version 1 did not tell of staff."""


class Frozen(BaseModel):
    """A part of a snapshot."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AwardPart(Frozen):
    """The award as it was when the release was made."""

    fain: str
    title: str
    assistance_listing: str
    agency: str
    recipient: str
    recipient_uei: str | None
    starts_on: str
    ends_on: str


class PeriodPart(Frozen):
    """The period; dates are days in the time zone."""

    starts_on: str
    ends_on: str
    time_zone: str
    closed_at: str
    """UTC. The figures tell what was recorded at this moment."""


class Row(Frozen):
    """A row of a table."""

    key: str
    label: str
    value: int


class TablePart(Frozen):
    """A one-way table, whole or withheld whole."""

    dimension: str
    withheld: bool
    rows: tuple[Row, ...]


class StaffPart(Frozen):
    """School staff who finished a lesson for staff."""

    people: int | None
    """Each counted once; None: withheld, because it is from 1 to 9."""


class Acknowledgements(Frozen):
    """The award's acknowledgement text by language."""

    en: str
    es: str | None


class Parameters(Frozen):
    """What the figures were made with."""

    measure: str
    smallest_shown: int
    attribution_rules: str
    disclosure_rules: str
    measures: str


class Content(Frozen):
    """All that a release says."""

    format: str = FORMAT
    award: AwardPart
    period: PeriodPart
    total: int | None
    """None: withheld, because it is from 1 to 9."""
    tables: tuple[TablePart, ...]
    staff: StaffPart | None = None
    """None in releases that were made before staff were counted."""
    acknowledgement: Acknowledgements
    parameters: Parameters
    notes: tuple[str, ...]
    """In English; a page may translate them."""


def write(content: Content) -> str:
    """Return the content as its one canonical JSON text."""
    return json.dumps(
        content.model_dump(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


def read(text: str) -> Content:
    """Return the content of a text that `write` made."""
    return Content.model_validate_json(text)


def digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def table_part(table: Table, labels: dict[str, str]) -> TablePart:
    """Return a table with a readable label for each key."""
    rows = tuple(
        Row(key=key, label=labels.get(key, key), value=value)
        for key, value in table.rows
    )
    return TablePart(dimension=table.dimension, withheld=table.is_withheld, rows=rows)
