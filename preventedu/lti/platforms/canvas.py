"""Canvas: a new submission for every score unless told otherwise, and a quota.

Source: https://canvas.instructure.com/doc/api/score.html and, for the quota,
https://canvas.instructure.com/doc/api/file.throttling.html
"""

from __future__ import annotations

from types import MappingProxyType

from preventedu.lti import problems
from preventedu.lti.platforms.generic import Family

SUBMISSION = "https://canvas.instructure.com/lti/submission"
KEEP_TEACHERS_GRADE = {"prioritize_non_tool_grade": True, "preserve_score": True}

CANVAS = Family(
    code="canvas",
    first_score=MappingProxyType({SUBMISSION: KEEP_TEACHERS_GRADE}),
    later_score=MappingProxyType(
        {SUBMISSION: {**KEEP_TEACHERS_GRADE, "new_submission": False}}
    ),
    # A quota that refills, and parallel calls are charged more.
    one_score_at_a_time=True,
    refusals=MappingProxyType(
        # The user is no student of the course, or has no attempt left.
        {**problems.BY_STATUS, 422: problems.NOT_A_STUDENT}
    ),
)
