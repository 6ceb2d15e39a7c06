"""Pages beside the lesson: preview, waiting, away; text settings; pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, jsonify, redirect, render_template, request, url_for

from preventedu.auth import SeatRole, current_seat
from preventedu.courses import catalog, grading, player, reading, views_slots
from preventedu.courses.assignments import find_assignment
from preventedu.courses.events import MAX_ROW_ID, parse_batch
from preventedu.courses.models import GradingPolicy, ModuleVersion
from preventedu.courses.views import (
    LEFT_COOKIE,
    bp,
    check_token,
    graded_json,
    keep_choice,
    keep_language,
    posted_json,
    show,
)
from preventedu.db import get_reader
from preventedu.errors import NotFoundError
from preventedu.i18n import gettext as _
from preventedu.i18n import language
from preventedu.security import ANYBODY, STATIC_AGE, frame_by

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat
    from preventedu.courses.models import Assignment

__all__ = ["bp"]

LOOKERS = (SeatRole.TEACHER, SeatRole.OBSERVER, SeatRole.GUEST)


@bp.get("/s/<seat_id>/preview")
def preview(seat_id: str) -> ResponseReturnValue:
    """Show a module as a learner sees it, with every question; keep nothing."""
    seat = current_seat(seat_id, *LOOKERS)
    given = _given(seat)
    version = _looked_at(given)
    module = catalog.load(version)
    shown = player.Shown(
        version_id=version.id,
        title=module.lms_title,
        mode=player.Mode.PREVIEW,
        counts_answers=given is not None
        and given.module_slug == version.slug
        and given.grading is GradingPolicy.MASTERY,
    )
    return show(player.lesson_page(module, shown, language()), seat)


@bp.post("/s/<seat_id>/preview/events")
def preview_events(seat_id: str) -> ResponseReturnValue:
    """Grade the answers of a preview, so that feedback can be read; keep nothing."""
    current_seat(seat_id, *LOOKERS)
    check_token(request.headers.get("X-CSRF-Token", ""))
    batch = parse_batch(posted_json())
    version = get_reader().get(ModuleVersion, batch.version_id)
    if version is None:
        raise NotFoundError(_("This lesson does not exist here."))
    module = catalog.load(version)
    spoken = batch.language if batch.language in module.languages else "en"
    graded = grading.grade_unkept(module, spoken, batch.answers)
    return jsonify(
        saved=[event.id for event in batch.events],
        ignored={},
        closed=False,
        graded=graded_json(graded),
    )


@bp.get("/s/<seat_id>/waiting")
def waiting(seat_id: str) -> ResponseReturnValue:
    """Say that no lesson is chosen yet; open it as soon as one is."""
    seat = current_seat(seat_id)
    chosen = views_slots.assignment_id_of(get_reader(), seat)
    if chosen is not None and seat.learns:
        return redirect(url_for("courses.lesson", seat_id=seat.id), 303)
    return keep_language(Response(render_template("courses/waiting.html", seat=seat)))


@bp.post("/s/<seat_id>/settings")
def settings(seat_id: str) -> ResponseReturnValue:
    """Keep how this reader wants the text."""
    seat = current_seat(seat_id)
    check_token(request.form.get("csrf_token", ""))
    if "X-Quiet" in request.headers:
        response = Response(status=HTTPStatus.NO_CONTENT)
    else:
        response = Response(status=HTTPStatus.SEE_OTHER)
        response.location = _page_of(seat)
    choices = reading.to_cookie(reading.read(request.form))
    keep_choice(response, reading.COOKIE, choices)
    return response


@bp.get(f"/pictures/<int(max={MAX_ROW_ID}):version_id>/<digest>.svg")
def picture(version_id: int, digest: str) -> ResponseReturnValue:
    """Serve a picture of a module; its address says nothing about the lesson."""
    version = get_reader().get(ModuleVersion, version_id)
    if version is None:
        raise NotFoundError(_("There is no picture at this address."))
    for asset in catalog.load(version).assets.values():
        if asset.sha256.startswith(digest):
            response = Response(asset.text, mimetype=asset.media_type)
            response.cache_control.public = True
            response.cache_control.max_age = STATIC_AGE
            response.cache_control.immutable = True
            return response
    raise NotFoundError(_("There is no picture at this address."))


@bp.get("/away")
def away() -> ResponseReturnValue:
    """Show a page that says nothing: where Leave goes without script.

    It asks for no seat and no cookie, and no log may name it. The link of a learner's
    page leaves the time on the device, so that Back opens no lesson (`lesson`).
    """
    frame_by(ANYBODY)
    response = Response(render_template("courses/away.html"))
    if "now" in request.args:
        keep_choice(response, LEFT_COOKIE, str(datetime.now(UTC).timestamp()))
    return response


def _given(seat: Seat) -> Assignment | None:
    """Return what the class of the seat was given, if anything."""
    reader = get_reader()
    assignment_id = views_slots.assignment_id_of(reader, seat)
    return find_assignment(reader, assignment_id) if assignment_id else None


def _looked_at(given: Assignment | None) -> ModuleVersion:
    slug = request.args.get("module", "")
    if not slug:
        if given is None:
            raise NotFoundError(_("No lesson has been chosen here yet."))
        slug = given.module_slug
    return catalog.module_version(get_reader(), slug)


def _page_of(seat: Seat) -> str:
    if seat.learns:
        return url_for("courses.lesson", seat_id=seat.id)
    slug = request.form.get("module", "")
    return url_for("courses.preview", seat_id=seat.id, module=slug or None)
