"""Complete launches: preventedu against the floor, in turn, as ratios.

Each round runs one after the other: login, signed id_token, form post, redirects, page.
Prints launches per second and CPU per launch of each, and the ratio pair by pair.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

HERE = Path(__file__).parent
PLATFORM = "http://127.0.0.1:9400"
BIN = Path(sys.executable).parent


def main() -> None:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--concurrency", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tool, floor = start_tool(Path(folder)), start_floor()
        try:
            wait("http://127.0.0.1:9501/lti/jwks.json")
            wait("http://127.0.0.1:9502/login")
            rows = [measure(options, tool, floor) for _ in range(options.rounds)]
        finally:
            for child in (tool, floor):
                child.terminate()
                child.wait()
    report(rows)


def start_tool(data: Path) -> subprocess.Popen[bytes]:
    """Set up an empty tool that knows the load client, and serve it."""
    os.environ |= {
        "PREVENTEDU_PUBLIC_URL": "http://127.0.0.1:9501",
        "PREVENTEDU_ALLOW_LOOPBACK_PLATFORMS": "yes",
        "PREVENTEDU_DATA": str(data),
        "PREVENTEDU_LOG_LEVEL": "WARNING",
    }
    register = ["--issuer", PLATFORM, "--client-id", "ltiload-client"]
    for name, path in (("auth", "auth"), ("token", "token"), ("jwks", "jwks")):
        register += [f"--{name}-url", f"{PLATFORM}/{path}"]
    preventedu = str(BIN / "preventedu")
    for command in (
        ["db", "upgrade"],
        ["content", "build"],
        ["platform", "add", *register, "--deployment-id", "1"],
    ):
        subprocess.run([preventedu, *command], check=True, stdout=subprocess.DEVNULL)
    return subprocess.Popen([preventedu, "serve", "--port", "9501"])


def start_floor() -> subprocess.Popen[bytes]:
    """Serve the floor with the same server and settings."""
    granian = [str(BIN / "granian"), "--interface", "wsgi", "--port", "9502"]
    granian += ["--blocking-threads", "4", "--http", "1", "--no-ws", "floor:app"]
    return subprocess.Popen([*granian, "--log-level", "warning"], cwd=HERE)


def wait(url: str) -> None:
    """Wait until an address answers anything."""
    for _ in range(100):
        try:
            with urlopen(url):
                return
        except URLError as error:
            if not isinstance(error.reason, OSError):
                return
            time.sleep(0.1)


def measure(
    options: argparse.Namespace,
    tool: subprocess.Popen[bytes],
    floor: subprocess.Popen[bytes],
) -> dict[str, dict[str, float]]:
    """Run one round of each."""
    return {
        "tool": load("http://127.0.0.1:9501/lti/login", tool.pid, options),
        "floor": load("http://127.0.0.1:9502/login", floor.pid, options),
    }


def load(login: str, pid: int, options: argparse.Namespace) -> dict[str, float]:
    """Drive launches and return what the load client measured."""
    command = [sys.executable, str(HERE / "ltiload.py"), "launch", "--login", login]
    command += ["-c", str(options.concurrency), "-d", str(options.seconds)]
    command += ["--pid", str(pid), "--json"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    result: dict[str, float] = json.loads(out.splitlines()[-1])
    if result["errors"]:
        raise SystemExit(f"launches failed: {result['errors']}")
    return result


def report(rows: list[dict[str, dict[str, float]]]) -> None:
    """Print medians and the ratios, pair by pair."""
    for name in ("tool", "floor"):
        rate = statistics.median(row[name]["per_s"] for row in rows)
        cpu = statistics.median(row[name]["tool_cpu_us"] for row in rows)
        print(f"{name:6} {rate:8.0f} launches/s {cpu:8.0f} us CPU per launch")
    for label, key in (("launches/s", "per_s"), ("CPU", "tool_cpu_us")):
        ratios = [row["tool"][key] / row["floor"][key] for row in rows]
        shown = " ".join(f"{ratio:.2f}" for ratio in ratios)
        print(
            f"tool / floor, {label}: median {statistics.median(ratios):.2f} ({shown})"
        )


if __name__ == "__main__":
    main()
