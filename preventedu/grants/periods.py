"""Days of an award: from moments in UTC to dates where the award is, and back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Whole days, first and last included."""

    starts_on: date
    ends_on: date

    def __contains__(self, day: object) -> bool:
        """Tell whether `day` is one of these days."""
        return isinstance(day, date) and self.starts_on <= day <= self.ends_on

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two have a day in common."""
        return self.starts_on <= other.ends_on and other.starts_on <= self.ends_on

    def holds(self, other: Span) -> bool:
        """Tell whether every day of `other` is one of these."""
        return self.starts_on <= other.starts_on and other.ends_on <= self.ends_on


def local_date(moment: datetime, time_zone: str) -> date:
    """Return the day on which `moment` falls in an IANA time zone."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def bounds(span: Span, time_zone: str) -> tuple[datetime, datetime]:
    """Return a span as moments in UTC, half open: first included, second not."""
    zone = ZoneInfo(time_zone)
    first = datetime.combine(span.starts_on, time(), zone)
    beyond = datetime.combine(span.ends_on + DAY, time(), zone)
    return first.astimezone(UTC), beyond.astimezone(UTC)


def has_ended(span: Span, time_zone: str, *, now: datetime) -> bool:
    """Tell whether the last day of the span is over where the award is."""
    return now >= bounds(span, time_zone)[1]


def months(span: Span) -> Iterator[date]:
    """Yield the first day of each month that the span touches."""
    month = span.starts_on.replace(day=1)
    while month <= span.ends_on:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)
