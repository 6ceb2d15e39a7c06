"""A, W002, K001, C001: pictures and icons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from preventedu.courses.content import blocks
from preventedu.courses.content.lesson import FileKind
from preventedu.courses.content.problems import Level, Problem
from preventedu.courses.content.readings import images_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preventedu.courses.content.lesson import SourceScreen
    from preventedu.courses.content.sources import (
        ContentTree,
        Document,
        SourceModule,
    )

REDUNDANT = re.compile(
    r"(an? )?(image|picture|photo|drawing|icon) of\b|(una? )?(imagen|foto|dibujo) de\b",
    re.IGNORECASE,
)


def check(document: Document) -> Iterator[Problem]:
    """Yield pictures that a blind child, a lawyer or a survivor would object to."""
    for located in document.file.located:
        for image, line in images_of(located):
            yield from _words(document, image, line)
            yield from _file(document, image, line)
        if isinstance(located.block, blocks.Image) and not located.block.credit:
            yield document.error(
                located.line, "A003", 'the picture has no credit="…" with its license'
            )
        if isinstance(located.block, blocks.Cards):
            yield from _icons(document, located.block, located.line)
    if document.kind is FileKind.LESSON:
        yield from _screens(document)


def check_pictures(tree: ContentTree, module: SourceModule) -> Iterator[Problem]:
    """Yield picture files that are too big, of no known size or not inert."""
    del tree
    for src, svg in module.images.items():
        for fault in svg.faults:
            yield Problem(f"{module.path}/{src}", 1, Level.ERROR, "A012", fault)


def _words(document: Document, image: blocks.Image, line: int) -> Iterator[Problem]:
    most = document.tree.policy.alt_max_characters
    if not image.alt:
        yield document.error(line, "A001", "say what the picture shows: ![…](…)")
    elif len(image.alt) > most or REDUNDANT.match(image.alt):
        yield document.warning(
            line, "A002", f"say it in {most} characters, without “image of”"
        )
    forbidden = set(document.tree.policy.image_tags_forbidden)
    for tag in sorted(forbidden.intersection(image.tags)):
        yield document.error(line, "W002", f"no picture with “{tag}” in a lesson")


def _file(document: Document, image: blocks.Image, line: int) -> Iterator[Problem]:
    if image.src not in document.module.images:
        yield document.error(line, "A004", f"there is no picture {image.src}")


def _icons(document: Document, cards: blocks.Cards, line: int) -> Iterator[Problem]:
    known = document.tree.icons
    for card in cards.cards:
        if card.icon and card.icon not in known:
            yield document.error(
                line, "C001", f"no icon :{card.icon}:; there are: {', '.join(known)}"
            )


def _screens(document: Document) -> Iterator[Problem]:
    if document.limits.picture_on_every_screen == "free":
        return
    for screen in document.file.screens:
        if not _has_picture(screen):
            yield document.error(
                screen.line,
                "K001",
                f"screen “{screen.title}” has no picture; {document.band} needs one",
            )


def _has_picture(screen: SourceScreen) -> bool:
    return any(
        isinstance(located.block, blocks.Help) or any(images_of(located))
        for located in screen.blocks
    )
