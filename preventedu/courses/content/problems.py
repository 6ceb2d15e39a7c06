"""What is wrong with a content file, said so that its author can put it right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from preventedu.errors import SetupError


class Level(StrEnum):
    """Whether a problem stops the build."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding in one content file.

    Attributes:
        file: Path from the content root, with forward slashes.
        line: Counted from 1.
        level: An error stops the build; a warning asks a person to look.
        code: The rule, such as `Q003`; `docs` and tests name rules by it.
        message: What is wrong and what to do, in plain words.
    """

    file: str
    line: int
    level: Level
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.level} {self.code} {self.message}"


class ContentError(SetupError):
    """A module cannot be compiled; `problems` says why."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        """Keep the problems, so that a caller can list them."""
        super().__init__(message)
        self.problems = problems


class BlockError(SetupError):
    """A line of a content file cannot be read as what it claims to be."""

    def __init__(self, line: int, message: str) -> None:
        """Keep the line, counted from 1."""
        super().__init__(message)
        self.line = line
        self.message = message


def errors_in(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return only the problems that stop a build."""
    return tuple(p for p in problems if p.level is Level.ERROR)
