"""Trying a connection for real: every check asks the LMS, or says what it waits for.

Facts are read first, then the LMS is asked without a database, then what was found
is kept. No grade is ever written to try.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from preventedu.lti import jwks, web
from preventedu.lti.adapters import PlatformServices, ServiceError
from preventedu.lti.claims import RESULT_SCOPE, SCORE_SCOPE
from preventedu.lti.connection_models import CheckName, CheckResult
from preventedu.lti.connections.findings import Finding, clock_finding

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from preventedu.lti.connections.gathering import Facts
    from preventedu.lti.registration import Registered
    from preventedu.lti.wire import Wire

log = logging.getLogger(__name__)

PATIENCE = 15.0
"""Seconds for all that is asked of the LMS, at once; the page waits no longer."""
ROSTER_SCOPE = (
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
)
WANTED = {SCORE_SCOPE: "score", RESULT_SCOPE: "result", ROSTER_SCOPE: "roster"}
"""Every permission that we use, with the word by which results name it."""
RED, AMBER, GREEN = CheckResult.RED, CheckResult.AMBER, CheckResult.GREEN


@dataclass(frozen=True)
class Asked:
    """What one request brought: a finding, and the LMS's clock against ours."""

    finding: Finding
    skew: float | None = None
    """Seconds that the LMS is ahead of us; None where it did not say."""


def check(facts: Facts, wire: Wire, *, now: datetime) -> list[Finding]:
    """Ask the LMS all that can be asked now.

    Takes at most `PATIENCE` seconds: what has not answered by then did not answer.

    Args:
        facts: What is known from the database.
        wire: Fresh, with our key: a token that was kept would prove nothing.
        now: Time of the test.
    """
    platform = facts.platform
    steps: dict[CheckName, Callable[[], Asked]] = {
        CheckName.KEYS: partial(_keys, platform, wire, now=now),
        CheckName.TOKEN: partial(_token, platform, wire, now=now),
    }
    if facts.memberships_url:
        steps[CheckName.ROSTER] = partial(_roster, facts, wire, now=now)
    if facts.readable is not None:
        steps[CheckName.GRADES] = partial(_grades, facts, wire, now=now)
    asked = _in_time(steps)
    found = {finding.name: finding for finding in facts.known}
    found |= {name: each.finding for name, each in asked.items()}
    skews = [each.skew for each in asked.values() if each.skew is not None]
    found[CheckName.CLOCK] = clock_finding(skews, facts.launch_seconds)
    return [found[name] for name in CheckName if name in found]


def _in_time(steps: dict[CheckName, Callable[[], Asked]]) -> dict[CheckName, Asked]:
    pool = ThreadPoolExecutor(len(steps))
    under_way = {name: pool.submit(step) for name, step in steps.items()}
    wait(under_way.values(), timeout=PATIENCE)
    # Whoever has not answered ends by its own time limit; nobody waits for it here.
    pool.shutdown(wait=False, cancel_futures=True)
    return {name: _outcome(name, future) for name, future in under_way.items()}


def _outcome(name: CheckName, future: Future[Asked]) -> Asked:
    if not future.done():
        return Asked(Finding(name, RED, "too_slow", str(round(PATIENCE))))
    try:
        return future.result()
    except web.NotPublicError:
        return Asked(Finding(name, RED, "not_public"))
    except web.UnreachableError:
        return Asked(Finding(name, RED, "unreachable"))
    except ServiceError as error:
        return Asked(_refused(name, error))
    except Exception:
        # A fault of ours in one check shall not hide what the others found.
        log.exception("a check of a connection failed")
        return Asked(Finding(name, RED, "unreadable"))


def _refused(name: CheckName, error: ServiceError) -> Finding:
    if error.is_throttled:
        return Finding(name, AMBER, "busy")
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.is_redirect:
        return Finding(name, RED, "fault", str(error.status))
    return Finding(name, RED, "refused", str(error.status))


def _keys(platform: Registered, wire: Wire, *, now: datetime) -> Asked:
    began = monotonic()
    answer = web.get(wire.session, platform.jwks_url, {"Accept": "application/json"})
    skew = web.seconds_ahead(answer, now=now, waited=monotonic() - began)
    name = CheckName.KEYS
    if answer.status != HTTPStatus.OK:
        return Asked(Finding(name, RED, "fault", str(answer.status)), skew)
    number = len(jwks.read_keys(answer.body))
    if not number:
        return Asked(Finding(name, RED, "no_keys"), skew)
    return Asked(Finding(name, GREEN, "keys", str(number)), skew)


def _token(platform: Registered, wire: Wire, *, now: datetime) -> Asked:
    services = PlatformServices(platform, wire, now=now)
    granted, skew = _granted(services)
    missing = [word for scope, word in WANTED.items() if scope not in granted]
    if len(missing) == len(WANTED):
        return Asked(Finding(CheckName.TOKEN, RED, "no_permission"), skew)
    if missing:
        detail = ", ".join(missing)
        return Asked(Finding(CheckName.TOKEN, AMBER, "less", detail), skew)
    return Asked(Finding(CheckName.TOKEN, GREEN, "all"), skew)


def _granted(services: PlatformServices) -> tuple[set[str], float | None]:
    """Ask for everything at once; where that is refused, for one after the other.

    Moodle cuts a list that it grants in part; Canvas refuses it whole.
    """
    try:
        grant = services.ask_for(list(WANTED))
    except ServiceError as refusal:
        granted: set[str] = set()
        skew = None
        for scope in WANTED:
            try:
                single = services.ask_for([scope])
            except ServiceError:
                continue
            granted |= single.scopes
            skew = single.seconds_ahead
        if not granted:
            raise refusal from None
        return granted, skew
    return set(grant.scopes), grant.seconds_ahead


def _roster(facts: Facts, wire: Wire, *, now: datetime) -> Asked:
    services = PlatformServices(facts.platform, wire, now=now)
    members, more = services.members_page(facts.memberships_url)
    # The number only; the page is let go of with its names.
    number = f"{len(members)}+" if more else str(len(members))
    return Asked(Finding(CheckName.ROSTER, GREEN, "roster", number))


def _grades(facts: Facts, wire: Wire, *, now: datetime) -> Asked:
    """Read one result; whether a grade can be written shows with the first one."""
    if facts.readable is None:
        raise AssertionError
    services = PlatformServices(facts.platform, wire, now=now)
    services.result_of(facts.readable.line_item_url, facts.readable.subject)
    return Asked(Finding(CheckName.GRADES, CheckResult.NOT_YET, "readable"))
