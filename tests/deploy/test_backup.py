"""A backup brings everything back, on either kind of database, or changes nothing."""

from __future__ import annotations

import stat
import zipfile
from itertools import permutations
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from preventedu.auth import BrowserSession
from preventedu.cli import database
from preventedu.cli.backup import back_up
from preventedu.grants import releases
from preventedu.grants.ledger import Attribution, Release
from preventedu.lti import keys
from preventedu.people import Lea, School, SchoolIdScheme
from tests.deploy.places import AFTER
from tests.test_migrations import FIRST

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.deploy.places import Estate

KINDS = ("sqlite", "postgres")
POSTGRES = pytest.mark.postgres
both = pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgres", marks=POSTGRES)]
)
across = pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("sqlite", "sqlite"),
        *(pytest.param(*pair, marks=POSTGRES) for pair in permutations(KINDS)),
        pytest.param("postgres", "postgres", marks=POSTGRES),
    ],
)
pytestmark = pytest.mark.slow


@across
def test_everything_comes_back_in_a_new_place(
    estate: Estate, kind: str, other: str, tmp_path: Path
) -> None:
    old, file = estate.filled(kind), tmp_path / "kept.zip"
    assert old.run_apart("backup", "--output", str(file)).code == 0
    before = old.facts()
    new = estate.empty(other)

    done = new.run_apart("restore", str(file))

    assert done.code == 0, done.out
    assert "Checked: 2 releases tell what they told." in done.out
    assert new.facts() == before
    assert new.secret == old.secret
    assert len(before["tables/completion.jsonl"]) == 12
    engine = new.engine()
    with Session(engine) as session:
        assert keys.find_key(session, new.secret)
        made = session.scalars(select(Release)).all()
        assert [releases.verify(session, each).is_good for each in made] == [True] * 2
        # What ends within a day is not kept for weeks.
        assert session.scalar(select(func.count()).select_from(BrowserSession)) == 0
        # The next row gets a number of its own.
        session.add(Lea(nces_id="9999999", name="New", state="ZZ"))
        session.flush()
    engine.dispose()


@both
def test_a_restored_database_still_refuses_changes_of_what_was_recorded(
    estate: Estate, kind: str, tmp_path: Path
) -> None:
    old, new = estate.filled(kind), estate.empty(kind)
    old.run("backup", "--output", str(tmp_path / "kept.zip"))
    new.run("restore", str(tmp_path / "kept.zip"))
    engine = new.engine()

    for statement in ("UPDATE release SET content = ''", "DELETE FROM attribution"):
        with engine.begin() as connection, pytest.raises(DatabaseError, match="only"):
            connection.execute(text(statement))

    assert database.drift(engine) == []
    engine.dispose()


@both
def test_a_database_in_use_is_given_up_only_when_told(
    estate: Estate, kind: str, tmp_path: Path
) -> None:
    here, file = estate.filled(kind), tmp_path / "kept.zip"
    here.run("backup", "--output", str(file))
    engine = here.engine()
    with Session(engine) as session:
        session.add(Lea(nces_id="9999999", name="Entered since", state="ZZ"))
        session.commit()
    later = here.facts()

    refused = here.run("restore", str(file))

    assert refused.code == 1
    assert "The database is in use" in refused.out
    assert here.facts() == later

    for _time in range(2):
        assert here.run("restore", str(file), "--replace").code == 0
        with Session(engine) as session:
            assert session.scalar(select(func.count()).select_from(Attribution)) == 12
            assert not session.scalar(select(Lea).where(Lea.nces_id == "9999999"))
    engine.dispose()


def test_only_its_owner_reads_a_backup_and_none_is_overwritten(
    estate: Estate, tmp_path: Path
) -> None:
    here, file = estate.made("sqlite"), tmp_path / "kept.zip"
    assert here.run_apart("backup", "--output", str(file)).code == 0
    kept = file.read_bytes()

    again = here.run("backup", "--output", str(file))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert again.code == 1
    assert "exists already" in again.out
    assert file.read_bytes() == kept
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["kept.zip"]


@both
def test_a_destroyed_installation_is_brought_back(
    estate: Estate, kind: str, tmp_path: Path
) -> None:
    here, file = estate.filled(kind), tmp_path / "kept.zip"
    here.run("backup", "--output", str(file))
    before, secret = here.facts(), here.secret
    (here.data / "secret-key").unlink()
    if kind == "sqlite":
        for each in here.data.glob("preventedu.sqlite3*"):
            each.unlink()
    else:
        engine = here.engine()
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()

    done = here.run_apart("restore", str(file))

    assert done.code == 0, done.out
    assert here.facts() == before
    assert here.secret == secret


OLDER = """
INSERT INTO lea (id, nces_id, name, state, contact)
  VALUES (1, '0099001', 'North', 'XX', '');
INSERT INTO learner (id, created_at)
  VALUES ('anna', '2026-09-01 10:00:00.000000');
INSERT INTO opt_out (id, learner_id, module_slug, recorded_at)
  VALUES (1, 'anna', 'made', '2026-09-01 10:00:00.000000')
"""


@both
def test_a_backup_of_an_older_version_is_brought_up_to_date(
    estate: Estate,
    kind: str,
    tmp_path: Path,
) -> None:
    old, file = estate.empty(kind), tmp_path / "kept.zip"
    engine = old.engine()
    database.upgrade(engine, FIRST)
    with engine.begin() as connection:
        for row in OLDER.split(";"):
            connection.execute(text(row))
    # As the older version's own command did.
    back_up(engine, file, "s" * 40, now=AFTER)
    engine.dispose()
    new = estate.empty(kind)

    done = new.run("restore", str(file))

    assert done.code == 0, done.out
    assert new.run("db", "check").code == 0
    engine = new.engine()
    with engine.connect() as connection:
        kinds = connection.execute(text("SELECT learner_id, kind FROM opt_out")).all()
    engine.dispose()
    assert [tuple(each) for each in kinds] == [("anna", "lesson")]


@both
def test_what_is_written_meanwhile_is_in_the_backup_whole_or_not_at_all(
    estate: Estate, kind: str, tmp_path: Path
) -> None:
    here = estate.made(kind)
    engine, stop = here.engine(), Event()
    writer = Thread(target=keep_writing, args=(engine, stop))
    writer.start()

    try:
        for number in range(4):
            done = here.run_apart("backup", "--output", str(tmp_path / f"{number}.zip"))
            assert done.code == 0, done.out
    finally:
        stop.set()
        writer.join()
        engine.dispose()

    counts = []
    for number in range(4):
        with zipfile.ZipFile(tmp_path / f"{number}.zip") as parts:
            leas, schools = (
                parts.read(f"tables/{name}.jsonl").count(b"\n")
                for name in ("lea", "school")
            )
        assert leas == schools
        counts.append(leas)
    assert counts[0] < counts[-1]


def keep_writing(engine: Engine, stop: Event) -> None:
    """Add an LEA and its school in one transaction, again and again."""
    number = 0
    while not stop.is_set():
        number += 1
        with Session(engine) as session:
            lea = Lea(nces_id=f"{number:07}", name=f"LEA {number}", state="ZZ")
            session.add(lea)
            session.flush()
            school = School(
                lea_id=lea.id,
                scheme=SchoolIdScheme.NCES,
                school_id=f"{number:012}",
                name="School",
            )
            session.add(school)
            session.commit()
        stop.wait(0.01)
