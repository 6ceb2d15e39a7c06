"""Our plain values in PyLTI1p3's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pylti1p3.registration import Registration

if TYPE_CHECKING:
    from preventedu.lti.registration import Registered


def registration(platform: Registered) -> Registration:
    """Return a platform in the library's words."""
    return (
        Registration()
        .set_issuer(platform.issuer)
        .set_client_id(platform.client_id)
        .set_auth_login_url(platform.auth_url)
        .set_auth_token_url(platform.token_url)
        .set_auth_audience(platform.token_audience)
        .set_key_set_url(platform.jwks_url)
    )
