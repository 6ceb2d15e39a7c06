"""Makes one module of the tree into the document that is stored and served.

The same files give the same bytes on every machine, so that the hash says whether
two modules are the same.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from preventedu.courses.content.blocks import Block, Image, Question
from preventedu.courses.content.problems import ContentError, errors_in
from preventedu.courses.content.readings import images_of
from preventedu.courses.content.rules.help_lines import help_for
from preventedu.courses.content.schema import (
    Asset,
    CompiledDocument,
    CompiledModule,
    Page,
    Screen,
)
from preventedu.courses.content.source_schema import GuideFrontMatter
from preventedu.courses.content.sources import documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from preventedu.courses.content.lesson import SourceFile
    from preventedu.courses.content.located import Located
    from preventedu.courses.content.sources import ContentTree, SourceModule


def compile_module(tree: ContentTree, slug: str) -> CompiledModule:
    """Compile one module. Run `check_tree` first: this looks for no rule but reading.

    Raises:
        ContentError: There is no such module, or a file or picture of it cannot be
            read.
    """
    module = _readable(tree, slug)
    assets = dict(_assets(tree, module))
    meta = module.meta
    compiled = CompiledModule(
        slug=meta.id,
        version=meta.version,
        status=meta.status,
        kind=meta.kind,
        band=meta.band,
        audience=meta.audience,
        catalogue_id=meta.catalogue_id,
        lms_title=meta.lms_title,
        title=meta.title,
        summary=meta.summary,
        topics=meta.topics,
        languages=meta.languages,
        minutes=meta.minutes,
        objectives=meta.objectives,
        standards=meta.standards,
        content_note=meta.content_note,
        alternative=meta.content_note.alternative,
        mastery=meta.mastery,
        prepost=meta.prepost,
        reviewers=meta.reviewers,
        license=meta.license,
        documents={code: _document(module, code, assets) for code in meta.languages},
        help=help_for(tree, module),
        assets=assets,
    )
    return compiled.model_copy(update={"content_hash": hash_of(compiled)})


def hash_of(module: CompiledModule) -> str:
    """Return the SHA-256, in hex, over everything but the hash itself."""
    content = module.model_dump_json(exclude={"content_hash"})
    return hashlib.sha256(content.encode()).hexdigest()


def _readable(tree: ContentTree, slug: str) -> SourceModule:
    folder = f"modules/{slug}/"
    faults = tuple(p for p in errors_in(tree.problems) if p.file.startswith(folder))
    module = tree.module(slug)
    if faults or module is None:
        said = "; ".join(map(str, faults)) or "there is no such module"
        raise ContentError(f"Module {slug} cannot be compiled: {said}", faults)
    return module


def _assets(tree: ContentTree, module: SourceModule) -> Iterable[tuple[str, Asset]]:
    """Only pictures that are shown; each must be one that `svg` found harmless."""
    shown = {
        image.src
        for document in documents(tree, module)
        for located in document.file.located
        for image, _ in images_of(located)
    }
    for src in sorted(shown):
        svg = module.images.get(src)
        if svg is None or svg.faults:
            raise ContentError(f"Module {module.slug}: picture {src} cannot be used.")
        yield (
            src,
            Asset(
                text=svg.text,
                width=svg.width,
                height=svg.height,
                sha256=hashlib.sha256(svg.text.encode()).hexdigest(),
            ),
        )


def _document(
    module: SourceModule, language: str, assets: Mapping[str, Asset]
) -> CompiledDocument:
    files = module.files[language]
    lessons = [files[name] for name in module.lesson_names]
    quiz = files.get("quiz")
    pool = _blocks(quiz.located, assets) if quiz else ()
    return CompiledDocument(
        intro=_blocks(lessons[0].intro, assets),
        screens=tuple(
            screen
            for number, lesson in enumerate(lessons, 1)
            for screen in _screens(number, lesson, assets)
        ),
        pool=tuple(block for block in pool if isinstance(block, Question)),
        glossary={
            term: texts[language]
            for term, texts in sorted(module.glossary.items())
            if language in texts
        },
        guide=_page(files.get("teacher-guide"), assets),
        letter=_page(files.get("family-letter"), assets),
    )


def _screens(
    number: int, lesson: SourceFile, assets: Mapping[str, Asset]
) -> Iterable[Screen]:
    for place, screen in enumerate(lesson.screens, 1):
        yield Screen(
            id=f"l{number}-s{place}",
            lesson=number,
            lesson_title=lesson.front.title,
            title=screen.title,
            blocks=_blocks(screen.blocks, assets),
        )


def _page(file: SourceFile | None, assets: Mapping[str, Asset]) -> Page | None:
    if file is None:
        return None
    front = file.front
    minutes = front.prep_minutes if isinstance(front, GuideFrontMatter) else None
    return Page(
        title=front.title, minutes=minutes, blocks=_blocks(file.located, assets)
    )


def _blocks(
    located: Iterable[Located], assets: Mapping[str, Asset]
) -> tuple[Block, ...]:
    return tuple(_measured(item.block, assets) for item in located)


def _measured(block: Block, assets: Mapping[str, Asset]) -> Block:
    """Give pictures their size, so that a page does not jump while it loads."""
    match block:
        case Image():
            return _sized(block, assets)
        case Question(options=options):
            sized = tuple(
                o.model_copy(update={"picture": _sized(o.picture, assets)})
                if o.picture
                else o
                for o in options
            )
            return block.model_copy(update={"options": sized})
        case _:
            return block


def _sized(image: Image, assets: Mapping[str, Asset]) -> Image:
    asset = assets[image.src]
    return image.model_copy(update={"width": asset.width, "height": asset.height})
