"""Runs what systemd units say, where there is no systemd: a `systemctl` for the tests.

`systemctl start` really runs each ExecStartPre and then ExecStart, with the
environment file, the folder and nothing else of the caller's environment but what a
service manager gives. What units say beside that (sandboxing, restarts) is checked by
`systemd-analyze verify`.
"""

from __future__ import annotations

import os
import pwd
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

PATIENCE = 30.0
POLL = 0.05
PASSED_ON = (
    "PATH", "LANG", "PIP_CONFIG_FILE", "REQUESTS_CA_BUNDLE", "TMPDIR",
)  # fmt: skip


def settings_of(unit: Path) -> list[tuple[str, str]]:
    """Return the assignments of a unit's sections, in order."""
    lines = [line.strip() for line in unit.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and line[0] not in "#["]
    return [(name, value) for name, _equals, value in pairs]


def environment_of(unit: Path) -> dict[str, str]:
    """Return what the unit's processes see."""
    found = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    for name, value in settings_of(unit):
        if name == "EnvironmentFile":
            for line in Path(value).read_text().splitlines():
                if line and not line.startswith("#"):
                    key, _equals, text = line.partition("=")
                    found[key] = "".join(shlex.split(text))
    return found


def run(unit: Path, command: str, log: Path) -> subprocess.Popen[bytes]:
    """Start one command of a unit."""
    folder = dict(settings_of(unit))["WorkingDirectory"]
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 (a command of our own unit)
            shlex.split(command),
            env=environment_of(unit),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            user=_user_of(unit),
            group=_user_of(unit),
        )


def _user_of(unit: Path) -> str | None:
    """Return the unit's user, where there is one and we may become it."""
    name = dict(settings_of(unit)).get("User", "")
    with suppress(KeyError):
        if os.geteuid() == 0:
            return pwd.getpwnam(name).pw_name
    return None


def start(unit: Path, state: Path) -> int:
    """Start a service as its unit says; return 0 if it stands."""
    log, pid = state / f"{unit.stem}.log", state / f"{unit.stem}.pid"
    for name, value in settings_of(unit):
        if name == "ExecStartPre":
            code = run(unit, value.removeprefix("-"), log).wait()
            if code and not value.startswith("-"):
                return code
    process = run(unit, dict(settings_of(unit))["ExecStart"], log)
    if dict(settings_of(unit)).get("Type") == "oneshot":
        return process.wait()
    pid.write_text(str(process.pid))
    return 0


def stop(unit: Path, state: Path) -> int:
    """Stop a service with SIGTERM and wait for it."""
    pid = state / f"{unit.stem}.pid"
    if not pid.exists():
        return 0
    number = int(pid.read_text())
    with suppress(ProcessLookupError):
        os.killpg(number, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while Path(f"/proc/{number}").exists() and not _is_over(number):
        if time.monotonic() > deadline:
            os.killpg(number, signal.SIGKILL)
        time.sleep(POLL)
    pid.unlink()
    return 0


def _is_over(number: int) -> bool:
    """Tell whether a process has ended and only waits to be noticed."""
    with suppress(OSError):
        stat = Path(f"/proc/{number}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "Z"
    return True


def main(units: Path, state: Path, words: list[str]) -> int:
    """Do what `systemctl` with these words does."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "calls").open("a") as calls:
        calls.write(" ".join(words) + "\n")
    names = [word for word in words[1:] if not word.startswith("-")]
    services = [
        units / (name if "." in name else f"{name}.service")
        for name in names
        if not name.endswith(".timer")
    ]
    if words[0] == "start" or "--now" in words:
        codes = [start(each, state) for each in services]
        return max(codes, default=0)
    if words[0] == "stop":
        return max([stop(each, state) for each in services], default=0)
    # Nothing to do here: daemon-reload; and nginx is the test's own.
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
