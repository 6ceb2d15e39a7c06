"""Moodle: says 400 for everyone who is no student of the course."""

from __future__ import annotations

from types import MappingProxyType

from preventedu.lti import problems
from preventedu.lti.platforms.generic import Family

MOODLE = Family(
    code="moodle",
    refusals=MappingProxyType(
        # "Incorrect score received": teachers, left students, unknown users.
        {**problems.BY_STATUS, 400: problems.NOT_A_STUDENT}
    ),
)
