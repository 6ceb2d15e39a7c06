"""The words for reviewers, licenses and lists on grown-ups' pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.drafts import FINAL
from preventedu.courses.labels import BANDS, SENSITIVITY, in_language
from preventedu.i18n import gettext as _
from preventedu.i18n import lazy_gettext

if TYPE_CHECKING:
    from preventedu.courses.content.schema import CompiledModule, HelpEntry

__all__ = [
    "BANDS",
    "LICENSES",
    "REVIEWERS",
    "SENSITIVITY",
    "and_list",
    "in_language",
    "is_draft",
    "missing_reviewers",
    "unchecked_help",
]

REVIEWERS = {
    "child-safety-clinician": lazy_gettext("a child-safety clinician"),
    "survivor-leader": lazy_gettext("a survivor leader"),
    "grade-band-teacher": lazy_gettext("a teacher of this grade band"),
}
"""Who must have signed before a text counts as reviewed."""
LICENSES = {
    "CC-BY-4.0": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
}


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
