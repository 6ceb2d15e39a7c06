"""The signed answer to a content selection."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import jwt
from pylti1p3.deep_link import DeepLink
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.lineitem import LineItem

from preventedu.lti.adapters.words import registration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from preventedu.lti.keys import SigningKey
    from preventedu.lti.registration import Registered

DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
BACK_DATED = timedelta(seconds=5)
"""Moodle refuses an answer whose `iat` is ahead of its own clock."""
LIFETIME = timedelta(minutes=5)
MAX_POINTS = 100
"""Moodle's form takes whole numbers from 1 to 100 only."""
TAG = "lesson"


@dataclass(frozen=True)
class ContentItem:
    """A lesson link for the LMS to keep."""

    title: str
    text: str
    url: str
    custom: Mapping[str, str]
    """Without line breaks: in Moodle one begins a new parameter."""
    resource_id: str
    has_line_item: bool


@dataclass(frozen=True)
class DeepLinkAnswer:
    """What goes back to the LMS, and for which request."""

    deployment_id: str
    data: object
    """Echoed as it came; none if there was none."""
    items: Sequence[ContentItem]
    message: str


def sign_deep_link(
    platform: Registered, answer: DeepLinkAnswer, key: SigningKey, *, now: datetime
) -> str:
    """Return the signed answer (JWT) with the chosen items, or with none."""
    link = DeepLink(registration(platform), answer.deployment_id, cast("Any", {}))
    message = link.get_message_jwt([_Resource(item) for item in answer.items])
    message |= {
        "iat": int((now - BACK_DATED).timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
        # The library's nonce holds this machine's network address.
        "nonce": secrets.token_urlsafe(24),
        DL + "data": answer.data,
        DL + "msg": answer.message,
    }
    for name in ("data", "msg"):
        # `data` is echoed as it came; what was not sent is left out, not null.
        if message[DL + name] is None or (name == "msg" and not message[DL + name]):
            del message[DL + name]
    return jwt.encode(message, key.private, "RS256", headers={"kid": key.kid})


class _Resource(DeepLinkResource):
    """An ltiResourceLink with its description and line item."""

    def __init__(self, item: ContentItem) -> None:
        self._item = item
        self.set_title(item.title).set_url(item.url).set_custom_params(item.custom)
        if item.has_line_item:
            self.set_lineitem(
                LineItem()
                .set_score_maximum(MAX_POINTS)
                .set_label(item.title)
                .set_resource_id(item.resource_id)
                .set_tag(TAG)
            )

    def to_dict(self) -> dict[str, object]:
        """Add what the library leaves out."""
        return {**super().to_dict(), "text": self._item.text}
