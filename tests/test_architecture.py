"""The floor plan is kept, and each contract that guards it catches a violation."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("preventedu", "practice_lms")
MODULE_LINES = 300
SOURCES = sorted(
    source
    for package in PACKAGES
    for source in (ROOT / package).rglob("*.py")
    if "versions" not in source.parts
)
CONTRACTS = [
    contract["id"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
        "importlinter"
    ]["contracts"]
]


@dataclass(frozen=True)
class Violation:
    """An import that must not be written, and where; empty: a module of its own."""

    contract: str
    module: str
    imported: str


def room(name: str, module: str, imported: str) -> Violation:
    """Make a violation inside one room of preventedu."""
    folder = f"preventedu.{name}"
    return Violation(f"{name}-room", f"{folder}.{module}", f"{folder}.{imported}")


VIOLATIONS = [
    Violation("floors", "preventedu.courses.scoring", "preventedu.grants"),
    Violation("floors", "preventedu.utils", ""),
    Violation(
        "grants-without-lti", "preventedu.grants.periods", "preventedu.lti.models"
    ),
    Violation("other-side", "practice_lms.config", "preventedu.errors"),
    Violation("only-the-demo", "preventedu.lti.keys", "practice_lms.config"),
    Violation("flask-at-the-edge", "preventedu.courses.scoring", "flask"),
    Violation("forms-at-the-edge", "preventedu.grants.figures", "wtforms"),
    Violation("one-door", "preventedu.lti.keys", "pylti1p3.roles"),
    room("courses", "models", "views"),
    room("courses.content", "schema", "compile"),
    room("lti", "models", "views"),
    room("lti.connections", "findings", "views"),
    room("grants", "models", "views"),
    room("grants.importing", "schema", "writing"),
    room("grants.entering", "facts", "saving"),
    room("health", "models", "views"),
    room("lti.registering", "models", "views"),
    room("privacy", "models", "views"),
    room("staff", "models", "views"),
    room("teaching", "class_page", "views"),
    room("district", "access", "views"),
    room("cli", "workbench", "serve"),
    Violation("cycles", "preventedu.people", "preventedu.app"),
]


def lint_imports(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Run the contracts on the packages below `folder`."""
    chosen = [part for contract in contracts for part in ("--contract", contract)]
    return subprocess.run(  # noqa: S603 (our own tool on our own files)
        [
            sys.executable, "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--config", str(ROOT / "pyproject.toml"), "--no-cache", *chosen,
        ],
        cwd=folder, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(folder), "PATH": ""},
    )  # fmt: skip


def test_imports_follow_the_floor_plan() -> None:
    result = lint_imports(ROOT)

    assert result.returncode == 0, result.stdout


def test_every_contract_has_a_violation_that_it_catches() -> None:
    assert {violation.contract for violation in VIOLATIONS} == set(CONTRACTS)


def only_python(_folder: str, names: list[str]) -> list[str]:
    """Leave templates, pictures and caches out of a copy."""
    return [name for name in names if "." in name and not name.endswith(".py")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "violation", VIOLATIONS, ids=lambda v: f"{v.contract}-{v.module}"
)
def test_a_contract_catches_its_violation(violation: Violation, tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=only_python)
    target = tmp_path / f"{violation.module.replace('.', '/')}.py"
    assert target.exists() == bool(violation.imported)
    line = f"import {violation.imported}\n" if violation.imported else ""
    with target.open("a") as file:
        file.write(line)

    result = lint_imports(tmp_path, violation.contract)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: str(s.relative_to(ROOT)))
def test_only_the_edge_commits(source: Path) -> None:
    edge = source.stem.startswith("views") or "cli" in source.parts
    calls = {
        node.func.attr
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }

    assert edge or "commit" not in calls or source.name in COMMITTING_WORKERS


COMMITTING_WORKERS = {"worker.py"}
"""The grade worker is an edge of its own: it commits around each request."""


@pytest.mark.parametrize("source", SOURCES, ids=lambda s: str(s.relative_to(ROOT)))
def test_a_module_fits_in_one_sitting(source: Path) -> None:
    assert len(source.read_text().splitlines()) <= MODULE_LINES


def test_a_room_keeps_its_templates_to_itself() -> None:
    for templates in (ROOT / "preventedu").glob("*/templates"):
        room = templates.parent.name
        assert [child.name for child in templates.iterdir()] == [room]
