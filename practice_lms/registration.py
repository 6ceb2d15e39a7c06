"""What both products do alike when a tool registers itself."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import request

from practice_lms.config import ALL_SCOPES, ToolRegistration
from practice_lms.lms import DEEP_LINKING, JsonObject, Lms

TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
TOKEN_SECONDS = 3600


class RegistrationRefusedError(Exception):
    """A registration is refused; the message is what the tool gets to read."""

    def __init__(self, message: str, status: int) -> None:
        self.status = status
        super().__init__(message)


@dataclass(frozen=True)
class Asked:
    """A tool's registration, taken apart."""

    body: JsonObject
    tool: JsonObject

    @property
    def scopes(self) -> list[str]:
        """The scopes asked for, as one text in the message."""
        return str(self.body.get("scope", "")).split()

    @property
    def claims(self) -> list[str]:
        """The claims asked for."""
        return [str(claim) for claim in self.tool.get("claims") or []]


def read_asked() -> Asked:
    """Return the registration in this request.

    Raises:
        RegistrationRefusedError: It is not a JSON object with a tool in it.
    """
    body = request.get_json(force=True, silent=True)
    tool = body.get(TOOL) if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(tool, dict):
        raise RegistrationRefusedError("invalid_registration", 400)
    return Asked(body, tool)


def bearer() -> str:
    """Return the bearer token of this request, or ""."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def keep_token(lms: Lms, token: str) -> str:
    """Remember a registration token that was handed out; returns it."""
    with lms.store.writing() as db:
        db.execute(
            "INSERT INTO registration_token VALUES (?, ?, NULL)",
            (_digest(token), time.time() + TOKEN_SECONDS),
        )
    return token


def is_alive(lms: Lms, token: str) -> bool:
    """Tell whether a registration token was handed out and not used or too old."""
    with lms.store.reading() as db:
        row = db.execute(
            "SELECT * FROM registration_token WHERE digest = ?", (_digest(token),)
        ).fetchone()
    return bool(row) and row["used_at"] is None and row["expires_at"] > time.time()


def use_up(lms: Lms, token: str) -> bool:
    """Spend a registration token; False when another request was faster."""
    with lms.store.writing() as db:
        done = db.execute(
            "UPDATE registration_token SET used_at = ? "
            "WHERE digest = ? AND used_at IS NULL AND expires_at > ?",
            (time.time(), _digest(token), time.time()),
        )
        return done.rowcount == 1


def tool_of(
    asked: Asked, client_id: str, deployment_id: str, *, shares_names: bool
) -> ToolRegistration:
    """Return the tool as its registration describes it.

    Raises:
        RegistrationRefusedError: A required field is not there.
    """
    body, tool = asked.body, asked.tool
    launch = _text(tool, "target_link_uri")
    return ToolRegistration(
        name=_text(body, "client_name"),
        client_id=client_id,
        deployment_id=deployment_id,
        login_url=_text(body, "initiate_login_uri"),
        redirect_uris=tuple(str(uri) for uri in body.get("redirect_uris") or ()),
        jwks_url=_text(body, "jwks_uri"),
        target_link_uri=launch,
        deep_link_url=_deep_link_url(tool.get("messages"), launch),
        custom={str(k): str(v) for k, v in _custom(tool).items()},
        scopes=tuple(scope for scope in asked.scopes if scope in ALL_SCOPES),
        shares_names=shares_names,
    )


def require(body: JsonObject, names: Sequence[str]) -> None:
    """Stop a registration that leaves out a field, in Moodle's words.

    Raises:
        RegistrationRefusedError: It names the field.
    """
    for name in names:
        if not body.get(name):
            raise RegistrationRefusedError(f"missing_{name}", 400)


def domain_of(url: str) -> str:
    """Return host and port of `url`."""
    return urlsplit(url).netloc


def next_number(lms: Lms) -> int:
    """Return a number that no tool of this LMS has yet."""
    with lms.store.reading() as db:
        row = db.execute("SELECT coalesce(max(number), 0) + 1 FROM tool").fetchone()
    return int(row[0]) + len(lms.config.tools)


def _deep_link_url(messages: Any, default: str) -> str:
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and message.get("type") == DEEP_LINKING:
            return str(message.get("target_link_uri") or default)
    return default


def _custom(tool: JsonObject) -> JsonObject:
    custom = tool.get("custom_parameters")
    return custom if isinstance(custom, dict) else {}


def _text(found: JsonObject, name: str) -> str:
    require(found, [name])
    return str(found[name])


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
