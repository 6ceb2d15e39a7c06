"""One file for LEAs, schools, partners, awards, agreements, coverage and targets.

It is YAML, CSV or a workbook. `plan` is a dry run that names every bad line and every
change; `apply` writes all of the file or nothing. Both go the same way, so a plan
cannot promise something else. Forms write through `enter`, which is that way too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses.models import ModuleVersion
from preventedu.errors import RefusedError
from preventedu.grants.importing.checks import check
from preventedu.grants.importing.files import File, read_file
from preventedu.grants.importing.history import keep_changes, keep_file
from preventedu.grants.importing.recorder import Recorder
from preventedu.grants.importing.writing import write
from preventedu.i18n import ngettext

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.grants.importing.problems import Problem
    from preventedu.grants.importing.reading import Source
    from preventedu.grants.importing.recorder import Change

__all__ = ["File", "ImportPlan", "ImportRefusedError", "apply", "enter", "plan"]


@dataclass(frozen=True)
class ImportPlan:
    """What a file would do: problems, or else changes."""

    problems: tuple[Problem, ...]
    """In the order of their lines; with any, nothing is written."""
    changes: tuple[Change, ...]
    """In the order of the file; none: everything is there already."""
    file_id: int | None = None
    """Where the file is kept, once it has changed anything."""

    @property
    def sha256(self) -> str:
        """Return the hash of what would be changed, to see later if it is the same."""
        text = "\n".join(f"{change} {change.detail}" for change in self.changes)
        return hashlib.sha256(text.encode()).hexdigest()


class ImportRefusedError(RefusedError):
    """The file has problems; nothing was written."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            ngettext(
                "The file has %(num)s problem. Nothing was written.",
                "The file has %(num)s problems. Nothing was written.",
                len(problems),
            )
        )
        self.problems = problems


def plan(session: Session, file: File, *, now: datetime) -> ImportPlan:
    """Tell what `apply` would do with a file, and change nothing.

    Args:
        session: One that may write: the file is applied and taken back.
        file: YAML, CSV or XLSX.
        now: The present.
    """
    with session.begin_nested() as undo:
        done = _run(session, read_file(file), now=now)
        undo.rollback()
    return done


def apply(session: Session, file: File, *, by: str, now: datetime) -> ImportPlan:
    """Write everything that is new in a file, and keep the file.

    The same file again changes nothing.

    Args:
        session: To write in.
        file: YAML, CSV or XLSX.
        by: Who brought it, such as a staff member's e-mail.
        now: The present.

    Raises:
        ImportRefusedError: The file has problems; nothing was written.
    """
    with session.begin_nested():
        done = _run(session, read_file(file), now=now)
        if done.problems:
            raise ImportRefusedError(done.problems)
        if done.changes:
            kept = keep_file(session, file, by=by, now=now)
            keep_changes(session, done.changes, kept, by=by, now=now)
            done = replace(done, file_id=kept.id)
    return done


def enter(session: Session, source: Source, *, by: str, now: datetime) -> ImportPlan:
    """Write what somebody entered in a form, by the rules of files.

    Args:
        session: To write in.
        source: What was entered, with all that stands around it in the same award.
        by: A staff member's e-mail.
        now: The present.

    Raises:
        ImportRefusedError: Something entered is wrong; nothing was written.
    """
    with session.begin_nested():
        done = _run(session, source, now=now)
        if done.problems:
            raise ImportRefusedError(done.problems)
        keep_changes(session, done.changes, None, by=by, now=now)
    return done


def _run(session: Session, source: Source, *, now: datetime) -> ImportPlan:
    if source.document is None:
        return ImportPlan(source.problems, ())
    modules = set(session.scalars(select(ModuleVersion.slug)))
    problems = check(session, source.document, source.lines, modules)
    if problems:
        return ImportPlan(problems, ())
    recorder = Recorder(session, now)
    write(recorder, source.document)
    return ImportPlan((), tuple(recorder.changes))
