"""The content tree as read from disk, before it is compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses.content.base import SOURCE_LANGUAGE
from preventedu.courses.content.lesson import FileKind
from preventedu.courses.content.problems import Level, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from preventedu.courses.content.base import Band
    from preventedu.courses.content.lesson import SourceFile
    from preventedu.courses.content.source_schema import (
        BandPolicy,
        HelpEntry,
        ModuleFile,
        Policy,
    )
    from preventedu.courses.content.svg import Svg
    from preventedu.courses.content.yaml12 import YamlFile

LESSONS = "lessons/"
KINDS = {
    "quiz": FileKind.QUIZ,
    "teacher-guide": FileKind.GUIDE,
    "family-letter": FileKind.LETTER,
}
READERS: dict[FileKind, Band] = {
    FileKind.GUIDE: "educator",
    FileKind.LETTER: "family",
}


@dataclass(frozen=True, slots=True)
class SourceModule:
    """One folder below modules/.

    Attributes:
        slug: The folder's name.
        meta: module.yaml, and `meta_yaml` its lines.
        files: Markdown files by language and then by name without ending, such as
            `lessons/01-six-moves` or `quiz`.
        glossary: Definitions by term and then by language.
        images: Pictures by the `src` that blocks name, such as `images/x.svg`.
    """

    slug: str
    meta: ModuleFile
    meta_yaml: YamlFile
    files: Mapping[str, Mapping[str, SourceFile]]
    glossary: Mapping[str, Mapping[str, str]]
    glossary_yaml: YamlFile
    images: Mapping[str, Svg]

    @property
    def path(self) -> str:
        """The folder, from the content root."""
        return f"modules/{self.slug}"

    @property
    def source(self) -> Mapping[str, SourceFile]:
        """The files in the language the module was written in."""
        return self.files[SOURCE_LANGUAGE]

    @property
    def lesson_names(self) -> tuple[str, ...]:
        """The lessons' names in the order learners meet them."""
        return tuple(f"{LESSONS}{slug}" for slug in self.meta.lessons)

    def problem(self, level: Level, code: str, message: str, *at: str | int) -> Problem:
        """Report something at the place `at` in module.yaml."""
        line = self.meta_yaml.line_of(*at)
        return Problem(f"{self.path}/module.yaml", line, level, code, message)


@dataclass(frozen=True, slots=True)
class ContentTree:
    """Everything below content/; `problems` are those met while reading."""

    root: Path
    modules: tuple[SourceModule, ...]
    policy: Policy
    help: tuple[HelpEntry, ...]
    help_yaml: YamlFile
    icons: Mapping[str, str]
    problems: tuple[Problem, ...]

    def module(self, slug: str) -> SourceModule | None:
        """Return the module in the folder `slug`."""
        return next((m for m in self.modules if m.slug == slug), None)


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown file with everything a rule needs to judge it."""

    tree: ContentTree
    module: SourceModule
    language: str
    name: str
    file: SourceFile

    @property
    def kind(self) -> FileKind:
        """What the file is for."""
        return kind_of(self.name)

    @property
    def band(self) -> Band:
        """Whom the file is written for."""
        return READERS.get(self.kind, self.module.meta.band)

    @property
    def limits(self) -> BandPolicy:
        """The limits for that reader."""
        return self.tree.policy.bands[self.band]

    def error(self, line: int, code: str, message: str) -> Problem:
        """Report something that stops the build."""
        return Problem(self.file.path, line, Level.ERROR, code, message)

    def warning(self, line: int, code: str, message: str) -> Problem:
        """Report something for a person to look at."""
        return Problem(self.file.path, line, Level.WARNING, code, message)


def documents(tree: ContentTree, module: SourceModule) -> Iterator[Document]:
    """Yield every Markdown file of a module in every language."""
    for language, files in module.files.items():
        for name, file in files.items():
            yield Document(tree, module, language, name, file)


def kind_of(name: str) -> FileKind:
    """Return what a file is for, by its name without ending."""
    return KINDS.get(name, FileKind.LESSON)
