"""Before a sensitive lesson: the step in which a teacher confirms and names the date.

It stands between choosing a lesson and giving it to the class, also for a link that
names its lesson or was copied with one; a class that has the lesson gets a new date
on the same page.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect, render_template, request, url_for

from preventedu.auth import SeatRole, current_seat
from preventedu.courses import catalog, labels, lesson_days, readiness
from preventedu.courses.models import GradingPolicy
from preventedu.courses.readiness import Confirmation
from preventedu.db import get_reader, get_session
from preventedu.errors import NotFoundError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.lti import deep_linking, views_adding
from preventedu.lti.deep_linking import Choice
from preventedu.lti.forms import ReadyForm

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat
    from preventedu.courses.lesson_days import Worry
    from preventedu.lti.models import DeepLinkRequest


def add_to(bp: Blueprint) -> None:
    """Add the step to the room's blueprint."""
    bp.add_url_rule("/s/<seat_id>/ready", "ready", ready, methods=["GET", "POST"])


def ready(seat_id: str) -> ResponseReturnValue:
    """Let a teacher confirm that the class is prepared, for one lesson at a time."""
    seat = current_seat(seat_id, SeatRole.TEACHER)
    asked = deep_linking.request_of(get_reader(), seat)
    choice, slug = _asked_for(seat, asked)
    if not slug:
        return redirect(url_for("lti.pick", seat_id=seat.id), HTTPStatus.SEE_OTHER)
    if request.method == "GET":
        return _ask(seat, choice, slug)
    form = ReadyForm()
    if not form.is_submitted_and_valid():
        return _show(form, seat, choice, slug)
    form.module.data = slug
    return _checked(form, seat, asked, choice)


def _checked(
    form: ReadyForm, seat: Seat, asked: DeepLinkRequest | None, choice: Choice
) -> ResponseReturnValue:
    """Warn once about the day; then keep the confirmation and go on."""
    slug, given = str(form.module.data), _filled_in(form, seat)
    worries = _worries(seat, slug, given.teaching_on)
    if worries and form.warned.data != str(given.teaching_on):
        return _show(form, seat, choice, slug, worries)
    session, course_id = get_session(), deep_linking.course_of(seat)
    try:
        readiness.confirm(session, course_id, slug, given, now=datetime.now(UTC))
    except RefusedError as error:
        return _show(form, seat, choice, slug, problem=str(error))
    if _given(seat) is None:
        return next_step(seat, asked, choice)
    session.commit()
    return views_adding.to_class(seat, said="saved")


def next_step(
    seat: Seat, asked: DeepLinkRequest | None, choice: Choice
) -> ResponseReturnValue:
    """Ask for the next chosen lesson that needs it, or give all to the class."""
    session, now = get_session(), datetime.now(UTC)
    course_id = deep_linking.course_of(seat)
    for slug in choice.slugs:
        if not readiness.may_be_taught(session, course_id, slug, now=now):
            session.commit()
            return _ask(seat, choice, slug)
    return views_adding.add(seat, asked, choice)


def _asked_for(seat: Seat, asked: DeepLinkRequest | None) -> tuple[Choice, str]:
    """Return what was chosen and which of it is confirmed now; or no slug at all.

    A class that has its lesson, and a link that awaits one, need no choice.
    """
    posted = tuple(request.form.getlist("modules"))
    slug = request.form.get("module", "")
    link = deep_linking.link_of(get_reader(), seat)
    given = _given(seat)
    if given is not None:
        return Choice((given,), GradingPolicy.COMPLETION), given
    if slug and slug in posted:
        one_only = asked is None
        return Choice((slug,) if one_only else posted, _grading()), slug
    if asked is None and link is not None and link.awaited_module:
        grading = link.awaited_grading or GradingPolicy.COMPLETION
        return Choice((link.awaited_module,), grading), link.awaited_module
    return Choice((), GradingPolicy.COMPLETION), ""


def _given(seat: Seat) -> str | None:
    """Return the lesson that the class of the seat's link has, if it has one."""
    link = deep_linking.link_of(get_reader(), seat)
    if link is None or link.assignment is None:
        return None
    if link.assignment.course_id != seat.course_id:
        raise NotFoundError(_("No lesson has been chosen here yet."))
    return link.assignment.module_slug


def _grading() -> GradingPolicy:
    text = request.form.get("grading", "")
    known = {policy.value: policy for policy in GradingPolicy}
    return known.get(text, GradingPolicy.COMPLETION)


def _filled_in(form: ReadyForm, seat: Seat) -> Confirmation:
    return Confirmation(
        class_label=str(form.class_label.data),
        teaching_on=form.teaching_on.data or date.min,
        lti_user_id=seat.lti_user_id,
    )


def _worries(seat: Seat, slug: str, day: date) -> tuple[Worry, ...]:
    session, now = get_reader(), datetime.now(UTC)
    around = readiness.precautions_of(session, deep_linking.course_of(seat), now=now)
    if around.lea is None or day < around.today:
        return ()
    band = catalog.module_version(session, slug).grade_band
    return lesson_days.worries(session, around.lea.id, band, day, around.today)


def _ask(seat: Seat, choice: Choice, slug: str) -> ResponseReturnValue:
    """Show the step as it begins: nothing is ticked."""
    form = ReadyForm()
    course_id = deep_linking.course_of(seat)
    form.ask_for(slug, readiness.latest(get_reader(), course_id, slug))
    return _show(form, seat, choice, slug)


def _show(
    form: ReadyForm,
    seat: Seat,
    choice: Choice,
    slug: str,
    worries: tuple[Worry, ...] = (),
    problem: str = "",
) -> ResponseReturnValue:
    session, course_id = get_reader(), deep_linking.course_of(seat)
    version = catalog.module_version(session, slug)
    around = readiness.precautions_of(session, course_id, now=datetime.now(UTC))
    if worries:
        form.warned.data = str(form.teaching_on.data)
    is_sensitive = readiness.is_sensitive(version)
    return render_template(
        "lti/ready.html",
        form=form,
        seat=seat,
        choice=choice,
        module=catalog.load(version),
        around=around,
        is_stopped=is_sensitive and bool(around.missing),
        is_sensitive=is_sensitive,
        labels=labels,
        has_lesson=_given(seat) is not None,
        worries=worries,
        problem=problem,
    )
