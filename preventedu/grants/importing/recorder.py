"""Creates or changes rows, and tells what it did."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import inspect

from preventedu.db import Base
from preventedu.grants.models import Award

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

Row = TypeVar("Row", bound=Base)


NAMES = ("key", "name")
"""How the file calls a row; never its number here, which no plan can foretell."""
UNTOLD = ("award_id", "recorded_at")
"""What a change says anyway."""


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
    """What is entered, or what changes from what to what."""
    award_id: int | None = None
    """The award it is about."""

    def __str__(self) -> str:
        """Return one line of text; of something new, its name is enough."""
        detail = self.detail if self.action is Action.CHANGE else ""
        return f"{self.action} {self.what} {self.name} {detail}".rstrip()


@dataclass
class Recorder:
    """Writes rows in a session and keeps the list of changes."""

    session: Session
    now: datetime
    changes: list[Change] = field(default_factory=list)
    award_id: int | None = None
    """The award that is being written."""

    def put(
        self, row: Row | None, model: type[Row], name: str, values: Mapping[str, object]
    ) -> Row:
        """Return the row with these values: made, changed, or as it is."""
        if row is None:
            row = model(**values)
            self.session.add(row)
            self.session.flush()
            details = [
                self._entered(model, key, value)
                for key, value in values.items()
                if key not in UNTOLD and value not in (None, "", [])
            ]
            self._note(Action.CREATE, row, name, details)
            return row
        attributes = inspect(row).attrs
        differing = {
            key: value
            for key, value in values.items()
            if attributes[key].value != value
        }
        if differing:
            details = [
                f"{self._entered(model, key, attributes[key].value)} -> "
                f"{self._words(model, key, value)}"
                for key, value in differing.items()
            ]
            for key, value in differing.items():
                setattr(row, key, value)
            self.session.flush()
            self._note(Action.CHANGE, row, name, details)
        return row

    def withdraw(self, row: Base, name: str) -> None:
        """Tell that something is no longer in the file and was taken back."""
        self._note(Action.WITHDRAW, row, name, [])

    def _note(self, action: Action, row: Base, name: str, details: list[str]) -> None:
        what = row.__tablename__.replace("_", " ")
        detail = "; ".join(details)
        award_id = row.id if isinstance(row, Award) else self.award_id
        self.changes.append(Change(action, what, name, detail, award_id))

    def _entered(self, model: type[Base], key: str, value: object) -> str:
        return f"{key.removesuffix('_id')}: {self._words(model, key, value)}"

    def _words(self, model: type[Base], key: str, value: object) -> str:
        """Return a value as a person reads it: a row by its key or name."""
        relations = inspect(model).relationships
        relation = relations.get(key.removesuffix("_id"))
        if value is None or relation is None:
            return _plain(value)
        found = self.session.get_one(relation.mapper.class_, value)
        names = (getattr(found, name, None) for name in NAMES)
        return next(str(name) for name in names if name)


def _plain(value: object) -> str:
    """Return a value as a file would have it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)
