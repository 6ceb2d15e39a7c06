"""The loop that delivers scores: several at once, and it stops cleanly."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.orm import Session

from preventedu.auth import BrowserSession, Seat
from preventedu.lti import handshake, launch_log, outbox, passback, problems
from preventedu.lti.passback import LEASE, Job, Outcome
from preventedu.lti.platforms import family_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Event

    from sqlalchemy.orm import sessionmaker

    from preventedu.lti.wire import Wire

log = logging.getLogger(__name__)

IN_FLIGHT = 8
PAUSE = 2.0
"""Seconds between two looks at the database when there is nothing to do."""
SWEEP = timedelta(minutes=10)
"""How often everything is looked at, not only what is recent."""

Chore = Callable[[Session, datetime], object]
"""Other work of the same loop, done and committed once in each pass."""


@dataclass
class ScoreWorker:
    """Delivers what gradebooks are owed; one for each worker process."""

    sessions: sessionmaker[Session]
    wire: Wire
    in_flight: int = IN_FLIGHT
    lease: timedelta = LEASE
    """When a delivery of a worker that died is taken over."""
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    heartbeat: Chore | None = None
    """Told in each pass and after each delivery that the loop came by."""
    _swept_at: datetime | None = field(default=None, init=False)

    def prepare(self) -> None:
        """Load our key, or make it if this is the first run."""
        with self.sessions() as session:
            self.wire.make_key(session, now=self.clock())
            session.commit()

    def work_once(self, stop: Event | None = None) -> int:
        """Deliver everything that is due; return how many grades now stand.

        When `stop` is set, nothing new is begun and what is under way is finished.
        """
        self._enqueue()
        arrived = 0
        under_way: dict[Future[Outcome], Job] = {}
        with ThreadPoolExecutor(self.in_flight) as pool:
            while True:
                if stop is None or not stop.is_set():
                    self._begin(pool, under_way)
                if not under_way:
                    return arrived
                done, _rest = wait(under_way, return_when=FIRST_COMPLETED)
                for future in done:
                    arrived += self._settle(under_way.pop(future), _outcome(future))

    def _enqueue(self) -> None:
        now = self.clock()
        is_sweep = self._swept_at is None or self._swept_at + SWEEP <= now
        since = None if is_sweep else now - outbox.RECENT
        seen = outbox.BATCH
        while seen == outbox.BATCH:
            with self.sessions() as session:
                seen = outbox.enqueue(session, since=since, now=now)
                if is_sweep:
                    _forget(session, now=now)
                session.commit()
        if is_sweep:
            self._swept_at = now

    def _begin(
        self, pool: ThreadPoolExecutor, under_way: dict[Future[Outcome], Job]
    ) -> None:
        while len(under_way) < self.in_flight:
            now = self.clock()
            busy = {
                job.deployment_id
                for job in under_way.values()
                if family_of(job.platform.family).one_score_at_a_time
            }
            with self.sessions() as session:
                job = passback.claim(session, busy, lease=self.lease, now=now)
                # Before the request goes out: see `DeliveryStatus.SENDING`.
                session.commit()
            if job is None:
                return
            under_way[pool.submit(passback.deliver, job, self.wire, now=now)] = job

    def _settle(self, job: Job, outcome: Outcome) -> bool:
        with self.sessions() as session:
            passback.settle(session, job, outcome, now=self.clock())
            if self.heartbeat is not None:
                self.heartbeat(session, self.clock())
            session.commit()
        facts = {"delivery": job.delivery_id, "code": outcome.problem}
        if outcome.problem:
            log.warning("a score did not arrive", extra=facts)
        else:
            log.info("a score arrived", extra=facts)
        return not outcome.problem


def run(
    worker: ScoreWorker,
    stop: Event,
    chores: Sequence[Chore] = (),
    pause: float = PAUSE,
) -> None:
    """Work until `stop` is set; whatever is under way is finished first.

    An error in one pass is logged and the next pass goes on: a grade must not wait
    for somebody to restart us.
    """
    worker.prepare()
    beats = [worker.heartbeat] if worker.heartbeat is not None else []
    while not stop.is_set():
        for chore in (*beats, *chores):
            _guarded(partial(_do, worker, chore))
        _guarded(partial(worker.work_once, stop))
        stop.wait(pause)


def _outcome(future: Future[Outcome]) -> Outcome:
    """Return what came of a job; a fault of ours holds up no other grade."""
    try:
        return future.result()
    except Exception:
        log.exception("a score could not be sent")
        return Outcome(problems.UNREACHABLE)


def _do(worker: ScoreWorker, chore: Chore) -> None:
    with worker.sessions() as session:
        chore(session, worker.clock())
        session.commit()


def _guarded(step: Callable[[], object]) -> None:
    try:
        step()
    except Exception:
        log.exception("a pass of the worker failed")


def _forget(session: Session, *, now: datetime) -> None:
    """Delete what has ended: logins, their records, seats with titles, sessions."""
    handshake.forget_old_states(session, now=now)
    launch_log.forget_old(session, now=now)
    session.execute(delete(Seat).where(Seat.expires_at < now))
    session.execute(delete(BrowserSession).where(BrowserSession.expires_at < now))
