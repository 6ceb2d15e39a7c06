"""Reads a content tree from disk and checks it; finds all problems, not the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, RootModel, ValidationError

from preventedu.courses.content.base import SOURCE_LANGUAGE, Text
from preventedu.courses.content.lesson import SourceFile, read_file
from preventedu.courses.content.located import place
from preventedu.courses.content.problems import (
    BlockError,
    ContentError,
    Level,
    Problem,
)
from preventedu.courses.content.rules import check_modules
from preventedu.courses.content.source_schema import (
    HelpFile,
    IconFile,
    ModuleFile,
    Policy,
)
from preventedu.courses.content.sources import (
    KINDS,
    ContentTree,
    SourceModule,
    kind_of,
)
from preventedu.courses.content.svg import Svg, read_svg
from preventedu.courses.content.yaml12 import YamlFile, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

Record = TypeVar("Record", bound=BaseModel)
NOTHING = YamlFile({}, {})


class Glossary(RootModel[dict[str, Text]]):
    """glossary.yaml: a definition by term and language."""


def load_tree(root: Path) -> ContentTree:
    """Read every module below `root`.

    Returns:
        The tree; a file that cannot be read is left out and is in `problems`.

    Raises:
        ContentError: The shared files cannot be read, so nothing can be judged.
    """
    problems: list[Problem] = []
    policy, _ = _shared(root, "policy", Policy)
    helps, help_yaml = _shared(root, "help", HelpFile)
    icons, _ = _shared(root, "icons", IconFile)
    modules = [
        module
        for folder in sorted(root.glob("modules/*"))
        if folder.is_dir()
        and (module := _Reader(root, folder, policy, problems).module())
    ]
    return ContentTree(
        root=root,
        modules=tuple(modules),
        policy=policy,
        help=helps.entries,
        help_yaml=help_yaml,
        icons=icons.icons,
        problems=tuple(sorted(problems)),
    )


def check_tree(tree: ContentTree, today: date) -> tuple[Problem, ...]:
    """Return all problems of a tree: those of reading it and those of every rule.

    Args:
        tree: What `load_tree` returned.
        today: The day on which help resources count as fresh or stale.

    Returns:
        Problems by file and line.
    """
    return tuple(sorted({*tree.problems, *check_modules(tree, today)}))


def _shared(root: Path, name: str, schema: type[Record]) -> tuple[Record, YamlFile]:
    path = root / "_shared" / f"{name}.yaml"
    problems: list[Problem] = []
    found = _record(root, path, schema, problems) if path.is_file() else None
    if found is None:
        said = "; ".join(map(str, problems)) or f"{path} is missing"
        raise ContentError(f"The content cannot be checked: {said}", tuple(problems))
    return found


def _record(
    root: Path, path: Path, schema: type[Record], problems: list[Problem]
) -> tuple[Record, YamlFile] | None:
    """Read one YAML file; report each thing its schema refuses, on its own line."""
    name = path.relative_to(root).as_posix()
    try:
        yaml = read_yaml(path.read_text("utf-8"))
    except BlockError as error:
        problem = Problem(name, error.line, Level.ERROR, "S000", error.message)
        problems.append(problem)
        return None
    try:
        return schema.model_validate(yaml.data), yaml
    except ValidationError as refused:
        for item in refused.errors(include_url=False):
            message = item["msg"].removeprefix("Value error, ")
            said = f"{place(item['loc'])}: {message}".removeprefix(": ")
            line = yaml.line_of(*item["loc"])
            problems.append(Problem(name, line, Level.ERROR, "S000", said))
        return None


class _Reader:
    """Reads one module folder and notes what is wrong with it."""

    def __init__(
        self, root: Path, folder: Path, policy: Policy, problems: list[Problem]
    ) -> None:
        self._root, self._folder = root, folder
        self._policy, self._problems = policy, problems

    def module(self) -> SourceModule | None:
        path = self._folder / "module.yaml"
        if not path.is_file():
            self._error(path, 1, "S003", "a module folder has a module.yaml")
            return None
        found = _record(self._root, path, ModuleFile, self._problems)
        if found is None:
            return None
        meta, meta_yaml = found
        glossary, glossary_yaml = self._glossary()
        files = {code: dict(self._files(meta, code)) for code in meta.languages}
        self._refuse_strays(meta)
        return SourceModule(
            slug=self._folder.name,
            meta=meta,
            meta_yaml=meta_yaml,
            files=files,
            glossary=glossary,
            glossary_yaml=glossary_yaml,
            images=dict(self._images()),
        )

    def _glossary(self) -> tuple[Mapping[str, Mapping[str, str]], YamlFile]:
        path = self._folder / "glossary.yaml"
        if not path.is_file():
            return {}, NOTHING
        found = _record(self._root, path, Glossary, self._problems)
        if found is None:
            return {}, NOTHING
        glossary, yaml = found
        by_term = {" ".join(t.lower().split()): d for t, d in glossary.root.items()}
        return by_term, yaml

    def _files(
        self, meta: ModuleFile, language: str
    ) -> Iterator[tuple[str, SourceFile]]:
        for name in _names(meta):
            path = self._folder / _file_name(name, language)
            if path.is_file():
                if file := self._file(path, name):
                    yield name, file
            elif language == SOURCE_LANGUAGE:
                self._note_missing(path, name, meta)
            elif (source := self._folder / f"{name}.md").is_file():
                message = f"there is no {language} translation ({path.name})"
                self._error(source, 1, "I000", message)

    def _note_missing(self, path: Path, name: str, meta: ModuleFile) -> None:
        is_needed = meta.kind == "lesson" and meta.audience == "student"
        if name not in KINDS or is_needed:
            self._error(path, 1, "S003", "this file is missing")

    def _file(self, path: Path, name: str) -> SourceFile | None:
        where = path.relative_to(self._root).as_posix()
        try:
            return read_file(path.read_text("utf-8"), where, kind_of(name))
        except BlockError as error:
            self._error(path, error.line, "S004", error.message)
            return None

    def _refuse_strays(self, meta: ModuleFile) -> None:
        """A file nobody reads is a file whose author believes it is read."""
        expected = {
            self._folder / _file_name(name, language)
            for name in _names(meta)
            for language in meta.languages
        }
        found = {*self._folder.glob("*.md"), *self._folder.glob("lessons/*")}
        for path in sorted(found - expected):
            self._error(path, 1, "S007", "module.yaml does not name this file")

    def _images(self) -> Iterator[tuple[str, Svg]]:
        for path in sorted((self._folder / "images").glob("*")):
            src = path.relative_to(self._folder).as_posix()
            if path.suffix == ".svg":
                limit = self._policy.image_max_bytes
                yield src, read_svg(path.read_bytes(), max_bytes=limit)
            else:
                self._error(path, 1, "A012", "pictures are SVG files")

    def _error(self, path: Path, line: int, code: str, message: str) -> None:
        where = path.relative_to(self._root).as_posix()
        self._problems.append(Problem(where, line, Level.ERROR, code, message))


def _names(meta: ModuleFile) -> tuple[str, ...]:
    return (*(f"lessons/{slug}" for slug in meta.lessons), *KINDS)


def _file_name(name: str, language: str) -> str:
    ending = "md" if language == SOURCE_LANGUAGE else f"{language}.md"
    return f"{name}.{ending}"
