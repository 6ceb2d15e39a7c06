"""The picker's form: filters and choice in one, so that it works without script."""

from __future__ import annotations

from wtforms import (
    RadioField,
    SearchField,
    SelectField,
    SelectMultipleField,
    SubmitField,
)
from wtforms.validators import Length

from preventedu.courses.models import GradingPolicy
from preventedu.forms import BaseForm
from preventedu.i18n import LANGUAGES
from preventedu.i18n import lazy_gettext as _
from preventedu.lti.picker import Filter
from preventedu.people import GradeBand

STUDENT_BANDS = (GradeBand.K_2, GradeBand.G3_5, GradeBand.G6_8, GradeBand.G9_12)


class PickForm(BaseForm):
    """Which lessons to add, and what goes to the gradebook."""

    words = SearchField(_("Search"), [Length(max=100)])
    band = SelectField(
        _("Grade"),
        choices=lambda: {
            "": str(_("All")),
            **{band.value: band.value for band in STUDENT_BANDS},
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
