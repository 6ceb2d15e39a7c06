"""Forms of school IT's pages."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from preventedu.forms import BaseForm
from preventedu.i18n import lazy_gettext as _l
from preventedu.lti.connection_models import PlacementAttribute
from preventedu.lti.connections import words
from preventedu.lti.connections.changing import LONGEST_LABEL

PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def _as_id(value: object) -> int | None:
    """Read a choice that may be left open."""
    return int(str(value)) if value else None


class ButtonForm(BaseForm):
    """Only the proof that our own page sent it."""


class SettingsForm(BaseForm):
    """What a person says about a platform."""

    label = StringField(_l("Name on these pages"), [Length(max=LONGEST_LABEL)])
    extra_origins = TextAreaField(
        _l("Other web addresses of this LMS"), [Length(max=2000)], render_kw=PLAIN
    )
    is_test = BooleanField(_l("This is a trial copy (test, beta or staging)"))


class BindForm(BaseForm):
    """Whose a deployment is."""

    lea = SelectField(_l("School district (LEA)"), [InputRequired()], coerce=_as_id)
    school = SelectField(_l("School"), [Optional()], coerce=_as_id)
    label = StringField(_l("Name on these pages"), [Length(max=LONGEST_LABEL)])


class RuleForm(BaseForm):
    """Where courses with an attribute belong."""

    attribute = SelectField(
        _l("If the course's"),
        choices=lambda: {
            each.value: str(words.ATTRIBUTES[each]) for each in PlacementAttribute
        },
    )
    value = StringField(
        _l("this value"), [InputRequired(), Length(max=255)], render_kw=PLAIN
    )
    school = SelectField(_l("then it is at"), [InputRequired()], coerce=int)


class OneRuleForm(BaseForm):
    """Names a rule."""

    rule = IntegerField(validators=[InputRequired()])


class PlaceForm(BaseForm):
    """At which school a course is."""

    course = HiddenField(validators=[InputRequired(), Length(max=20)])
    school = SelectField(_l("School"), [InputRequired()], coerce=int)
    from_day = DateField(_l("From this day on"), [Optional()])


class SchoolForm(BaseForm):
    """A teacher's answer: at which school this class is."""

    school = RadioField(_l("School"), [InputRequired()], coerce=int)
