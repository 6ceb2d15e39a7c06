"""Names a student in a form without showing the platform's subject.

A page can offer a student who never launched, so there is no row to point at. The
subject and the name travel encrypted, bound to the seat that read the class list: the
value opens for that teacher's page only, and only while the seat lives.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken

from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from datetime import datetime, timedelta

CONTEXT = b"teaching.sealed:"
"""Keeps this key apart from every other one made from the same secret."""


@dataclass(frozen=True)
class Sealer:
    """Seals and opens values for one seat."""

    secret: str = field(repr=False)
    seat_id: str
    lifetime: timedelta

    def seal(self, subject: str, name: str, *, now: datetime) -> str:
        """Return characters that are safe in a form field."""
        text = json.dumps([self.seat_id, subject, name])
        when = int(now.timestamp())
        return self._fernet().encrypt_at_time(text.encode(), when).decode()

    def open(self, sealed: str, *, now: datetime) -> SealedStudent:
        """Return who was sealed.

        Raises:
            RefusedError: The value was not made for this seat, or is too old.
        """
        try:
            text = self._fernet().decrypt_at_time(
                sealed.encode(),
                ttl=int(self.lifetime.total_seconds()),
                current_time=int(now.timestamp()),
            )
        except InvalidToken:
            raise RefusedError(_expired()) from None
        seat_id, subject, name = json.loads(text)
        if seat_id != self.seat_id:
            raise RefusedError(_expired())
        return SealedStudent(subject, name)

    def _fernet(self) -> Fernet:
        digest = hashlib.sha256(CONTEXT + self.secret.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(digest))


@dataclass(frozen=True)
class SealedStudent:
    """Someone of the class list; the subject must never reach a page or a log."""

    subject: str = field(repr=False)
    name: str = field(repr=False)


def _expired() -> str:
    return str(_("This form has expired. Load the page again."))
