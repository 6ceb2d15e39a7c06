"""Which pages people find: where a launch leads, and the bar of staff pages."""

from __future__ import annotations

from preventedu.auth import SeatRole
from preventedu.i18n import lazy_gettext as _l
from preventedu.people import OrganizationKind, StaffRole
from preventedu.staff.navigation import StaffPage

SEAT_PAGES = {
    SeatRole.LEARNER: "courses.lesson",
    SeatRole.TEST_LEARNER: "courses.lesson",
    SeatRole.TEACHER: "teaching.class_page",
    SeatRole.OBSERVER: "teaching.family",
    SeatRole.GUEST: "teaching.family",
}
"""Where a launch leads, by what its person may do."""

IT, MANAGER = StaffRole.ADMINISTRATOR, StaffRole.GRANT_MANAGER
OFFICIAL, COUNSELOR = StaffRole.LEA_OFFICIAL, StaffRole.COUNSELOR
NOBODY: frozenset[StaffRole] = frozenset()

STAFF_PAGES = (
    StaffPage("awards", "grants.awards", _l("Awards"), frozenset({MANAGER, OFFICIAL})),
    StaffPage(
        "counselor",
        "counselor.weeks",
        _l("Lessons by day"),
        NOBODY,
        of_lea=frozenset({COUNSELOR, OFFICIAL}),
    ),
    StaffPage(
        "district",
        "district.home",
        _l("District"),
        frozenset({IT}),
        of_lea=frozenset({OFFICIAL, MANAGER, COUNSELOR}),
    ),
    StaffPage(
        "set-up",
        "grants.set_up",
        _l("Award set-up"),
        frozenset({IT, MANAGER, OFFICIAL}),
        # One that receives an award is led there from "Awards".
        not_of=frozenset({OrganizationKind.LAW_ENFORCEMENT}),
    ),
    StaffPage("import", "grants.import_page", _l("Import"), frozenset({IT})),
    StaffPage(
        "platforms",
        "connections.platforms",
        _l("LMS connections"),
        frozenset({IT}),
        of_lea=frozenset({OFFICIAL}),
    ),
)
"""The bar; the first entry that a person finds is their home."""
