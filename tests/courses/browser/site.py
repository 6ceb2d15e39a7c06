"""The application on 127.0.0.1 inside a page of another site, localhost."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Flask, Response, redirect, request
from werkzeug.serving import WSGIRequestHandler, make_server

from preventedu import auth
from preventedu.app import create_app
from preventedu.auth import SeatRole
from preventedu.cli import database
from preventedu.courses import catalog
from preventedu.courses.models import GradingPolicy
from preventedu.db import make_engine
from preventedu.settings import Settings
from tests.conftest import NOW, SECRET
from tests.courses.make import (
    BALANCE,
    GARDEN,
    GROOMING,
    HELPERS,
    make_assignment,
    make_link,
    make_seat,
    real_module,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session, sessionmaker


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Say nothing: these tests look at the browser."""


@contextmanager
def serving(app: Flask, host: str) -> Iterator[str]:
    """Serve an application in threads; gives its origin."""
    server = make_server(host, 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Visit:
    """A person let in: the address to open and what stands behind it."""

    url: str
    """Sets the cookie as a launch does, then opens the first page."""
    seat_id: str
    learner_id: str | None
    assignment_id: str


@dataclass
class Site:
    """The tool and the page of the LMS around it."""

    app: Flask
    origin: str = ""
    lms: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def sessions(self) -> sessionmaker[Session]:
        """Make sessions on the tool's database."""
        maker: sessionmaker[Session] = self.app.extensions["writers"]
        return maker

    def framed(self, url: str) -> str:
        """Return the address of a page of the LMS that frames `url`."""
        return f"{self.lms}/frame?src={url}"

    def let_in(
        self,
        slug: str,
        role: SeatRole = SeatRole.LEARNER,
        grading: GradingPolicy = GradingPolicy.COMPLETION,
    ) -> Visit:
        """Give a module to a new class and let one person in."""
        with self.sessions() as session, self.app.app_context():
            assignment = make_assignment(session, real_module(slug), grading)
            link = make_link(session, assignment, assignment.course)
            seat, cookie = make_seat(session, link, role, frame_origin=self.lms)
            session.commit()
            self.cookies[seat.id] = cookie
            url = f"{self.origin}/enter/{seat.id}"
            return Visit(url, seat.id, seat.learner_id, assignment.id)


def make_site(folder: Path) -> Site:
    """Build the tool on an empty database with the real modules."""
    url = f"sqlite:///{folder / 'browser.sqlite3'}"
    engine = make_engine(url)
    database.upgrade(engine)
    engine.dispose()
    settings = Settings(secret_key=SECRET, database_url=url, data_dir=folder)
    site = Site(create_app(settings))
    with site.sessions() as session:
        for slug in (GROOMING, HELPERS, BALANCE, GARDEN):
            catalog.publish(session, real_module(slug), now=NOW)
        session.commit()
    site.app.add_url_rule("/enter/<seat_id>", view_func=_entrance(site))
    return site


def make_lms() -> Flask:
    """A page of another site with a frame, as an LMS has."""
    lms = Flask("lms-around-the-lesson")

    @lms.get("/frame")
    def frame() -> str:
        src = request.args["src"]
        return (
            "<!doctype html><html lang=en><title>Class</title>"
            "<style>*{margin:0;border:0}iframe{display:block;width:100vw;height:100vh}</style>"
            f"<iframe title=Lesson src='{src}'></iframe>"
        )

    return lms


def _entrance(site: Site) -> Callable[[str], ResponseReturnValue]:
    def enter(seat_id: str) -> ResponseReturnValue:
        pages = {"learner": "lesson", "test-learner": "lesson"}
        with site.sessions() as session:
            seat = session.get_one(auth.Seat, seat_id)
            page = pages.get(seat.role, "preview")
        query = request.query_string.decode()
        target = f"/s/{seat_id}/{page}" + (f"?{query}" if query else "")
        response = redirect(target, 303)
        if not isinstance(response, Response):
            raise TypeError(response)
        auth.set_cookie(response, site.cookies[seat_id])
        return response

    return enter
