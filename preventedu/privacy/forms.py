"""The forms of an official who answers a guardian's request."""

from __future__ import annotations

from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from preventedu.forms import BaseForm
from preventedu.i18n import lazy_gettext as _l


class CodeForm(BaseForm):
    """The code that the teacher made."""

    code = StringField(
        _l("Code from the teacher"),
        [InputRequired(), Length(max=40)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": "40"},
    )


class EraseForm(CodeForm):
    """The same code, and the tick without which nothing is erased."""

    sure = BooleanField(
        _l("The guardian has asked for this, and it cannot be undone."),
        [InputRequired()],
    )
