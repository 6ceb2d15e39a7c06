"""How long to wait after wrong passwords: longer each time, never for ever.

There is no lockout, because anybody could lock anybody out. Delays are counted for
the account and for the network address. A browser that has signed in to the account
before has a count of its own and no other, so that strangers who keep guessing, even
behind the same school's address, cannot keep its owner out.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from preventedu.staff.models import SignInAttempt

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

WINDOW = timedelta(hours=1)
"""Attempts older than this are forgiven."""
KEPT = timedelta(days=1)
LONGEST = timedelta(minutes=5)
NETWORK_BITS = 64
"""One IPv6 customer commonly holds this whole network."""


@dataclass(frozen=True)
class Visitor:
    """From where somebody tries to sign in."""

    address: str
    browser: str | None = None
    """Mark of a browser that signed in to this account before."""


@dataclass(frozen=True)
class Counter:
    """A count of attempts, by a hash of what is counted."""

    key: str
    free: int
    """Attempts without any delay."""


def delay_after(attempts: int, free: int) -> timedelta:
    """Return how long to wait after some attempts: nothing, 2 s, 4 s … 5 min."""
    if attempts < free:
        return timedelta(0)
    doublings = min(attempts - free, 20)
    return min(timedelta(seconds=2) * int(2**doublings), LONGEST)


def counters(email: str, visitor: Visitor) -> tuple[Counter, ...]:
    """Return the counts that an attempt adds to: who, and for strangers from where."""
    if visitor.browser:
        return (Counter(_hash(f"browser:{email}:{visitor.browser}"), free=3),)
    return (
        Counter(account_key(email), free=3),
        # A school's staff share one address.
        Counter(_hash(f"address:{_network(visitor.address)}"), free=10),
    )


def take_turns(session: Session, counts: tuple[Counter, ...]) -> None:
    """Wait for whoever is being counted on the same counts, until they commit.

    Otherwise guesses sent all at once would each see the count before the others.
    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    # In one order, so that two who wait for each other's counts cannot both wait.
    for key in sorted(counter.key for counter in counts):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(key))))


def wait(session: Session, counter: Counter, *, now: datetime) -> timedelta:
    """Return how long this counter still asks to wait."""
    number, last = session.execute(
        select(func.count(), func.max(SignInAttempt.tried_at)).where(
            SignInAttempt.counter == counter.key, SignInAttempt.tried_at > now - WINDOW
        )
    ).one()
    if last is None:
        return timedelta(0)
    return max(last + delay_after(number, counter.free) - now, timedelta(0))


def count(session: Session, email: str, counter: Counter, *, now: datetime) -> None:
    """Add an attempt on an account; forget those of yesterday."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.tried_at < now - KEPT))
    session.add(
        SignInAttempt(counter=counter.key, account=account_key(email), tried_at=now)
    )


def account_key(email: str) -> str:
    """Return the hash by which attempts on an account are found again."""
    return _hash(f"account:{email}")


def _network(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return address
    if ip.ipv4_mapped is not None:
        # A server that listens on both families: not all of IPv4 is one network.
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, NETWORK_BITS), strict=False))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
