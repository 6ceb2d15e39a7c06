"""A backup brings everything back, on either kind of database, or changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import zipfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import permutations
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from preventedu.auth import BrowserSession
from preventedu.cli import archive, database
from preventedu.cli.backup import back_up
from preventedu.db import make_engine
from preventedu.grants import releases
from preventedu.grants.ledger import Attribution, Release
from preventedu.lti import keys
from preventedu.people import Lea, School, SchoolIdScheme
from tests.databases import empty_postgres
from tests.grants import make
from tests.journeys.programs import Ended, preventedu
from tests.test_migrations import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Engine

AFTER = datetime(2027, 1, 1, 6, 0, tzinfo=UTC)
AUTHOR = "manager@lea.example"
KINDS = ("sqlite", "postgres")
POSTGRES = pytest.mark.postgres


@dataclass(frozen=True)
class Place:
    """A data folder and the settings of the database that belongs to it."""

    data: Path
    settings: dict[str, str]

    @property
    def url(self) -> str:
        """The database, as SQLAlchemy names it."""
        own = f"sqlite:///{self.data / 'preventedu.sqlite3'}"
        return self.settings.get("PREVENTEDU_DATABASE_URL", own).replace(
            "postgresql://", "postgresql+psycopg://"
        )

    @property
    def secret(self) -> str:
        """The secret key of the data folder."""
        return (self.data / "secret-key").read_text()

    def engine(self) -> Engine:
        """Open the database."""
        return make_engine(self.url)

    def run(self, *words: str) -> Ended:
        """Run a command here."""
        return preventedu(*words, "--data", str(self.data), **self.settings)

    def make(self) -> Place:
        """Make the tables."""
        assert self.run("db", "upgrade").code == 0
        return self

    def fill(self) -> Place:
        """Do what a district does in a year, up to a release."""
        engine = self.engine()
        with Session(engine) as session:
            fill(session, self.secret)
            session.commit()
        engine.dispose()
        return self

    def facts(self) -> dict[str, list[str]]:
        """Return every row of every table that a backup holds, as text."""
        file = self.data / "facts.zip"
        file.unlink(missing_ok=True)
        done = self.run("backup", "--output", str(file))
        assert done.code == 0, done.out
        with zipfile.ZipFile(file) as parts:
            return {
                name: parts.read(name).decode().splitlines()
                for name in parts.namelist()
                if name.startswith("tables/")
            }


def fill(session: Session, secret: str) -> None:
    district = make.make_district(session)
    award = make.make_award(session, district.lea)
    agreement = make.make_agreement(session, award, make.make_partner(session, "wake"))
    make.cover_lea(session, agreement, district.lea)
    period = make.make_period(session, award)
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    make.place(session, assignment, district.schools[0])
    for _number in range(12):
        make.complete(session, assignment, version)
    releases.close_period(session, period, author=AUTHOR, now=AFTER)
    for recipient in ("The agency", "The sheriff — Ñandú"):
        releases.release(session, period, author=AUTHOR, recipient=recipient, now=AFTER)
    keys.ensure_key(session, secret, now=AFTER)
    session.add(BrowserSession(token_hash="x", created_at=AFTER, expires_at=AFTER))


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Place]:
    """Make an empty place with a database of a kind."""
    return lambda kind: new_place(request, kind, tmp_path)


def new_place(request: pytest.FixtureRequest, kind: str, folder: Path) -> Place:
    data = folder / f"place-{len(list(folder.iterdir()))}"
    data.mkdir()
    if kind == "sqlite":
        return Place(data, {})
    url = make_url(empty_postgres(request.getfixturevalue("postgres_server")))
    named = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return Place(data, {"PREVENTEDU_DATABASE_URL": named})


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
    place: Callable[[str], Place], kind: str, other: str, tmp_path: Path
) -> None:
    old, file = place(kind).make().fill(), tmp_path / "kept.zip"
    assert old.run("backup", "--output", str(file)).code == 0
    before = old.facts()
    new = place(other)

    done = new.run("restore", str(file))

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
    place: Callable[[str], Place], kind: str, tmp_path: Path
) -> None:
    old, new = place(kind).make().fill(), place(kind)
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
    place: Callable[[str], Place], kind: str, tmp_path: Path
) -> None:
    here, file = place(kind).make().fill(), tmp_path / "kept.zip"
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


def damage_cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-400])


def damage_in_the_middle(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 64] = bytes(64)
    file.write_bytes(raw)


def damage_another_file(file: Path) -> None:
    file.write_text("not a backup")


def rewrite(
    file: Path,
    change: Callable[[str, bytes], bytes | None],
    more: dict[str, bytes] | None = None,
) -> None:
    """Write the archive anew with other parts."""
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    changed = {name: change(name, part) for name, part in parts.items()}
    with zipfile.ZipFile(file, "w") as new:
        for name, part in {**changed, **(more or {})}.items():
            if part is not None:
                new.writestr(name, part)


def damage_escape(file: Path) -> None:
    rewrite(file, lambda _name, part: part, {"../../outside": b"x"})


def damage_missing_part(file: Path) -> None:
    rewrite(file, lambda name, part: None if name == "tables/lea.jsonl" else part)


def damage_no_manifest(file: Path) -> None:
    rewrite(file, lambda name, part: None if name == archive.MANIFEST else part)


def damage_row(file: Path) -> None:
    rewrite(
        file,
        lambda name, part: (
            part.replace(b"LEA", b"XXX") if name == "tables/lea.jsonl" else part
        ),
    )


def damage_table_name(file: Path) -> None:
    rewrite(
        file,
        lambda name, part: (
            part.replace(b'"name": "lea"', b'"name": "../lea"')
            if name == archive.MANIFEST
            else part
        ),
    )


def forge(file: Path, table: str, part: bytes, rows: int) -> None:
    """Give a table other rows, with hashes and counts that fit them."""
    writer_sum = hashlib.sha256(part).hexdigest()

    def change(name: str, old: bytes) -> bytes:
        if name == f"tables/{table}.jsonl":
            return part
        if name != archive.MANIFEST:
            return old
        manifest = json.loads(old)
        for each in manifest["tables"]:
            if each["name"] == table:
                each |= {"rows": rows, "sha256": writer_sum}
        return json.dumps(manifest).encode()

    rewrite(file, change)


def damage_references(file: Path) -> None:
    forge(file, "lea", b"", 0)


def damage_kind_of_value(file: Path) -> None:
    forge(file, "learner", b'["a","no date"]\n', 1)


def damage_count(file: Path) -> None:
    forge(file, "consent_policy", b"", 3)


def damage_newer(file: Path) -> None:
    rewrite(
        file,
        lambda name, part: (
            part.replace(b'"revision": "20', b'"revision": "99')
            if name == archive.MANIFEST
            else part
        ),
    )


DAMAGES: dict[Callable[[Path], None], str] = {
    damage_cut_off: "is no whole backup",
    damage_in_the_middle: "",
    damage_another_file: "is no whole backup",
    damage_escape: "holds '../../outside', which no backup has",
    damage_missing_part: "lacks tables/lea.jsonl",
    damage_no_manifest: "has no manifest",
    damage_row: "tables/lea.jsonl is not what was backed up",
    damage_table_name: "manifest cannot be read",
    damage_references: "",
    damage_kind_of_value: "do not fit its tables",
    damage_count: "another number of rows",
    damage_newer: "made by a newer version",
}


@dataclass(frozen=True)
class Kept:
    """A district, its backup, and what was in the database."""

    place: Place
    file: Path
    facts: dict[str, list[str]]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=POSTGRES)]
)
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Kept:
    """One for all bad archives: none of them may change it."""
    here = new_place(request, request.param, tmp_path_factory.mktemp("kept"))
    file = here.data.parent / "kept.zip"
    assert here.make().fill().run("backup", "--output", str(file)).code == 0
    return Kept(here, file, here.facts())


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
def test_a_bad_archive_is_named_and_changes_nothing(
    kept: Kept, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    file, secret = tmp_path / "bad.zip", kept.place.secret
    shutil.copy(kept.file, file)
    damage(file)

    done = kept.place.run("restore", str(file), "--replace")

    assert done.code == 1
    assert done.out.startswith("Error: ")
    assert "Traceback" not in done.out
    assert DAMAGES[damage] in done.out
    assert kept.place.facts() == kept.facts
    assert kept.place.secret == secret
    assert not (tmp_path.parent / "outside").exists()


def test_a_backup_without_its_secret_opens_only_with_it(
    place: Callable[[str], Place], tmp_path: Path
) -> None:
    old, file = place("sqlite").make().fill(), tmp_path / "kept.zip"
    made = old.run("backup", "--output", str(file), "--without-secret")
    stranger = place("sqlite").make()
    before = stranger.facts()

    refused = stranger.run("restore", str(file))

    assert "without the secret key" in made.out
    assert old.secret.encode() not in file.read_bytes()
    assert refused.code == 1
    assert "was encrypted with another secret" in refused.out
    assert stranger.facts() == before

    knowing = replace(stranger, settings={"PREVENTEDU_SECRET_KEY": old.secret})
    assert knowing.run("restore", str(file)).code == 0


def test_settings_that_insist_on_another_secret_are_refused(
    place: Callable[[str], Place], tmp_path: Path
) -> None:
    old, file = place("sqlite").make().fill(), tmp_path / "kept.zip"
    old.run("backup", "--output", str(file))
    new = replace(place("sqlite"), settings={"PREVENTEDU_SECRET_KEY": "x" * 40})

    done = new.run("restore", str(file))

    assert done.code == 1
    assert "PREVENTEDU_SECRET_KEY is not the secret key of this backup" in done.out


def test_only_its_owner_reads_a_backup_and_none_is_overwritten(
    place: Callable[[str], Place], tmp_path: Path
) -> None:
    here, file = place("sqlite").make(), tmp_path / "kept.zip"
    assert here.run("backup", "--output", str(file)).code == 0
    kept = file.read_bytes()

    again = here.run("backup", "--output", str(file))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert again.code == 1
    assert "exists already" in again.out
    assert file.read_bytes() == kept
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["kept.zip"]


@both
def test_a_destroyed_installation_is_brought_back(
    place: Callable[[str], Place], kind: str, tmp_path: Path
) -> None:
    here, file = place(kind).make().fill(), tmp_path / "kept.zip"
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

    done = here.run("restore", str(file))

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
    place: Callable[[str], Place],
    kind: str,
    tmp_path: Path,
) -> None:
    old, file = place(kind), tmp_path / "kept.zip"
    engine = old.engine()
    database.upgrade(engine, FIRST)
    with engine.begin() as connection:
        for row in OLDER.split(";"):
            connection.execute(text(row))
    # As the older version's own command did.
    back_up(engine, file, "s" * 40, now=AFTER)
    engine.dispose()
    new = place(kind)

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
    place: Callable[[str], Place], kind: str, tmp_path: Path
) -> None:
    here = place(kind).make()
    engine, stop = here.engine(), Event()
    writer = Thread(target=keep_writing, args=(engine, stop))
    writer.start()

    try:
        for number in range(4):
            done = here.run("backup", "--output", str(tmp_path / f"{number}.zip"))
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
