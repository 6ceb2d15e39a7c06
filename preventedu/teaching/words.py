"""The words for bands, sensitivity, reviewers and languages on grown-ups' pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.drafts import FINAL
from preventedu.i18n import gettext as _
from preventedu.i18n import lazy_gettext

if TYPE_CHECKING:
    from preventedu.courses.content.base import Text
    from preventedu.courses.content.schema import CompiledModule, HelpEntry

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
REVIEWERS = {
    "child-safety-clinician": lazy_gettext("a child-safety clinician"),
    "survivor-leader": lazy_gettext("a survivor leader"),
    "grade-band-teacher": lazy_gettext("a teacher of this grade band"),
}
"""Who must have signed before a text counts as reviewed."""
LICENSES = {
    "CC-BY-4.0": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
}


def in_language(text: Text, language: str) -> str:
    """Return the text in the language, or in English where it has none."""
    return text.get(language) or text["en"]


def missing_reviewers(module: CompiledModule) -> list[str]:
    """Name the kinds of people whose signature the text still awaits."""
    signed = {reviewer.role for reviewer in module.reviewers}
    return [str(words) for role, words in REVIEWERS.items() if role not in signed]


def is_draft(module: CompiledModule) -> bool:
    """Tell whether the text still awaits review or publication."""
    return module.status != FINAL


def unchecked_help(module: CompiledModule) -> list[HelpEntry]:
    """Return the help lines that nobody has called or opened to check them."""
    return [
        entry
        for entry in module.help
        if entry.needs_checking and entry.verified_on is None
    ]


def and_list(words: list[str]) -> str:
    """Join words as a person says them: a, b and c."""
    match words:
        case [*first, last] if first:
            joined = _("%(first)s and %(last)s", first=", ".join(first), last=last)
            return str(joined)
        case _rest:
            return "".join(words)
