"""The words for grade bands and sensitivity, on every grown-up's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.i18n import lazy_gettext

if TYPE_CHECKING:
    from preventedu.courses.content.base import Text

BANDS = {
    "k-2": lazy_gettext("Grades K-2"),
    "3-5": lazy_gettext("Grades 3-5"),
    "6-8": lazy_gettext("Grades 6-8"),
    "9-12": lazy_gettext("Grades 9-12"),
    "educator": lazy_gettext("School staff"),
    "family": lazy_gettext("Families"),
}
SENSITIVITY = {
    1: lazy_gettext("Gentle"),
    2: lazy_gettext("Sensitive"),
    3: lazy_gettext("Prepared adult in the room"),
}
"""By the level of a module's content note."""


def in_language(text: Text, language: str) -> str:
    """Return the text in the language, or in English where it has none."""
    return text.get(language) or text["en"]
