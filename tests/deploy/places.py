"""Places to back up and to restore: a data folder, and a database of either kind."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from preventedu.auth import BrowserSession
from preventedu.cli.backup import back_up
from preventedu.db import make_engine
from preventedu.grants import releases
from preventedu.lti import keys
from tests.databases import copy_postgres, empty_postgres
from tests.grants import make
from tests.journeys.programs import Ended, in_process, preventedu

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

AFTER = datetime(2027, 1, 1, 6, 0, tzinfo=UTC)
AUTHOR = "manager@lea.example"
DATABASE = "preventedu.sqlite3"


@dataclass(frozen=True)
class Place:
    """A data folder and the settings of the database that belongs to it."""

    data: Path
    settings: dict[str, str]

    @property
    def url(self) -> str:
        """The database, as SQLAlchemy names it."""
        own = f"sqlite:///{self.data / DATABASE}"
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
        return in_process(*words, "--data", str(self.data), **self.settings)

    def run_apart(self, *words: str) -> Ended:
        """Run a command here as an operator does, in a process of its own."""
        return preventedu(*words, "--data", str(self.data), **self.settings)

    def make(self) -> Place:
        """Make the tables."""
        done = self.run("db", "upgrade")
        assert done.code == 0, done.out
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
        file = Path(mkdtemp(dir=self.data)) / "facts.zip"
        engine = self.engine()
        back_up(engine, file, None, now=AFTER)
        engine.dispose()
        with zipfile.ZipFile(file) as parts:
            return {
                name: parts.read(name).decode().splitlines()
                for name in parts.namelist()
                if name.startswith("tables/")
            }


def fill(session: Session, secret: str) -> None:
    """Teach, count, close and release; leave a key and a visitor."""
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


@dataclass
class Estate:
    """Hands out places; the year of a district is lived once for each kind."""

    folder: Path
    postgres: Callable[[], str]
    """Starts the server, when it is asked for first, and names it."""
    _lived: dict[str, Place] = field(default_factory=dict)

    def empty(self, kind: str) -> Place:
        """Give a place whose database is of this kind and has no table."""
        return self._place(lambda: empty_postgres(self.postgres()), kind)

    def made(self, kind: str) -> Place:
        """Give a place with all tables and nothing in them."""
        return self.empty(kind).make()

    def filled(self, kind: str) -> Place:
        """Give a place after a year: a copy of the first one, secret key included."""
        if kind not in self._lived:
            self._lived[kind] = self.made(kind).fill()
        first = self._lived[kind]
        copy = self._place(lambda: copy_postgres(self.postgres(), first.url), kind)
        shutil.copytree(first.data, copy.data, dirs_exist_ok=True)
        return copy

    def _place(self, make_database: Callable[[], str], kind: str) -> Place:
        data = Path(mkdtemp(dir=self.folder, prefix=f"{kind}-"))
        if kind == "sqlite":
            return Place(data, {})
        # As an operator writes it: without the driver's name.
        named = make_url(make_database()).set(drivername="postgresql")
        url = named.render_as_string(hide_password=False)
        return Place(data, {"PREVENTEDU_DATABASE_URL": url})
