"""Databases of their own for tests that commit."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url


def empty_postgres(server: str) -> str:
    """Make a new database on the test server and return its SQLAlchemy address."""
    return _create(_admin(server), "")


def copy_postgres(server: str, url: str) -> str:
    """Copy a database to which nobody is connected; return the copy's address."""
    return _create(_admin(server), f"TEMPLATE {make_url(url).database}")


def _admin(server: str) -> URL:
    return make_url(server).set(drivername="postgresql+psycopg")


def _create(url: URL, how: str) -> str:
    name = f"test_{uuid4().hex}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} {how}"))
    finally:
        admin.dispose()
    return url.set(database=name).render_as_string(hide_password=False)
