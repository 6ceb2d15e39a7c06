"""A score as tools send it (AGS 2.0), read from JSON with the usual checks."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

MEDIA_TYPE = "application/vnd.ims.lis.v1.score+json"
FULLY_GRADED = "FullyGraded"
# ISO 8601 with a time and a zone; a number or a word is no timestamp.
TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII
)


class BadScoreError(Exception):
    """The body is not a score; the message says what is wrong."""


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes:
        timestamp: Seconds since 1970, with the fraction that was sent.
        given: Points, None when the message carries none.
        maximum: What `given` is measured against; 1.0 without points.
        body: The whole object as it came.
    """

    user_id: str
    timestamp: float
    activity_progress: str
    grading_progress: str
    given: float | None
    maximum: float
    comment: str
    body: dict[str, Any]


def read_score(body: Any) -> Score:
    """Return the score in a parsed JSON body.

    Raises:
        BadScoreError: A required field is missing or holds nonsense.
    """
    if not isinstance(body, dict):
        raise BadScoreError("the body is not a JSON object")
    for name in ("userId", "timestamp", "activityProgress", "gradingProgress"):
        if not body.get(name):
            raise BadScoreError(f"{name} is missing")
    given = None
    maximum = 1.0
    if body.get("scoreGiven") is not None:
        given = _number(body["scoreGiven"], "scoreGiven")
        maximum = _number(body.get("scoreMaximum"), "scoreMaximum")
        if maximum <= 0:
            raise BadScoreError("scoreMaximum must be more than 0")
    return Score(
        user_id=str(body["userId"]),
        timestamp=_seconds(body["timestamp"]),
        activity_progress=str(body["activityProgress"]),
        grading_progress=str(body["gradingProgress"]),
        given=given,
        maximum=maximum,
        comment=str(body.get("comment") or ""),
        body=body,
    )


def _number(value: Any, name: str) -> float:
    """Return a number; a string that spells one is accepted, as LMSs do."""
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise BadScoreError(f"{name} is not a number") from error
    if not math.isfinite(number):
        raise BadScoreError(f"{name} is not a number")
    return number


def _seconds(value: Any) -> float:
    if not isinstance(value, str) or not TIMESTAMP.fullmatch(value):
        raise BadScoreError("timestamp must be ISO 8601 with a time zone")
    # Python reads at most six digits of a second.
    text = re.sub(r"(\.\d{6})\d+", r"\1", value)
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()
