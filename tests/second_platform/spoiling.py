"""Tokens made wrong in one way each."""

from __future__ import annotations

import base64
import json
from typing import Any

import jwt

from tests.second_platform.keys import other_keys


def said(token: str) -> dict[str, Any]:
    """Return the claims of a token whose signature the library has checked."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def tampered(token: str) -> str:
    """Give the same signature another minute to live."""
    header, _body, signature = token.split(".")
    claims = said(token)
    changed = json.dumps({**claims, "exp": claims["exp"] + 60}).encode()
    body = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
    return f"{header}.{body}.{signature}"


def signed_by_somebody_else(token: str) -> str:
    """Sign the same claims with another key, under the true key's name."""
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.encode(said(token), other_keys().private, "RS256", headers={"kid": kid})


def under_unknown_key(token: str) -> str:
    """Sign the same claims with a key that is nowhere published."""
    return jwt.encode(said(token), other_keys().private, "RS256", headers={"kid": "x"})


def unsigned(token: str) -> str:
    """Leave the signature out and say so."""
    kid = jwt.get_unverified_header(token)["kid"]
    return jwt.encode(said(token), "", "none", headers={"kid": kid})


SPOILED = (tampered, signed_by_somebody_else, under_unknown_key, unsigned)
