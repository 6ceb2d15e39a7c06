"""Launches under way: each is remembered once and can be used once."""

import secrets
import time

from practice_lms import activities
from practice_lms.lms import DEEP_LINKING, Launch, Lms

MAX_AGE_SECONDS = 3600


def remember(lms: Lms, launch: Launch) -> None:
    """Keep a launch until the tool comes back for its id_token."""
    with lms.store.writing() as db:
        db.execute(
            "DELETE FROM launch WHERE created_at < ?", (time.time() - MAX_AGE_SECONDS,)
        )
        db.execute(
            "INSERT INTO launch VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                launch.id,
                launch.person.key,
                launch.course.number,
                launch.tool.deployment_id,
                launch.activity.id if launch.activity else None,
                launch.for_person.key if launch.for_person else "",
                launch.message_type,
                time.time(),
            ),
        )


def find(lms: Lms, launch_id: str) -> Launch | None:
    """Return a launch that was not used yet, or None."""
    with lms.store.reading() as db:
        row = db.execute("SELECT * FROM launch WHERE id = ?", (launch_id,)).fetchone()
    if row is None or row["created_at"] < time.time() - MAX_AGE_SECONDS:
        return None
    person, course = lms.cast.person(row["person"]), lms.cast.course(row["course"])
    tool = lms.tool(row["deployment_id"])
    number = row["activity"]
    activity = activities.activity(lms.store, number) if number is not None else None
    if not (person and course and tool) or (number is not None and not activity):
        return None
    return Launch(
        id=row["id"],
        person=person,
        course=course,
        tool=tool,
        activity=activity,
        for_person=lms.cast.person(row["for_person"]),
        message_type=row["message_type"],
    )


def use_up(lms: Lms, launch: Launch) -> bool:
    """Spend a launch; False when another request was faster."""
    with lms.store.writing() as db:
        spent = db.execute("DELETE FROM launch WHERE id = ?", (launch.id,))
        return spent.rowcount == 1


def new_id(activity_id: int | None, message_type: str) -> str:
    """Return a launch id of the kind Moodle makes."""
    number = secrets.randbelow(2**31)
    if message_type == DEEP_LINKING:
        return f"ltilaunch_ContentItemSelectionRequest{number}"
    return f"ltilaunch{activity_id}_{number}"
