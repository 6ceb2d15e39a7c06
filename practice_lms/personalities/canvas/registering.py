"""Dynamic registration as Canvas's documents tell it.

The token is needed to read the configuration, too. The answer repeats what was asked,
with a client id; the deployment begins when the administrator switches the app on.

Source: Canvas's doc/api/registration.md.
"""

import hashlib
import secrets

from flask import Response, jsonify

from practice_lms import registration, tools
from practice_lms.config import ALL_SCOPES
from practice_lms.lms import DEEP_LINKING, RESOURCE_LINK, JsonObject, Lms, Registering
from practice_lms.registration import TOOL, RegistrationRefusedError

EXTENSION = "https://canvas.instructure.com/lti/"
FIRST_CLIENT_ID = 10000000000000
REQUIRED = (
    "application_type",
    "grant_types",
    "initiate_login_uri",
    "redirect_uris",
    "response_types",
    "client_name",
    "jwks_uri",
    "token_endpoint_auth_method",
    "scope",
)
REQUIRED_OF_TOOL = ("domain", "target_link_uri", "messages", "claims")
NAMES_FROM = ("public", "name_only")
"""Privacy levels at which a tool is told names; "anonymous" unless it asks."""


def token(lms: Lms) -> str:
    """Return the one-time token of one attempt."""
    return registration.keep_token(lms, secrets.token_urlsafe(40))


def configuration(lms: Lms) -> Response:
    """Return what Canvas says of itself, to holders of a registration token."""
    if not registration.is_alive(lms, registration.bearer()):
        return _refusal("invalid registration token", 401)
    ways = lms.personality
    return jsonify(
        {
            "issuer": lms.config.issuer,
            "authorization_endpoint": lms.url(ways.authorize_path),
            "registration_endpoint": lms.url(ways.registering.registration_path),
            "jwks_uri": lms.url(ways.jwks_path),
            "token_endpoint": lms.url(ways.grant_path),
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
            "scopes_supported": [*ALL_SCOPES],
            "response_types_supported": ["id_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "name", "given_name", "family_name", "email"],
            "subject_types_supported": ["public"],
            "authorization_server": registration.domain_of(lms.config.base_url),
            registration.PLATFORM: {
                "product_family_code": "canvas",
                "version": "vCloud",
                "messages_supported": [
                    {"type": RESOURCE_LINK, "placements": ["course_navigation"]},
                    {
                        "type": DEEP_LINKING,
                        "placements": ["assignment_selection", "link_selection"],
                    },
                ],
                "variables": ["ResourceLink.id", "Canvas.account.id"],
                EXTENSION + "account_name": "Practice district",
            },
        }
    )


def register(lms: Lms) -> Response:
    """Register a tool; its key is off until the administrator switches it on."""
    try:
        return jsonify(_register(lms))
    except RegistrationRefusedError as error:
        return _refusal(str(error), error.status)


def _register(lms: Lms) -> JsonObject:
    given = registration.bearer()
    if not registration.is_alive(lms, given):
        raise RegistrationRefusedError("invalid registration token", 401)
    asked = registration.read_asked()
    registration.require(asked.body, REQUIRED)
    registration.require(asked.tool, REQUIRED_OF_TOOL)
    number = registration.next_number(lms)
    client_id = str(FIRST_CLIENT_ID + number)
    mark = hashlib.sha256(f"{lms.config.base_url} {number}".encode()).hexdigest()
    level = asked.tool.get(EXTENSION + "privacy_level", "anonymous")
    tool = registration.tool_of(
        asked, client_id, f"{number}:{mark[:40]}", shares_names=level in NAMES_FROM
    )
    if not registration.use_up(lms, given):
        raise RegistrationRefusedError("invalid registration token", 401)
    tools.add(lms.store, tool)
    return {**asked.body, TOOL: asked.tool, "client_id": client_id}


def _refusal(message: str, status: int) -> Response:
    answer = jsonify({"error": message})
    answer.status_code = status
    return answer


REGISTERING = Registering(
    configuration_path="/api/lti/security/openid-configuration",
    registration_path="/api/lti/registrations",
    token=token,
    configuration=configuration,
    register=register,
    hint="Dynamic registration URL",
    begin_label="Continue",
    activate_label="Switch on",
    has_chooser=False,
    pending_gets_tokens=False,
)
