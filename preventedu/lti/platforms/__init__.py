"""What differs between LMSs: one small file of facts each, a neutral one beneath."""

from __future__ import annotations

from preventedu.lti.platforms.canvas import CANVAS
from preventedu.lti.platforms.generic import GENERIC, Family
from preventedu.lti.platforms.moodle import MOODLE

FAMILIES = {family.code: family for family in (CANVAS, MOODLE)}

__all__ = ["FAMILIES", "GENERIC", "Family", "family_of"]


def family_of(code: str) -> Family:
    """Return the facts for a `product_family_code`; unknown ones are neutral."""
    return FAMILIES.get(code.lower(), GENERIC)
