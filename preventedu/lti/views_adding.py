"""The end of choosing: the answer goes back to the LMS, or the link gets its lesson."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import current_app, redirect, render_template, url_for

from preventedu import security
from preventedu.auth import SeatRole
from preventedu.db import get_session
from preventedu.lti import adapters, deep_linking, registration
from preventedu.lti.adapters.current import current_wire
from preventedu.lti.addresses import origin_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat
    from preventedu.lti.deep_linking import Choice
    from preventedu.lti.models import DeepLinkRequest
    from preventedu.settings import Settings


def add(
    seat: Seat, asked: DeepLinkRequest | None, choice: Choice
) -> ResponseReturnValue:
    """Give the course what was chosen; what was prepared before is committed too."""
    session, now = get_session(), datetime.now(UTC)
    if asked is None:
        deep_linking.choose_for_link(
            session, seat, choice.slugs[0], choice.grading, now=now
        )
        session.commit()
        return to_class(seat)
    return send_back(seat, asked, choice)


def send_back(
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


def to_class(seat: Seat, said: str | None = None) -> ResponseReturnValue:
    """Lead a teacher to the class, which may say that something is saved."""
    endpoint = current_app.config["SEAT_PAGES"][SeatRole.TEACHER]
    page = url_for(endpoint, seat_id=seat.id, said=said)
    return redirect(page, HTTPStatus.SEE_OTHER)
