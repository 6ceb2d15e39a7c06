"""Passwords: kept as Argon2id, long enough, and checked in the same time for all."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _

SHORTEST, LONGEST = 12, 200
"""Characters. Length, not rules about signs: NIST SP 800-63B."""
COMMON = Path(__file__).parent / "common-passwords.txt.gz"
"""20,000 passwords that stolen lists hold most often, in lower case.

Source: the list by Royce Williams that Django 5.2 ships and checks against
(django.contrib.auth, BSD licence), byte for byte.
"""
PADDING = re.compile(r"^[\W\d_]+|[\W\d_]+$")
"""Digits and signs around a word: `Password2027!` is no better than `password`."""


class WeakPasswordError(RefusedError):
    """The password is too easy to guess."""


def hash_password(password: str, email: str) -> str:
    """Return the Argon2id hash to keep.

    Raises:
        WeakPasswordError: It is too short, too long, made of the e-mail address or
            of few characters, or one that many people use.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError(
            _(
                "Choose a password of %(shortest)s to %(longest)s characters.",
                shortest=SHORTEST,
                longest=LONGEST,
            )
        )
    lowered, local = password.lower(), email.partition("@")[0].lower()
    if lowered in (email.lower(), local * (len(lowered) // max(len(local), 1))):
        raise WeakPasswordError(_("Choose a password that is not your e-mail address."))
    if len(set(lowered)) < SHORTEST // 3:
        raise WeakPasswordError(_("Choose a password with more different characters."))
    if {lowered, PADDING.sub("", lowered)} & _common():
        raise WeakPasswordError(
            _("Many people use this password, so it is tried first. Choose another.")
        )
    return _hasher().hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is right; as slow for an account that is not there."""
    try:
        _hasher().verify(password_hash or nobodys_hash(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def _common() -> frozenset[str]:
    with gzip.open(COMMON, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines) - {""}


@cache
def nobodys_hash() -> str:
    """Return the hash to check against where there is none, to take as long."""
    return _hasher().hash("nobody has this password")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()
