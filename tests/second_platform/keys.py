"""RSA key pairs as PEM: the platform's own, and a stranger's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@dataclass(frozen=True)
class Keys:
    """An RSA key pair as PEM."""

    private: str = field(repr=False)
    public: str


def new_keys() -> Keys:
    """Make a pair."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM
    return Keys(
        private.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        private.public_key()
        .public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


@cache
def other_keys() -> Keys:
    """Return a pair that neither side has ever seen."""
    return new_keys()
