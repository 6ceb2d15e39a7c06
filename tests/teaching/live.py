"""The tool on 127.0.0.1 with a class in it, and a page on localhost that frames it.

The two host names make the frame cross-site, as it is inside an LMS.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING

from flask import (
    Flask,
    make_response,
    redirect,
    render_template_string,
    request,
    url_for,
)
from werkzeug.serving import make_server

from preventedu import auth
from preventedu.app import create_app
from preventedu.auth import SeatRole
from preventedu.cli import database
from preventedu.courses import opt_outs
from preventedu.courses.models import GradingPolicy
from preventedu.db import get_session, make_engine, make_sessions
from preventedu.lti.models import DeliveryStatus, ResourceLink, ScoreDelivery
from preventedu.settings import Settings
from tests.conftest import SECRET
from tests.teaching.make import (
    SLUG,
    Classroom,
    add_key,
    begin,
    complete,
    enroll,
    make_classroom,
    make_deployment,
    make_district,
    make_seat,
    publish_modules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.lti.models import LtiUser, ToolKey
    from tests.teaching.lms_double import LmsDouble

NAMES = (
    "Ann Bell", "Max Ortiz", "Kim Diaz", "Tuyet Nguyen", "Jo Reed", "Sam Yazzie",
    "Ada Okafor", "Ben Novak", "Cruz Vega", "Dee Hart", "Eli Stone", "Fay Wong",
)  # fmt: skip
FAILED = (("Kim Diaz", "column_gone"), ("Jo Reed", "locked_or_refused"))


@dataclass(frozen=True)
class Live:
    """Where things are."""

    tool: str
    frame: str
    """Put the address of a page of the tool behind it."""

    def seat(self, role: SeatRole, page: str) -> str:
        """Return an address that takes a seat and leads on to a page of it."""
        return f"{self.tool}/test/sit/{role.value}/{page}"


@contextmanager
def serve(app: Flask) -> Iterator[int]:
    """Serve an application on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def live_class(
    folder: Path,
    lessons: dict[str, CompiledModule],
    lms: LmsDouble,
    tool_key: ToolKey,
) -> Iterator[Live]:
    """Serve a class of twelve in all their states."""
    url = f"sqlite:///{folder / 'live.sqlite3'}"
    engine = make_engine(url)
    database.upgrade(engine)
    with make_sessions(engine)() as session:
        publish_modules(session, lessons)
        add_key(session, tool_key)
        room = _fill(session, lms)
        session.commit()
        link_id = room.link.id
    engine.dispose()
    app = create_app(Settings(SECRET, url, folder, allow_loopback_platforms=True))
    with serve(_framing_page()) as outer:
        frame = f"http://localhost:{outer}/?page="
        _let_anybody_sit(app, link_id, f"http://localhost:{outer}")
        with serve(app) as port:
            yield Live(f"http://127.0.0.1:{port}", frame)
    app.extensions["engine"].dispose()


def _fill(session: Session, lms: LmsDouble) -> Classroom:
    deployment = make_deployment(session, lms.url, make_district(session))
    room = make_classroom(session, deployment, lms.url, GradingPolicy.MASTERY)
    users = {}
    for n, name in enumerate(NAMES):
        lms.enrol(f"s-{n}", name)
        if n > 1:
            users[name] = enroll(session, room, f"s-{n}")
    now = datetime.now(UTC)
    opt_outs.record_opt_out(session, users["Sam Yazzie"].learner_id, SLUG, now=now)
    for name, user in users.items():
        if name in ("Ben Novak", "Sam Yazzie"):
            begin(session, room, user, "l1-s4")
        else:
            problem = dict(FAILED).get(name, "")
            _send(session, room, user, problem)
    return room


def _send(session: Session, room: Classroom, user: LtiUser, problem: str) -> None:
    session.add(
        ScoreDelivery(
            resource_link_id=room.link.id,
            lti_user_id=user.id,
            completion_id=complete(session, room, user).id,
            points=100,
            status=DeliveryStatus.FAILED if problem else DeliveryStatus.SENT,
            problem=problem,
            attempts=1,
            due_at=datetime.now(UTC) + timedelta(hours=1),
        )
    )


def _let_anybody_sit(app: Flask, link_id: int, frame_origin: str) -> None:
    """Add the end of a launch: a seat, a cookie, a redirect."""

    def sit(role: str, page: str) -> ResponseReturnValue:
        session = get_session()
        room = _room(session, link_id)
        seat, token = make_seat(
            session, room, SeatRole(role), frame_origin=frame_origin
        )
        address = url_for(f"teaching.{page}", seat_id=seat.id)
        query = request.query_string.decode()
        answer = make_response(redirect(f"{address}?{query}", 303))
        auth.set_cookie(answer, token)
        return answer

    app.add_url_rule("/test/sit/<role>/<page>", view_func=sit)


def _room(session: Session, link_id: int) -> Classroom:
    link = session.get_one(ResourceLink, link_id)
    assert link.context
    assert link.assignment
    deployment = link.deployment
    return Classroom(
        deployment.platform, deployment, link.context, link, link.assignment
    )


def _framing_page() -> Flask:
    outer = Flask(__name__)

    def page() -> str:
        return render_template_string(FRAMING, page=request.args["page"])

    outer.add_url_rule("/", view_func=page)
    return outer


FRAMING = """<!doctype html><html lang="en"><title>A class in an LMS</title>
<link rel="icon" href="data:,"><h1>A class in an LMS</h1>
<iframe title="Lesson" src="{{ page }}" width="1064" height="692"></iframe></html>"""
