"""The compiled module: everything a page needs, checked, and with a hash.

Parse it with `CompiledModule.model_validate_json`; write it with
`model_dump_json`. It holds the key of every question: send learners only what
`pool.public_question` returns.
"""

from typing import Literal

from pydantic import Field

from preventedu.courses.content.base import (
    Audience,
    Band,
    Kind,
    Locale,
    Slug,
    Status,
    Strict,
    Text,
)
from preventedu.courses.content.blocks import (
    Block,
    Callout,
    Card,
    Cards,
    Chat,
    ChatLine,
    Choice,
    ContentNote,
    Discuss,
    Facts,
    Help,
    Image,
    Option,
    Prose,
    Question,
    Reflection,
    Scenario,
    Scene,
)
from preventedu.courses.content.source_schema import (
    HelpEntry,
    Mastery,
    ModuleNote,
    Objective,
    PrePost,
    Reviewer,
    Standard,
)


class Screen(Strict):
    """One idea on one screen; `id` is stable: `l1-s2` is lesson 1, screen 2."""

    id: str
    lesson: int
    lesson_title: str
    title: str
    blocks: tuple[Block, ...]


class Page(Strict):
    """A teacher guide or a family letter; `minutes` is preparation time."""

    title: str
    minutes: int | None = None
    blocks: tuple[Block, ...]


class CompiledDocument(Strict):
    """A module in one language.

    Attributes:
        intro: What stands before the first screen: the content note.
        screens: All lessons' screens in order.
        pool: The scored questions, with their keys. Never in a learner's page.
        glossary: Plain text by term, in lower case as `data-term` has it.
        guide: The teacher guide, if the module has one.
        letter: The family letter, if the module has one.
    """

    intro: tuple[Block, ...] = ()
    screens: tuple[Screen, ...]
    pool: tuple[Question, ...] = ()
    glossary: dict[str, str] = Field(default_factory=dict)
    guide: Page | None = None
    letter: Page | None = None


class Asset(Strict):
    """A picture kept with the version: SVG text, its size in CSS pixels, its hash."""

    media_type: Literal["image/svg+xml"] = "image/svg+xml"
    text: str
    width: int
    height: int
    sha256: str


class CompiledModule(Strict):
    """One version of a module in all its languages.

    Attributes:
        lms_title: The neutral title by language. Only this one may be shown in a
            gradebook, browser title, history, certificate or file name.
        minutes: Class time, in minutes.
        alternative: Slug of the module that opted-out learners get.
        documents: By language; the first of `languages` is the source.
        help: The resources for this band, in the order to show them.
        assets: By `src` as the blocks name it, such as `images/x.svg`.
        content_hash: SHA-256 in hex over all other fields.
    """

    slug: Slug
    version: str
    status: Status
    kind: Kind
    band: Band
    audience: Audience
    catalogue_id: str | None
    lms_title: Text
    title: Text
    summary: Text
    topics: tuple[str, ...]
    languages: tuple[Locale, ...]
    minutes: int
    objectives: tuple[Objective, ...]
    standards: tuple[Standard, ...]
    content_note: ModuleNote
    alternative: Slug | None
    mastery: Mastery
    prepost: PrePost | None
    reviewers: tuple[Reviewer, ...]
    license: str
    documents: dict[Locale, CompiledDocument]
    help: tuple[HelpEntry, ...]
    assets: dict[str, Asset]
    content_hash: str = ""


class PublicOption(Strict):
    """An answer as a learner may see it."""

    id: str
    html: str
    picture: Image | None = None


class PublicQuestion(Strict):
    """A scored question without its key: no `correct`, no feedback."""

    id: str
    kind: Literal["choose-one", "choose-many", "true-false"]
    objectives: tuple[str, ...]
    stem: str
    options: tuple[PublicOption, ...]
    hint: str = ""
    shuffle: bool = True


__all__ = [
    "Asset",
    "Block",
    "Callout",
    "Card",
    "Cards",
    "Chat",
    "ChatLine",
    "Choice",
    "CompiledDocument",
    "CompiledModule",
    "ContentNote",
    "Discuss",
    "Facts",
    "Help",
    "HelpEntry",
    "Image",
    "Mastery",
    "ModuleNote",
    "Objective",
    "Option",
    "Page",
    "PrePost",
    "Prose",
    "PublicOption",
    "PublicQuestion",
    "Question",
    "Reflection",
    "Reviewer",
    "Scenario",
    "Scene",
    "Screen",
    "Standard",
    "Strict",
]
