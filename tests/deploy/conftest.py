"""Places of a whole test run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.places import Estate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def estate(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Estate:
    """Make places; PostgreSQL is started only for who asks for it."""
    folder: Path = tmp_path_factory.mktemp("places")
    return Estate(folder, lambda: str(request.getfixturevalue("postgres_server")))
