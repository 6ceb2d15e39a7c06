"""The scripts say what is wrong with a call, and a linter of shells finds nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.deploy.server import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

SCRIPTS = ("install", "upgrade", "nightly")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--name", "no host"], "--name HOST"),
        (["--name", "a.example", "--root", "{}"], "wants --certificate and --key"),
        (["--unknown", "x"], "unknown option"),
        (["--name"], "wants a value"),
        (["--name", "a.example", "--app-port", "x"], "whole numbers"),
    ],
)
def test_a_wrong_call_is_told_what_is_right(
    words: list[str], says: str, tmp_path: Path
) -> None:
    done = run(str(ROOT / "deploy/install"), *(w.format(tmp_path) for w in words))

    assert done.returncode == 1
    assert says in done.stderr


def test_the_scripts_are_sound() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is missing: sudo apt install shellcheck")
    scripts = [str(ROOT / "deploy" / name) for name in SCRIPTS]

    done = run("shellcheck", "-x", *scripts, str(ROOT / "tools/check-python"))

    assert done.returncode == 0, done.stdout
