"""The migrations and the models agree, and an upgrade keeps every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy import table as sql_table

from preventedu.cli import database
from preventedu.db import make_engine
from tests.databases import empty_postgres

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from preventedu.settings import Settings

FIRST = "2026_11_22_create_tables"
ROWS = """
INSERT INTO lea (id, nces_id, name, state, contact)
  VALUES (1, '0099001', 'North', 'XX', ''), (2, '0099002', 'South', 'XX', '');
INSERT INTO school (id, lea_id, scheme, school_id, name)
  VALUES (1, 2, 'nces', '009900200001', 'South Middle');
INSERT INTO staff_member (id, email, name, role, lea_id, created_at)
  VALUES (1, 'a@b.test', 'Ada', 'lea-official', 1, '2026-09-01');
INSERT INTO staff_session (id, staff_member_id, token_hash, expires_at)
  VALUES (1, 1, 'x', '2027-01-01');
INSERT INTO platform (id, issuer, client_id, auth_url, token_url, jwks_url,
  family, created_at)
  VALUES (1, 'i', 'c', 'a', 't', 'j', '', '2026-09-01');
INSERT INTO deployment (id, platform_id, deployment_id, status, lea_id, first_seen_at)
  VALUES (1, 1, 'd', 'active', 1, '2026-09-01');
INSERT INTO course (id, created_at)
  VALUES ('placed', '2026-09-01'), ('bound', '2026-09-01'), ('free', '2026-09-01');
INSERT INTO context (id, deployment_id, context_id, course_id)
  VALUES (1, 1, 'c1', 'placed'), (2, 1, 'c2', 'bound');
INSERT INTO course_placement (id, course_id, school_id, effective_from,
  recorded_at, recorded_by)
  VALUES (1, 'placed', 1, '2026-09-01', '2026-09-01', 'a@b.test');
INSERT INTO learner (id, created_at)
  VALUES ('anna', '2026-09-01');
INSERT INTO lti_user (id, platform_id, subject, learner_id, first_seen_at)
  VALUES (1, 1, 's', 'anna', '2026-09-01');
INSERT INTO opt_out (id, learner_id, module_slug, recorded_at)
  VALUES (1, 'anna', 'made', '2026-09-01')
"""
KEPT = (
    "staff_member",
    "staff_session",
    "context",
    "course_placement",
    "lti_user",
    "opt_out",
)


def test_a_migrated_database_has_no_drift(settings: Settings) -> None:
    engine = make_engine(settings.database_url)

    try:
        assert database.is_current(engine)
        assert database.drift(engine) == []
    finally:
        engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def september(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """A database in use since the first release."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'september.sqlite3'}"
    else:
        url = empty_postgres(request.getfixturevalue("postgres_server"))
    engine = make_engine(url)
    database.upgrade(engine, FIRST)
    with engine.begin() as connection:
        for row in ROWS.split(";"):
            connection.execute(text(row))
    return engine


def _count(connection: Connection, table: str) -> int:
    return connection.execute(
        select(func.count()).select_from(sql_table(table))
    ).scalar_one()


def test_an_upgrade_keeps_every_row_and_tells_courses_their_lea(
    september: Engine,
) -> None:
    database.upgrade(september)

    with september.connect() as connection:
        assert {table: _count(connection, table) for table in KEPT} == {
            **dict.fromkeys(KEPT, 1),
            "context": 2,
        }
        leas = connection.execute(text("SELECT id, lea_id FROM course")).all()
        kind = connection.execute(text("SELECT kind FROM opt_out")).scalar_one()
        if connection.dialect.name == "sqlite":
            checked = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
            assert checked == 1
    assert {tuple(row) for row in leas} == {("placed", 2), ("bound", 1), ("free", None)}
    assert kind == "lesson"
    september.dispose()


def test_an_upgrade_can_be_taken_back(september: Engine) -> None:
    database.upgrade(september)
    database.downgrade(september, FIRST)

    columns = {each["name"] for each in inspect(september).get_columns("course")}
    assert columns == {"id", "created_at"}
    with september.connect() as connection:
        assert _count(connection, "staff_session") == 1
        assert _count(connection, "opt_out") == 1
    september.dispose()
