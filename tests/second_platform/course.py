"""What the platform keeps: one course, its people, its links and its gradebook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lti1p3platform.content_item import LTI_DEEP_LINKING_CONTENT_ITEM_TYPE
from lti1p3platform.score import TScore
from pydantic import TypeAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
INSTRUCTOR, LEARNER = MEMBERSHIP + "Instructor", MEMBERSHIP + "Learner"
MENTOR = MEMBERSHIP + "Mentor"
OPAQUE = "op&que=\u00e9 <data>"
"""Of a deep linking request; must come back as it is."""

_SCORE: TypeAdapter[Any] = TypeAdapter(TScore)
_REQUIRED = {
    "userId", "scoreGiven", "scoreMaximum", "timestamp", "activityProgress",
    "gradingProgress",
}  # fmt: skip
"""Source: AGS 2.0, 3.4.4, https://www.imsglobal.org/spec/lti-ags/v2p0/"""


@dataclass(frozen=True)
class Person:
    """Somebody in the course.

    Ids are digits: `TScore` of the library has `userId: int`, although the
    specification says string.
    """

    id: str
    name: str
    role: str


@dataclass
class Link:
    """A resource link with its line item, made from a content item or by hand."""

    id: str
    url: str
    title: str = ""
    custom: dict[str, str] = field(default_factory=dict)
    line_item: dict[str, Any] | None = None


@dataclass(frozen=True)
class Received:
    """One request of the tool to a service, as it came."""

    service: str
    content_type: str
    form: Mapping[str, str]
    body: Any = None


@dataclass
class Course:
    """A course with its people, links and grades."""

    people: dict[str, Person] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    scores: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """By link and user id: what the library read."""
    deep_linked: list[dict[str, Any]] | None = None
    """Content items that the library accepted last."""
    answers: list[str] = field(default_factory=list)
    """Deep linking answers (JWT) as they came."""
    preflights: list[dict[str, str]] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    drops_answers: bool = False
    """A score is kept, and the tool is told nothing but HTTP 503."""

    def enrol(self, name: str, role: str) -> Person:
        """Add somebody."""
        person = Person(str(101 + len(self.people)), name, role)
        self.people[person.id] = person
        return person

    def add_link(self, url: str, item: dict[str, Any] | None = None) -> Link:
        """Add a link: an empty one, or one that a content item describes."""
        read = item or {}
        link = Link(
            id=str(len(self.links) + 1),
            url=read.get("url", url),
            title=read.get("title", ""),
            custom=read.get("custom", {}),
            line_item=read.get("lineItem"),
        )
        self.links[link.id] = link
        return link

    def requests_to(self, service: str) -> list[Received]:
        """Return what the tool asked of one service."""
        return [each for each in self.received if each.service == service]


def read_item(item: dict[str, Any]) -> dict[str, Any]:
    """Read a content item with the library's type for it.

    Raises:
        ValueError: It has a member that the type does not know, or of another type.
    """
    members = {name: value for name, value in item.items() if name != "type"}
    kind = LTI_DEEP_LINKING_CONTENT_ITEM_TYPE[item["type"]]
    read: dict[str, Any] = TypeAdapter(kind).validate_python(members)
    _refuse_unknown(members, read)
    return read


def read_score(body: dict[str, Any]) -> dict[str, Any]:
    """Read a score with the library's type for it.

    Raises:
        ValueError: A member is missing, unknown, or of another type.
    """
    if missing := _REQUIRED - set(body):
        raise ValueError(f"missing: {sorted(missing)}")
    read: dict[str, Any] = _SCORE.validate_python(body)
    _refuse_unknown(body, read)
    return read


def _refuse_unknown(given: Mapping[str, Any], read: Mapping[str, Any]) -> None:
    """Refuse what the type let fall, at any depth."""
    if unknown := set(given) - set(read):
        raise ValueError(f"unknown: {sorted(unknown)}")
    for name, value in given.items():
        if isinstance(value, dict):
            _refuse_unknown(value, read[name])
