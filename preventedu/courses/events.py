"""What the player reports: the screen reached and the answers to scored questions.

Nothing else has a place here, so that nothing else can be sent: no scenario path, no
practice answer, no reflection, no click on Get help or Leave.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from preventedu.courses.steps import POST, PRE
from preventedu.errors import RefusedError

MAX_EVENTS = 50
MAX_OPTIONS = 6
MAX_ROW_ID = 2**31 - 1
"""What a database's integer holds; more would break the query, not miss a row."""
ID = re.compile(r"[A-Za-z0-9-]{1,40}")
OPTION = re.compile(r"[a-f]")
MALFORMED = "malformed"


@dataclass(frozen=True)
class ScreenReached:
    """The learner sees a screen."""

    id: str
    screen: str


@dataclass(frozen=True)
class Answered:
    """The learner answered a scored question; `chosen` are option ids."""

    id: str
    phase: str
    question_id: str
    chosen: tuple[str, ...]


@dataclass(frozen=True)
class Finished:
    """The learner reached the end and said so."""

    id: str


Event = ScreenReached | Answered | Finished


@dataclass(frozen=True)
class Batch:
    """What one page sends at once.

    Attributes:
        version_id: The module version the page shows.
        sitting: How many attempts were closed when the page was made; a page left
            open in another tab is told apart by it.
        language: The language the page shows.
        events: In the order in which they happened.
        malformed: Ids of events that could not be read.
    """

    version_id: int
    sitting: int
    language: str
    events: tuple[Event, ...]
    malformed: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[Answered, ...]:
        """The answers among the events."""
        return tuple(event for event in self.events if isinstance(event, Answered))


def parse_batch(body: Any) -> Batch:
    """Read a batch.

    An event that cannot be read is set aside; it must not keep the others back.

    Raises:
        RefusedError: It is no batch, or holds more than 50 events.
    """
    match body:
        case {
            "version": int(version),
            "sitting": int(sitting),
            "lang": str(language),
            "events": [*raw],
        } if len(raw) <= MAX_EVENTS and 0 <= version <= MAX_ROW_ID:
            read = [(_id_of(item), _event(item)) for item in raw]
            return Batch(
                version,
                sitting,
                language[:10],
                tuple(event for _, event in read if event is not None),
                tuple(name for name, event in read if event is None and name),
            )
        case _:
            raise RefusedError("This is no batch of events.")


def _id_of(item: object) -> str:
    match item:
        case {"id": str(name)} if ID.fullmatch(name):
            return name
        case _:
            return ""


def _event(item: object) -> Event | None:
    name = _id_of(item)
    match item:
        case {"t": "screen", "s": str(screen)} if name:
            return ScreenReached(name, screen)
        case {"t": "finish"} if name:
            return Finished(name)
        case {"t": "answer", "q": str(question), "phase": str(phase), "a": [*chosen]}:
            return _answer(name, phase, question, chosen)
        case _:
            return None


def _answer(
    name: str, phase: str, question: str, chosen: list[object]
) -> Answered | None:
    options = [
        each for each in chosen if isinstance(each, str) and OPTION.fullmatch(each)
    ]
    whole = bool(name) and 0 < len(options) == len(chosen) <= MAX_OPTIONS
    if not whole or phase not in (PRE, POST):
        return None
    return Answered(name, phase, question, tuple(sorted(set(options))))
