"""Forms of people who sign in without an LMS."""

from __future__ import annotations

from wtforms import EmailField, PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from preventedu.forms import BaseForm
from preventedu.i18n import lazy_gettext as _l


class SignInForm(BaseForm):
    """E-mail and password."""

    email = EmailField(
        _l("E-mail address"),
        [InputRequired(), Length(max=254)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )


class NewPasswordForm(BaseForm):
    """A new password, twice."""

    password = PasswordField(
        _l("New password"),
        [InputRequired(), Length(max=200)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("The same again"),
        [
            InputRequired(),
            EqualTo("password", _l("The two are not the same. Write both again.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class SignOutForm(BaseForm):
    """Only the proof that our own page sent it."""
