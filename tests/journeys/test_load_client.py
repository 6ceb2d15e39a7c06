"""The load client, written by others for any tool, finds nothing to complain of."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.programs import (
    PATIENCE,
    environment,
    free_ports,
    preventedu,
    running_tool,
)

pytestmark = pytest.mark.slow
CLIENT = Path(__file__).parent.parent.parent / "bench" / "ltiload.py"
HONEST = {"honest launch (GET initiation)", "honest launch (POST initiation)"}
REFUSED = 16


def test_its_gate_of_18_cases_passes(tmp_path: Path) -> None:
    port, platform_port = free_ports(2)
    platform = f"http://127.0.0.1:{platform_port}"
    data = tmp_path / "data"
    settings = {
        "PREVENTEDU_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PREVENTEDU_ALLOW_LOOPBACK_PLATFORMS": "yes",
    }
    for command in (
        ["db", "upgrade"],
        [
            "platform", "add", "--issuer", platform, "--client-id", "ltiload-client",
            "--auth-url", f"{platform}/auth", "--token-url", f"{platform}/token",
            "--jwks-url", f"{platform}/jwks", "--deployment-id", "1",
        ],
    ):  # fmt: skip
        done = preventedu(*command, "--data", str(data), **settings)
        assert done.code == 0, done.out

    with running_tool(data, port, settings, worker=False):
        rows = check(port, platform, tmp_path / "key")

    assert [row["case"] for row in rows if not row["ok"]] == []
    accepted = {row["case"] for row in rows if row["outcome"] == "accepted"}
    refused = [row["outcome"] for row in rows if row["case"] not in HONEST]
    assert accepted == HONEST
    assert len(refused) == REFUSED
    assert [each for each in refused if not each.startswith("HTTP 4")] == []


def check(port: int, platform: str, state: Path) -> list[dict[str, str]]:
    """Run the client's gate against the tool and return its rows."""
    login = ["--login", f"http://127.0.0.1:{port}/lti/login", "--issuer", platform]
    done = subprocess.run(  # noqa: S603 (our own copy of the client, no shell)
        [sys.executable, str(CLIENT), "check", *login, "--state", str(state), "--json"],
        env=environment({}),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows: list[dict[str, str]] = json.loads(done.stdout.splitlines()[-1])
    return rows
