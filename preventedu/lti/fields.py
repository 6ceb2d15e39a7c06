"""Reads one field of a token; whatever is not of the right form is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping

from preventedu.lti.errors import LaunchError

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
MAX_ID = 255
"""Characters of an id; LTI core allows no more."""
LATEST = 2**40
"""Seconds since 1970: no clock is set beyond this."""
Claims = Mapping[str, object]


def flag(value: object) -> bool:
    """Read a flag that some platforms write as text."""
    return value is True or value == "true"


def branch(claims: Claims, name: str) -> Claims:
    """Return a claim that holds claims; an absent one is empty."""
    value = claims.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LaunchError("claim_malformed", name.rpartition("/")[2])
    return value


def identifier(claim: Claims, name: str) -> str:
    """Return the `id` of a claim as text, or nothing; some platforms send numbers."""
    value = claim.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_ID:
        raise LaunchError("claim_malformed", name)
    return value


def text(claims: Claims, name: str) -> str:
    """Return a text that must be there."""
    value = claims.get(name)
    if value in (None, ""):
        raise LaunchError("claim_missing", name)
    if not isinstance(value, str) or len(value) > MAX_ID:
        raise LaunchError("claim_malformed", name)
    return value


def optional(claim: Claims, name: str, longest: int = MAX_ID) -> str:
    """Return a text that may be absent, cut to `longest` characters."""
    value = claim.get(name)
    return value[:longest] if isinstance(value, str) else ""


def seconds(claims: Claims, name: str) -> float:
    """Return a moment in seconds since 1970, as JWTs write it."""
    value = claims.get(name)
    if value is None:
        raise LaunchError("claim_missing", name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LaunchError("claim_malformed", name)
    if abs(value) > LATEST or not math.isfinite(value):
        raise LaunchError("claim_malformed", name)
    return float(value)
