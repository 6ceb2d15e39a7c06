"""Why a grade or a roster did not come through: codes with words for the teacher."""

from __future__ import annotations

from types import MappingProxyType

from preventedu.i18n import lazy_gettext as _

# Scores: the first group is tried again, the second has been given up.
BUSY = "busy"
UNREACHABLE = "unreachable"
PLATFORM_BROKEN = "platform_broken"
ACCESS_REFUSED = "access_refused"
NEWER_TIME = "newer_time"

BUSY_TOO_LONG = "busy_too_long"
LOCKED_OR_REFUSED = "locked_or_refused"
NOT_A_STUDENT = "not_a_student"
NOT_ALLOWED = "not_allowed"
COLUMN_GONE = "column_gone"
REFUSED = "refused"
NEWER_GRADE = "newer_grade"

# Rosters
NO_ROSTER = "no_roster"
ROSTER_REFUSED = "roster_refused"
ROSTER_UNREACHABLE = "roster_unreachable"
ROSTER_INCOMPLETE = "roster_incomplete"

BY_STATUS = MappingProxyType(
    {
        400: REFUSED,
        403: NOT_ALLOWED,
        404: COLUMN_GONE,
        405: COLUMN_GONE,
        410: COLUMN_GONE,
        422: NOT_A_STUDENT,
    }
)
"""What a platform means by refusing a score for good; any other 4xx: REFUSED."""

SENTENCES = {
    BUSY: _("The LMS is busy. The grade is sent again by itself."),
    UNREACHABLE: _("The LMS did not answer. The grade is sent again by itself."),
    PLATFORM_BROKEN: _("The LMS had a fault. The grade is sent again by itself."),
    ACCESS_REFUSED: _(
        "The LMS does not let preventedu in to send grades. Your LMS administrator "
        "can check the tool's key and its permissions."
    ),
    NEWER_TIME: _("The LMS is still taking another grade. This one follows by itself."),
    BUSY_TOO_LONG: _(
        "For three days the LMS has only said that it is too busy. Ask your LMS "
        "administrator, then choose Send again."
    ),
    LOCKED_OR_REFUSED: _(
        "The LMS would not take the grade. Is the grade or its column locked? Unlock "
        "it, then choose Send again."
    ),
    NOT_A_STUDENT: _(
        "The LMS says that this person is not a student of the course any more, or "
        "has no attempt left."
    ),
    NOT_ALLOWED: _("The LMS does not let preventedu write into this column."),
    COLUMN_GONE: _(
        "The gradebook column is gone. Add the lesson to the course again, or enter "
        "the grade by hand."
    ),
    REFUSED: _("The LMS did not accept the grade. Choose Send again, or enter it."),
    NEWER_GRADE: _(
        "The LMS holds a newer grade for this student, so ours was not taken. Choose "
        "Send again if ours should stand."
    ),
    NO_ROSTER: _("The LMS does not share the class list for this lesson."),
    ROSTER_REFUSED: _(
        "The LMS does not let preventedu read the class list. Your LMS administrator "
        "can allow it (Names and Role Provisioning Services)."
    ),
    ROSTER_UNREACHABLE: _("The LMS did not send the class list. Load the page again."),
    ROSTER_INCOMPLETE: _(
        "Only a part of the class list could be read. Do not take it for the whole."
    ),
}
"""One plain sentence for each code, in the language of the page."""


def sentence(code: str) -> str:
    """Return the words for a problem code; nothing for no problem."""
    return str(SENTENCES[code]) if code else ""
