"""What States ask of schools, as looked up: dated, with sources, no legal advice."""

import enum
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from preventedu.courses.consent_models import ConsentMode
from preventedu.courses.content.yaml12 import read_yaml
from preventedu.people import GradeBand

FILE = Path(__file__).parent / "states.yaml"
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
MonthDay = Annotated[
    str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
]


class Strict(BaseModel):
    """A part of the file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """A text in both languages."""

    en: Line
    es: Line

    def in_language(self, language: str) -> str:
        """Return the text for a page."""
        return self.es if language == "es" else self.en


class Status(enum.StrEnum):
    """How sure it is that a rule binds."""

    IN_FORCE = "in-force"
    BILL_NOT_CONFIRMED = "bill-not-confirmed"
    """A bill; whether it became law was not confirmed."""


class Frequency(enum.StrEnum):
    """How often a student meets the topic."""

    EVERY_YEAR = "every-year"
    ONCE_PER_LEVEL = "once-per-level"
    """Once in middle or junior high school, and once in high school."""


class Basis(enum.StrEnum):
    """Why a preset says what it says."""

    LOOKED_UP = "looked-up"
    PRECAUTION = "precaution"
    """The law is not confirmed; the careful way until counsel says otherwise."""


class Unknown(enum.StrEnum):
    """What was not looked up, so that nothing here says it."""

    PARENTS = "parents"
    """What guardians may decide."""
    CONSENT = "consent"
    """Whether a guardian's written consent comes first."""
    DATES = "dates"
    """Whether a plan or report is due, and when."""
    NUMBER = "number"
    """Under which number the rule stands today."""
    PASSAGE = "passage"
    """Whether the bill became law."""


class Topic(Strict):
    """Something that a State wants taught.

    Attributes:
        taught_by: Topics of modules that bear on it.
    """

    title: Words
    taught_by: tuple[Line, ...]


class Requirement(Strict):
    """Topics that a rule requires in some grades.

    Attributes:
        grades: In the rule's own words.
        bands: The bands of lessons in which the topics are looked for.
        frequency: None: not looked up.
    """

    topics: Annotated[tuple[Line, ...], Field(min_length=1)]
    grades: Words
    bands: Annotated[tuple[GradeBand, ...], Field(min_length=1)]
    frequency: Frequency | None = None


class Parents(Strict):
    """What fills the form of consent modes; see `consent_modes`.

    Attributes:
        notice_days: None: not looked up.
    """

    mode: ConsentMode
    basis: Basis
    notice_days: Annotated[int, Field(ge=0)] | None = None
    text: Words


class StateRule(Strict):
    """A State's rule, or a bill.

    Attributes:
        sources: Where it was read, as addresses.
        reviewed_on: When it was read there.
        plan_due: Month and day, such as `12-01`.
        report_due: The same.
    """

    key: Line
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    name: Words
    citation: Line
    status: Status
    reviewed_on: date
    sources: Annotated[tuple[Line, ...], Field(min_length=1)]
    effective_from: date | None = None
    requires: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    plan_due: MonthDay | None = None
    report_due: MonthDay | None = None
    parents: Parents | None = None
    unknown: tuple[Unknown, ...] = ()

    @model_validator(mode="after")
    def _says_what_it_lacks(self) -> Self:
        is_bill = self.status is Status.BILL_NOT_CONFIRMED
        if is_bill != (Unknown.PASSAGE in self.unknown):
            raise ValueError("a bill, and only a bill, names `passage` as unknown")
        if is_bill and self.parents is not None:
            raise ValueError("a bill fills no form")
        if self.parents is None and not is_bill and Unknown.PARENTS not in self.unknown:
            raise ValueError("without `parents`, name `parents` as unknown")
        return self


class StateFile(Strict):
    """The whole file."""

    topics: dict[str, Topic]
    rules: tuple[StateRule, ...]

    @model_validator(mode="after")
    def _names_known_topics(self) -> Self:
        named = {
            topic
            for rule in self.rules
            for requirement in rule.requires
            for topic in requirement.topics
        }
        if named != set(self.topics):
            odd = ", ".join(sorted(named ^ set(self.topics)))
            raise ValueError(f"topics named and topics listed differ: {odd}")
        return self


def read(text: str) -> StateFile:
    """Check a file's text.

    Raises:
        pydantic.ValidationError: It breaks a rule of this module.
    """
    return StateFile.model_validate(read_yaml(text).data)


@cache
def known_states() -> StateFile:
    """Return what ships with this version."""
    return read(FILE.read_text(encoding="utf-8"))


def rules_of(state: str) -> tuple[StateRule, ...]:
    """Return what was looked up of a State; none: nothing was, rules or not."""
    return tuple(rule for rule in known_states().rules if rule.state == state)


def next_due(month_day: str, today: date) -> date:
    """Return the next day with this month and day, today included."""
    month, day = (int(part) for part in month_day.split("-"))
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)
