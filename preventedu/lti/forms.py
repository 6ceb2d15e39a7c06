"""The picker's forms: filters and choice in one, so that it works without script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
)
from wtforms.validators import InputRequired, Length

from preventedu.courses.labels import BANDS
from preventedu.courses.models import GradingPolicy
from preventedu.courses.readiness import LABEL_LENGTH
from preventedu.forms import BaseForm
from preventedu.i18n import LANGUAGES
from preventedu.i18n import lazy_gettext as _
from preventedu.lti.picker import Filter
from preventedu.people import GradeBand

if TYPE_CHECKING:
    from preventedu.courses.consent_models import Readiness

STUDENT_BANDS = (GradeBand.K_2, GradeBand.G3_5, GradeBand.G6_8, GradeBand.G9_12)


class PickForm(BaseForm):
    """Which lessons to add, and what goes to the gradebook."""

    words = SearchField(_("Search"), [Length(max=100)])
    band = SelectField(
        _("Grade"),
        choices=lambda: {
            "": str(_("All")),
            **{band.value: band.value for band in STUDENT_BANDS},
            GradeBand.EDUCATOR.value: str(BANDS[GradeBand.EDUCATOR]),
        },
    )
    minutes = SelectField(
        _("Time"),
        choices=lambda: {
            "": str(_("Any")),
            "short": str(_("Up to 15 min")),
            "medium": str(_("16 to 25 min")),
            "long": str(_("Over 25 min")),
        },
    )
    language = SelectField(
        _("Language"), choices=lambda: {"": str(_("Any")), **LANGUAGES}
    )
    modules = SelectMultipleField(_("Lessons"))
    grading = RadioField(
        _("What goes to the gradebook"),
        choices=lambda: {
            GradingPolicy.COMPLETION.value: str(_("Full points for finishing")),
            GradingPolicy.MASTERY.value: str(_("Share of right answers at the end")),
        },
        default=GradingPolicy.COMPLETION.value,
    )
    narrow = SubmitField(_("Show"))
    add = SubmitField(_("Add"))
    cancel = SubmitField(_("Cancel"))

    def asked(self) -> Filter:
        """Return the filter as it was filled in."""
        return Filter(
            words=self.words.data or "",
            band=self.band.data or "",
            minutes=self.minutes.data or "",
            language=self.language.data or "",
        )


class ReadyForm(BaseForm):
    """A teacher confirms that a class is prepared for one lesson.

    It carries what was chosen in the picker, so that nothing is chosen twice.
    """

    module = HiddenField(_("Lesson"))
    """The slug that is confirmed here."""
    modules = SelectMultipleField(_("Lessons"), validate_choice=False)
    """Everything chosen in the picker."""
    grading = HiddenField(_("What goes to the gradebook"))
    warned = HiddenField(_("Date"))
    """The date about which this page has said what speaks against it."""
    class_label = StringField(
        _("Class, as your counselor knows it"),
        [InputRequired(_("Name the class.")), Length(max=LABEL_LENGTH)],
    )
    teaching_on = DateField(
        _("Date of the lesson"), [InputRequired(_("Choose the date of the lesson."))]
    )
    protocol_read = BooleanField(
        _("I have read these steps."),
        [InputRequired(_("Read the steps first, then tick this."))],
    )
    counselor_told = BooleanField(
        _("My counselor knows this date."),
        [InputRequired(_("Tell your counselor the date, then tick this."))],
    )
    opt_outs_done = BooleanField(
        _("Opt-outs are done."),
        [InputRequired(_("Tell the families first, then tick this."))],
    )
    confirm = SubmitField(_("Confirm"))

    def ask_for(self, slug: str, before: Readiness | None) -> None:
        """Turn to a module: its ticks are set anew, its class and date are offered.

        Args:
            slug: Of the module to confirm.
            before: What was confirmed last for it, if anything.
        """
        self.module.data = slug
        self.warned.data = ""
        for tick in (self.protocol_read, self.counselor_told, self.opt_outs_done):
            tick.data = False
        if before is not None and not self.class_label.data:
            self.class_label.data = before.class_label
