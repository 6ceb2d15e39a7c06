"""The real tool, served on a real port with a real database of its own."""

from __future__ import annotations

import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING

from sqlalchemy import select
from werkzeug.serving import make_server

from preventedu.app import create_app
from preventedu.courses import catalog, drafts
from preventedu.courses.content.compile import compile_module
from preventedu.courses.content.loader import load_tree
from preventedu.lti.registration import PlatformDetails, add_deployment, add_platform
from preventedu.lti.wire import Wire
from preventedu.lti.worker import ScoreWorker
from preventedu.people import Lea, School, SchoolIdScheme, StaffMember, StaffRole
from preventedu.settings import DEFAULT_CONTENT, Settings
from tests.conftest import SECRET
from tests.leas import set_mode
from tests.ready import add_contacts
from tests.second_platform.library import ToolAddresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask
    from sqlalchemy.orm import Session, sessionmaker

    from tests.second_platform.web import Lms

GROOMING, HELPERS = "spotting-online-grooming", "my-helpers"
ALTERNATIVES = ("media-balance-6-8", "pip-and-the-garden")


@dataclass(frozen=True)
class Tool:
    """The running tool."""

    app: Flask
    url: str

    @property
    def addresses(self) -> ToolAddresses:
        """Return what an LMS administrator copies."""
        lti = f"{self.url}/lti"
        return ToolAddresses(f"{lti}/login", f"{lti}/launch", f"{lti}/jwks.json")

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Return the application's own sessions, for setting up and looking."""
        makers: sessionmaker[Session] = self.app.extensions["writers"]
        return makers

    def lms_title(self, slug: str) -> str:
        """Return the neutral title of a lesson."""
        with self.sessions() as session:
            version = catalog.module_version(session, slug)
            return catalog.load(version).lms_title["en"]

    def new_wire(self) -> Wire:
        """Return a process's connections, with our key loaded."""
        wire = Wire(SECRET, allow_loopback=True)
        with self.sessions() as session:
            wire.make_key(session, now=datetime.now(UTC))
            session.commit()
        return wire

    def deliver(self) -> int:
        """Let a worker deliver what is due; returns how many grades now stand."""
        worker = ScoreWorker(self.sessions, self.new_wire())
        arrived = worker.work_once()
        worker.wire.session.close()
        return arrived


@contextmanager
def served(make_app: Callable[[str], Flask], host: str) -> Iterator[str]:
    """Serve an application that is told its address first."""
    # The port is taken before the application is made: it must know its address.
    with _new_port() as taken:
        port = taken.getsockname()[1]
        url = f"http://{host}:{port}"
        server = make_server(
            "127.0.0.1", port, make_app(url), threaded=True, fd=taken.fileno()
        )
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def _new_port() -> Iterator[socket.socket]:
    """Take a port that no application of this run has had.

    An issuer is its address, and the tool's database outlives a test's platform: at
    a port given twice, a test would find the class and the grades of an earlier one.
    """
    with ExitStack() as held:
        while True:
            taken = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            if taken.getsockname()[1] not in _PORTS:
                break
        _PORTS.add(taken.getsockname()[1])
        yield taken


_PORTS: set[int] = set()


@contextmanager
def serve_tool(database_url: str, folder: Path) -> Iterator[Tool]:
    """Serve the tool on a migrated, empty database."""
    made: list[Flask] = []

    def make_app(url: str) -> Flask:
        settings = Settings(
            SECRET, database_url, folder, url, allow_loopback_platforms=True
        )
        made.append(create_app(settings))
        return made[0]

    with served(make_app, "127.0.0.1") as url:
        yield Tool(made[0], url)
    made[0].extensions["engine"].dispose()


def fill(session: Session) -> None:
    """Publish the lessons; an official of the district switches the drafts on."""
    now = datetime.now(UTC)
    tree = load_tree(DEFAULT_CONTENT)
    for slug in (GROOMING, HELPERS, *ALTERNATIVES):
        catalog.publish(session, compile_module(tree, slug), now=now)
    lea = Lea(nces_id="0612345", name="Cedar Falls Unified", state="CA")
    session.add(lea)
    session.flush()
    set_mode(session, lea)
    official = StaffMember(
        email="official@cedar.test",
        name="Pat Official",
        role=StaffRole.LEA_OFFICIAL,
        lea_id=lea.id,
        created_at=now,
    )
    school = School(
        lea_id=lea.id,
        scheme=SchoolIdScheme.NCES,
        school_id="061234500001",
        name="Cedar Middle",
    )
    session.add_all([official, school])
    session.flush()
    add_contacts(session, lea.id)
    for slug in (GROOMING, HELPERS):
        drafts.permit(session, lea.id, slug, official.id, "A trial.", now=now)


def register_at(tool: Tool, lms: Lms, client_id: str) -> None:
    """Tell the tool about a platform, as `preventedu platform add` does."""
    now = datetime.now(UTC)
    details = PlatformDetails(
        issuer=lms.url,
        client_id=client_id,
        auth_url=f"{lms.url}/auth",
        token_url=lms.token_url,
        jwks_url=f"{lms.url}/jwks",
    )
    with tool.sessions() as session:
        school = session.scalars(select(School)).one()
        row = add_platform(session, details, allow_loopback=True, now=now)
        add_deployment(session, row, "deployment-1", school, now=now)
        session.commit()
