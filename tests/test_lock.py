"""The locks hold exact versions with hashes, and no address or path."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements.lock", "requirements-test.lock"]
PIN = re.compile(r"^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,-]+\])?==\S+")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_and_no_path(name: str) -> None:
    text = (ROOT / name).read_text()

    assert not re.search(r"://|file:|(^|\s)/|index-url|find-links|trusted-host", text)


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_is_exact_and_hashed(name: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text().strip())

    assert len(entries) > 20
    for entry in entries:
        assert PIN.match(entry), entry.splitlines()[0]
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_both_locks_agree() -> None:
    pins = [dict(line.split("==", 1) for line in _pins(ROOT / name)) for name in LOCKS]

    assert pins[0].items() <= pins[1].items()


def _pins(lock: Path) -> list[str]:
    lines = lock.read_text().splitlines()
    return [line.split(" ")[0] for line in lines if PIN.match(line)]
