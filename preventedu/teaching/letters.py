"""The family letter: the author's words with the facts every family may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.courses.content.blocks import Facts, Help
from preventedu.teaching.words import in_language

if TYPE_CHECKING:
    from preventedu.courses.content.schema import Block, CompiledModule, Page


@dataclass(frozen=True)
class Letter:
    """A letter in one language; it always holds the facts and the help lines."""

    language: str
    title: str
    blocks: tuple[Block, ...]


def letter_of(module: CompiledModule, language: str) -> Letter:
    """Return the module's letter with whatever its author left out.

    Args:
        module: Any lesson; without a letter its title stands above the facts.
        language: One of the module's languages.
    """
    document = module.documents.get(language)
    page = document.letter if document else None
    title = page.title if page else in_language(module.title, language)
    return Letter(language, title, _whole(page))


def _whole(page: Page | None) -> tuple[Block, ...]:
    blocks = page.blocks if page else ()
    kinds = {block.type for block in blocks}
    wanted: tuple[Block, ...] = (Facts(), Help())
    return (*blocks, *(block for block in wanted if block.type not in kinds))
