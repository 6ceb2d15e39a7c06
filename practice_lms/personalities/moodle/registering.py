"""Dynamic registration as Moodle 4.5 does it (tests/fixtures/moodle-4.5/registration).

The token is a JWT that names the client id to come and works once. Refusals are bare
words that call themselves HTML. The answer claims more scopes than are granted.
"""

import secrets
import time

import jwt
from flask import Response, jsonify

from practice_lms import registration, tools
from practice_lms.config import (
    SCOPE_LINEITEM,
    SCOPE_LINEITEM_READONLY,
    SCOPE_MEMBERSHIP,
    SCOPE_RESULT_READONLY,
    SCOPE_SCORE,
)
from practice_lms.lms import DEEP_LINKING, RESOURCE_LINK, JsonObject, Lms, Registering
from practice_lms.registration import TOOL, Asked, RegistrationRefusedError

REQUIRED = (
    "response_types",
    "initiate_login_uri",
    "redirect_uris",
    "client_name",
    "jwks_uri",
    "token_endpoint_auth_method",
)
CLAIMS = ("sub", "iss", "name", "family_name", "given_name", "email")
AGS = (
    SCOPE_SCORE,
    SCOPE_RESULT_READONLY,
    SCOPE_LINEITEM_READONLY,
    SCOPE_LINEITEM,
)
"""All of them in the answer, whichever of them was asked for."""


def token(lms: Lms) -> str:
    """Return the one-time token of one attempt; its `sub` is the client id to come."""
    now = int(time.time())
    claims = {
        "sub": secrets.token_urlsafe(11),
        "scope": "reg",
        "iat": now,
        "exp": now + registration.TOKEN_SECONDS,
    }
    return registration.keep_token(lms, lms.platform_keys.sign(claims))


def configuration(lms: Lms) -> Response:
    """Return what Moodle says of itself; anybody may read it."""
    ways = lms.personality
    return jsonify(
        {
            "issuer": lms.config.issuer,
            "token_endpoint": lms.url(ways.grant_path),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "jwks_uri": lms.url(ways.jwks_path),
            "authorization_endpoint": lms.url(ways.authorize_path),
            "registration_endpoint": lms.url(ways.registering.registration_path),
            "scopes_supported": [
                SCOPE_LINEITEM_READONLY,
                SCOPE_RESULT_READONLY,
                SCOPE_SCORE,
                SCOPE_LINEITEM,
                SCOPE_MEMBERSHIP,
                "openid",
            ],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public", "pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": [
                "sub", "iss", "name", "given_name", "family_name", "email",
            ],
            registration.PLATFORM: {
                "product_family_code": "moodle",
                "version": "4.5.5+ (Build: 20250613)",
                "messages_supported": [
                    {"type": RESOURCE_LINK},
                    {"type": DEEP_LINKING, "placements": ["ContentArea"]},
                ],
                "variables": ["Context.id", "Context.id.history", "ResourceLink.id"],
            },
        }
    )  # fmt: skip


def register(lms: Lms) -> Response:
    """Register a tool; it waits until the administrator activates it."""
    try:
        return jsonify(_register(lms))
    except RegistrationRefusedError as error:
        return Response(
            str(error), error.status, content_type="text/html; charset=utf-8"
        )


def _register(lms: Lms) -> JsonObject:
    given = registration.bearer()
    if not given:
        raise RegistrationRefusedError("missing_registration_token", 401)
    client_id = _client_of(lms, given)
    asked = registration.read_asked()
    registration.require(asked.body, REQUIRED)
    registration.require(asked.tool, ["domain"])
    launch = str(asked.tool.get("target_link_uri", ""))
    if asked.tool["domain"] != registration.domain_of(launch):
        raise RegistrationRefusedError("domain_targetlinkuri_mismatch", 400)
    tool = registration.tool_of(
        asked,
        client_id,
        str(registration.next_number(lms)),
        shares_names="name" in asked.claims,
    )
    if not registration.use_up(lms, given):
        raise RegistrationRefusedError("token_already_used", 401)
    tools.add(lms.store, tool)
    return _answer(asked, client_id, tool.deployment_id)


def _client_of(lms: Lms, given: str) -> str:
    try:
        claims = jwt.decode(
            given,
            jwt.PyJWKSet.from_dict(lms.platform_keys.jwks())[
                str(jwt.get_unverified_header(given).get("kid"))
            ],
            algorithms=["RS256"],
            options={"require": ["sub", "exp", "iat"]},
        )
    except (jwt.PyJWTError, KeyError) as error:
        raise RegistrationRefusedError(str(error), 401) from error
    if not registration.is_alive(lms, given):
        raise RegistrationRefusedError("token_already_used", 401)
    return str(claims["sub"])


def _answer(asked: Asked, client_id: str, deployment_id: str) -> JsonObject:
    body, tool = asked.body, asked.tool
    deep = [
        {"type": DEEP_LINKING, "target_link_uri": message.get("target_link_uri")}
        for message in tool.get("messages") or []
        if message.get("type") == DEEP_LINKING
    ]
    told = {
        "client_id": client_id,
        "response_types": ["id_token"],
        "jwks_uri": body["jwks_uri"],
        "initiate_login_uri": body["initiate_login_uri"],
        "grant_types": ["client_credentials", "implicit"],
        "redirect_uris": body["redirect_uris"],
        "application_type": "web",
        "token_endpoint_auth_method": "private_key_jwt",
        "client_name": body["client_name"],
        "logo_uri": body.get("logo_uri", ""),
        "scope": " ".join(_claimed(asked.scopes)),
    }
    told[TOOL] = {
        "version": "1.3.0",
        "deployment_id": deployment_id,
        "target_link_uri": tool["target_link_uri"],
        "domain": tool["domain"],
        "description": tool.get("description", ""),
        "messages": deep,
        "custom_parameters": tool.get("custom_parameters") or {},
        "claims": [claim for claim in CLAIMS if claim in {"sub", "iss", *asked.claims}],
    }
    return told


def _claimed(scopes: list[str]) -> list[str]:
    claimed = [*AGS] if any(scope in AGS for scope in scopes) else []
    return [*claimed, *(scope for scope in scopes if scope == SCOPE_MEMBERSHIP)]


REGISTERING = Registering(
    configuration_path="/mod/lti/openid-configuration.php",
    registration_path="/mod/lti/openid-registration.php",
    token=token,
    configuration=configuration,
    register=register,
    hint="Tool URL",
    begin_label="Add LTI Advantage",
    activate_label="Activate",
    has_chooser=True,
    pending_gets_tokens=True,
)
