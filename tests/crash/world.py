"""Everything that runs: two LMSs, the tool's web server, its worker, its database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from preventedu.cli.demo.processes import Program, running
from preventedu.db import ReadSession
from preventedu.lti.models import DeliveryStatus, ResourceLink, ScoreDelivery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Engine

    from tests.crash.lms import Activity, Lms

PATIENCE = 40.0
"""Seconds until something that should happen is taken not to happen."""
POLL = 0.02
WEB_PROCESSES = 2
COMPLAINTS = ("a pass of the worker failed", "Traceback", "database is locked")
"""What no log may hold, however often somebody was killed."""


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"it never happened: {what}"
        time.sleep(POLL)


class Worker:
    """The score worker of a nursery: started, killed and started again."""

    def __init__(self, nursery: subprocess.Popen[bytes]) -> None:
        assert nursery.stdin
        assert nursery.stdout
        self._to: IO[bytes] = nursery.stdin
        self._from: IO[bytes] = nursery.stdout
        self._pid = 0

    def start(self) -> None:
        """Start it; it is at work when this returns."""
        self._to.write(b"g")
        self._to.flush()
        self._pid = int(self._from.readline())

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it finish what is under way, if it runs."""
        if self._pid:
            self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        os.kill(self._pid, number)
        assert self._from.readline() == b"gone\n"
        self._pid = 0


@dataclass
class WebServer:
    """`preventedu serve` with two processes."""

    program: Program
    environment: Mapping[str, str]
    logs: Path
    _stack: ExitStack = field(default_factory=ExitStack)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        program = running([self.program], self.environment, self.logs)
        self._process = self._stack.enter_context(program)[self.program.name]

    def kill(self) -> None:
        """Kill all its processes at once."""
        assert self._process
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill_one_process(self) -> None:
        """Kill one that answers requests; the server starts another by itself."""
        assert self._process
        os.kill(_web_processes(self._process.pid)[0], signal.SIGKILL)

    def stop(self) -> None:
        """Stop it, if it runs."""
        self._stack.close()


@dataclass(frozen=True)
class World:
    """One database with all that speaks to it."""

    engine: Engine
    lmss: tuple[Lms, ...]
    web: WebServer
    worker: Worker
    logs: Path

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session and commit it."""
        with Session(self.engine) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that keeps nobody from writing."""
        bind = self.engine.execution_options(preventedu_reading=True)
        with ReadSession(bind) as session:
            yield session

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let nobody write about deliveries meanwhile."""
        with self.engine.begin() as connection:
            # On SQLite the beginning has taken the one write lock.
            if self.engine.dialect.name == "postgresql":
                connection.execute(text("LOCK TABLE score_delivery IN EXCLUSIVE MODE"))
            yield

    def add_lessons(self, grading: str) -> list[Activity]:
        """Add the lesson to the course of each LMS."""
        return [lms.add_lesson(grading) for lms in self.lmss]

    def statuses(self, *activities: Activity) -> list[DeliveryStatus]:
        """Return how far each score of the activities has come."""
        names = [activity.resource_link_id for activity in activities]
        with self.reading() as session:
            rows = session.scalars(
                select(ScoreDelivery.status)
                .join(ResourceLink)
                .where(ResourceLink.resource_link_id.in_(names))
            )
            return list(rows)

    def await_sent(self, number: int, *activities: Activity) -> None:
        """Wait until so many scores have arrived, and no other is owed."""
        all_sent = [DeliveryStatus.SENT] * number
        until(
            lambda: self.statuses(*activities) == all_sent,
            f"{number} deliveries are SENT",
        )

    @contextmanager
    def real_workers(self, number: int) -> Iterator[list[subprocess.Popen[bytes]]]:
        """Run `preventedu worker` in so many processes."""
        arguments = ["preventedu.cli", "worker", "--pause", "0.1"]
        programs = [Program(f"worker-{n}", arguments) for n in range(number)]
        with running(programs, self.web.environment, self.logs) as children:
            yield list(children.values())

    def complaints(self) -> list[str]:
        """Return what the logs of the tool and its workers complain of."""
        return [
            f"{path.name}: {line}"
            for path in sorted(self.logs.glob("*.log"))
            if not path.name.startswith("practice-lms")
            for line in path.read_text().splitlines()
            if any(each in line for each in COMPLAINTS)
        ]


@contextmanager
def nursery(data: Path, environment: Mapping[str, str], log: Path) -> Iterator[Worker]:
    """Run the process that forks workers."""
    with (
        log.open("ab") as errors,
        subprocess.Popen(  # noqa: S603 (our own program, no shell)
            [sys.executable, "-m", "tests.crash.nursery", str(data)],
            env=environment,
            cwd=Path(__file__).parent.parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        # Leaving closes its input, which ends it and its worker.
        yield Worker(process)


def now() -> datetime:
    """The time by the clock that all processes share."""
    return datetime.now(UTC)


def _web_processes(server: int) -> list[int]:
    """Return the processes that a server has started to answer requests."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # "pid (name) state ppid …"; a name may hold anything but ends in ")".
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if int(parent) == server and "resource_tracker" not in command:
            found.append(int(folder.name))
    return sorted(found)
