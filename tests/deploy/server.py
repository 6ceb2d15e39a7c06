"""A server below one folder, installed by `deploy/install` as an operator runs it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.deploy import units
from tests.journeys.programs import Ended, environment, free_ports
from tests.tls import TOOL_HOST, Authority

ROOT = Path(__file__).parent.parent.parent
MINUTES = 600
LEFT_OUT = (
    ".git", ".venv", "data", "var", "build", "tests", "bench", ".*_cache",
    "__pycache__", ".hypothesis", "*.egg-info",
)  # fmt: skip


def checkout(folder: Path) -> Path:
    """Copy the repository, as a clone would bring it."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return folder


@dataclass(frozen=True)
class Server:
    """Where everything of one installation lies."""

    folder: Path
    authority: Authority
    app_port: int
    http_port: int
    https_port: int

    @property
    def root(self) -> Path:
        """What would be `/`."""
        return self.folder / "root"

    @property
    def url(self) -> str:
        """The public address."""
        return f"https://{TOOL_HOST}:{self.https_port}"

    @property
    def units(self) -> Path:
        """Where the units are."""
        return self.root / "etc/systemd/system"

    @property
    def site(self) -> Path:
        """What nginx includes."""
        return self.root / "etc/nginx/sites-enabled/preventedu"

    @property
    def backups(self) -> Path:
        """Where backups go."""
        return self.root / "var/backups/preventedu"

    @property
    def settings(self) -> dict[str, str]:
        """What the environment file says."""
        unit = self.units / "preventedu-web.service"
        found = units.environment_of(unit)
        return {k: v for k, v in found.items() if k.startswith("PREVENTEDU_")}

    @property
    def release(self) -> Path:
        """The code that runs."""
        return (self.root / "opt/preventedu/current").resolve()

    def install(self, source: Path, *more: str) -> Ended:
        """Run `deploy/install` of a checkout."""
        pair = self.authority.issue(TOOL_HOST)
        return self._script(
            source / "deploy/install",
            "--name", TOOL_HOST, "--root", str(self.root),
            "--certificate", str(pair.certificate), "--key", str(pair.key),
            "--app-port", str(self.app_port), "--http-port", str(self.http_port),
            "--https-port", str(self.https_port), *more,
        )  # fmt: skip

    def upgrade(self, source: Path, **settings: str) -> Ended:
        """Run `deploy/upgrade` of a checkout."""
        script = source / "deploy/upgrade"
        return self._script(script, "--root", str(self.root), **settings)

    def command(self, *words: str) -> Ended:
        """Run the `preventedu` that the installation put into the path."""
        return self._script(self.root / "usr/local/bin/preventedu", *words)

    def systemctl(self, *words: str) -> int:
        """Start or stop services."""
        return units.main(self.units, self.folder / "state", list(words))

    def log(self) -> str:
        """Return what the services said."""
        logs = sorted((self.folder / "state").glob("*.log"))
        return "\n".join(each.read_text() for each in logs)

    def _script(self, *words: str | Path, **settings: str) -> Ended:
        done = subprocess.run(  # noqa: S603 (our own script)
            [str(word) for word in words],
            env=environment({"PREVENTEDU_SYSTEMCTL": self._stand_in(), **settings}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=MINUTES,
            check=False,
            text=True,
        )
        return Ended(done.returncode, done.stdout)

    def _stand_in(self) -> str:
        """Write a program that runs units as systemctl would."""
        path = self.folder / "systemctl"
        words = [sys.executable, units.__file__, self.units, self.folder / "state"]
        quoted = " ".join(f"'{word}'" for word in words)
        path.write_text(f'#!/bin/sh\nexec {quoted} "$@"\n')
        path.chmod(0o755)
        return str(path)


def new_server(folder: Path) -> Server:
    """Choose ports for a server that is not installed yet."""
    return Server(folder, Authority(folder / "tls"), *free_ports(3))


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of Debian's to its end."""
    return subprocess.run(  # noqa: S603 (Debian's own tools)
        words, check=False, capture_output=True, text=True
    )
