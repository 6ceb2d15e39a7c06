"""The lesson in a learner's browser: open it, save what happens, finish it."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import (
    Blueprint,
    Response,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)

from preventedu.auth import SeatRole, current_seat
from preventedu.courses import (
    assignments,
    catalog,
    player,
    progress,
    reading,
    sittings,
    views_slots,
)
from preventedu.courses.events import Batch, parse_batch
from preventedu.courses.grade_line import grade_line
from preventedu.courses.views_slots import acknowledgements
from preventedu.db import get_reader, get_session
from preventedu.errors import NotAllowedError
from preventedu.forms import csrf_token, is_csrf_token
from preventedu.i18n import LANGUAGE_COOKIE, LANGUAGES, language
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from preventedu.courses.acknowledgement import Acknowledgement
    from preventedu.courses.assignments import Taking
    from preventedu.courses.grading import Graded
    from preventedu.courses.player import LessonPage
    from preventedu.courses.progress import Saved
    from preventedu.courses.sittings import Standing

bp = Blueprint("courses", __name__, template_folder="templates")
bp.add_app_template_global(csrf_token, "csrf_token")
LEARNERS = (SeatRole.LEARNER, SeatRole.TEST_LEARNER)
LEFT_COOKIE = "__Host-preventedu-left"
"""When Leave was used without script; on the device only, while the browser is open."""


@bp.get("/s/<seat_id>/lesson")
def lesson(seat_id: str) -> ResponseReturnValue:
    """Show the lesson of the learner's link, or say that none is chosen yet."""
    seat = current_seat(seat_id, *LEARNERS)
    if _has_left(seat):
        return redirect(url_for("courses.away"), 303)
    reader = get_reader()
    who = _taking(reader, seat)
    if who is None:
        return redirect(url_for("courses.waiting", seat_id=seat.id), 303)
    standing = sittings.stand(reader, who)
    if standing.is_new:
        _begin(seat)
    return show(
        _page_of(reader, standing),
        seat,
        done_line=_done_line(reader, seat, standing),
        acks=_on_learner_screens(reader, who.assignment.id),
    )


@bp.post("/s/<seat_id>/lesson/events")
def events(seat_id: str) -> ResponseReturnValue:
    """Keep what the page reports, and say what is kept."""
    seat = current_seat(seat_id, *LEARNERS)
    check_token(request.headers.get("X-CSRF-Token", ""))
    batch = parse_batch(posted_json())
    session = get_session()
    who = _required(_taking(session, seat))
    saved = progress.save_events(session, who, batch, now=datetime.now(UTC))
    session.commit()
    return jsonify(_reply(session, seat, who, saved))


@bp.post("/s/<seat_id>/lesson/answers")
def answers(seat_id: str) -> ResponseReturnValue:
    """Keep the answers of a form, for browsers without script."""
    seat = current_seat(seat_id, *LEARNERS)
    batch = _posted_batch()
    session = get_session()
    who = _required(_taking(session, seat))
    progress.save_events(session, who, batch, now=datetime.now(UTC))
    session.commit()
    return _back_to_lesson(seat, request.form.get("step", ""))


@bp.post("/s/<seat_id>/lesson/finish")
def finish(seat_id: str) -> ResponseReturnValue:
    """Finish the lesson, for browsers without script."""
    seat = current_seat(seat_id, *LEARNERS)
    batch = _posted_batch()
    session = get_session()
    who = _required(_taking(session, seat))
    try:
        progress.finish(session, who, batch, now=datetime.now(UTC))
    except progress.ClosedError:
        return _back_to_lesson(seat, "")
    session.commit()
    return _back_to_lesson(seat, "done")


def posted_json() -> object:
    """Return the JSON of this request; None if it is none, or nested absurdly deep."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def show(
    page: LessonPage,
    seat: Seat,
    *,
    done_line: str = "",
    acks: tuple[Acknowledgement, ...] = (),
) -> Response:
    """Return the page of a lesson, with the reader's language and text settings."""
    template = "courses/k2.html" if page.is_for_youngest else "courses/lesson.html"
    html = render_template(
        template,
        page=page,
        seat=seat,
        done_line=done_line,
        acks=acks,
        reading=reading.from_cookie(request.cookies.get(reading.COOKIE, "")),
        reading_choices=reading.CHOICES,
    )
    return keep_language(Response(html))


def keep_language(response: Response) -> Response:
    """Remember a language asked for by link, while this browser is open."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        keep_choice(response, LANGUAGE_COOKIE, asked)
    return response


def keep_choice(response: Response, name: str, value: str) -> None:
    """Set a cookie that holds a choice of display and nothing else."""
    response.set_cookie(
        name, value, secure=True, httponly=True, samesite="None", partitioned=True
    )


def check_token(token: str) -> None:
    """Refuse a request that another site or seat sent.

    Raises:
        NotAllowedError: The token is not of a page of this seat.
    """
    if not is_csrf_token(token):
        raise NotAllowedError(_("This form has expired. Load the page again."))


def graded_json(graded: dict[str, Graded]) -> dict[str, Any]:
    """Return what the page needs to show feedback."""
    return {question: asdict(each) for question, each in graded.items()}


def _has_left(seat: Seat) -> bool:
    """Tell whether the reader left since this launch: Back shows no lesson again."""
    try:
        left_at = float(request.cookies.get(LEFT_COOKIE, ""))
    except ValueError:
        return False
    return seat.granted_at.timestamp() <= left_at


def _taking(session: Session, seat: Seat) -> Taking | None:
    assignment_id = views_slots.assignment_id_of(session, seat)
    if assignment_id is None or seat.learner_id is None:
        return None
    return assignments.taking(
        session,
        seat.learner_id,
        assignments.find_assignment(session, assignment_id),
        is_test=seat.role is SeatRole.TEST_LEARNER,
        now=datetime.now(UTC),
    )


def _required(who: Taking | None) -> Taking:
    if who is None:
        raise NotAllowedError(_("Your teacher has not chosen a lesson yet."))
    return who


def _begin(seat: Seat) -> None:
    session = get_session()
    who = _required(_taking(session, seat))
    # Looked at again: another tab may have begun, and even finished, meanwhile.
    if sittings.stand(session, who).is_new:
        progress.open_attempt(session, who, language(), now=datetime.now(UTC))
    session.commit()


def _page_of(session: Session, standing: Standing) -> LessonPage:
    assigned = catalog.module_version(session, standing.who.assignment.module_slug)
    module = catalog.load(standing.version)
    finished = standing.is_finished
    shown = player.Shown(
        version_id=standing.version.id,
        # The other lesson stands behind the same title: nobody can tell by it.
        title=catalog.load(assigned).lms_title,
        mode=player.Mode.REVIEW if finished else player.Mode.LEARN,
        seed=standing.seed,
        sitting=standing.sitting,
        reached=standing.attempt.screen if standing.attempt else "",
        answers=standing.answers,
        counts_answers=assignments.counts_answers(standing.who),
        has_survey=standing.who.has_survey,
    )
    return player.lesson_page(module, shown, language())


def _done_line(session: Session, seat: Seat, standing: Standing) -> str:
    if standing.completion is None or not standing.is_finished:
        return ""
    return grade_line(
        standing.completion,
        standing.who.assignment.grading,
        views_slots.gradebook_of(session, seat),
    )


def _on_learner_screens(
    session: Session, assignment_id: str
) -> tuple[Acknowledgement, ...]:
    today = datetime.now(UTC).date()
    found = acknowledgements(session, assignment_id, today)
    return tuple(each for each in found if each.on_learner_screens)


def _posted_batch() -> Batch:
    """Read the form of a page without script as the batch it stands for."""
    check_token(request.form.get("csrf_token", ""))
    phase = request.form.get("phase", "")
    given = [
        {
            "id": str(uuid.uuid4()),
            "t": "answer",
            "q": name[2:],
            "phase": phase,
            "a": chosen,
        }
        for name, chosen in request.form.lists()
        if name.startswith("q-")
    ]
    return parse_batch(
        {
            "version": request.form.get("version", 0, int),
            "sitting": request.form.get("sitting", -1, int),
            "lang": language(),
            "events": given,
        }
    )


def _back_to_lesson(seat: Seat, step: str) -> ResponseReturnValue:
    anchor = step if step.replace("-", "").isalnum() else None
    return redirect(url_for("courses.lesson", seat_id=seat.id, _anchor=anchor), 303)


def _reply(session: Session, seat: Seat, who: Taking, saved: Saved) -> dict[str, Any]:
    reply: dict[str, Any] = {
        "saved": saved.saved,
        "ignored": saved.ignored,
        "closed": saved.is_closed,
        "graded": graded_json(saved.graded),
    }
    if saved.completion is not None:
        gradebook = views_slots.gradebook_of(session, seat)
        policy = who.assignment.grading
        reply["done"] = grade_line(saved.completion, policy, gradebook)
    return reply
