"""An LMS that follows the specifications and surprises nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preventedu.lti import problems

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Family:
    """Facts about one LMS product."""

    code: str
    """`product_family_code` of its launches, in lower case; empty: any other."""
    first_score: Mapping[str, object] = field(default_factory=dict)
    """More members of a learner's first score for a link."""
    later_score: Mapping[str, object] = field(default_factory=dict)
    """More members of a score that replaces an earlier one of ours."""
    one_score_at_a_time: bool = False
    """Requests at once cost more there than one after the other."""
    refusals: Mapping[int, str] = field(default_factory=lambda: problems.BY_STATUS)
    """Problem code by HTTP status of a score that will never be taken."""


GENERIC = Family(code="")
