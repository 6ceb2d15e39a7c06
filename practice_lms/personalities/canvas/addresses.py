"""Where Canvas's services live."""

from practice_lms.lms import Lms


def line_items(lms: Lms, course: int) -> str:
    """Return the address of a course's line items."""
    return lms.url(f"/api/lti/courses/{course}/line_items")


def line_item(lms: Lms, course: int, number: int) -> str:
    """Return the address of one line item."""
    return f"{line_items(lms, course)}/{number}"


def memberships(lms: Lms, course: int) -> str:
    """Return the address of a course's roster."""
    return lms.url(f"/api/lti/courses/{course}/names_and_roles")
