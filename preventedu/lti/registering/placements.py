"""What we ask an LMS for: one table for dynamic registration and for Canvas's JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from preventedu.i18n import lazy_gettext as _
from preventedu.lti.claims import RESULT_SCOPE, SCORE_SCOPE
from preventedu.lti.context_claim import ACCOUNT, SIS
from preventedu.lti.platforms.canvas import CANVAS, EXTENSION, privacy_level

if TYPE_CHECKING:
    from preventedu.lti.platforms import Family

NAME = "preventedu"
DESCRIPTION = (
    "Lessons that help students notice and stop exploitation, with a class page for "
    "the teacher and completions in the gradebook."
)
"""English: an LMS shows it to its administrators as it is."""
CHOOSE = "Choose prevention lessons"
MEMBERSHIP_SCOPE = (
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
)
TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"
NAMES = ("name", "given_name", "family_name")
RESOURCE_LINK, DEEP_LINKING = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"


@dataclass(frozen=True)
class Permission:
    """One scope, and why it is asked for."""

    scope: str
    name: str
    why: str
    loss: str
    """What does not work without it."""


PERMISSIONS = (
    Permission(
        SCORE_SCOPE,
        _("Write grades"),
        _("When a student finishes a lesson, its grade goes to your gradebook."),
        _("Grades cannot be sent: teachers have to enter them."),
    ),
    Permission(
        RESULT_SCOPE,
        _("Read back our own grades"),
        _("After an interruption we look first whether a grade has arrived already."),
        _("A grade may be sent twice after an interruption; that changes nothing."),
    ),
    Permission(
        MEMBERSHIP_SCOPE,
        _("Read the class list"),
        _(
            "The teacher's page shows who has finished and who has not begun. The list "
            "is read while the page is open and never stored."
        ),
        _("The teacher's page cannot show who has not begun."),
    ),
)
"""Nothing else is asked for."""


@dataclass(frozen=True)
class ToolAddresses:
    """Where this installation is, as an LMS has to know it."""

    base: str
    """Without a final slash."""
    login: str
    launch: str
    jwks: str
    icon: str

    @property
    def domain(self) -> str:
        """Host and port; Moodle compares it with those of the launch address."""
        return urlsplit(self.launch).netloc


def registration_request(
    tool: ToolAddresses,
    family: Family,
    *,
    shares_names: bool,
) -> dict[str, object]:
    """Return the body of a dynamic registration.

    Args:
        tool: Our addresses.
        family: Whose extensions are added.
        shares_names: Ask for people's names (never for their e-mail addresses).

    Source: https://www.imsglobal.org/spec/lti-dr/v1p0#tool-configuration
    """
    claims = ["iss", "sub", *(NAMES if shares_names else ())]
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": tool.login,
        "redirect_uris": [tool.launch],
        "client_name": NAME,
        "client_uri": tool.base,
        "logo_uri": tool.icon,
        "jwks_uri": tool.jwks,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(permission.scope for permission in PERMISSIONS),
        TOOL: {
            "domain": tool.domain,
            "description": DESCRIPTION,
            "target_link_uri": tool.launch,
            "custom_parameters": _custom(family),
            "claims": claims,
            "messages": _messages(tool, family),
            **family.registration(shares_names),
        },
    }


def canvas_json(tool: ToolAddresses, *, shares_names: bool) -> dict[str, object]:
    """Return the configuration of an LTI key, as Canvas reads it from an address.

    Source: https://canvas.instructure.com/doc/api/file.lti_dev_key_config.html
    """
    placements = [
        {
            "placement": placement,
            "enabled": True,
            "message_type": DEEP_LINKING,
            "target_link_uri": tool.launch,
            "text": CHOOSE,
            "icon_url": tool.icon,
            "visibility": CANVAS.message[EXTENSION + "visibility"],
        }
        for placement in CANVAS.placements
    ]
    return {
        "title": NAME,
        "description": DESCRIPTION,
        "oidc_initiation_url": tool.login,
        "target_link_uri": tool.launch,
        "public_jwk_url": tool.jwks,
        "scopes": [permission.scope for permission in PERMISSIONS],
        "custom_fields": _custom(CANVAS),
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": tool.domain,
                "tool_id": NAME,
                "privacy_level": privacy_level(shares_names),
                "settings": {
                    "text": NAME,
                    "icon_url": tool.icon,
                    "placements": placements,
                },
            }
        ],
    }


def _custom(family: Family) -> dict[str, str]:
    """Return what a launch shall say besides: by it a course is placed at its school.

    An LMS that does not know a variable sends its name, which is taken for nothing.
    """
    asked = {ACCOUNT: family.account_variable, SIS: family.sis_variable}
    return {name: variable for name, variable in asked.items() if variable}


def _messages(tool: ToolAddresses, family: Family) -> list[dict[str, object]]:
    choosing: dict[str, object] = {
        "type": DEEP_LINKING,
        "target_link_uri": tool.launch,
        "label": CHOOSE,
        "icon_uri": tool.icon,
        **family.message,
    }
    if family.placements:
        choosing["placements"] = list(family.placements)
    return [choosing, {"type": RESOURCE_LINK, "target_link_uri": tool.launch}]
