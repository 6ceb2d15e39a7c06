"""Passwords: kept as Argon2id, long enough, and checked in the same time for all."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _

SHORTEST, LONGEST = 12, 200
"""Characters. Length, not rules about signs: NIST SP 800-63B."""


class WeakPasswordError(RefusedError):
    """The password is too easy to guess."""


def hash_password(password: str, email: str) -> str:
    """Return the Argon2id hash to keep.

    Raises:
        WeakPasswordError: It is too short, too long, or made of the e-mail address.
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
    return _hasher().hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Tell whether a password is right; as slow for an account that is not there."""
    try:
        _hasher().verify(password_hash or nobodys_hash(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@cache
def nobodys_hash() -> str:
    """Return the hash to check against where there is none, to take as long."""
    return _hasher().hash("nobody has this password")


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()
