"""S, H, P, ALT: a module is whole, says what is coming, and has its alternative."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from preventedu.courses.content import blocks
from preventedu.courses.content.lesson import FileKind
from preventedu.courses.content.problems import Level, Problem
from preventedu.courses.content.source_schema import LessonFrontMatter
from preventedu.courses.content.sources import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preventedu.courses.content.sources import (
        ContentTree,
        Document,
        SourceModule,
    )

REVIEWER_ROLES = 2
SENSITIVE = 2


def check(tree: ContentTree, module: SourceModule) -> Iterator[Problem]:
    """Yield what is wrong with a module as a whole."""
    meta = module.meta
    if meta.id != module.slug:
        message = f"id {meta.id} is not the folder's name {module.slug}"
        yield module.problem(Level.ERROR, "S002", message, "id")
    roles = {reviewer.role for reviewer in meta.reviewers}
    if meta.status == "published" and len(roles) < REVIEWER_ROLES:
        message = "a published module has reviewers of two roles"
        yield module.problem(Level.ERROR, "P001", message, "status")
    yield from _alternative(tree, module)
    for document in documents(tree, module):
        if document.kind is FileKind.LESSON:
            yield from _lesson(document)
    for language in module.files:
        yield from _ids(tree, module, language)
        yield from _required(tree, module, language)


def _alternative(tree: ContentTree, module: SourceModule) -> Iterator[Problem]:
    note = module.meta.content_note
    if module.meta.kind == "alternative":
        faults = ["an alternative has content_note.level 1"] if note.level > 1 else []
        if note.alternative:
            faults.append("an alternative has no alternative of its own")
    elif module.meta.audience != "student":
        faults = []
    elif note.alternative is None:
        faults = ["a lesson for students names content_note.alternative"]
    else:
        faults = _alternative_faults(module, tree.module(note.alternative))
    for fault in faults:
        yield module.problem(Level.ERROR, "ALT1", fault, "content_note", "alternative")


def _alternative_faults(module: SourceModule, other: SourceModule | None) -> list[str]:
    if other is None:
        return ["the alternative is not a module that can be read"]
    mine, its = module.meta, other.meta
    faults = {
        f"{its.id} is not of kind alternative": its.kind != "alternative",
        f"{its.id} is for {its.band}, not {mine.band}": its.band != mine.band,
        f"{its.id} takes {its.minutes} minutes, not {mine.minutes}": (
            its.minutes != mine.minutes
        ),
        f"{its.id} lacks a language of this module": not (
            set(mine.languages) <= set(its.languages)
        ),
    }
    return [fault for fault, is_so in faults.items() if is_so]


def _lesson(document: Document) -> Iterator[Problem]:
    module, file = document.module, document.file
    number = module.lesson_names.index(document.name) + 1
    front = file.front
    if isinstance(front, LessonFrontMatter) and front.lesson != number:
        message = f"lesson: {front.lesson}, but module.yaml has it as number {number}"
        yield document.error(1, "S008", message)
    if not file.screens:
        yield document.error(1, "S006", "a lesson has at least one ## screen")
    if number > 1 and file.intro:
        line = file.intro[0].line
        yield document.error(line, "S006", "only lesson 1 has text before its first ##")
    if len(file.screens) > document.limits.max_screens:
        message = f"{len(file.screens)} screens; at most {document.limits.max_screens}"
        yield document.warning(1, "R004", message)
    for screen in file.screens:
        for located in screen.blocks:
            if isinstance(located.block, blocks.ContentNote):
                message = "::: content-note stands before the first ##"
                yield document.error(located.line, "S005", message)


def _ids(tree: ContentTree, module: SourceModule, language: str) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for document in documents(tree, module):
        if document.language == language:
            for located in document.file.located:
                name = getattr(located.block, "id", None)
                if name is not None:
                    seen[name] += 1
                    if seen[name] > 1:
                        message = f"#{name} stands twice in this module"
                        yield document.error(located.line, "S001", message)


def _required(
    tree: ContentTree, module: SourceModule, language: str
) -> Iterator[Problem]:
    files = [
        file for n in module.lesson_names if (file := module.files[language].get(n))
    ]
    if not files or module.meta.kind == "alternative":
        return
    types = {located.block.type for file in files for located in file.located}
    for name in tree.policy.required_blocks:
        if name not in types:
            message = f"no lesson of this module has a ::: {name}"
            yield Problem(files[-1].path, 1, Level.ERROR, "H001", message)
    is_sensitive = module.meta.content_note.level >= SENSITIVE
    if is_sensitive and module.meta.audience == "student":
        opening = [located.block.type for located in files[0].intro]
        if "content-note" not in opening:
            message = "a level 2 or 3 module starts with a ::: content-note"
            yield Problem(files[0].path, 1, Level.ERROR, "H002", message)
