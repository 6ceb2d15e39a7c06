"""Presenter sessions of a class: recorded by its teacher, corrected by new rows."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import current_app, redirect, render_template, request, url_for

from preventedu.courses import sessions
from preventedu.courses.session_models import PresenterKind, SessionMode
from preventedu.courses.sessions import Held, Note
from preventedu.db import get_reader, get_session
from preventedu.errors import NotAllowedError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.i18n import lazy_gettext
from preventedu.teaching.forms import MODES, ConfirmForm, SessionForm
from preventedu.teaching.views_shared import expired, frame_of, teacher_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.courses.session_models import PresenterSession
    from preventedu.courses.sessions import Presenter
    from preventedu.teaching.views_shared import Desk

    PresenterSource = Callable[[Session, str, date, date], Sequence[Presenter]]

PRESENTER_SLOT = "teaching.presenters"
"""(session, assignment id, first day, last day) -> partners whose agreement says that
they present to the class on some of these days. `app` fills it: `grants` knows."""
RECORDED, CORRECTED, TAKEN_BACK = "recorded", "corrected", "taken-back"
NOTICES = {
    RECORDED: lazy_gettext("The session is recorded."),
    CORRECTED: lazy_gettext("The session is corrected."),
    TAKEN_BACK: lazy_gettext("The session is taken back and no longer counted."),
}
EDUCATOR = PresenterKind.EDUCATOR.value


def listing(seat_id: str) -> ResponseReturnValue:
    """Show the sessions of this class, and the form for another one."""
    desk = teacher_of(seat_id)
    form = SessionForm(
        held_on=desk.today, mode=SessionMode.IN_PERSON.value, presenter=EDUCATOR
    )
    return _page(desk, form)


def record(seat_id: str) -> ResponseReturnValue:
    """Record a session."""
    desk = teacher_of(seat_id)
    if desk.seat.is_test:
        raise NotAllowedError(
            _(
                "This is a trial copy of the LMS: nothing from it counts. Record "
                "sessions where your class really is."
            )
        )
    form = SessionForm()
    form.presenter.choices = _choices(desk)
    held = _held(desk, form)
    if held is None:
        return _page(desk, form), HTTPStatus.BAD_REQUEST
    session = get_session()
    sessions.record(session, _note(desk), held, now=desk.now)
    session.commit()
    return _back(seat_id, RECORDED)


def one(seat_id: str, session_id: int) -> ResponseReturnValue:
    """Show one session with a form to correct it or to take it back."""
    desk = teacher_of(seat_id)
    found = sessions.find(get_reader(), session_id, desk.assigned.assignment_id)
    form = SessionForm(
        held_on=found.held_on,
        mode=found.mode.value,
        presenter=_key(found),
        headcount=found.headcount,
    )
    return _one_page(desk, found, form)


def correct(seat_id: str, session_id: int) -> ResponseReturnValue:
    """Record what a session was instead."""
    desk = teacher_of(seat_id)
    found = sessions.find(get_reader(), session_id, desk.assigned.assignment_id)
    form = SessionForm()
    form.presenter.choices = _choices(desk, found)
    held = _held(desk, form, found)
    if held is None:
        return _one_page(desk, found, form), HTTPStatus.BAD_REQUEST
    session = get_session()
    sessions.correct(session, session_id, _note(desk), held, now=desk.now)
    session.commit()
    return _back(seat_id, CORRECTED)


def take_back(seat_id: str, session_id: int) -> ResponseReturnValue:
    """Say that a session did not take place."""
    desk = teacher_of(seat_id)
    if not ConfirmForm().is_submitted_and_valid():
        raise expired()
    session = get_session()
    sessions.take_back(session, session_id, _note(desk), now=desk.now)
    session.commit()
    return _back(seat_id, TAKEN_BACK)


def _held(
    desk: Desk, form: SessionForm, earlier: PresenterSession | None = None
) -> Held | None:
    """Return what the form says; None where it cannot be, with the reasons in it.

    Raises:
        RefusedError: The form has expired.
    """
    if not form.is_submitted_and_valid():
        if form.errors.get("csrf_token"):
            raise expired()
        return None
    kind, _dash, number = str(form.presenter.data).partition("-")
    held = Held(
        held_on=form.held_on.data or desk.today,
        mode=SessionMode(form.mode.data),
        presenter=PresenterKind(kind),
        organization_id=int(number) if number else None,
        headcount=form.headcount.data or 0,
    )
    try:
        sessions.check(held, desk.today)
    except RefusedError as error:
        form.held_on.errors = [str(error)]
        return None
    if not _may_present(desk, held, earlier):
        form.presenter.errors = [
            _("No agreement says that this partner presents to your class on that day.")
        ]
        return None
    return held


def _may_present(desk: Desk, held: Held, earlier: PresenterSession | None) -> bool:
    if held.organization_id is None:
        return True
    unchanged = earlier is not None and (earlier.organization_id, earlier.held_on) == (
        held.organization_id,
        held.held_on,
    )
    # What was right when it was recorded stays right: only the number is corrected.
    found = _presenters(desk, held.held_on, held.held_on)
    return unchanged or held.organization_id in {p.organization_id for p in found}


def _presenters(desk: Desk, first: date, last: date) -> Sequence[Presenter]:
    source: PresenterSource | None = current_app.extensions.get(PRESENTER_SLOT)
    if source is None:
        return ()
    return source(get_reader(), desk.assigned.assignment_id, first, last)


def _choices(desk: Desk, earlier: PresenterSession | None = None) -> dict[str, str]:
    first = desk.today - sessions.LONGEST_AGO
    found = {
        f"{PresenterKind.PARTNER.value}-{each.organization_id}": each.name
        for each in _presenters(desk, first, desk.today)
    }
    if earlier is not None and earlier.organization is not None:
        found[_key(earlier)] = earlier.organization.name
    return {EDUCATOR: str(_("A teacher or counselor of the school")), **found}


def _key(row: PresenterSession) -> str:
    kind = row.presenter.value
    return f"{kind}-{row.organization_id}" if row.organization_id else kind


def _note(desk: Desk) -> Note:
    return Note(desk.assigned.assignment_id, desk.seat.lti_user_id, desk.today)


def _page(desk: Desk, form: SessionForm) -> str:
    form.presenter.choices = _choices(desk)
    return render_template(
        "teaching/sessions.html",
        **frame_of(desk),
        form=form,
        held=sessions.of_assignment(get_reader(), desk.assigned.assignment_id),
        modes=MODES,
        today=desk.today,
        notice=NOTICES.get(request.args.get("said", "")),
    )


def _one_page(desk: Desk, found: PresenterSession, form: SessionForm) -> str:
    form.presenter.choices = _choices(desk, found)
    return render_template(
        "teaching/session.html",
        **frame_of(desk),
        form=form,
        found=found,
        modes=MODES,
        today=desk.today,
    )


def _back(seat_id: str, said: str) -> ResponseReturnValue:
    return redirect(url_for("teaching.sessions", seat_id=seat_id, said=said), 303)
