"""Databases that belong to one journey alone."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

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
    url = make_url(request.getfixturevalue("postgres_server"))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"journey_{worker}_{os.getpid()}_{next(NUMBERS)}"
    admin = create_engine(
        url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    # As an operator writes it: without the driver's name.
    named = url.set(drivername="postgresql", database=name)
    return {"PREVENTEDU_DATABASE_URL": named.render_as_string(hide_password=False)}
