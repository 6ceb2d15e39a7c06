"""`make setup` names what is missing before it changes anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WITHOUT_VENV = """
import sys
sys.modules["ensurepip"] = None
sys.version_info = {version} + ("final", 0)
"""
"""What Debian's Python is without its venv package: importing it fails."""
BYSTANDERS = (
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "requirements-test.lock",
    "tools/check-python",
    "preventedu/translations/es/LC_MESSAGES/messages.po",
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of a fresh clone as `make setup` looks at first."""
    for name in BYSTANDERS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def make_setup(clone: Path, python: str, **settings: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 (make, on our own Makefile)
        [str(shutil.which("make")), "setup", f"PYTHON={python}"],
        cwd=clone,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("version", "package"),
    [((3, 11, 2), "python3.11-venv"), ((3, 13, 5), "python3.13-venv")],
)
def test_a_python_without_ensurepip_names_the_package(
    clone: Path, version: tuple[int, ...], package: str
) -> None:
    patch = clone / "patch"
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(WITHOUT_VENV.format(version=version))

    code, said = make_setup(clone, sys.executable, PYTHONPATH=str(patch))

    assert code != 0
    assert f"Install it: sudo apt install {package}\n" in said
    assert "Traceback" not in said
    assert not (clone / ".venv").exists()


def test_an_old_python_is_told_of_newer_ones(clone: Path) -> None:
    patch = clone / "patch"
    patch.mkdir()
    (patch / "sitecustomize.py").write_text(
        "import sys; sys.version_info = (3, 9, 2, 'final', 0)"
    )

    code, said = make_setup(clone, sys.executable, PYTHONPATH=str(patch))

    assert code != 0
    assert "Python 3.11 or newer is needed; this is 3.9" in said
    assert not (clone / ".venv").exists()


def test_no_python_at_all_names_the_packages(clone: Path) -> None:
    code, said = make_setup(clone, "python-that-is-not-here")

    assert code != 0
    assert "sudo apt install python3 python3-venv" in said
