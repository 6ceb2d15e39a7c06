"""The platforms' public keys, kept for an hour and fetched again when one is new."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from preventedu.lti import web
from preventedu.lti.errors import LaunchError

if TYPE_CHECKING:
    import requests

log = logging.getLogger(__name__)

LIFETIME = timedelta(hours=1)
PAUSE = timedelta(seconds=60)
"""Least time between two fetches for keys we do not know: no one may make us a
tool for flooding an LMS."""
PAUSE_WITHOUT_KEYS = timedelta(seconds=5)
"""The same while we have no key at all: nobody can come in until we do."""
MAX_KEYS = 100
LEAST_BITS = 2048
"""RFC 7518, 3.3: a smaller key must not be used with RS256."""


@dataclass
class _KeySet:
    """What is known about one platform's keys."""

    keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    fetched_at: datetime | None = None
    tried_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


class PlatformKeys:
    """Public keys by JWKS address and key id, kept in this process."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._sets: dict[str, _KeySet] = {}

    def key(self, jwks_url: str, kid: str, *, now: datetime) -> RSAPublicKey:
        """Return the RSA key that a platform publishes under `kid`.

        Keys fetched once stay good while the platform does not answer.

        Raises:
            LaunchError: `kid_unknown`, or `keys_unreachable` when there are none.
        """
        known = self._sets.setdefault(jwks_url, _KeySet())
        with known.lock:
            if self._should_fetch(known, kid, now=now):
                self._fetch(jwks_url, known, now=now)
            if not known.keys:
                raise LaunchError("keys_unreachable")
            if kid not in known.keys:
                raise LaunchError("kid_unknown")
            return known.keys[kid]

    def _should_fetch(self, known: _KeySet, kid: str, *, now: datetime) -> bool:
        if known.tried_at is None:
            return True
        pause = PAUSE if known.keys else PAUSE_WITHOUT_KEYS
        is_old = known.fetched_at is None or known.fetched_at + LIFETIME <= now
        return (is_old or kid not in known.keys) and known.tried_at + pause <= now

    def _fetch(self, jwks_url: str, known: _KeySet, *, now: datetime) -> None:
        known.tried_at = now
        try:
            answer = web.get(self._session, jwks_url, {"Accept": "application/json"})
            keys = read_keys(answer.body) if answer.status == HTTPStatus.OK else {}
        except web.UnreachableError:
            keys = {}
        if keys:
            known.keys, known.fetched_at = keys, now
        else:
            log.warning("a platform's keys could not be read")


def read_keys(body: bytes) -> dict[str, RSAPublicKey]:
    """Return the RSA keys for RS256 in a key set; anything else is left out."""
    try:
        entries = json.loads(body)["keys"][:MAX_KEYS]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    found = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
            continue
        if entry.get("kty") != "RSA" or entry.get("alg", "RS256") != "RS256":
            continue
        try:
            key = RSAAlgorithm.from_jwk(entry)
        except (jwt.InvalidKeyError, ValueError, TypeError):
            continue
        if isinstance(key, RSAPublicKey) and key.key_size >= LEAST_BITS:
            found[entry["kid"]] = key
    return found
