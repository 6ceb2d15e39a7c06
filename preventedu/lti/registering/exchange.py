"""Dynamic registration: ask the LMS, read its answer, keep what it gave us."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from preventedu.lti import addresses, fields, registration
from preventedu.lti.registering import claiming, fetching, placements
from preventedu.lti.registering import configuration as platform_configuration
from preventedu.lti.registering.placements import PERMISSIONS, TOOL
from preventedu.lti.registering.problems import MOODLE_WORDS, RegistrationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import requests
    from sqlalchemy.orm import Session

    from preventedu.lti import web
    from preventedu.lti.models import Deployment, Platform
    from preventedu.lti.registering.configuration import Configuration
    from preventedu.lti.registering.models import RegistrationInvite
    from preventedu.lti.registering.placements import Permission, ToolAddresses

_WORD = re.compile(r"[\w .,:'-]{1,120}", re.ASCII)
"""What of an LMS's refusal is shown: one short line without markup."""


@dataclass(frozen=True)
class Wish:
    """One registration as its administrator wants it."""

    configuration: Configuration
    token: str
    """`registration_token`; some LMSs send none."""
    shares_names: bool


@dataclass(frozen=True)
class Granted:
    """What an LMS answered."""

    client_id: str
    deployment_id: str
    """Empty: it names none, and the first launch will."""
    missing: tuple[Permission, ...]
    """Asked for and not granted. What it grants may still be less: a launch says."""


@dataclass(frozen=True)
class Connected:
    """What came of a registration."""

    platform: Platform
    deployment: Deployment | None
    is_bound: bool
    """The deployment belongs to the link's LEA, or is open to be placed."""


def register(http: requests.Session, tool: ToolAddresses, wish: Wish) -> Granted:
    """Ask the LMS to register us.

    Args:
        http: From `Wire.session`; guards the connection.
        tool: Our addresses.
        wish: What to ask, and whom.

    Raises:
        RegistrationError: It refused, or did not answer as it should.
    """
    found = wish.configuration
    body = placements.registration_request(
        tool, found.family, shares_names=wish.shares_names
    )
    answer = fetching.post_json(http, found.registration_url, wish.token, body)
    if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise _refusal(answer)
    told = platform_configuration.object_in(answer.body)
    client_id = _identifier(told.get("client_id")) if told else ""
    if not told or not client_id:
        raise RegistrationError("answer_unreadable")
    deployment = _member(told, TOOL).get("deployment_id")
    return Granted(client_id, _identifier(deployment), _missing(told))


def keep(
    session: Session,
    invite: RegistrationInvite,
    found: Configuration,
    granted: Granted,
    *,
    allow_loopback: bool,
    now: datetime,
) -> Connected:
    """Keep a registration: a new client id adds a platform, a known one updates it.

    Args:
        session: Commits are the caller's.
        invite: The link, used up.
        found: Where the LMS lives.
        granted: What it answered.
        allow_loopback: `Settings.allow_loopback_platforms`.
        now: Time of registration.

    Raises:
        RegistrationError: It would speak for another LEA's LMS; nothing was written.
        SetupError: An address cannot be used.
    """
    _check_claim(session, invite, found.issuer, granted.client_id)
    details = registration.PlatformDetails(
        issuer=found.issuer,
        client_id=granted.client_id,
        auth_url=found.auth_url,
        token_url=found.token_url,
        jwks_url=found.jwks_url,
        token_audience=found.token_audience or None,
        family=found.family_code,
    )
    platform = registration.add_platform(
        session, details, allow_loopback=allow_loopback, now=now
    )
    if platform.created_at == now:
        platform.is_test = invite.is_test
        platform.label = found.account
    _let_frame(platform, found)
    invite.platform_id = platform.id
    session.flush()
    return _bind(session, invite, platform, granted.deployment_id, now=now)


def _check_claim(
    session: Session, invite: RegistrationInvite, issuer: str, client_id: str
) -> None:
    """Refuse the client id of another LMS, and another LEA's connection."""
    known = claiming.find(session, issuer, client_id)
    if known is not None and invite.lea_id is not None:
        others = claiming.owners_of(session, known) - {invite.lea_id}
    else:
        others = set()
    if others or claiming.is_client_of_others(
        session, issuer, client_id, invite.lea_id
    ):
        raise RegistrationError("client_taken")


def _bind(
    session: Session,
    invite: RegistrationInvite,
    platform: Platform,
    deployment_id: str,
    *,
    now: datetime,
) -> Connected:
    if not deployment_id:
        return Connected(platform, None, is_bound=False)
    known = registration.find_deployment(session, platform.id, deployment_id)
    if known is not None and known.lea_id is not None:
        # Registered anew: whoever bound it keeps it, whoever made this link.
        return Connected(platform, known, is_bound=known.lea_id == invite.lea_id)
    row = registration.add_deployment(
        session, platform, deployment_id, invite.school, invite.lea, now=now
    )
    return Connected(platform, row, is_bound=True)


def _let_frame(platform: Platform, found: Configuration) -> None:
    """Remember the LMS's own host where sign-in and tokens are elsewhere."""
    known = {addresses.origin_of(platform.auth_url)}
    known.add(addresses.origin_of(platform.token_url))
    known.update(platform.extra_origins)
    more = [origin for origin in found.origins if origin not in known]
    platform.extra_origins = [*platform.extra_origins, *more]


def _missing(told: Mapping[str, object]) -> tuple[Permission, ...]:
    scope = told.get("scope")
    if not isinstance(scope, str):
        return ()
    return tuple(each for each in PERMISSIONS if each.scope not in scope.split())


def _refusal(answer: web.Answer) -> RegistrationError:
    """Read a refusal: bare text from Moodle, JSON from others, or anything at all."""
    text = answer.body[:2000].decode("utf-8", "replace").strip()
    told = platform_configuration.object_in(answer.body[:20_000])
    if told:
        text = str(told.get("error_description") or told.get("error") or "")
    word = text if _WORD.fullmatch(text) else f"HTTP {answer.status}"
    return RegistrationError(MOODLE_WORDS.get(text, "lms_refused"), word)


def _identifier(value: object) -> str:
    """Return an id as text; some platforms send numbers."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > fields.MAX_ID:
        return ""
    return value if value.isprintable() else ""


def _member(told: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = told.get(name)
    return found if isinstance(found, dict) else {}
