"""The forms about who takes part; students are named by sealed values only."""

from __future__ import annotations

from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice

from preventedu.courses.consent_models import OptOutKind
from preventedu.forms import BaseForm
from preventedu.i18n import lazy_gettext as _l
from preventedu.teaching.forms import StudentForm


class OptOutForm(StudentForm):
    """Opts one student out, or back in."""

    part = RadioField(
        _l("What does the student not take part in?"),
        choices=[
            SelectChoice(OptOutKind.LESSON.value, _l("The whole lesson")),
            SelectChoice(
                OptOutKind.SURVEY.value, _l("Only the questions before and after it")
            ),
        ],
        default=OptOutKind.LESSON.value,
    )

    @property
    def kind(self) -> OptOutKind:
        """What the form is about."""
        return OptOutKind(self.part.data)


class ConsentsForm(BaseForm):
    """Records the letters that came back; each box holds a sealed student."""

    students = SelectMultipleField(_l("Consent received"), validate_choice=False)
