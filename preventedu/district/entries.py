"""What every entry of this room shares: refusing one field, and the LEA's today."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from datetime import date, datetime

    from preventedu.people import Lea

YEARS = range(2000, 2200)
"""A day beyond is a slip of the keyboard."""


class WrongEntryError(RefusedError):
    """One field of a form cannot be taken; the page shows why beside it.

    Attributes:
        field: Name of the field, the same in the form and in the facts.
    """

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def today_in(lea: Lea, *, now: datetime) -> date:
    """Return the day that it is in the LEA's time zone."""
    return now.astimezone(ZoneInfo(lea.time_zone)).date()


def clean_line(field: str, value: str, longest: int = 200) -> str:
    """Return one line of text without blanks around it.

    Raises:
        WrongEntryError: It is empty, too long, or holds a control character.
    """
    found = clean_optional(field, value, longest)
    if not found:
        raise WrongEntryError(field, _("Fill this in."))
    return found


def clean_optional(field: str, value: str, longest: int = 200) -> str:
    """Return one line of text, or an empty one.

    Raises:
        WrongEntryError: It is too long, or holds a control character.
    """
    found = " ".join(value.split())
    if len(found) > longest:
        raise WrongEntryError(
            field, _("Use %(most)s characters at most.", most=longest)
        )
    if any(unicodedata.category(sign) == "Cc" for sign in found):
        raise WrongEntryError(
            field, _("This text holds a character that no page can show.")
        )
    return found


def check_day(field: str, day: date) -> date:
    """Return a day of our century.

    Raises:
        WrongEntryError: It cannot be meant.
    """
    if day.year not in YEARS:
        raise WrongEntryError(field, _("This day is too far away. Check the year."))
    return day
