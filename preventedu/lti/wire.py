"""What a process keeps for talking to platforms: connections, keys, tokens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preventedu.errors import SetupError
from preventedu.lti import keys, web
from preventedu.lti.jwks import PlatformKeys
from preventedu.lti.tokens import AccessTokens

if TYPE_CHECKING:
    from datetime import datetime

    import requests
    from sqlalchemy.orm import Session

    from preventedu.lti.keys import SigningKey


@dataclass
class Wire:
    """Shared by all threads of a process; one for each application or worker."""

    secret: str = field(repr=False)
    """`Settings.secret_key`: encrypts our own key at rest."""
    allow_loopback: bool
    session: requests.Session = field(init=False)
    tokens: AccessTokens = field(default_factory=AccessTokens)
    platform_keys: PlatformKeys = field(init=False)
    _signing_key: SigningKey | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.session = web.new_session(allow_loopback=self.allow_loopback)
        self.platform_keys = PlatformKeys(self.session)

    @property
    def signing_key(self) -> SigningKey:
        """Our own key; `load_key` comes first."""
        if self._signing_key is None:
            raise SetupError("The LTI key is not loaded.")
        return self._signing_key

    def load_key(self, session: Session) -> bool:
        """Read our current key from the database; tell whether there is one."""
        self._signing_key = keys.find_key(session, self.secret)
        return self._signing_key is not None

    def make_key(self, session: Session, *, now: datetime) -> None:
        """Make our key at the first run, or read it; commits are the caller's."""
        self._signing_key = keys.ensure_key(session, self.secret, now=now)
