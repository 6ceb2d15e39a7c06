"""Access tokens: the token endpoint, and the check each service begins with."""

import hashlib
import secrets
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from flask import Response, request

from practice_lms.config import ToolRegistration
from practice_lms.lms import Lms, current_lms

LIFETIME_SECONDS = 3600
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class TokenRefusedError(Exception):
    """No token for this request; the message is the OAuth 2 `error`."""


@dataclass(frozen=True)
class Bearer:
    """Who calls a service, and what the token allows."""

    client_id: str
    scopes: frozenset[str]


def issue_token() -> Response:
    """Answer POST to the token endpoint (client credentials, private_key_jwt)."""
    lms = current_lms()
    answer = lms.personality.token_answer
    try:
        client_id, scopes = _check_request(lms)
    except TokenRefusedError as refusal:
        return answer({"error": str(refusal)}, 400)
    token = secrets.token_hex(16)
    with lms.store.writing() as db:
        db.execute(
            "INSERT INTO access_token VALUES (?, ?, ?, ?)",
            (_digest(token), client_id, scopes, time.time() + LIFETIME_SECONDS),
        )
    body = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
        "scope": scopes,
    }
    return answer(body, 200)


def bearer(lms: Lms) -> Bearer | None:
    """Return what the request's access token allows; None if it is not valid."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    with lms.store.reading() as db:
        row = db.execute(
            "SELECT * FROM access_token WHERE digest = ? AND expires_at > ?",
            (_digest(token.strip()), time.time()),
        ).fetchone()
    if row is None:
        return None
    return Bearer(row["client_id"], frozenset(row["scopes"].split()))


def forget_all(lms: Lms) -> None:
    """Make every access token worthless, as a restart with lost sessions would."""
    with lms.store.writing() as db:
        db.execute("DELETE FROM access_token")


def _check_request(lms: Lms) -> tuple[str, str]:
    form = request.form
    assertion = form.get("client_assertion", "")
    if form.get("grant_type") != "client_credentials" or not assertion:
        raise TokenRefusedError("invalid_request")
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise TokenRefusedError("unsupported_grant_type")
    tools = lms.tools_of(_claimed_client(assertion))
    if not tools:
        raise TokenRefusedError("invalid_client")
    _verify(lms, tools[0], assertion)
    allowed = {scope for tool in tools for scope in tool.scopes}
    granted = [scope for scope in form.get("scope", "").split() if scope in allowed]
    if not granted:
        raise TokenRefusedError("invalid_scope")
    # A partly allowed list is cut without a word; the tool has to read `scope`.
    return tools[0].client_id, " ".join(granted)


def _claimed_client(assertion: str) -> str:
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise TokenRefusedError("invalid_request") from error
    return str(claims.get("iss", ""))


def _verify(lms: Lms, tool: ToolRegistration, assertion: str) -> None:
    checks = {
        "audience": lms.url(lms.personality.grant_path),
        "issuer": tool.client_id,
        "subject": tool.client_id,
        "options": {"require": ["iss", "sub", "aud", "iat", "exp", "jti"]},
    }
    try:
        claims = lms.tool_keys.verify(assertion, tool.jwks_url, checks)
    except jwt.ExpiredSignatureError as error:
        raise TokenRefusedError("Expired token") from error
    except jwt.ImmatureSignatureError as error:
        raise TokenRefusedError(_too_early(assertion)) from error
    except jwt.PyJWTError as error:
        raise TokenRefusedError(str(error)) from error
    with lms.store.writing() as db:
        _spend_jti(db, tool.client_id, claims)


def _too_early(assertion: str) -> str:
    """Return Moodle's words for a tool whose clock is ahead."""
    claims = jwt.decode(assertion, options={"verify_signature": False})
    issued = datetime.fromtimestamp(claims["iat"], UTC)
    stamp = issued.strftime("%Y-%m-%dT%H:%M:%S+0000")
    return f"Cannot handle token with iat prior to {stamp}"


def _spend_jti(db: sqlite3.Connection, client_id: str, claims: Any) -> None:
    db.execute("DELETE FROM used_jti WHERE expires_at < ?", (time.time(),))
    try:
        db.execute(
            "INSERT INTO used_jti VALUES (?, ?, ?)",
            (client_id, str(claims["jti"]), float(claims["exp"])),
        )
    except sqlite3.IntegrityError as error:
        # Moodle does not look; a tool that repeats a jti is wrong all the same.
        raise TokenRefusedError("jti was used before") from error


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
