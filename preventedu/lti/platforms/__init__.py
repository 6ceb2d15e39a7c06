"""What differs between LMSs: one small file of facts each, a neutral one beneath."""

from __future__ import annotations

from preventedu.lti.platforms.blackboard import BLACKBOARD
from preventedu.lti.platforms.brightspace import BRIGHTSPACE
from preventedu.lti.platforms.canvas import CANVAS
from preventedu.lti.platforms.generic import GENERIC, Choice, Family, Preset
from preventedu.lti.platforms.moodle import MOODLE
from preventedu.lti.platforms.schoology import SCHOOLOGY

KNOWN = (CANVAS, MOODLE, BRIGHTSPACE, SCHOOLOGY, BLACKBOARD)
FAMILIES = {family.code: family for family in KNOWN}
CHOICES = {
    choice.key: (family, choice)
    for family in (*KNOWN, GENERIC)
    for choice in family.choices
}
"""By key, in the order in which the page lists them."""

__all__ = [
    "CHOICES",
    "FAMILIES",
    "GENERIC",
    "KNOWN",
    "Choice",
    "Family",
    "Preset",
    "family_of",
]


def family_of(code: str) -> Family:
    """Return the facts for a `product_family_code`; unknown ones are neutral."""
    return FAMILIES.get(code.lower(), GENERIC)
