"""Forms for connecting an LMS."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    StringField,
    SubmitField,
    URLField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from preventedu.forms import BaseForm
from preventedu.i18n import gettext as _
from preventedu.i18n import lazy_gettext as _l
from preventedu.lti import addresses, fields
from preventedu.lti.platforms import CHOICES

PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
URL = [InputRequired(), Length(max=addresses.LONGEST)]


class ConnectForm(BaseForm):
    """The LMS administrator's yes, inside a frame of the LMS.

    No cookie reaches us there and none is needed: what the form may do follows from
    the link's own token and from the sealed values, not from who is signed in.
    """

    class Meta(BaseForm.Meta):
        """Without a token against forged requests: there is nothing to ride on."""

        csrf = False

    sealed = HiddenField(validators=[InputRequired()])
    shares_names = BooleanField(
        _l("Share students' and teachers' names with preventedu"), default=True
    )


class ForSchool(BaseForm):
    """Whose a connection is; the choices are those that the staff member has."""

    lea = SelectField(_l("School district (LEA)"), coerce=str, validate_choice=True)
    school = SelectField(_l("School"), coerce=str)
    is_test = BooleanField(_l("This is a trial copy of the LMS"))


class LinkForm(ForSchool):
    """A new registration link."""

    lms = SelectField(
        _l("LMS"),
        choices=lambda: {
            key: str(choice.label)
            for key, (family, choice) in CHOICES.items()
            if family.uses_link
        },
    )


class WithdrawForm(BaseForm):
    """Only the proof that our own page sent it."""


class PresetForm(BaseForm):
    """Which LMS, and where: enough to fill most of the rest in."""

    class Meta(BaseForm.Meta):
        """Asks a question and changes nothing."""

        csrf = False

    lms = SelectField(
        _l("LMS"),
        choices=lambda: {k: str(choice.label) for k, (_f, choice) in CHOICES.items()},
    )
    address = URLField(
        _l("Address of the LMS"), [Length(max=addresses.LONGEST)], render_kw=PLAIN
    )
    client_id = StringField(_l("Client id"), [Length(max=fields.MAX_ID)])


class ManualForm(ForSchool):
    """An LMS as its own registration page shows it."""

    lms = HiddenField()
    issuer = URLField(_l("Issuer"), URL, render_kw=PLAIN)
    client_id = StringField(
        _l("Client id"), [InputRequired(), Length(max=fields.MAX_ID)], render_kw=PLAIN
    )
    auth_url = URLField(_l("Authentication request URL"), URL, render_kw=PLAIN)
    token_url = URLField(_l("Access token URL"), URL, render_kw=PLAIN)
    jwks_url = URLField(_l("Public keyset URL (JWKS)"), URL, render_kw=PLAIN)
    token_audience = StringField(
        _l("Audience of the access token"),
        [Length(max=addresses.LONGEST)],
        render_kw=PLAIN,
    )
    deployment_id = StringField(
        _l("Deployment id"), [Length(max=fields.MAX_ID)], render_kw=PLAIN
    )
    save = SubmitField(_l("Save"))

    def validate_client_id(self, field: StringField) -> None:
        """Refuse what no LMS writes."""
        _check_printable(field)

    def validate_deployment_id(self, field: StringField) -> None:
        """Refuse what no LMS writes."""
        _check_printable(field)

    def text(self, name: str) -> str:
        """Return what was entered in a field, without blanks around it."""
        return str(self[name].data or "").strip()

    def has_usable_addresses(self, *, allow_loopback: bool) -> bool:
        """Check the addresses; the unusable ones are marked in the form."""
        usable = True
        for field in (self.issuer, self.auth_url, self.token_url, self.jwks_url):
            url = str(field.data or "")
            if not addresses.is_usable(url, allow_loopback=allow_loopback):
                field.errors = [*field.errors, _("Use a public https address.")]
                usable = False
        return usable


def _check_printable(field: StringField) -> None:
    if not str(field.data or "").isprintable():
        raise ValidationError(_("Copy it from the LMS once more."))
