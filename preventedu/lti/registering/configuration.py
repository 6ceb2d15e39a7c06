"""What an LMS says of itself before it is registered: read, checked, or refused.

Source: https://www.imsglobal.org/spec/lti-dr/v1p0#platform-configuration
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from preventedu.lti import addresses, platforms
from preventedu.lti.registering import fetching
from preventedu.lti.registering.problems import RegistrationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from preventedu.lti.platforms import Family

PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
ACCOUNT_NAME = "https://canvas.instructure.com/lti/account_name"
LONGEST_NAME = 200
LONGEST_FAMILY = 40
ENDPOINTS = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "registration_endpoint",
)
NEEDED = (
    ("id_token_signing_alg_values_supported", "RS256"),
    ("token_endpoint_auth_signing_alg_values_supported", "RS256"),
)
"""An LMS that lists others only cannot speak with us; one that says nothing may."""


@dataclass(frozen=True)
class Configuration:
    """One LMS that wants to be registered, as plain checked values."""

    url: str
    """Where it was read."""
    issuer: str
    auth_url: str
    token_url: str
    jwks_url: str
    registration_url: str
    token_audience: str
    """Empty: the token address."""
    family_code: str
    account: str
    """What the LMS calls the account; may be empty."""

    @property
    def family(self) -> Family:
        """Facts about the product."""
        return platforms.family_of(self.family_code)

    @property
    def origins(self) -> tuple[str, ...]:
        """Where its pages are: they frame ours."""
        urls = (self.url, self.registration_url, self.auth_url, self.token_url)
        return tuple(dict.fromkeys(addresses.origin_of(url) for url in urls))


def read(
    http: requests.Session, url: str, token: str, *, allow_loopback: bool
) -> Configuration:
    """Fetch and check an LMS's configuration.

    Args:
        http: From `Wire.session`; guards the connection.
        url: `openid_configuration` of the registration request.
        token: `registration_token`; Canvas shows its configuration only for it.
        allow_loopback: `Settings.allow_loopback_platforms`.

    Raises:
        RegistrationError: It cannot be read, or cannot be used.
    """
    if not addresses.is_usable(url, allow_loopback=allow_loopback):
        raise RegistrationError("address_refused")
    answer = fetching.fetch(http, url, token)
    if answer.status != HTTPStatus.OK:
        raise RegistrationError("configuration_refused", f"HTTP {answer.status}")
    found = object_in(answer.body)
    if found is None:
        raise RegistrationError("configuration_unreadable")
    return parse(found, url, allow_loopback=allow_loopback)


def parse(
    found: Mapping[str, object], url: str, *, allow_loopback: bool
) -> Configuration:
    """Check an LMS's configuration that was fetched from `url`.

    Raises:
        RegistrationError: It is incomplete, unusable, or of another host.
    """
    told = {name: _address(found, name, allow_loopback) for name in ENDPOINTS}
    about = found.get(PLATFORM)
    product = about if isinstance(about, dict) else {}
    family_code = _text(product, "product_family_code", LONGEST_FAMILY)
    family = platforms.family_of(family_code)
    if not _may_speak_for(family, told["issuer"], url, allow_loopback=allow_loopback):
        raise RegistrationError("issuer_foreign", addresses.host_of(told["issuer"]))
    for name, value in NEEDED:
        offered = found.get(name)
        if isinstance(offered, list) and value not in offered:
            raise RegistrationError("algorithm_missing", name)
    return Configuration(
        url=url,
        issuer=told["issuer"],
        auth_url=told["authorization_endpoint"],
        token_url=told["token_endpoint"],
        jwks_url=told["jwks_uri"],
        registration_url=told["registration_endpoint"],
        token_audience=_audience(found, family),
        family_code=family_code,
        account=_text(product, ACCOUNT_NAME, LONGEST_NAME),
    )


def object_in(body: bytes) -> dict[str, object] | None:
    """Return the JSON object in an answer, if it is one."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _address(found: Mapping[str, object], name: str, allow_loopback: bool) -> str:  # noqa: FBT001 (handed through)
    url = found.get(name)
    if not isinstance(url, str) or not url:
        raise RegistrationError("configuration_incomplete", name)
    if not addresses.is_usable(url, allow_loopback=allow_loopback):
        raise RegistrationError("address_refused", name)
    return url


def _may_speak_for(
    family: Family, issuer: str, url: str, *, allow_loopback: bool
) -> bool:
    """Tell whether a configuration found at `url` may name `issuer`."""
    host = addresses.host_of(url)
    if host == addresses.host_of(issuer):
        return True
    for shared in family.shared_issuers:
        if issuer == shared.issuer:
            # In the demo the LMS that speaks like Canvas is on this machine.
            return allow_loopback or any(
                host == known or host.endswith("." + known) for known in shared.hosts
            )
    return False


def _audience(found: Mapping[str, object], family: Family) -> str:
    if family.token_audience or not family.heeds_authorization_server:
        return family.token_audience
    return _text(found, "authorization_server", addresses.LONGEST)


def _text(found: Mapping[str, object], name: str, longest: int) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value.isprintable():
        return ""
    return value[:longest]
