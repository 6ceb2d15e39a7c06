"""Forms of an LEA's own set-up. Field names are those of the facts they fill."""

from __future__ import annotations

from wtforms import (
    DateField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from preventedu.courses.labels import BANDS as BAND_NAMES
from preventedu.district import words
from preventedu.district.consent_modes import BANDS
from preventedu.forms import BaseForm
from preventedu.i18n import lazy_gettext as _l

LINE = Length(max=400)


class LeaForm(BaseForm):
    """An LEA."""

    name = StringField(_l("Name"), [InputRequired(), LINE])
    nces_id = StringField(
        _l("NCES id of the LEA"),
        [InputRequired(), Length(max=20)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    state = SelectField(_l("State"), [InputRequired()])
    time_zone = SelectField(_l("Time zone"), [InputRequired()])
    contact = StringField(_l("Office that a family may ask"), [Optional(), LINE])

    def offer(self, state: str = "", time_zone: str = "UTC") -> None:
        """List the States and zones, and whatever the LEA has now."""
        states = words.STATES | ({state: state} if state else {})
        states |= words.STATES
        self.state.choices = [("", "—"), *states.items()]
        zones = {time_zone: time_zone} | words.TIME_ZONES
        self.time_zone.choices = [
            (zone, zone if zone == name else f"{name} · {zone}")
            for zone, name in zones.items()
        ]


class FamilyContactForm(BaseForm):
    """Whom a family may ask."""

    contact = StringField(_l("Office that a family may ask"), [InputRequired(), LINE])


class SchoolForm(BaseForm):
    """A school."""

    name = StringField(_l("Name of the school"), [InputRequired(), LINE])
    scheme = SelectField(_l("Numbered by"), choices=lambda: list(words.SCHEMES.items()))
    school_id = StringField(
        _l("Its number or id"),
        [InputRequired(), LINE],
        render_kw={"autocomplete": "off"},
    )


class InviteForm(BaseForm):
    """Whom to invite."""

    name = StringField(_l("Name"), [InputRequired(), LINE])
    email = EmailField(_l("E-mail address"), [InputRequired(), Length(max=254)])
    role = SelectField(_l("Role"), [InputRequired()])
    employer = SelectField(_l("Works for"))


class SureForm(BaseForm):
    """Only the proof that our own page sent it."""


class ContactForm(BaseForm):
    """A school contact, or the State's child-abuse line."""

    kind = RadioField(_l("What it is"), choices=lambda: list(words.KINDS.items()))
    school = SelectField(_l("For"))
    name = StringField(_l("Name of the person or line"), [InputRequired(), LINE])
    role = StringField(_l("Role, for a person"), [Optional(), LINE])
    phone = TelField(_l("Telephone"), [InputRequired(), Length(max=100)])
    where = StringField(_l("Room, hours or web address"), [Optional(), LINE])
    checked_on = DateField(_l("Checked on"), [InputRequired()])


class ProtocolForm(BaseForm):
    """The whole list of steps, one to a line."""

    steps = TextAreaField(
        _l("Steps, one to a line, in order"),
        [InputRequired(), Length(max=10_000)],
        render_kw={"rows": 9},
    )


class BreakForm(BaseForm):
    """Days without school."""

    name = StringField(_l("Name"), [InputRequired(), LINE])
    starts_on = DateField(_l("First day without school"), [InputRequired()])
    ends_on = DateField(_l("Last day without school"), [InputRequired()])


class ModeForm(BaseForm):
    """A consent mode for grade bands, from a day on."""

    bands = SelectMultipleField(
        _l("Grade bands"),
        choices=lambda: [(band.value, BAND_NAMES[band]) for band in BANDS],
    )
    mode = RadioField(_l("Consent mode"), choices=lambda: list(words.MODES.items()))
    notice_days = IntegerField(
        _l("Days between the family letter and the lesson"), [InputRequired()]
    )
    effective_from = DateField(_l("From this day on"), [InputRequired()])
    citation = StringField(_l("What you go by"), [Optional(), LINE])
