"""Our own RSA key: made at the first run, encrypted at rest, published as JWKS."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from preventedu.errors import SetupError
from preventedu.lti.models import ToolKey

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

BITS = 2048
CURRENT = "current"
STILL_PUBLISHED = timedelta(days=14)
"""How long a retired key stays in our JWKS, for what was signed with it."""


@dataclass(frozen=True)
class SigningKey:
    """The key that signs for us; loading one costs 50 ms, so it is kept."""

    kid: str
    private: rsa.RSAPrivateKey


def ensure_key(session: Session, secret: str, *, now: datetime) -> SigningKey:
    """Return our signing key; make it if this is the first run.

    Args:
        session: Commits are the caller's.
        secret: `Settings.secret_key`; encrypts the private key at rest.
        now: Time of making.

    Raises:
        SetupError: The key was encrypted with another secret.
    """
    row = _current(session) or _make(session, secret, now=now)
    return SigningKey(row.kid, _load(row.private_key, secret))


def find_key(session: Session, secret: str) -> SigningKey | None:
    """Return our signing key if there is one; for sessions that only read."""
    row = _current(session)
    return SigningKey(row.kid, _load(row.private_key, secret)) if row else None


def public_jwks(session: Session, secret: str, *, now: datetime) -> dict[str, object]:
    """Return our public keys as a JWK set: the current one and the recently retired."""
    rows = session.scalars(
        select(ToolKey)
        .where(
            or_(
                ToolKey.retired_at.is_(None), ToolKey.retired_at > now - STILL_PUBLISHED
            )
        )
        .order_by(ToolKey.id)
    )
    return {"keys": [_public_jwk(_load(row.private_key, secret)) for row in rows]}


def thumbprint(public: rsa.RSAPublicKey) -> str:
    """Return the JWK thumbprint of a key.

    Source: RFC 7638, https://www.rfc-editor.org/rfc/rfc7638
    """
    members = {"e": _number(public.public_numbers().e), "kty": "RSA"}
    members["n"] = _number(public.public_numbers().n)
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(text.encode()).digest())


def _current(session: Session) -> ToolKey | None:
    return session.scalar(select(ToolKey).where(ToolKey.slot == CURRENT))


def _make(session: Session, secret: str, *, now: datetime) -> ToolKey:
    private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    row = ToolKey(
        kid=thumbprint(private.public_key()),
        private_key=_fernet(secret).encrypt(pem).decode(),
        slot=CURRENT,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Another process was faster; its key is ours too.
        return session.scalars(select(ToolKey).where(ToolKey.slot == CURRENT)).one()
    return row


@lru_cache(maxsize=16)
def _load(encrypted: str, secret: str) -> rsa.RSAPrivateKey:
    try:
        pem = _fernet(secret).decrypt(encrypted.encode())
    except InvalidToken:
        raise SetupError(
            "The LTI key in the database was encrypted with another secret. Start "
            "with the PREVENTEDU_SECRET_KEY (or the data folder) used before."
        ) from None
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the stored key is no RSA key")
    return key


def _fernet(secret: str) -> Fernet:
    derived = HKDF(
        algorithm=hashes.SHA256(), length=32, salt=None, info=b"preventedu tool key"
    ).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _public_jwk(private: rsa.RSAPrivateKey) -> dict[str, str]:
    public = private.public_key()
    numbers = public.public_numbers()
    return {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": thumbprint(public),
        "n": _number(numbers.n),
        "e": _number(numbers.e),
    }


def _number(value: int) -> str:
    return _base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
