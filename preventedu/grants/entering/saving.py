"""Checks and writes an entry by the rules of the import file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import IntegrityError

from preventedu.db import Base
from preventedu.errors import RefusedError
from preventedu.grants.entering.document import written
from preventedu.grants.importing import ImportRefusedError, enter
from preventedu.grants.importing.reading import read_values
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.grants.entering.facts import Entry
    from preventedu.grants.importing.problems import Path, Problem
    from preventedu.grants.importing.reading import Source
    from preventedu.grants.importing.recorder import Change


Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Complaint:
    """What is wrong with an entry, and in which of its fields."""

    field: str
    """As the file calls it; empty: about the entry as a whole."""
    words: str


class EntryRefusedError(RefusedError):
    """What was entered is wrong; nothing was written."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        super().__init__(_("Nothing was saved. See what is marked below."))
        self.complaints = tuple(complaints)


def save(
    session: Session, data: Entry, entry: Path, *, by: str, now: datetime
) -> tuple[Change, ...]:
    """Write a document with something new in it, and keep who entered it.

    Args:
        session: To write in.
        data: The document.
        entry: Where in it the new thing is, to tell complaints about its fields.
        by: A staff member's e-mail.
        now: The present.

    Returns:
        What was changed.

    Raises:
        EntryRefusedError: Something is wrong; nothing was written.
    """
    try:
        return enter(session, _source(data, entry), by=by, now=now).changes
    except ImportRefusedError as error:
        raise EntryRefusedError(
            _complaint(it, entry) for it in error.problems
        ) from error
    except IntegrityError as error:
        words = _("Somebody else saved the same at this moment. Look again, then save.")
        raise EntryRefusedError([Complaint("", words)]) from error


def check_shape(data: Entry, entry: Path) -> None:
    """Refuse what no file could say, without a look at what is known.

    Raises:
        EntryRefusedError: Something has the wrong shape.
    """
    _source(data, entry)


def refuse(field: str, words: str) -> EntryRefusedError:
    """Return an error about one field."""
    return EntryRefusedError([Complaint(field, words)])


def position_of(row: Row, rows: Sequence[Row]) -> int:
    """Return where a row stands among the rows of its award.

    Raises:
        EntryRefusedError: Somebody else has taken it away.
    """
    if row not in rows:
        raise refuse("", _("Somebody else has taken this away already."))
    return list(rows).index(row)


def _source(data: Entry, entry: Path) -> Source:
    source = read_values(data, written(data))
    if source.problems:
        raise EntryRefusedError(_complaint(it, entry) for it in source.problems)
    return source


def _complaint(problem: Problem, entry: Path) -> Complaint:
    if problem.path[: len(entry)] != entry:
        return Complaint("", problem.advice)
    names = [part for part in problem.path[len(entry) :] if isinstance(part, str)]
    field = "_".join(names)
    # The form shows the name already.
    return Complaint(field, problem.advice.removeprefix(f"`{field}` "))
