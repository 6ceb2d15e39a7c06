"""From a verified id_token to a `Launch`: every claim checked, nothing personal kept.

Names and e-mail addresses in the token are never read, so they can go nowhere.
"""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from preventedu.lti import addresses, context_claim, fields
from preventedu.lti.errors import LaunchError
from preventedu.lti.fields import LTI
from preventedu.lti.roles import is_staff, seat_role

if TYPE_CHECKING:
    from datetime import datetime

    from preventedu.auth import SeatRole
    from preventedu.lti.context_claim import ContextClaim
    from preventedu.lti.fields import Claims

DEEP_LINKING_SETTINGS = (
    "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
)
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
SCORE_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
RESULT_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"

VERSION = "1.3.0"
LEEWAY = 60
"""Seconds that the platform's clock may differ from ours, either way."""
MAX_AGE = 600
"""Seconds from a token's making to its use."""
MAX_ROLES = 100


class Message(enum.StrEnum):
    """The kinds of launch that we answer."""

    RESOURCE_LINK = "LtiResourceLinkRequest"
    DEEP_LINKING = "LtiDeepLinkingRequest"
    SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"


@dataclass(frozen=True)
class Services:
    """What the platform lets us do for this link; an empty address means nothing."""

    line_item_url: str
    line_items_url: str
    memberships_url: str
    can_score: bool
    can_read_results: bool


@dataclass(frozen=True)
class DeepLinkingClaim:
    """What a content selection may answer, and where."""

    return_url: str
    data: str | None
    """As JSON text: a platform may send any type, and wants the same one back."""
    accepts_links: bool
    accepts_multiple: bool
    accepts_line_items: bool


@dataclass(frozen=True)
class Launch:
    """A verified message of a platform, as plain values."""

    message: Message
    subject: str
    nonce: str
    role: SeatRole
    is_staff: bool
    """Works at the school, whatever the role in the course; no test user."""
    deployment_id: str
    resource_link_id: str
    """Empty for content selection."""
    issued_at: float
    """`iat`, in seconds since 1970 by the platform's clock."""
    context: ContextClaim | None
    module: str
    assignment_id: str
    services: Services
    deep_linking: DeepLinkingClaim | None
    locale: str
    family: str


@dataclass(frozen=True)
class Expectations:
    """What a token of one platform must agree with."""

    launch_url: str
    platform_urls: tuple[str, ...]
    """Where the platform is known to live; its answers go nowhere else."""
    allow_loopback: bool


def check_times(claims: Claims, *, now: datetime) -> None:
    """Refuse a token that is too old, not yet valid, or does not say.

    Raises:
        LaunchError: `claim_missing`, `claim_malformed`, `token_expired`,
            `token_from_future` or `token_too_old`.
    """
    issued, expires = fields.seconds(claims, "iat"), fields.seconds(claims, "exp")
    begins = fields.seconds(claims, "nbf") if "nbf" in claims else issued
    present = now.timestamp()
    code = ""
    if expires + LEEWAY <= present:
        code = "token_expired"
    elif max(issued, begins) - LEEWAY > present:
        code = "token_from_future"
    elif issued + MAX_AGE + LEEWAY < present:
        code = "token_too_old"
    if code:
        error = LaunchError(code)
        error.issued_at = issued
        raise error


def read_launch(claims: Claims, expected: Expectations) -> Launch:
    """Turn the claims of a verified token into a launch.

    Raises:
        LaunchError: A claim is missing or cannot be used; `detail` names it.
    """
    message = _message(claims)
    target = _target(claims, expected)
    named = dict(parse_qsl(urlsplit(target).query)) | context_claim.custom(claims)
    wanted = {name: value for name, value in named.items() if value.isprintable()}
    is_choosing = message is Message.DEEP_LINKING
    return Launch(
        message=message,
        subject=_subject(claims),
        nonce=fields.text(claims, "nonce"),
        role=seat_role(_roles(claims)),
        is_staff=is_staff(_roles(claims)),
        deployment_id=deployment_of(claims),
        resource_link_id="" if is_choosing else _resource_link(claims),
        issued_at=fields.seconds(claims, "iat"),
        context=context_claim.read(claims),
        module=wanted.get("module", ""),
        assignment_id=wanted.get("assignment", ""),
        services=_services(claims, expected),
        deep_linking=_deep_linking(claims, expected) if is_choosing else None,
        locale=fields.optional(
            fields.branch(claims, LTI + "launch_presentation"), "locale", 20
        ),
        family=fields.optional(
            fields.branch(claims, LTI + "tool_platform"), "product_family_code"
        ),
    )


def check_target(target: str, launch_url: str) -> str:
    """Return `target` if it is the address of our launch page, with any query.

    Raises:
        LaunchError: `target_foreign`.
    """
    page, _question, _query = target.partition("?")
    if len(target) > addresses.LONGEST or page != launch_url or "#" in target:
        raise LaunchError("target_foreign")
    return target


def deployment_of(claims: Claims) -> str:
    """Return the deployment id; a platform may write it as a number."""
    value = claims.get(LTI + "deployment_id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value in (None, ""):
        raise LaunchError("deployment_missing")
    if not isinstance(value, str) or len(value) > fields.MAX_ID:
        raise LaunchError("claim_malformed", "deployment_id")
    return value


def _message(claims: Claims) -> Message:
    version, kind = claims.get(LTI + "version"), claims.get(LTI + "message_type")
    if kind in (None, "") and version is None:
        raise LaunchError("claim_missing", "message_type, version")
    if version != VERSION:
        raise LaunchError("version_wrong")
    if kind in (None, ""):
        raise LaunchError("claim_missing", "message_type")
    if not isinstance(kind, str) or kind not in set(Message):
        raise LaunchError("message_unknown")
    return Message(kind)


def _target(claims: Claims, expected: Expectations) -> str:
    target = claims.get(LTI + "target_link_uri")
    if target in (None, ""):
        raise LaunchError("target_missing")
    if not isinstance(target, str):
        raise LaunchError("claim_malformed", "target_link_uri")
    return check_target(target, expected.launch_url)


def _subject(claims: Claims) -> str:
    if claims.get("sub") in (None, ""):
        raise LaunchError("subject_missing")
    return fields.text(claims, "sub")


def _roles(claims: Claims) -> list[str]:
    roles = claims.get(LTI + "roles")
    if roles is None:
        raise LaunchError("roles_missing")
    if not isinstance(roles, list) or len(roles) > MAX_ROLES:
        raise LaunchError("claim_malformed", "roles")
    return [role for role in roles if isinstance(role, str)]


def _resource_link(claims: Claims) -> str:
    link_id = fields.identifier(
        fields.branch(claims, LTI + "resource_link"), "resource_link"
    )
    if not link_id:
        raise LaunchError("link_missing")
    return link_id


def _services(claims: Claims, expected: Expectations) -> Services:
    ags, nrps = fields.branch(claims, AGS), fields.branch(claims, NRPS)
    scopes = ags.get("scope")
    granted = scopes if isinstance(scopes, list) else []
    return Services(
        line_item_url=_address(ags, "lineitem", expected),
        line_items_url=_address(ags, "lineitems", expected),
        memberships_url=_address(nrps, "context_memberships_url", expected),
        can_score=SCORE_SCOPE in granted,
        can_read_results=RESULT_SCOPE in granted,
    )


def _deep_linking(claims: Claims, expected: Expectations) -> DeepLinkingClaim:
    settings = fields.branch(claims, DEEP_LINKING_SETTINGS)
    if not settings:
        raise LaunchError("claim_missing", "deep_linking_settings")
    url, data = settings.get("deep_link_return_url"), settings.get("data")
    if url in (None, ""):
        raise LaunchError("claim_missing", "deep_link_return_url")
    if (
        not isinstance(url, str)
        or not addresses.is_usable(url, allow_loopback=expected.allow_loopback)
        or not addresses.belong_together(url, *expected.platform_urls)
    ):
        raise LaunchError("return_url_refused")
    types = settings.get("accept_types")
    return DeepLinkingClaim(
        return_url=url,
        data=None if data is None else _json_text(data),
        accepts_links=isinstance(types, list) and "ltiResourceLink" in types,
        accepts_multiple=fields.flag(settings.get("accept_multiple")),
        # Absent means that nothing is said; Moodle takes line items all the same.
        accepts_line_items=fields.flag(settings.get("accept_lineitem", True)),
    )


def _json_text(data: object) -> str:
    try:
        return json.dumps(data, allow_nan=False)
    except ValueError:
        # A number too large for any of us: 1e999 is read as infinity.
        raise LaunchError("claim_malformed", "data") from None


def _address(service: Claims, name: str, expected: Expectations) -> str:
    """Return a service's address, or nothing if we may not send requests there."""
    url = service.get(name)
    if isinstance(url, str) and addresses.is_usable(
        url, allow_loopback=expected.allow_loopback
    ):
        return url
    return ""
