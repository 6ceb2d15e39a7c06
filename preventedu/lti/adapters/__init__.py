"""The one door to PyLTI1p3: its vocabulary and message formats, our own checks.

Its weak steps are overridden here: order of validation, algorithm, audience, keys,
clock, tokens, requests, Link headers. Nothing else imports the library, so that it
can be replaced. Values without types stay inside.
"""

from __future__ import annotations

from preventedu.lti.adapters.connector import AccessRefusedError, ServiceError
from preventedu.lti.adapters.content_items import (
    ContentItem,
    DeepLinkAnswer,
    sign_deep_link,
)
from preventedu.lti.adapters.services import PlatformServices, Score
from preventedu.lti.adapters.signed_launch import verify

__all__ = [
    "AccessRefusedError",
    "ContentItem",
    "DeepLinkAnswer",
    "PlatformServices",
    "Score",
    "ServiceError",
    "sign_deep_link",
    "verify",
]
