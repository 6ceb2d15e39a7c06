"""The base form: every form is protected against cross-site request forgery."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Any

from flask import current_app, g, request, session
from wtforms import Form
from wtforms.csrf.core import CSRF
from wtforms.validators import ValidationError

from preventedu.i18n import gettext as _
from preventedu.i18n import language

if TYPE_CHECKING:
    from wtforms.csrf.core import CSRFTokenField
    from wtforms.form import BaseForm as WtformsBase

VISITOR = "visitor"


def csrf_token() -> str:
    """Return a token for a form or script of this page.

    It is bound to this seat, or to the staff cookie where there is no seat; a seat's
    token dies with its seat, and nothing needs to be kept for it. Each call hides it
    behind other random bytes: pages are compressed, and the length of a compressed
    page must not tell what the token is.

    Source: https://www.breachattack.com, "Mitigations: masking secrets".
    """
    secret = _secret()
    mask = secrets.token_bytes(len(secret))
    return (mask + _xor(mask, secret)).hex()


def is_csrf_token(token: str) -> bool:
    """Tell whether the token is one that this person's pages carry."""
    try:
        both = bytes.fromhex(token)
    except ValueError:
        return False
    secret = _secret()
    mask, hidden = both[: len(secret)], both[len(secret) :]
    return len(hidden) == len(mask) and hmac.compare_digest(_xor(mask, hidden), secret)


class SeatOrStaffCsrf(CSRF):
    """Guards a form with `csrf_token`."""

    def generate_csrf_token(self, csrf_token_field: CSRFTokenField) -> str:
        """Return a token of whoever is asking."""
        del csrf_token_field
        return csrf_token()

    def validate_csrf_token(self, form: WtformsBase, field: CSRFTokenField) -> None:
        """Refuse a form that another site, seat or person sent."""
        del form
        if not is_csrf_token(str(field.data or "")):
            raise ValidationError(_("This form has expired. Load the page again."))


class BaseForm(Form):
    """A form bound to the current request, in the language of the page."""

    class Meta:
        """CSRF, and messages in the page's language."""

        csrf = True
        csrf_class = SeatOrStaffCsrf

        @property
        def locales(self) -> list[str]:
            """Say "required" and the like in the page's language."""
            return [language()]

    def __init__(self, **defaults: Any) -> None:
        super().__init__(request.form if request.method == "POST" else None, **defaults)

    def is_submitted_and_valid(self) -> bool:
        """Tell whether this request posts the form and passes its checks."""
        return request.method == "POST" and bool(self.validate())


def _visitor() -> str:
    """Return a random mark of this staff browser, kept in its signed cookie."""
    if VISITOR not in session:
        session[VISITOR] = secrets.token_urlsafe(24)
    mark: str = session[VISITOR]
    return mark


def _secret() -> bytes:
    seat = g.get("seat")
    who = f"seat:{seat.id}" if seat is not None else f"staff:{_visitor()}"
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"csrf:" + who.encode(), hashlib.sha256).digest()


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
