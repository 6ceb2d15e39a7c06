"""What a practice LMS must be told before it starts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPE_LINEITEM = AGS + "lineitem"
SCOPE_LINEITEM_READONLY = AGS + "lineitem.readonly"
SCOPE_RESULT_READONLY = AGS + "result.readonly"
SCOPE_SCORE = AGS + "score"
SCOPE_MEMBERSHIP = (
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
)
ALL_SCOPES = (
    SCOPE_LINEITEM,
    SCOPE_LINEITEM_READONLY,
    SCOPE_RESULT_READONLY,
    SCOPE_SCORE,
    SCOPE_MEMBERSHIP,
)
PERSONALITIES = ("moodle", "canvas")
CANVAS_ISSUER = "https://canvas.instructure.com"
"""The issuer that every hosted Canvas shares; its endpoints are elsewhere."""


class ConfigError(Exception):
    """The configuration cannot be used; the message says what to change."""


@dataclass(frozen=True)
class ToolRegistration:
    """One deployment of one tool, as an LMS administrator would enter it.

    Attributes:
        name: What teachers read.
        client_id: The OAuth 2 client id; several deployments may share it.
        deployment_id: Unique in this LMS. Moodle's `type_id` is the same string.
        login_url: Where a launch starts (OIDC third-party initiated login).
        redirect_uris: Where an id_token may be posted, compared exactly.
        jwks_url: The tool's public keys.
        target_link_uri: Where a link without an address of its own goes.
        deep_link_url: target_link_uri of content selection.
        custom: Custom parameters sent with each launch; values may be variables
            (`$Context.id.history`).
        scopes: Service scopes the administrator allows.
        shares_names: False leaves names, e-mail and user name out of everything.
    """

    name: str
    client_id: str
    deployment_id: str
    login_url: str
    redirect_uris: tuple[str, ...]
    jwks_url: str
    target_link_uri: str
    deep_link_url: str
    custom: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = ALL_SCOPES
    shares_names: bool = True

    @property
    def origin(self) -> str:
        """Scheme, host and port of the tool's pages."""
        return origin_of(self.target_link_uri)


@dataclass(frozen=True)
class LmsConfig:
    """One practice LMS.

    Attributes:
        base_url: Its public address without a slash at the end.
        personality: "moodle" or "canvas".
        data_dir: Where its one SQLite file lives; made if missing.
        tools: The tools registered from the start; the first is the one teachers are
            offered. Others may register themselves.
        issuer: The `iss` of its messages. By default base_url for Moodle and the
            shared issuer for Canvas.
        faults_enabled: Opens /_faults and /_history to callers on loopback.
    """

    base_url: str
    personality: str
    data_dir: Path
    tools: tuple[ToolRegistration, ...]
    issuer: str = ""
    faults_enabled: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ConfigError: Naming the field and what it must be.
        """
        if self.personality not in PERSONALITIES:
            raise ConfigError(f"personality must be one of {', '.join(PERSONALITIES)}")
        if self.base_url.endswith("/") or not urlsplit(self.base_url).netloc:
            raise ConfigError("base_url must be like http://localhost:8080")
        ids = [tool.deployment_id for tool in self.tools]
        if len(set(ids)) != len(ids):
            raise ConfigError("each tool needs a deployment_id of its own")
        if not self.issuer:
            shared = self.personality == "canvas"
            object.__setattr__(
                self, "issuer", CANVAS_ISSUER if shared else self.base_url
            )


def origin_of(url: str) -> str:
    """Return scheme, host and port of `url`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def config_from_json(path: Path) -> LmsConfig:
    """Read a configuration file: the fields of `LmsConfig`, tools as a list.

    Raises:
        ConfigError: The file is missing, is not JSON, or has wrong fields.
    """
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        tools = tuple(tool_from(item) for item in raw.pop("tools"))
        data_dir = Path(raw.pop("data_dir"))
        return LmsConfig(data_dir=data_dir, tools=tools, **raw)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"cannot use {path.name}: {error}") from error


def config_to_json(config: LmsConfig) -> str:
    """Write `config` so that `config_from_json` reads it back."""
    raw: dict[str, Any] = {**config.__dict__, "data_dir": str(config.data_dir)}
    raw["tools"] = [
        {**tool.__dict__, "custom": dict(tool.custom)} for tool in config.tools
    ]
    return json.dumps(raw, indent=2)


def tool_from(raw: dict[str, Any]) -> ToolRegistration:
    """Read one tool from JSON values."""
    lists: dict[str, Any] = {
        key: tuple(raw[key]) for key in ("redirect_uris", "scopes") if key in raw
    }
    return ToolRegistration(**{**raw, **lists})
