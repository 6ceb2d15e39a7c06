"""The demo's child processes: start them, wait until they answer, stop them."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from preventedu.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

START_SECONDS = 30.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Program:
    """One child process.

    Attributes:
        name: For messages and the log file's name.
        arguments: What follows `python -m`.
        address: An address that answers once it is ready; empty: nothing to ask.
    """

    name: str
    arguments: Sequence[str]
    address: str = ""


@contextmanager
def running(
    programs: Sequence[Program], environment: Mapping[str, str], log_dir: Path
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Run the programs; all are stopped at the end, whatever happens.

    Raises:
        SetupError: One of them did not start; the message names its log file.
    """
    log_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        children = {}
        for program in programs:
            log = stack.enter_context((log_dir / f"{program.name}.log").open("ab"))
            child = _start(program, environment, log.fileno())
            stack.callback(_stop, child)
            children[program.name] = child
        for program in programs:
            _wait(program, children[program.name], log_dir)
        yield children


def refuse_busy_port(host: str, port: int, option: str) -> None:
    """Say in plain words that a port is taken.

    Raises:
        SetupError: Something listens there already.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SetupError(
                f"Port {port} is taken. Stop what uses it, or choose another: "
                f"{option} {port + 1}"
            ) from error


def _start(
    program: Program, environment: Mapping[str, str], log: int
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 (our own program, no shell)
        [sys.executable, "-m", *program.arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        # Ctrl-C in the terminal reaches only the parent, which stops its children.
        start_new_session=True,
    )


def _wait(program: Program, child: subprocess.Popen[bytes], log_dir: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while program.address and time.monotonic() < deadline and child.poll() is None:
        with suppress(requests.RequestException):
            requests.get(program.address, timeout=2, allow_redirects=False)
            return
        time.sleep(POLL_SECONDS)
    if program.address or child.poll() is not None:
        log = log_dir / f"{program.name}.log"
        raise SetupError(f"The {program.name} did not start. Its log says why: {log}")


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
