"""Where Moodle's services live; line items carry the tool as `?type_id=`."""

from practice_lms import activities
from practice_lms.lms import Launch, Lms

SERVICES = "/mod/lti/services.php"


def line_items(lms: Lms, launch: Launch) -> str:
    """Return the address of a course's line items for the launched tool."""
    return lms.url(
        f"{SERVICES}/{launch.course.number}/lineitems"
        f"?type_id={launch.tool.deployment_id}"
    )


def line_item(lms: Lms, course: int, number: int, type_id: str) -> str:
    """Return the address of one line item; `type_id` "" leaves the query out."""
    query = f"?type_id={type_id}" if type_id else ""
    return lms.url(f"{SERVICES}/{course}/lineitems/{number}/lineitem{query}")


def line_item_of(lms: Lms, launch: Launch) -> str:
    """Return the address of the launched link's own column, "" without one."""
    if launch.activity is None:
        return ""
    column = activities.coupled_line_item(lms.store, launch.activity)
    if column is None:
        return ""
    return line_item(lms, column.course, column.id, launch.tool.deployment_id)


def memberships(lms: Lms, launch: Launch) -> str:
    """Return the address of a course's roster."""
    return lms.url(
        f"{SERVICES}/CourseSection/{launch.course.number}"
        f"/bindings/{launch.tool.deployment_id}/memberships"
    )
