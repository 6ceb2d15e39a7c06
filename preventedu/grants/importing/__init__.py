"""One YAML file for LEAs, schools, partners, awards, agreements, coverage and targets.

`plan` is a dry run that names every bad line and every change; `apply` writes all of
the file or nothing. Both go the same way, so a plan cannot promise something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses.models import ModuleVersion
from preventedu.errors import RefusedError
from preventedu.grants.importing.checks import check
from preventedu.grants.importing.reading import read
from preventedu.grants.importing.recorder import Recorder
from preventedu.grants.importing.writing import keep_file, write
from preventedu.i18n import ngettext

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.grants.importing.recorder import Change
    from preventedu.grants.importing.source import Problem

__all__ = ["ImportPlan", "ImportRefusedError", "apply", "plan"]


@dataclass(frozen=True)
class ImportPlan:
    """What a file would do: problems, or else changes."""

    problems: tuple[Problem, ...]
    """In the order of their lines; with any, nothing is written."""
    changes: tuple[Change, ...]
    """In the order of the file; none: everything is there already."""


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


def plan(session: Session, text: str, *, now: datetime) -> ImportPlan:
    """Tell what `apply` would do with a file, and change nothing.

    Args:
        session: One that may write: the file is applied and taken back.
        text: The YAML file.
        now: The present.
    """
    with session.begin_nested() as undo:
        done = _run(session, text, now=now)
        undo.rollback()
    return done


def apply(session: Session, text: str, *, by: str, now: datetime) -> ImportPlan:
    """Write everything that is new in a file, and keep the file.

    The same file again changes nothing.

    Args:
        session: To write in.
        text: The YAML file.
        by: Who brought it, such as a staff member's e-mail.
        now: The present.

    Raises:
        ImportRefusedError: The file has problems; nothing was written.
    """
    with session.begin_nested():
        done = _run(session, text, now=now)
        if done.problems:
            raise ImportRefusedError(done.problems)
        if done.changes:
            keep_file(session, text, by=by, now=now)
    return done


def _run(session: Session, text: str, *, now: datetime) -> ImportPlan:
    source = read(text)
    if source.document is None:
        return ImportPlan(source.problems, ())
    modules = set(session.scalars(select(ModuleVersion.slug)))
    problems = check(session, source.document, source.lines, modules)
    if problems:
        return ImportPlan(problems, ())
    recorder = Recorder(session, now)
    write(recorder, source.document)
    return ImportPlan((), tuple(recorder.changes))
