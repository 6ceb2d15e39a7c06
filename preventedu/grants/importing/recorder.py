"""Creates or changes rows, and tells what it did."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import inspect

from preventedu.db import Base

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

Row = TypeVar("Row", bound=Base)


class Action(enum.StrEnum):
    """What happens to a row."""

    CREATE = "create"
    CHANGE = "change"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Change:
    """One thing that an import does."""

    action: Action
    what: str
    """Such as `school`."""
    name: str
    detail: str = ""
    """What changes, from what to what."""

    def __str__(self) -> str:
        """Return one line of text."""
        return f"{self.action} {self.what} {self.name} {self.detail}".rstrip()


@dataclass
class Recorder:
    """Writes rows in a session and keeps the list of changes."""

    session: Session
    now: datetime
    changes: list[Change] = field(default_factory=list)

    def put(
        self, row: Row | None, model: type[Row], name: str, values: Mapping[str, object]
    ) -> Row:
        """Return the row with these values: made, changed, or as it is."""
        what = model.__tablename__.replace("_", " ")
        if row is None:
            row = model(**values)
            self.session.add(row)
            self.session.flush()
            self.changes.append(Change(Action.CREATE, what, name))
            return row
        attributes = inspect(row).attrs
        differing = {
            key: value
            for key, value in values.items()
            if attributes[key].value != value
        }
        if differing:
            detail = "; ".join(
                f"{key}: {attributes[key].value} -> {value}"
                for key, value in differing.items()
            )
            self.changes.append(Change(Action.CHANGE, what, name, detail))
            for key, value in differing.items():
                setattr(row, key, value)
            self.session.flush()
        return row

    def withdraw(self, what: str, name: str) -> None:
        """Tell that something is no longer in the file and was taken back."""
        self.changes.append(Change(Action.WITHDRAW, what, name))
