"""I: a translation says the same, block by block, and is made from today's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.content import blocks
from preventedu.courses.content.base import SOURCE_LANGUAGE
from preventedu.courses.content.problems import Level, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from preventedu.courses.content.lesson import SourceFile
    from preventedu.courses.content.sources import ContentTree, SourceModule

Signature = tuple[object, ...]


def check(tree: ContentTree, module: SourceModule) -> Iterator[Problem]:
    """Yield translations that are out of date, differ in shape, or lack a text."""
    del tree
    yield from _texts(module)
    for language, files in module.files.items():
        if language != SOURCE_LANGUAGE:
            for name, file in files.items():
                if source := module.source.get(name):
                    yield from _stale(source, file)
                    yield from _shape(source, file)


def _texts(module: SourceModule) -> Iterator[Problem]:
    meta = module.meta
    texts: list[tuple[Mapping[str, str], tuple[str | int, ...]]] = [
        (meta.lms_title, ("lms_title",)),
        (meta.title, ("title",)),
        (meta.summary, ("summary",)),
        (meta.content_note.text, ("content_note", "text")),
    ]
    for index, objective in enumerate(meta.objectives):
        texts.append((objective.text, ("objectives", index, "text")))
    for text, at in texts:
        for language in meta.languages:
            if language not in text:
                message = f"{'.'.join(map(str, at))} has no {language} text"
                yield module.problem(Level.ERROR, "I003", message, *at)


def _stale(source: SourceFile, file: SourceFile) -> Iterator[Problem]:
    made_from = file.front.translation_of
    if made_from != source.sha:
        said = f"made from {made_from}" if made_from else "made from no known text"
        yield Problem(
            file.path,
            1,
            Level.ERROR,
            "I002",
            f"translation is out of date ({said}): compare it with {source.path}, then"
            f' write  translation_of: "{source.sha}"',
        )


def _shape(source: SourceFile, file: SourceFile) -> Iterator[Problem]:
    wanted, found = list(_signatures(source)), list(_signatures(file))
    for index in range(max(len(wanted), len(found))):
        want, _ = wanted[index] if index < len(wanted) else (("nothing more",), 1)
        have, line = found[index] if index < len(found) else (("nothing more",), 1)
        if want != have:
            message = f"differs from {source.path}: here is {_say(have)}, there"
            yield Problem(
                file.path, line, Level.ERROR, "I001", f"{message} is {_say(want)}"
            )
            return


def _signatures(file: SourceFile) -> Iterator[tuple[Signature, int]]:
    for located in file.intro:
        yield _signature(located.block), located.line
    for screen in file.screens:
        yield ("## screen",), screen.line
        for located in screen.blocks:
            yield _signature(located.block), located.line


def _signature(block: blocks.Block) -> Signature:
    """Return what must be the same in every language."""
    match block:
        case blocks.Question(id=name, kind=kind, options=options):
            key = "".join("x" if option.correct else "-" for option in options)
            pictures = tuple(o.picture.src for o in options if o.picture)
            remarks = (bool(block.hint), bool(block.right), bool(block.wrong))
            return "question", name, kind, key, block.objectives, pictures, remarks
        case blocks.Scenario(id=name, scenes=scenes):
            ways = tuple(
                (s.id, s.ending, tuple(choice.to for choice in s.choices))
                for s in scenes
            )
            return "scenario", name, block.objectives, ways
        case blocks.Chat(lines=lines):
            return "chat", len(lines), tuple(x.who == block.partner for x in lines)
        case _:
            return _simple_signature(block)


def _simple_signature(block: blocks.Block) -> Signature:
    match block:
        case blocks.Image(src=src):
            return "image", src, block.tags
        case blocks.Cards(cards=cards):
            return "cards", tuple(card.icon for card in cards)
        case blocks.Callout(kind=callout):
            return "callout", callout
        case blocks.Reflection(id=name):
            return "reflection", name
        case blocks.Discuss(objectives=objectives):
            return "discuss", objectives
        case _:
            return (block.type,)


def _say(signature: Signature) -> str:
    return " ".join(str(part) for part in signature if part not in ("", ()))
