"""Access tokens of platforms: fetched once, shared by all threads, dropped on 401."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MARGIN = timedelta(seconds=60)
"""A token this close to its end is not used any more."""
DEFAULT_LIFETIME = 300
"""Seconds, for a platform that does not say."""
Scope = tuple[int, tuple[str, ...]]
"""Platform id and the scopes asked for, sorted."""


@dataclass(frozen=True)
class AccessToken:
    """What a platform granted."""

    text: str = field(repr=False)
    expires_at: datetime


class AccessTokens:
    """Tokens by platform and scopes, in this process."""

    def __init__(self) -> None:
        self._tokens: dict[Scope, AccessToken] = {}
        self._locks: dict[Scope, threading.Lock] = {}

    def get(
        self, scope: Scope, fetch: Callable[[], AccessToken], *, now: datetime
    ) -> str:
        """Return a living token; one thread fetches it while the others wait."""
        with self._locks.setdefault(scope, threading.Lock()):
            token = self._tokens.get(scope)
            if token is None or token.expires_at - MARGIN <= now:
                token = fetch()
                self._tokens[scope] = token
            return token.text

    def drop(self, scope: Scope, text: str) -> None:
        """Forget a token that the platform refused, unless it was replaced already."""
        with self._locks.setdefault(scope, threading.Lock()):
            token = self._tokens.get(scope)
            if token is not None and token.text == text:
                del self._tokens[scope]
