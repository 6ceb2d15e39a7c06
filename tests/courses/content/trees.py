"""A small content tree that is right in every way, to be broken one line at a time."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from preventedu.courses.content.lesson import source_sha
from preventedu.courses.content.loader import check_tree, load_tree
from tests.courses.content.good_files import FILES
from tests.courses.content.good_small_files import SMALL_FILES

if TYPE_CHECKING:
    from preventedu.courses.content.problems import Problem

SHARED = Path(__file__).parents[3] / "content" / "_shared"
TODAY = date(2026, 11, 22)
MODULE = "modules/sample/module.yaml"
LESSON = "modules/sample/lessons/01-one.md"
LESSON_2 = "modules/sample/lessons/02-two.md"
SPANISH = "modules/sample/lessons/01-one.es.md"
QUIZ = "modules/sample/quiz.md"
GUIDE = "modules/sample/teacher-guide.md"
LETTER = "modules/sample/family-letter.md"
GLOSSARY = "modules/sample/glossary.yaml"
PICTURE = "modules/sample/images/tree.svg"
ALTERNATIVE = "modules/garden/module.yaml"
SMALL = "modules/small/lessons/01-small.md"
SMALL_QUIZ = "modules/small/quiz.md"
SHARED_HELP = "_shared/help.yaml"


@dataclass(frozen=True)
class Content:
    """A content tree on disk."""

    root: Path

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        self.write(path, text.replace(old, new))

    def line(self, path: str, fragment: str) -> int:
        lines = self.read(path).splitlines()
        return next(n for n, line in enumerate(lines, 1) if fragment in line)

    def problems(self, code: str = "") -> list[Problem]:
        """Check the tree and return what one rule found, or all rules but H010."""
        found = check_tree(load_tree(self.root), TODAY)
        return [p for p in found if (p.code == code if code else p.code != "H010")]

    def only(self, code: str) -> tuple[str, str, int]:
        """Return level, file and line of the one problem with this code."""
        (problem,) = self.problems(code)
        return problem.level.value, problem.file, problem.line


def make_content(root: Path) -> Content:
    """Write the tree: a lesson, its alternative, and both again for K-2."""
    content = Content(root)
    shutil.copytree(SHARED, root / "_shared")
    for path, text in (FILES | SMALL_FILES).items():
        content.write(path, text)
    for path in [path for path in FILES if ".es." in path]:
        source = root / path.replace(".es.", ".")
        content.replace(path, "SHA", source_sha(source))
    return content
