"""What authors write in YAML: module.yaml, front matter, policy, help, icons."""

from datetime import date as calendar_date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from preventedu.courses.content.base import (
    SOURCE_LANGUAGE,
    Audience,
    Band,
    Kind,
    Locale,
    ObjectiveId,
    Slug,
    Status,
    Strict,
    Text,
    Words,
)

HelpAudience = Literal["k-2", "3-5", "6-8", "9-12", "educator", "family", "adult"]


class Objective(Strict):
    """What a learner can do afterwards."""

    id: ObjectiveId
    text: Text


class Standard(Strict):
    """A learning standard that the module serves."""

    set: Words
    code: Words


class Mastery(Strict):
    """When scored questions count as mastered; `value` is in percent."""

    rule: Literal["complete", "percent"] = "percent"
    value: Annotated[int, Field(ge=50, le=100)] = 80
    attempts: Literal["unlimited"] | Annotated[int, Field(ge=1, le=10)] = "unlimited"
    keep: Literal["best", "latest"] = "best"


class PrePost(Strict):
    """How many pool questions one sitting draws, and how evenly."""

    draw: Annotated[int, Field(ge=1, le=20)]
    balanced_by: Literal["objective"] = "objective"


class ModuleNote(Strict):
    """How sensitive a module is: 1 gentle, 2 sensitive, 3 needs a prepared adult."""

    level: Literal[1, 2, 3]
    text: Text
    alternative: Slug | None = None


class Reviewer(Strict):
    """A person who reviewed the module and signed for it."""

    role: Slug
    name: Words
    date: calendar_date


class ModuleFile(Strict):
    """module.yaml."""

    id: Slug
    catalogue_id: Annotated[str, Field(pattern=r"^[A-Z]{1,3}\d{0,3}$")] | None = None
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    status: Status
    kind: Kind = "lesson"
    band: Band
    audience: Audience
    lms_title: Text
    title: Text
    summary: Text
    topics: tuple[Slug, ...]
    languages: Annotated[tuple[Locale, ...], Field(min_length=1)]
    minutes: Annotated[int, Field(ge=2, le=60)]
    objectives: Annotated[tuple[Objective, ...], Field(min_length=1)]
    standards: tuple[Standard, ...] = ()
    mastery: Mastery = Mastery()
    prepost: PrePost | None = None
    lessons: Annotated[tuple[Slug, ...], Field(min_length=1)]
    content_note: ModuleNote
    reviewers: tuple[Reviewer, ...] = ()
    license: Words

    @field_validator("languages")
    @classmethod
    def _source_language_first(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value[0] != SOURCE_LANGUAGE or len(set(value)) != len(value):
            raise ValueError(f"starts with {SOURCE_LANGUAGE} and names no one twice")
        return value

    @field_validator("objectives")
    @classmethod
    def _objectives_differ(cls, value: tuple[Objective, ...]) -> tuple[Objective, ...]:
        if len({objective.id for objective in value}) != len(value):
            raise ValueError("two objectives share an id")
        return value


class FrontMatter(Strict):
    """What stands between the two `---` of a Markdown file."""

    title: Words
    translation_of: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")] | None = None
    translator: str | None = None


class LessonFrontMatter(FrontMatter):
    """Front matter of a lesson; `lesson` counts from 1."""

    lesson: Annotated[int, Field(ge=1, le=20)]
    minutes: Annotated[int, Field(ge=1, le=60)] | None = None
    objectives: tuple[ObjectiveId, ...] = ()


class GuideFrontMatter(FrontMatter):
    """Front matter of a teacher guide."""

    prep_minutes: Annotated[int, Field(ge=0, le=240)] | None = None


class LetterFrontMatter(FrontMatter):
    """Front matter of a family letter."""

    send: Literal["before", "after"] = "before"


class BandPolicy(Strict):
    """Limits for one grade band or audience; `wpm` is words read in a minute."""

    max_grade: float
    max_sentence_words: int
    max_words_per_screen: int
    max_sentences_per_screen: int | None = None
    max_screens: int
    wpm: Annotated[int, Field(gt=0)]
    picture_on_every_screen: Literal["required", "free"] = "free"
    answers: Literal["pictures", "text"] = "text"
    max_answers: Annotated[int, Field(ge=2, le=6)] = 6


class WordRule(Strict):
    """A word to avoid, and what to write; `not_in` limits it to some bands."""

    term: Words
    say: Words
    level: Literal["error", "warning"] = "error"
    not_in: tuple[Band, ...] = ()


class TimePolicy(Strict):
    """How long things take, in minutes, and how far a stated time may be off."""

    question: float
    scene: float
    reflection: float
    warn_beyond: float
    """Share of the estimate, such as 0.35, from which a person is warned."""
    refuse_beyond: float


class ReadingPolicy(Strict):
    """Reading-level formulas say nothing below `min_words`."""

    min_words: int
    fernandez_huerta_min: float


class LmsTitlePolicy(Strict):
    """What the title that a gradebook shows must not say: beginnings of words."""

    max_characters: int
    forbidden: Annotated[tuple[Words, ...], Field(min_length=1)]


class HelpPolicy(Strict):
    """Days after which a help resource counts as not checked."""

    warn_after_days: int
    refuse_after_days: int


class Policy(Strict):
    """_shared/policy.yaml."""

    bands: dict[Band, BandPolicy]
    minutes: TimePolicy
    reading: ReadingPolicy
    lms_title: LmsTitlePolicy
    help: HelpPolicy
    image_max_bytes: int
    alt_max_characters: int
    words: tuple[WordRule, ...]
    platform_names: tuple[Words, ...]
    image_tags_forbidden: tuple[Slug, ...]
    links_allowed: tuple[Words, ...]
    required_blocks: tuple[Literal["help", "reflection", "scenario"], ...]

    @model_validator(mode="after")
    def _has_every_band(self) -> "Policy":
        wanted = {"k-2", "3-5", "6-8", "9-12", "educator", "family"}
        if missing := sorted(wanted - set(self.bands)):
            raise ValueError(f"bands: {missing} missing")
        return self


class HelpEntry(Strict):
    """A person, line or page that can help; never verified means `verified_on` null."""

    id: Slug
    kind: Literal["person", "phone", "web", "text"]
    label: Text
    phone: str | None = None
    text: str | None = None
    url: Annotated[str, Field(pattern=r"^https://")] | None = None
    categories: tuple[
        Literal["identify", "report", "protect", "support", "outreach", "training"], ...
    ]
    audience: Annotated[tuple[HelpAudience, ...], Field(min_length=1)]
    is_law_enforcement: bool = False
    is_reporting_line: bool = False
    confidentiality_note: Text | None = None
    source_url: Annotated[str, Field(pattern=r"^https://")] | None = None
    verified_on: calendar_date | None = None
    verified_by: str | None = None

    @property
    def needs_checking(self) -> bool:
        """Whether there is a number or address that may go stale."""
        return bool(self.phone or self.text or self.url)

    @model_validator(mode="after")
    def _is_whole(self) -> "HelpEntry":
        if self.kind != "person" and not self.needs_checking:
            raise ValueError(f"{self.id}: a {self.kind} needs phone, text or url")
        if bool(self.verified_on) != bool(self.verified_by):
            raise ValueError(f"{self.id}: verified_on and verified_by go together")
        return self


class HelpFile(Strict):
    """_shared/help.yaml."""

    entries: tuple[HelpEntry, ...]

    @field_validator("entries")
    @classmethod
    def _ids_differ(cls, value: tuple[HelpEntry, ...]) -> tuple[HelpEntry, ...]:
        if len({entry.id for entry in value}) != len(value):
            raise ValueError("two help entries share an id")
        return value


class IconFile(Strict):
    """_shared/icons.yaml: the name authors write, and its symbol in the sprite."""

    icons: dict[Slug, Slug]
