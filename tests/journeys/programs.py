"""Our own programs as people start them: real processes, on ports that are free."""

from __future__ import annotations

import logging
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from preventedu.cli import main
from preventedu.cli.demo.plan import Plan
from preventedu.cli.demo.processes import Program, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PATIENCE = 60.0
"""Seconds until something that should happen is taken not to happen."""
POLL = 0.05
PORTS = range(15_000, 32_000)
"""Below the ports that connections to elsewhere take by themselves."""
RUNNING = "Stop with Ctrl-C"


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    """What it printed, to both streams."""


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return this process's variables without settings of ours, and `more`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PREVENTEDU_")}
    return {**kept, **more}


def preventedu(*arguments: str, **settings: str) -> Ended:
    """Run one command to its end."""
    done = subprocess.run(  # noqa: S603 (our own program, no shell)
        [sys.executable, "-m", "preventedu.cli", *arguments],
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
        text=True,
    )
    return Ended(done.returncode, done.stdout)


def in_process(*arguments: str, **settings: str) -> Ended:
    """Run one command to its end inside this process: the start takes no second.

    An error that the program has no words for is raised.
    """
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    forgotten = {k: None for k in os.environ if k.startswith("PREVENTEDU_")}
    try:
        done = CliRunner().invoke(
            main, arguments, env={**forgotten, **settings}, catch_exceptions=False
        )
    finally:
        # The program sends its log to its own output, which is closed by now.
        root.handlers[:] = before
        root.setLevel(level)
    return Ended(done.exit_code, done.output)


def until(is_so: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, f"it never happened: {what}"
        time.sleep(POLL)


def free_ports(number: int) -> list[int]:
    """Return ports on which nobody listens; others who test here draw others."""
    chance = random.SystemRandom()
    found: list[int] = []
    while len(found) < number:
        port = chance.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
    return found


def is_listening(port: int) -> bool:
    """Tell whether anybody answers at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def family(pid: int) -> set[int]:
    """Return a process's children, their children, and so on."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # "pid (name) state ppid …"; a name may hold anything but ends in ")".
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)] = int(stat[1])
    found, fresh = set[int](), {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh}
        found |= fresh
    return found


@dataclass
class Demo:
    """A `preventedu demo` in a process of its own."""

    data: Path
    settings: Mapping[str, str]
    port: int
    lms_port: int
    personality: str = "moodle"
    process: subprocess.Popen[bytes] | None = None

    @property
    def plan(self) -> Plan:
        """Its addresses."""
        return Plan(self.data, self.port, self.lms_port, self.personality)

    @property
    def out(self) -> str:
        """What it has printed since it was started."""
        return self.data.with_suffix(".out").read_text()

    @property
    def arguments(self) -> list[str]:
        """How it is called."""
        ports = ["--port", str(self.port), "--lms-port", str(self.lms_port)]
        who = ["--data", str(self.data), "--personality", self.personality]
        return ["demo", *who, *ports]

    def walk(self) -> Ended:
        """Let it take the tour by itself."""
        return preventedu(*self.arguments, "--walkthrough", **self.settings)

    def begin(self, *more: str) -> subprocess.Popen[bytes]:
        """Start it and do not wait, in a process group as a terminal would."""
        with self.data.with_suffix(".out").open("wb") as out:
            self.process = subprocess.Popen(  # noqa: S603 (our own program, no shell)
                [sys.executable, "-m", "preventedu.cli", *self.arguments, *more],
                env=environment(self.settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self.process

    def start(self) -> None:
        """Start it; the tour is printed when this returns."""
        process = self.begin()
        until(
            lambda: RUNNING in self.out or process.poll() is not None,
            "the demo prints its tour",
        )
        assert process.poll() is None, self.out

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal as Ctrl-C in a terminal does; return the exit code."""
        assert self.process is not None
        os.killpg(self.process.pid, number)
        return self.process.wait(PATIENCE)


def new_demo(
    data: Path, settings: Mapping[str, str], personality: str = "moodle"
) -> Demo:
    """Return a demo on free ports that is not started yet."""
    port, lms_port = free_ports(2)
    return Demo(data, settings, port, lms_port, personality)


@contextmanager
def running_demo(data: Path, settings: Mapping[str, str]) -> Iterator[Demo]:
    """Run a demo; it is stopped at the end, whatever happens."""
    demo = new_demo(data, settings)
    with ExitStack() as stack:
        stack.callback(_stop_if_it_runs, demo)
        demo.start()
        yield demo


def _stop_if_it_runs(demo: Demo) -> None:
    if demo.process is not None and demo.process.poll() is None:
        demo.stop()


@contextmanager
def running_tool(
    data: Path, port: int, settings: Mapping[str, str], *, worker: bool = True
) -> Iterator[None]:
    """Run `preventedu serve` and, beside it, `preventedu worker`."""
    ready = f"http://127.0.0.1:{port}/lti/jwks.json"
    folder = ["--data", str(data)]
    programs = [
        Program(
            "tool", ["preventedu.cli", "serve", *folder, "--port", str(port)], ready
        )
    ]
    if worker:
        work = ["preventedu.cli", "worker", *folder, "--pause", "0.2"]
        programs.append(Program("worker", work))
    with running(programs, environment(settings), data / "logs"):
        yield
