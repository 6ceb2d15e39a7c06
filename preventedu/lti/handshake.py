"""The one-time handshake: a login leaves one row, and one launch uses it up.

Order of a launch: size, shapes, registration, signature, claims; only then is the
row used, in the transaction that lets the person in. A refusal writes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from sqlalchemy import delete, select, update

from preventedu.lti import adapters, claims, registration
from preventedu.lti.errors import LaunchError, framed_by
from preventedu.lti.models import LaunchState, Platform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from sqlalchemy.orm import Session

    from preventedu.lti.claims import Launch
    from preventedu.lti.registration import Registered
    from preventedu.lti.wire import Wire

LIFETIME = timedelta(minutes=10)
"""From login to launch."""
KEPT = timedelta(hours=1)
"""How long a state is remembered after its end, so that a replay is told apart."""
COOKIE_PREFIX = "__Host-lti-"
MAX_HINT = 4096
"""Characters of each value of a login: some travel in an address, some are kept."""


@dataclass(frozen=True)
class Login:
    """What a platform says when it begins a launch; a missing value is empty."""

    issuer: str
    login_hint: str
    target_link_uri: str
    client_id: str
    message_hint: str
    deployment_hint: str


@dataclass(frozen=True)
class Begun:
    """Where the browser goes next, and the cookie that proves it is the same one."""

    redirect_url: str
    cookie_name: str
    cookie_value: str


@dataclass(frozen=True)
class Posted:
    """What came back: the form, and the browser's cookies."""

    id_token: str
    state: str
    cookies: Mapping[str, str]


def begin(session: Session, login: Login, launch_url: str, *, now: datetime) -> Begun:
    """Leave a one-time row and return the platform's address to go to.

    Args:
        session: One INSERT; commits are the caller's.
        login: The parameters of the third-party initiated login.
        launch_url: Our launch page, where the platform shall post the id_token.
        now: Time of the login.

    Raises:
        LaunchError: The login is incomplete, or its platform or target is not known.

    Source: 1EdTech Security Framework 1.0, 5.1.1,
        https://www.imsglobal.org/spec/security/v1p0/#openid_connect_launch_flow
    """
    if not (login.issuer and login.login_hint and login.target_link_uri):
        raise LaunchError("login_incomplete", "iss, login_hint, target_link_uri")
    if any(not value.isprintable() for value in astuple(login)):
        raise LaunchError("login_incomplete")
    if max(map(len, astuple(login))) > MAX_HINT:
        raise LaunchError("too_large")
    platform = registration.platform_at_login(session, login.issuer, login.client_id)
    with framed_by(platform.frame_origins, platform.id):
        claims.check_target(login.target_link_uri, launch_url)
    state, nonce, proof = (secrets.token_urlsafe(32) for _ in range(3))
    session.add(
        LaunchState(
            state_hash=_hash(state),
            nonce=nonce,
            platform_id=platform.id,
            deployment_hint=login.deployment_hint or None,
            target_link_uri=login.target_link_uri,
            browser_hash=_hash(proof),
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    url = _authentication_url(platform, login, launch_url, state, nonce)
    return Begun(url, cookie_name(state), proof)


def verify(
    session: Session,
    wire: Wire,
    posted: Posted,
    launch_url: str,
    *,
    now: datetime,
) -> tuple[Registered, Launch]:
    """Check a posted id_token completely; nothing is written and nothing used up.

    Args:
        session: Reads only, so that no write lock is held while keys are fetched.
        wire: Its platform keys.
        posted: The form that the browser posted.
        launch_url: Our launch page.
        now: Time of the launch.

    Raises:
        LaunchError: Why it is refused.
    """
    if not posted.state:
        raise LaunchError("state_missing")
    if not posted.id_token:
        raise LaunchError("token_missing")

    def find_key(platform: Registered, kid: str) -> RSAPublicKey:
        return wire.platform_keys.key(platform.jwks_url, kid, now=now)

    platform, said = adapters.verify(
        posted.id_token,
        lambda issuer, audience, azp: registration.platform_of_token(
            session, issuer, audience, azp
        ),
        find_key,
    )
    expected = claims.Expectations(launch_url, platform.urls, wire.allow_loopback)
    with framed_by(platform.frame_origins, platform.id):
        claims.check_times(said, now=now)
        return platform, claims.read_launch(said, expected)


def use_up(
    session: Session,
    platform: Registered,
    launch: Launch,
    posted: Posted,
    *,
    now: datetime,
) -> None:
    """Use the login's row, once and for this launch only.

    The row is marked in one statement: of two launches with one state, the second
    waits for the first and then finds it used. The caller rolls back on refusal.

    Raises:
        LaunchError: The launch does not answer the login, or did so before.
    """
    with framed_by(platform.frame_origins, platform.id):
        row = session.scalars(
            update(LaunchState)
            .where(
                LaunchState.state_hash == _hash(posted.state),
                LaunchState.used_at.is_(None),
            )
            .values(used_at=now)
            .returning(LaunchState)
        ).one_or_none()
        if row is None:
            raise LaunchError(_why_none(session, posted.state))
        _check_row(row, platform, launch, posted, now=now)


def platform_of_state(session: Session, state: str) -> Registered | None:
    """Return the platform that a state belongs to, to frame an error page."""
    row = session.scalar(
        select(Platform)
        .join(LaunchState, LaunchState.platform_id == Platform.id)
        .where(LaunchState.state_hash == _hash(state))
    )
    return registration.plain(row) if row else None


def forget_old_states(session: Session, *, now: datetime) -> None:
    """Delete the rows of logins that are long over; the worker does so now and then."""
    session.execute(delete(LaunchState).where(LaunchState.expires_at < now - KEPT))


def cookie_name(state: str) -> str:
    """Return the name of the cookie for one login: one each, so that tabs agree."""
    return COOKIE_PREFIX + _hash(state)[:8]


def _check_row(
    row: LaunchState,
    platform: Registered,
    launch: Launch,
    posted: Posted,
    *,
    now: datetime,
) -> None:
    if row.platform_id != platform.id:
        raise LaunchError("state_of_other_platform")
    if row.expires_at <= now:
        raise LaunchError("state_expired")
    if not hmac.compare_digest(row.nonce.encode(), launch.nonce.encode()):
        raise LaunchError("nonce_wrong")
    proof = posted.cookies.get(cookie_name(posted.state))
    if not proof:
        raise LaunchError("cookie_missing")
    if not hmac.compare_digest(row.browser_hash, _hash(proof)):
        raise LaunchError("browser_changed")
    if row.deployment_hint not in (None, launch.deployment_id):
        raise LaunchError("deployment_changed")


def _why_none(session: Session, state: str) -> str:
    used = session.scalar(
        select(LaunchState.id).where(LaunchState.state_hash == _hash(state))
    )
    return "launch_replayed" if used is not None else "state_unknown"


def _authentication_url(
    platform: Registered, login: Login, launch_url: str, state: str, nonce: str
) -> str:
    parts = urlsplit(platform.auth_url)
    query = {
        **dict(parse_qsl(parts.query, keep_blank_values=True)),
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": launch_url,
        "login_hint": login.login_hint,
        "state": state,
        "nonce": nonce,
    }
    if login.message_hint:
        query["lti_message_hint"] = login.message_hint
    return urlunsplit(parts._replace(query=urlencode(query)))


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
