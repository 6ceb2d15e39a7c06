"""Settings: read once from the environment, checked at start-up, never changed."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGE = Path(__file__).parent
DEFAULT_DATA = Path("data")
DEFAULT_CONTENT = PACKAGE.parent / "content"
DEFAULT_PUBLIC_URL = "http://127.0.0.1:8000"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECRET_BYTES = 32
TOKEN_LENGTH = 20
KEY_FILE = "secret-key"
"""In the data folder, where the environment names no secret."""
KEEP_DAYS = range(30, 1097)
"""Shorter than a month loses grades under way; longer than three years is no limit."""
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(Exception):
    """One or more settings cannot be used; the message names each with its fix."""


@dataclass(frozen=True)
class Settings:
    """Everything an operator may set; one attribute per environment variable."""

    secret_key: str = field(repr=False)
    """Signs forms and the staff cookie, and encrypts private keys at rest."""
    database_url: str = field(repr=False)
    """SQLAlchemy address: SQLite by default, or postgresql+psycopg://…"""
    data_dir: Path = DEFAULT_DATA
    public_url: str = DEFAULT_PUBLIC_URL
    """Address of the tool as browsers and platforms see it, without a final slash."""
    trusted_proxies: int = 0
    """How many reverse proxies in front of us set X-Forwarded-For."""
    allow_loopback_platforms: bool = False
    """Let platforms be on http or on this machine: for the demo and tests only."""
    content_dir: Path = DEFAULT_CONTENT
    log_level: str = "INFO"
    seat_lifetime: timedelta = timedelta(hours=8)
    """How long a launch lets a browser in; a school day."""
    keep_for: timedelta = timedelta(days=180)
    """Published: how long subjects that are not seen, and answers, are kept."""
    metrics_token: str = field(default="", repr=False)
    """What Prometheus must say at /metrics; empty: nobody is answered there."""

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str], data_dir: Path | None = None
    ) -> Settings:
        """Read and check the `PREVENTEDU_*` variables.

        Args:
            environment: Variable names and values, such as `os.environ`.
            data_dir: Where the embedded database and secrets live; goes before
                PREVENTEDU_DATA. The folder is made if it is missing.

        Raises:
            SettingsError: One or more values cannot be used.
        """
        data = data_dir or Path(environment.get("PREVENTEDU_DATA", DEFAULT_DATA))
        reader = _Reader(environment)
        public_url = reader.public_url()
        proxies = reader.proxies()
        loopback = reader.flag("PREVENTEDU_ALLOW_LOOPBACK_PLATFORMS")
        content = reader.folder("PREVENTEDU_CONTENT", DEFAULT_CONTENT)
        keep_for = reader.days("PREVENTEDU_RETENTION_DAYS", 180)
        level = reader.choice("PREVENTEDU_LOG_LEVEL", "INFO", LOG_LEVELS)
        database = reader.database(data)
        reader.check_secret()
        token = reader.metrics_token()
        reader.raise_problems()
        return cls(
            secret_key=environment.get("PREVENTEDU_SECRET_KEY") or _kept_secret(data),
            database_url=database,
            data_dir=data,
            public_url=public_url,
            trusted_proxies=proxies,
            allow_loopback_platforms=loopback,
            content_dir=content,
            log_level=level,
            keep_for=keep_for,
            metrics_token=token,
        )


class _Reader:
    """Reads variables and collects every problem, so that one run names them all."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._problems: list[str] = []

    def raise_problems(self) -> None:
        if self._problems:
            raise SettingsError("\n".join(self._problems))

    def public_url(self) -> str:
        url = self._environment.get("PREVENTEDU_PUBLIC_URL", DEFAULT_PUBLIC_URL)
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self._problem("PUBLIC_URL", url, "write it as https://prevention.example")
        elif parts.scheme == "http" and parts.hostname not in LOOPBACK:
            self._problem("PUBLIC_URL", url, "use https:// (http works on loopback)")
        elif parts.path.strip("/") or parts.query:
            self._problem("PUBLIC_URL", url, "leave out everything after the host")
        return url.rstrip("/")

    def proxies(self) -> int:
        text = self._environment.get("PREVENTEDU_TRUSTED_PROXIES", "0")
        if not text.isdecimal():
            self._problem("TRUSTED_PROXIES", text, "write a whole number, such as 1")
            return 0
        return int(text)

    def days(self, name: str, default: int) -> timedelta:
        text = self._environment.get(name, str(default))
        if not text.isdecimal() or int(text) not in KEEP_DAYS:
            short = name.removeprefix("PREVENTEDU_")
            least, most = KEEP_DAYS[0], KEEP_DAYS[-1]
            self._problem(short, text, f"write days, from {least} to {most}")
            return timedelta(days=default)
        return timedelta(days=int(text))

    def flag(self, name: str) -> bool:
        text = self._environment.get(name, "no").lower()
        if text not in ("yes", "no"):
            self._problem(name.removeprefix("PREVENTEDU_"), text, "write yes or no")
        return text == "yes"

    def folder(self, name: str, default: Path) -> Path:
        folder = Path(self._environment.get(name, default))
        if not folder.is_dir():
            short = name.removeprefix("PREVENTEDU_")
            self._problem(short, str(folder), "name a folder that exists")
        return folder

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        text = self._environment.get(name, default).upper()
        if text not in choices:
            short = name.removeprefix("PREVENTEDU_")
            self._problem(short, text, f"choose one of {', '.join(choices)}")
        return text

    def database(self, data: Path) -> str:
        url = self._environment.get("PREVENTEDU_DATABASE_URL", "")
        if not url:
            return f"sqlite:///{(data / 'preventedu.sqlite3').absolute()}"
        for short in ("postgres://", "postgresql://"):
            if url.startswith(short):
                url = "postgresql+psycopg://" + url.removeprefix(short)
        known = url.startswith(("postgresql+psycopg://", "sqlite:///"))
        if not known or not _has_sound_port(url):
            self._problem(
                "DATABASE_URL",
                url.partition("://")[0] + "://…",
                "use postgresql://user:password@host/name, or leave it out for SQLite",
            )
        return url

    def check_secret(self) -> None:
        secret = self._environment.get("PREVENTEDU_SECRET_KEY")
        if secret is not None and len(secret) < SECRET_BYTES:
            self._problem(
                "SECRET_KEY",
                "(hidden)",
                f"use {SECRET_BYTES} characters or more, or leave it out: one is made",
            )

    def metrics_token(self) -> str:
        token = self._environment.get("PREVENTEDU_METRICS_TOKEN", "")
        if token and len(token) < TOKEN_LENGTH:
            fix = f"use {TOKEN_LENGTH} characters or more, or leave it out"
            self._problem("METRICS_TOKEN", "(hidden)", fix)
        return token

    def _problem(self, name: str, value: str, fix: str) -> None:
        self._problems.append(f"PREVENTEDU_{name} is {value!r}: {fix}.")


def _has_sound_port(url: str) -> bool:
    try:
        _port = urlsplit(url).port
    except ValueError:
        return False
    return True


def _kept_secret(data: Path) -> str:
    """Return the secret kept in the data folder; make it on the first run."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data / KEY_FILE
    if not path.exists():
        # Written aside and linked, so that two first starts agree on one secret.
        draft = data / f"{KEY_FILE}.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(SECRET_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
