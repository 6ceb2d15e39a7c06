"""The forms on a teacher's pages; each names a student by a sealed value only."""

from __future__ import annotations

from wtforms import (
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from preventedu.courses.completing import MAX_MINUTES
from preventedu.courses.consent_models import OptOutKind
from preventedu.courses.session_models import MOST_PRESENT, SessionMode
from preventedu.forms import BaseForm
from preventedu.i18n import lazy_gettext as _l

SEALED_LENGTH = 2000
"""A subject has at most 255 characters (OpenID Connect Core, 2); a name may too."""


class StudentForm(BaseForm):
    """Does something for one student of the class list."""

    student = HiddenField(_l("Student"), [InputRequired(), Length(max=SEALED_LENGTH)])


class SendAgainForm(BaseForm):
    """Sends the grade of one student again, or every one that is late."""

    student = HiddenField(_l("Student"), [Optional(), Length(max=SEALED_LENGTH)])


class PresenceForm(BaseForm):
    """Says who was present; the boxes themselves stand beside it, a row each."""

    minutes = IntegerField(
        _l("Minutes taught"),
        [
            InputRequired(_l("Say how many minutes you taught.")),
            NumberRange(1, MAX_MINUTES, _l("Minutes are a number from 1 to 240.")),
        ],
    )
    language = SelectField(_l("Language shown"))


MODES = {
    SessionMode.IN_PERSON: _l("In the classroom"),
    SessionMode.VIRTUAL: _l("By video"),
    SessionMode.ASSEMBLY: _l("Assembly of several classes"),
}
"""How a group came together, as the page says it."""


class SessionForm(BaseForm):
    """Records what somebody presented; the presenters are set by the view."""

    held_on = DateField(_l("Date"), [InputRequired(_l("Say on which day it was."))])
    mode = RadioField(
        _l("How"),
        [InputRequired(_l("Choose how it was held."))],
        choices=lambda: {mode.value: str(words) for mode, words in MODES.items()},
    )
    presenter = SelectField(_l("Who presented"))
    headcount = IntegerField(
        _l("Headcount"),
        [
            InputRequired(_l("Say how many people were there.")),
            NumberRange(
                1, MOST_PRESENT, _l("The headcount is a number from 1 to 5000.")
            ),
        ],
    )


class ConfirmForm(BaseForm):
    """A button, with nothing to fill in."""


PARTS = {
    OptOutKind.LESSON: _l("The whole lesson"),
    OptOutKind.SURVEY: _l("Only the questions before and after it"),
}
"""What a student may be opted out of, as the page says it."""


class OptOutForm(StudentForm):
    """Opts one student out, or back in."""

    part = RadioField(
        _l("Of what?"),
        choices=lambda: {kind.value: str(words) for kind, words in PARTS.items()},
        default=OptOutKind.LESSON.value,
    )

    @property
    def kind(self) -> OptOutKind:
        """What the form is about."""
        return OptOutKind(self.part.data)


class ConsentsForm(BaseForm):
    """Records the letters that came back; each box holds a sealed student."""

    students = SelectMultipleField(_l("Consent received"), validate_choice=False)
