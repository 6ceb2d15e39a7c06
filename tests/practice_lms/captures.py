"""What the captured Moodle answered, to compare the practice LMS with."""

import json
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from tests.practice_lms.throwaway_tool import (
    Visit,
)

CAPTURED = Path(__file__).parents[1] / "fixtures" / "moodle-4.5"
ITEM = "application/vnd.ims.lis.v2.lineitem+json"
CONTAINER = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
ROSTER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
LINE_ITEM = "/mod/lti/services.php/2/lineitems/1/lineitem?type_id=1"
LINE_ITEMS = "/mod/lti/services.php/2/lineitems?type_id=1"
MEMBERS = "/mod/lti/services.php/CourseSection/2/bindings/1/memberships"


def captured(name: str) -> dict[str, Any]:
    text = (CAPTURED / f"{name}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)["response"]
    return found


def answers_as(answer: TestResponse, name: str) -> None:
    """Compare status, media type and reason with a captured answer."""
    theirs = captured(name)
    types = [value for key, value in theirs["headers"] if key == "Content-Type"]
    assert answer.status_code == theirs["status"]
    assert answer.headers["Content-Type"] == types[0]


def age(visit: Visit, seconds: float) -> None:
    """Move stored grades into the past, as waiting would."""
    with visit.lms.extensions["practice_lms"].store.writing() as db:
        db.execute("UPDATE grade SET graded_at = graded_at - ?", (seconds,))
