"""What a learner is honestly told about the grade."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from preventedu.courses import scoring
from preventedu.courses.models import GradingPolicy
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from preventedu.courses.models import Completion


class Gradebook(enum.StrEnum):
    """What the gradebook behind a learner's seat has, as far as we know."""

    NONE = "none"
    """The class keeps no grade for this lesson."""
    WAITING = "waiting"
    """The score is owed and has not arrived yet."""
    STUCK = "stuck"
    """The platform did not take it; the teacher sees why and may send it again."""
    ARRIVED = "arrived"
    UNKNOWN = "unknown"


def grade_line(
    completion: Completion, grading: GradingPolicy, gradebook: Gradebook
) -> str:
    """Return one or two sentences: who sees what, and where the grade is."""
    if completion.is_test:
        return str(_("This is a test student: no grade is sent."))
    if not scoring.is_scored(completion, grading):
        return str(
            _(
                "Your class took this lesson together, so it has no score. You may take"
                " the questions by yourself."
            )
        )
    where: dict[Gradebook, str] = {
        Gradebook.NONE: _("This class does not keep grades for this lesson."),
        Gradebook.WAITING: _("Your grade is on its way to your class gradebook."),
        Gradebook.STUCK: _(
            "Your grade has not reached your class gradebook. Your teacher can send it"
            " again."
        ),
        Gradebook.ARRIVED: _("Your grade is in your class gradebook."),
        Gradebook.UNKNOWN: "",
    }
    return " ".join(
        part for part in (_who_sees(completion, grading), where[gradebook]) if part
    )


def _who_sees(completion: Completion, grading: GradingPolicy) -> str:
    asks_nothing = completion.is_alternative or completion.has_survey is False
    if grading is GradingPolicy.COMPLETION or asks_nothing:
        return str(_("Your teacher will see that you finished."))
    if completion.mastery is None:
        return str(
            _(
                "Your teacher will see that you finished, and that you skipped the"
                " questions. You may take them again."
            )
        )
    return str(
        _(
            "Your teacher will see that you finished, and that you answered"
            " %(percent)s%% of the questions right. You may try again.",
            percent=completion.mastery,
        )
    )
