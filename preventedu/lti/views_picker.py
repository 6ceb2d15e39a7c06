"""The picker: a teacher chooses lessons for a course, or the lesson of one link."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, redirect, render_template, url_for

from preventedu import security
from preventedu.auth import SeatRole, current_seat
from preventedu.courses.models import GradingPolicy
from preventedu.db import get_reader, get_session
from preventedu.i18n import gettext as _
from preventedu.i18n import language
from preventedu.lti import adapters, deep_linking, picker, registration
from preventedu.lti.adapters.current import current_wire
from preventedu.lti.addresses import origin_of
from preventedu.lti.deep_linking import Choice
from preventedu.lti.forms import PickForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat
    from preventedu.lti.models import DeepLinkRequest
    from preventedu.settings import Settings


def add_to(bp: Blueprint) -> None:
    """Add the picker to the room's blueprint."""
    bp.add_url_rule("/s/<seat_id>/pick", "pick", pick, methods=["GET", "POST"])


def pick(seat_id: str) -> ResponseReturnValue:
    """Let a teacher choose lessons."""
    seat = current_seat(seat_id, SeatRole.TEACHER)
    session = get_reader()
    asked = deep_linking.request_of(session, seat)
    link = deep_linking.link_of(session, seat)
    if asked is None and (link is None or link.assignment_id is not None):
        return _to_class(seat)
    form = PickForm()
    listed = picker.offers(session, deep_linking.lea_of(session, seat), language())
    form.modules.choices = {o.slug: o.title for o in listed if o.may_assign}
    if not form.is_submitted_and_valid() or form.narrow.data:
        return _show(form, listed, seat, asked)
    if form.cancel.data:
        return _cancel(seat, asked)
    if problem := _problem(form, listed, asked):
        return _show(form, listed, seat, asked, problem)
    return _add(seat, asked, _choice(form))


def _add(
    seat: Seat, asked: DeepLinkRequest | None, choice: Choice
) -> ResponseReturnValue:
    session, now = get_session(), datetime.now(UTC)
    if asked is None:
        deep_linking.choose_for_link(
            session, seat, choice.slugs[0], choice.grading, now=now
        )
        session.commit()
        return _to_class(seat)
    return _send_back(seat, asked, choice)


def _cancel(seat: Seat, asked: DeepLinkRequest | None) -> ResponseReturnValue:
    if asked is None:
        return redirect(
            url_for("courses.waiting", seat_id=seat.id), HTTPStatus.SEE_OTHER
        )
    return _send_back(seat, asked, Choice((), GradingPolicy.COMPLETION))


def _send_back(
    seat: Seat, asked: DeepLinkRequest, choice: Choice
) -> ResponseReturnValue:
    """Sign the answer and let the browser carry it to the LMS."""
    session, now = get_session(), datetime.now(UTC)
    wire = current_wire()
    wire.make_key(session, now=now)
    settings: Settings = current_app.config["SETTINGS"]
    launch_url = settings.public_url + url_for("lti.launch")
    answer = deep_linking.answer(session, seat, choice, launch_url, now=now)
    platform = registration.plain(asked.deployment.platform)
    token = adapters.sign_deep_link(platform, answer, wire.signing_key, now=now)
    return_url = asked.return_url
    session.commit()
    security.post_to(origin_of(return_url))
    return render_template(
        "lti/return.html", return_url=return_url, token=token, count=len(answer.items)
    )


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


def _to_class(seat: Seat) -> ResponseReturnValue:
    endpoint = current_app.config["SEAT_PAGES"][SeatRole.TEACHER]
    return redirect(url_for(endpoint, seat_id=seat.id), HTTPStatus.SEE_OTHER)
