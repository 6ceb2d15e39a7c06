"""What is wrong with a file, and where in it things stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

Path = tuple[str | int, ...]
"""Where a value is: keys and positions from the top of the file."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with a line, in plain words, and what to do."""

    line: int
    """Counted from 1."""
    message: str
    suggestion: str = ""
    sheet: str = ""
    """Of a workbook; its lines are rows."""
    path: Path = ()
    """To the value in the document; empty when the file itself is wrong."""

    def __str__(self) -> str:
        """Return one line of text."""
        return f"{self.place}: {self.message} {self.suggestion}".rstrip()

    @property
    def place(self) -> str:
        """Return where it is, for a person who looks at the file."""
        if self.sheet:
            return str(
                _("Sheet %(sheet)s, row %(row)s", sheet=self.sheet, row=self.line)
            )
        return str(_("Line %(line)s", line=self.line))

    @property
    def advice(self) -> str:
        """Return what is wrong and what to do, without the place."""
        return f"{self.message} {self.suggestion}".rstrip()


class SourceError(Exception):
    """The file cannot be read at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass
class Lines:
    """The line and the written text of each value."""

    _lines: dict[Path, tuple[str, int]] = field(default_factory=dict)
    _raw: dict[Path, str] = field(default_factory=dict)

    def add(self, path: Path, line: int, raw: str = "", sheet: str = "") -> None:
        """Remember where a value stands."""
        self._lines[path] = (sheet, line)
        self._raw[path] = raw

    def line(self, path: Path) -> int:
        """Return the line of a value, or of the nearest thing around it."""
        return self._place(path)[1]

    def raw(self, path: Path) -> str:
        """Return a value as it is written in the file."""
        return self._raw.get(path, "")

    def problem(self, path: Path, message: str, suggestion: str = "") -> Problem:
        """Return a problem with the value at a path."""
        sheet, line = self._place(path)
        return Problem(line, message, suggestion, sheet, path)

    def _place(self, path: Path) -> tuple[str, int]:
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, ("", 1))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems in the order in which a person comes by them, each once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda it: (it.sheet, it.line)))
