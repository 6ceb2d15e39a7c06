"""Databases that belong to one journey alone."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url

from tests.databases import empty_postgres

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = itertools.count(1)


@pytest.fixture(
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
def database_settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Name an empty database of each kind: SQLite by default, PostgreSQL by URL."""
    del tmp_path
    if request.param == "sqlite":
        return {}
    url = make_url(empty_postgres(request.getfixturevalue("postgres_server")))
    # As an operator writes it: without the driver's name.
    named = url.set(drivername="postgresql")
    return {"PREVENTEDU_DATABASE_URL": named.render_as_string(hide_password=False)}
