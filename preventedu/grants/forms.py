"""Forms of the pages about awards."""

from __future__ import annotations

from wtforms import BooleanField, DateField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from preventedu.forms import BaseForm
from preventedu.i18n import lazy_gettext as _l

ID_LENGTH = 40
REASON_LENGTH = 500


class DecisionForm(BaseForm):
    """To which award an assignment belongs."""

    assignment = HiddenField(validators=[InputRequired(), Length(max=ID_LENGTH)])
    award = SelectField(_l("Award"), [InputRequired()], coerce=int)
    effective_from = DateField(_l("From this day on"), [InputRequired()])
    reason = StringField(
        _l("Reason, for whoever asks later"),
        [InputRequired(), Length(min=3, max=REASON_LENGTH)],
    )


class PlacementForm(BaseForm):
    """At which school a course is."""

    course = HiddenField(validators=[InputRequired(), Length(max=ID_LENGTH)])
    school = SelectField(_l("School"), [InputRequired()], coerce=int)


class ClosePeriodForm(BaseForm):
    """Closes a period for ever."""

    sure = BooleanField(
        _l("I know that a closed period stays closed"), [InputRequired()]
    )


class ReleaseForm(BaseForm):
    """Makes a release of a closed period."""

    recipient = StringField(
        _l("For whom it is made"), [InputRequired(), Length(min=2, max=200)]
    )


class HandedOverForm(BaseForm):
    """Writes down that a release was sent or given to somebody."""

    release = SelectField(_l("Release"), [InputRequired()], coerce=int)
    recipient = StringField(
        _l("Who got it: a person with where they work, or an office"),
        [InputRequired(), Length(min=2, max=200)],
    )


class DraftForm(BaseForm):
    """Switches a draft lesson on for the teachers of an LEA."""

    module = HiddenField(validators=[InputRequired(), Length(max=64)])
    reason = StringField(
        _l("Reason"), [InputRequired(), Length(min=3, max=REASON_LENGTH)]
    )


class DraftEndForm(BaseForm):
    """Switches a draft lesson off again."""

    module = HiddenField(validators=[InputRequired(), Length(max=64)])
