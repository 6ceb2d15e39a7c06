"""Keys: the LMS's own pair, and the tool's public ones as it publishes them."""

import json
import secrets
import sqlite3
from typing import Any

import jwt
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from practice_lms.store import Store

JWKS_TIMEOUT_SECONDS = 5


class PlatformKeys:
    """The LMS's signing keys; the newest signs, all are published."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._loaded: dict[str, rsa.RSAPrivateKey] = {}
        with store.writing() as db:
            if not db.execute("SELECT 1 FROM platform_key").fetchone():
                _insert_new_key(db)

    def rotate(self) -> str:
        """Make a new signing key and return its kid; the old stay published."""
        with self._store.writing() as db:
            return _insert_new_key(db)

    def sign(self, claims: dict[str, Any]) -> str:
        """Return `claims` as a JWT signed with the newest key (RS256)."""
        kid, pem = self._rows()[-1]
        return jwt.encode(
            claims, self._load(kid, pem), algorithm="RS256", headers={"kid": kid}
        )

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JWK set."""
        keys = []
        for kid, pem in self._rows():
            public = self._load(kid, pem).public_key()
            numbers = json.loads(RSAAlgorithm.to_jwk(public))
            keys.append(
                {
                    "kty": "RSA",
                    "alg": "RS256",
                    "kid": kid,
                    "e": numbers["e"],
                    "n": numbers["n"],
                    "use": "sig",
                }
            )
        return {"keys": keys}

    def _rows(self) -> list[tuple[str, str]]:
        with self._store.reading() as db:
            rows = db.execute("SELECT kid, pem FROM platform_key ORDER BY id")
            return [(row["kid"], row["pem"]) for row in rows]

    def _load(self, kid: str, pem: str) -> rsa.RSAPrivateKey:
        # Checking a key while loading it takes longer than a hundred signatures.
        if kid not in self._loaded:
            key = serialization.load_pem_private_key(pem.encode(), password=None)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise TypeError("the platform key is not an RSA key")
            self._loaded[kid] = key
        return self._loaded[kid]


class ToolKeys:
    """Tools' public keys, kept in memory and fetched again when one fails."""

    def __init__(self) -> None:
        self._sets: dict[str, jwt.PyJWKSet] = {}

    def verify(self, token: str, jwks_url: str, options: dict[str, Any]) -> Any:
        """Return the claims of `token`, signed by a key at `jwks_url`.

        As Moodle does, any failure with kept keys is tried once with fresh ones.

        Args:
            token: A JWT whose header names a kid.
            jwks_url: Where the tool publishes its keys.
            options: What `jwt.decode` is to check (audience, issuer, options).

        Raises:
            jwt.PyJWTError: The token is not acceptable, or no key could be had.
        """
        kept = self._sets.get(jwks_url)
        if kept is not None:
            try:
                return _decode(token, kept, options)
            except jwt.PyJWTError:
                pass
        fresh = self._sets[jwks_url] = _fetch(jwks_url)
        return _decode(token, fresh, options)


def _decode(token: str, keys: jwt.PyJWKSet, options: dict[str, Any]) -> Any:
    kid = jwt.get_unverified_header(token).get("kid")
    key = next((key for key in keys.keys if key.key_id == kid), None)
    if key is None:
        raise jwt.PyJWKSetError('"kid" invalid, unable to lookup correct key')
    return jwt.decode(token, key, algorithms=["RS256"], **options)


def _fetch(jwks_url: str) -> jwt.PyJWKSet:
    try:
        answer = requests.get(jwks_url, timeout=JWKS_TIMEOUT_SECONDS)
        answer.raise_for_status()
        return jwt.PyJWKSet.from_dict(answer.json())
    except (requests.RequestException, ValueError) as error:
        raise jwt.PyJWKSetError(f"no keys from the tool: {error}") from error


def _insert_new_key(db: sqlite3.Connection) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    kid = secrets.token_hex(10)
    db.execute("INSERT INTO platform_key (kid, pem) VALUES (?, ?)", (kid, pem))
    return kid
