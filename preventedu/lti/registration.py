"""Platforms and deployments: adding them, and finding the one that speaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from preventedu.errors import SetupError
from preventedu.lti import addresses
from preventedu.lti.errors import LaunchError, framed_by
from preventedu.lti.models import Context, Deployment, DeploymentStatus, Platform
from preventedu.people import Course

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.people import Lea, School


@dataclass(frozen=True)
class PlatformDetails:
    """What an LMS administrator reads off the LMS's registration page."""

    issuer: str
    client_id: str
    auth_url: str
    token_url: str
    jwks_url: str
    token_audience: str | None = None
    """Only where the LMS wants another audience than its token address."""
    family: str = ""
    """`product_family_code`; left empty, the first launch says it."""


@dataclass(frozen=True)
class Registered:
    """A registered platform as plain values, for use without a database session."""

    id: int
    issuer: str
    client_id: str
    auth_url: str
    token_url: str
    token_audience: str
    jwks_url: str
    family: str
    extra_origins: tuple[str, ...] = ()
    is_test: bool = False

    @property
    def frame_origins(self) -> str:
        """Origins that may frame our pages, separated by spaces.

        Canvas shares one issuer and one login host between all schools; there only
        the token address names the school's own host. A school's vanity host is
        known to nobody but school IT (`extra_origins`).
        """
        origins = [addresses.origin_of(url) for url in (self.auth_url, self.token_url)]
        return " ".join(dict.fromkeys([*origins, *self.extra_origins]))

    @property
    def urls(self) -> tuple[str, ...]:
        """Where the platform is known to live."""
        named = (self.issuer, self.auth_url, self.token_url, self.jwks_url)
        return named + self.extra_origins


def plain(row: Platform) -> Registered:
    """Return a platform's row as plain values."""
    return Registered(
        id=row.id,
        issuer=row.issuer,
        client_id=row.client_id,
        auth_url=row.auth_url,
        token_url=row.token_url,
        token_audience=row.token_audience or row.token_url,
        jwks_url=row.jwks_url,
        family=row.family,
        extra_origins=tuple(row.extra_origins),
        is_test=row.is_test,
    )


def add_platform(
    session: Session, details: PlatformDetails, *, allow_loopback: bool, now: datetime
) -> Platform:
    """Register a platform, or bring the one with this issuer and client id up to date.

    Args:
        session: Commits are the caller's.
        details: As the LMS shows them.
        allow_loopback: `Settings.allow_loopback_platforms`.
        now: Time of registration.

    Raises:
        SetupError: An address cannot be used; the message names each with its fix.
    """
    _check(details, allow_loopback=allow_loopback)
    row = session.scalar(
        select(Platform).where(
            Platform.issuer == details.issuer, Platform.client_id == details.client_id
        )
    )
    if row is None:
        row = Platform(
            issuer=details.issuer,
            client_id=details.client_id,
            family="",
            created_at=now,
        )
        session.add(row)
    row.auth_url, row.token_url = details.auth_url, details.token_url
    row.jwks_url, row.token_audience = details.jwks_url, details.token_audience
    row.family = details.family or row.family
    session.flush()
    return row


def add_deployment(
    session: Session,
    platform: Platform,
    deployment_id: str,
    school: School | None,
    lea: Lea | None = None,
    *,
    now: datetime,
) -> Deployment:
    """Let a deployment in, and say which school all its new courses belong to.

    Without a school the deployment works, and its courses stay "not yet placed"; with
    an LEA alone its officials place them, and switch drafts on for them.

    Args:
        session: Commits are the caller's.
        platform: Whose deployment it is.
        deployment_id: As the LMS writes it.
        school: The one school that uses it; none where several share it.
        lea: The LEA of those several schools; left out, it is the school's.
        now: When it is seen first, if it is new.

    Raises:
        SetupError: The school is one of another LEA.
    """
    if school is not None and lea is not None and school.lea_id != lea.id:
        raise SetupError(
            f"{school.name} does not belong to {lea.name}. Leave one of the two out."
        )
    row = find_deployment(session, platform.id, deployment_id)
    if row is None:
        row = Deployment(
            platform_id=platform.id, deployment_id=deployment_id, first_seen_at=now
        )
        session.add(row)
    row.status = DeploymentStatus.ACTIVE
    if school is not None:
        row.school_id, row.lea_id = school.id, school.lea_id
    elif lea is not None:
        row.school_id, row.lea_id = None, lea.id
    session.flush()
    _tell_courses(session, row)
    return row


def _tell_courses(session: Session, deployment: Deployment) -> None:
    """Let courses that came before the deployment was bound know their LEA."""
    if deployment.lea_id is None:
        return
    of_deployment = select(Context.course_id).where(
        Context.deployment_id == deployment.id
    )
    session.execute(
        update(Course)
        .where(Course.id.in_(of_deployment), Course.lea_id.is_(None))
        .values(lea_id=deployment.lea_id)
    )


def platforms(session: Session) -> Sequence[Platform]:
    """Return all registered platforms, the oldest first."""
    return session.scalars(select(Platform).order_by(Platform.id)).all()


def deployments(session: Session, platform_id: int) -> Sequence[Deployment]:
    """Return the deployments seen or added of a platform, the oldest first."""
    return session.scalars(
        select(Deployment)
        .where(Deployment.platform_id == platform_id)
        .order_by(Deployment.id)
    ).all()


def find_deployment(
    session: Session, platform_id: int, deployment_id: str
) -> Deployment | None:
    """Return a deployment by the id that the platform gave it."""
    return session.scalar(
        select(Deployment).where(
            Deployment.platform_id == platform_id,
            Deployment.deployment_id == deployment_id,
        )
    )


def platform_at_login(session: Session, issuer: str, client_id: str) -> Registered:
    """Return the platform that begins a launch.

    Raises:
        LaunchError: `issuer_unknown`, `client_unknown`, or `client_ambiguous` when
            it names no client id and is registered more than once.
    """
    known = _of_issuer(session, issuer, client_id)
    with framed_by(_all_origins(known)):
        if not client_id and len(known) > 1:
            raise _unknown("client_ambiguous", issuer, client_id)
        for row in known:
            if row.client_id == (client_id or row.client_id):
                return row
        raise _unknown("client_unknown", issuer, client_id)


def platform_of_token(
    session: Session, issuer: str, audience: Sequence[str], azp: str | None
) -> Registered:
    """Return the platform that a token says it is from; nothing is verified yet.

    Args:
        session: Reads only.
        issuer: `iss`.
        audience: `aud` as a list.
        azp: `azp`, the one client that the token is for; needed when `aud` has many.

    Raises:
        LaunchError: `issuer_unknown`, `audience_wrong`, `azp_missing`, `azp_wrong`.

    Source: OpenID Connect Core 1.0, 3.1.3.7,
        https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
    """
    said = azp or ", ".join(audience)
    known = _of_issuer(session, issuer, said)
    with framed_by(_all_origins(known)):
        ours = [row for row in known if row.client_id in audience]
        if not ours:
            raise _unknown("audience_wrong", issuer, said)
        if azp is None and len(audience) > 1:
            raise _unknown("azp_missing", issuer, said)
        for row in ours:
            if row.client_id == (azp if azp is not None else row.client_id):
                return row
        raise _unknown("azp_wrong", issuer, said)


def _of_issuer(session: Session, issuer: str, client: str) -> list[Registered]:
    rows = session.scalars(
        select(Platform).where(Platform.issuer == issuer).order_by(Platform.id)
    ).all()
    if not rows:
        raise _unknown("issuer_unknown", issuer, client)
    return [plain(row) for row in rows]


def _unknown(code: str, issuer: str, client: str) -> LaunchError:
    """Say why, and what was said, so that school IT can compare it."""
    error = LaunchError(code)
    error.said_issuer, error.said_client = issuer, client
    return error


def _all_origins(known: Sequence[Registered]) -> str:
    """A known issuer frames the error page, whichever of its clients it meant."""
    origins = " ".join(row.frame_origins for row in known).split()
    return " ".join(dict.fromkeys(origins))


def _check(details: PlatformDetails, *, allow_loopback: bool) -> None:
    problems = []
    if not details.client_id.strip():
        problems.append("The client id is empty: copy it from the LMS.")
    for name, url in (
        ("issuer", details.issuer),
        ("auth-url", details.auth_url),
        ("token-url", details.token_url),
        ("jwks-url", details.jwks_url),
    ):
        if not addresses.is_usable(url, allow_loopback=allow_loopback):
            problems.append(
                f"--{name} is {url!r}: use a public https address "
                "(for a trial on this machine set "
                "PREVENTEDU_ALLOW_LOOPBACK_PLATFORMS=yes)."
            )
    if problems:
        raise SetupError("\n".join(problems))
