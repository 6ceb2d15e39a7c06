"""The picker: a teacher chooses lessons for a course, or the lesson of one link."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from preventedu.auth import SeatRole, current_seat
from preventedu.courses.models import GradingPolicy
from preventedu.db import get_reader
from preventedu.i18n import gettext as _
from preventedu.i18n import language
from preventedu.lti import deep_linking, picker, views_adding, views_ready
from preventedu.lti.deep_linking import Choice
from preventedu.lti.forms import PickForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat
    from preventedu.lti.models import DeepLinkRequest


def add_to(bp: Blueprint) -> None:
    """Add the picker and its last step to the room's blueprint."""
    bp.add_url_rule("/s/<seat_id>/pick", "pick", pick, methods=["GET", "POST"])
    views_ready.add_to(bp)


def pick(seat_id: str) -> ResponseReturnValue:
    """Let a teacher choose lessons."""
    seat = current_seat(seat_id, SeatRole.TEACHER)
    session = get_reader()
    asked = deep_linking.request_of(session, seat)
    link = deep_linking.link_of(session, seat)
    if asked is None and (link is None or link.assignment_id is not None):
        return views_adding.to_class(seat)
    if link is not None and link.awaited_module and not request.values:
        return redirect(url_for("lti.ready", seat_id=seat.id), HTTPStatus.SEE_OTHER)
    form = PickForm()
    listed = picker.offers(session, deep_linking.lea_of(session, seat), language())
    form.modules.choices = {o.slug: o.title for o in listed if o.may_assign}
    if not form.is_submitted_and_valid() or form.narrow.data:
        return _show(form, listed, seat, asked)
    if form.cancel.data:
        return _cancel(seat, asked)
    if problem := _problem(form, listed, asked):
        return _show(form, listed, seat, asked, problem)
    return views_ready.next_step(seat, asked, _choice(form))


def _cancel(seat: Seat, asked: DeepLinkRequest | None) -> ResponseReturnValue:
    if asked is None:
        return redirect(
            url_for("courses.waiting", seat_id=seat.id), HTTPStatus.SEE_OTHER
        )
    nothing = Choice((), GradingPolicy.COMPLETION)
    return views_adding.send_back(seat, asked, nothing)


def _choice(form: PickForm) -> Choice:
    return Choice(form.modules.data or (), GradingPolicy(form.grading.data))


def _problem(
    form: PickForm, listed: list[picker.Offer], asked: DeepLinkRequest | None
) -> str:
    """Return what the teacher has to change first, if anything."""
    chosen = [offer for offer in listed if offer.slug in (form.modules.data or ())]
    if asked is not None and not asked.accepts_links:
        return str(_("Your LMS cannot take lesson links at this place."))
    if not chosen:
        return str(_("Choose a lesson first."))
    if len(chosen) > 1 and not _takes_many(asked):
        return str(_("Choose one lesson only."))
    if form.grading.data == GradingPolicy.MASTERY.value:
        silent = [offer.title for offer in chosen if not offer.has_questions]
        if silent:
            words = _(
                "%(title)s asks no questions at the end: choose points for finishing."
            )
            return str(words % {"title": silent[0]})
    return ""


def _takes_many(asked: DeepLinkRequest | None) -> bool:
    return asked is not None and asked.accepts_multiple


def _show(
    form: PickForm,
    listed: list[picker.Offer],
    seat: Seat,
    asked: DeepLinkRequest | None,
    problem: str = "",
) -> ResponseReturnValue:
    shown = picker.matching(listed, form.asked())
    chosen = [offer for offer in listed if offer.slug in (form.modules.data or ())]
    return render_template(
        "lti/pick.html",
        form=form,
        seat=seat,
        offers=shown,
        hidden=[offer for offer in chosen if offer not in shown],
        chosen=chosen,
        takes_many=_takes_many(asked),
        is_deep_linking=asked is not None,
        problem=problem or _first_error(form),
    )


def _first_error(form: PickForm) -> str:
    """Return what is wrong with the form as it was sent, if anything."""
    found = [str(error) for field in form for error in field.errors]
    return found[0] if found else ""
