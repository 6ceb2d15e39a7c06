"""What a teacher records about who takes part: opt-outs, and consents received."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, redirect, render_template, url_for

from preventedu.courses import consent, opt_outs, survey
from preventedu.courses.assignments import find_assignment
from preventedu.courses.consent_models import OptOutKind
from preventedu.courses.models import GradingPolicy
from preventedu.db import get_reader, get_session
from preventedu.errors import NotFoundError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.lti import users
from preventedu.teaching import consents
from preventedu.teaching.forms import SEALED_LENGTH, ConsentsForm, OptOutForm
from preventedu.teaching.views_shared import expired, frame_of, sealer_of, teacher_of

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from preventedu.auth import Seat
    from preventedu.teaching.assigned import Assigned
    from preventedu.teaching.sealed import SealedStudent
    from preventedu.teaching.views_shared import Desk

SAVED, NOTHING = "saved", "nothing"
"""What the class page says afterwards; see `views_class.NOTICES`."""


def ask_opt_out(seat_id: str) -> ResponseReturnValue:
    """Say what opting out means before it is done. A form, so no address has a name."""
    desk = teacher_of(seat_id)
    form, student = _chosen(desk)
    _check_offered(desk.assigned, form.kind)
    return render_template(
        "teaching/opt_out.html",
        **frame_of(desk),
        form=form,
        student=student,
        is_survey=form.kind is OptOutKind.SURVEY,
        graded_by_mastery=desk.assigned.grading is GradingPolicy.MASTERY,
    )


def opt_out(seat_id: str) -> ResponseReturnValue:
    """Record that a student takes no part; also one who never launched."""
    desk = teacher_of(seat_id)
    form, student = _chosen(desk)
    _check_offered(desk.assigned, form.kind)
    session, slug = get_session(), desk.assigned.module.slug
    platform_id = desk.seat.platform_id
    user = users.lti_user(session, platform_id, student.subject, now=desk.now)
    if form.kind is OptOutKind.SURVEY:
        survey.record_survey_opt_out(session, user.learner_id, slug, now=desk.now)
    else:
        opt_outs.record_opt_out(session, user.learner_id, slug, now=desk.now)
    session.commit()
    return _back(desk.seat, SAVED)


def opt_in(seat_id: str) -> ResponseReturnValue:
    """Let a student take part again."""
    desk = teacher_of(seat_id)
    form, student = _chosen(desk)
    session, slug = get_session(), desk.assigned.module.slug
    user = users.find_lti_user(session, desk.seat.platform_id, student.subject)
    if user is not None and form.kind is OptOutKind.SURVEY:
        survey.withdraw_survey_opt_out(session, user.learner_id, slug, now=desk.now)
    elif user is not None:
        opt_outs.withdraw_opt_out(session, user.learner_id, slug, now=desk.now)
    session.commit()
    return _back(desk.seat, SAVED)


def record_consents(seat_id: str) -> ResponseReturnValue:
    """Record the letters that came back, many students at once."""
    desk = teacher_of(seat_id)
    form = ConsentsForm()
    if not form.is_submitted_and_valid():
        raise expired()
    _check_asks_first(desk.assigned, now=desk.now)
    sealed = form.students.data or []
    if not sealed:
        return _back(desk.seat, NOTHING)
    if any(len(each) > SEALED_LENGTH for each in sealed):
        raise expired()
    sealer = sealer_of(desk.seat)
    subjects = [sealer.open(each, now=desk.now).subject for each in sealed]
    session = get_session()
    consents.record_consents(
        session, desk.assigned, desk.seat.platform_id, subjects, now=desk.now
    )
    session.commit()
    return _back(desk.seat, SAVED)


def ask_withdrawal(seat_id: str) -> ResponseReturnValue:
    """Say what taking a consent back means before it is done."""
    desk = teacher_of(seat_id)
    form, student = _chosen(desk)
    return render_template(
        "teaching/withdraw_consent.html", **frame_of(desk), form=form, student=student
    )


def withdraw_consent(seat_id: str) -> ResponseReturnValue:
    """Take the consent for a student back."""
    desk = teacher_of(seat_id)
    _form, student = _chosen(desk)
    session, slug = get_session(), desk.assigned.module.slug
    user = users.find_lti_user(session, desk.seat.platform_id, student.subject)
    if user is not None:
        consent.withdraw_consent(session, user.learner_id, slug, now=desk.now)
    session.commit()
    return _back(desk.seat, SAVED)


def address_of_other(assigned: Assigned) -> str:
    """Return the address of a link that gives the alternative to everybody, or ""."""
    if assigned.alternative is None:
        return ""
    launch = current_app.config["SETTINGS"].public_url + url_for("lti.launch")
    return f"{launch}?module={assigned.alternative.slug}"


def _chosen(desk: Desk) -> tuple[OptOutForm, SealedStudent]:
    form = OptOutForm()
    if not form.is_submitted_and_valid():
        raise expired()
    return form, sealer_of(desk.seat).open(str(form.student.data), now=desk.now)


def _check_offered(assigned: Assigned, kind: OptOutKind) -> None:
    if kind is OptOutKind.LESSON and assigned.alternative is None:
        raise NotFoundError(_("There is no other lesson for these grades yet."))
    if kind is OptOutKind.SURVEY and assigned.module.prepost is None:
        raise RefusedError(_("This lesson asks no questions before or after it."))


def _check_asks_first(assigned: Assigned, *, now: datetime) -> None:
    reader = get_reader()
    assignment = find_assignment(reader, assigned.assignment_id)
    if not consents.asks_first(consent.terms_of(reader, assignment, now=now)):
        raise RefusedError(
            _("Your district does not ask for consent before this lesson.")
        )


def _back(seat: Seat, said: str) -> Response:
    return redirect(url_for("teaching.class_page", seat_id=seat.id, said=said), 303)
