"""From a platform's role names to what a person may do here; doubt means less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.auth import SeatRole

if TYPE_CHECKING:
    from collections.abc import Iterable

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
CONTEXT_ROLE = LIS + "membership#"
CONTEXT_SUB_ROLE = LIS + "membership/"
"""A sub-role reads `membership/Instructor#TeachingAssistant`."""
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"

TEACHING = frozenset(
    {"Instructor", "TeachingAssistant", "ContentDeveloper", "Administrator"}
)
LEARNING, OBSERVING = "Learner", "Mentor"
INSTITUTION_ROLE = LIS + "institution/person#"
WORKING = frozenset({"Administrator", "Faculty", "Instructor", "Staff"})
"""Institution roles of people who work at a school."""


def seat_role(roles: Iterable[str]) -> SeatRole:
    """Return what a person with these LTI roles may do here.

    Only roles in the context count: Canvas sends a person's institution roles into
    every course, where a teacher may be a student. A Mentor is a parent or another
    observer and is never staff.

    Source: LTI core 1.3, appendix A.2, https://www.imsglobal.org/spec/lti/v1p3/
    """
    given = set(roles)
    names = {name for role in given if (name := _context_role(role))}
    if TEST_USER in given and LEARNING in names:
        return SeatRole.TEST_LEARNER
    if names & TEACHING:
        return SeatRole.TEACHER
    if LEARNING in names:
        return SeatRole.LEARNER
    return SeatRole.OBSERVER if OBSERVING in names else SeatRole.GUEST


def is_staff(roles: Iterable[str]) -> bool:
    """Tell whether a person with these roles works at the school, and is no test user.

    It opens nothing by itself: staff may take a lesson for staff as themselves, also
    where they have no role in the course.
    """
    given = set(roles)
    if TEST_USER in given:
        return False
    works = {INSTITUTION_ROLE + name for name in WORKING}
    return bool(given & works) or any(_context_role(r) in TEACHING for r in given)


def _context_role(role: str) -> str:
    """Return the principal context role that a name stands for, or nothing."""
    if role.startswith(CONTEXT_ROLE):
        return role.removeprefix(CONTEXT_ROLE)
    if role.startswith(CONTEXT_SUB_ROLE):
        # The part before the sign decides: `Learner#Instructor` is a learner.
        return role.removeprefix(CONTEXT_SUB_ROLE).partition("#")[0]
    # Short names are an old form of the roles in a context; Moodle's rosters use it.
    return role if role.isalpha() else ""
