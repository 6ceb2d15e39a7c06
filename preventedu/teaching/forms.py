"""The forms on a teacher's pages; each names a student by a sealed value only."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import InputRequired, Length, Optional

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
