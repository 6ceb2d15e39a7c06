"""What a teacher sees and does: the class, grades sent again, opt-outs, the guide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app, redirect, render_template, request, url_for

from preventedu.auth import SeatRole, current_seat
from preventedu.courses.class_progress import ProgressState
from preventedu.courses.models import GradingPolicy
from preventedu.courses.views_slots import acknowledgements
from preventedu.db import get_reader, get_session
from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _
from preventedu.i18n import language, lazy_gettext
from preventedu.lti import passback, problems, users
from preventedu.lti.roster import read_roster
from preventedu.teaching import views_consent, words
from preventedu.teaching.assigned import assigned_at
from preventedu.teaching.class_page import ORDERS, GradeState, read_class
from preventedu.teaching.consents import who_takes_part
from preventedu.teaching.forms import SendAgainForm, StudentForm
from preventedu.teaching.sealed import Sealer

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from preventedu.auth import Seat
    from preventedu.lti.models import LtiUser
    from preventedu.teaching.assigned import Assigned
    from preventedu.teaching.class_page import Student
    from preventedu.teaching.consents import Named

SENDING = "sending"
NOTICES = {
    # Nothing about who or what: the class may be looking at the teacher's screen.
    views_consent.SAVED: lazy_gettext("Your change is saved."),
    views_consent.NOTHING: lazy_gettext("Nothing was ticked, so nothing is changed."),
    SENDING: lazy_gettext(
        "The grades are on their way. Load this page again in a minute."
    ),
}
STAGES = {
    ProgressState.NOT_STARTED: lazy_gettext("Not started"),
    ProgressState.UNDER_WAY: lazy_gettext("Under way"),
    ProgressState.FINISHED: lazy_gettext("Finished"),
}
GRADES = {
    GradeState.NOTHING_DUE: (lazy_gettext("Nothing yet"), "mute"),
    GradeState.NO_GRADEBOOK: (lazy_gettext("No gradebook"), "mute"),
    GradeState.WAITING: (lazy_gettext("On its way"), "warn"),
    GradeState.ARRIVED: (lazy_gettext("Arrived"), "ok"),
    GradeState.FAILED: (lazy_gettext("Did not arrive"), "warn"),
}
ORDER_WORDS = (
    ("nudge", lazy_gettext("Needs a nudge first")),
    ("name", lazy_gettext("By name")),
)


def class_page(seat_id: str) -> ResponseReturnValue:
    """Show the class with the names that the platform gives at this moment."""
    seat, assigned, now = _teacher(seat_id)
    session = get_reader()
    page = read_class(
        session, assigned, seat.platform_id, read_roster(session, seat, now=now)
    )
    order = request.args.get("order", "nudge")
    sealer = _sealer(seat)

    def sealed(student: Student | Named) -> str:
        return sealer.seal(student.subject, student.name, now=now)

    return render_template(
        "teaching/class_page.html",
        **_frame(seat, assigned, now),
        class_page=page,
        part=who_takes_part(session, assigned, page.people, now=now),
        other_url=views_consent.address_of_other(assigned),
        students=sorted(page.students, key=ORDERS.get(order, ORDERS["nudge"])),
        order=order if order in ORDERS else "nudge",
        orders=ORDER_WORDS,
        stages=STAGES,
        grades=GRADES,
        graded_by_mastery=assigned.grading is GradingPolicy.MASTERY,
        roster_words=problems.sentence(page.roster_problem),
        problem_words=problems.sentence,
        sealed=sealed,
        form=StudentForm(),
        notice=NOTICES.get(request.args.get("said", "")),
    )


def send_again(seat_id: str) -> ResponseReturnValue:
    """Put late grades back into the queue: one student's, or all of them."""
    seat, assigned, now = _teacher(seat_id)
    form = SendAgainForm()
    if not form.is_submitted_and_valid():
        raise _expired()
    session = get_session()
    link_id = assigned.resource_link_id
    if not form.student.data:
        passback.send_again(session, link_id, now=now)
    elif user := _known(seat, str(form.student.data), now):
        passback.send_again(session, link_id, user.id, now=now)
    session.commit()
    return _back(seat, SENDING)


def guide(seat_id: str) -> ResponseReturnValue:
    """Show the teacher guide, to read or to print."""
    seat, assigned, now = _teacher(seat_id)
    document = assigned.module.documents.get(language())
    return render_template(
        "teaching/guide.html",
        **_frame(seat, assigned, now),
        guide=(document or assigned.module.documents["en"]).guide,
    )


def _teacher(seat_id: str) -> tuple[Seat, Assigned, datetime]:
    now = datetime.now(UTC)
    seat = current_seat(seat_id, SeatRole.TEACHER)
    return seat, assigned_at(get_reader(), seat, on_date=now.date()), now


def _frame(seat: Seat, assigned: Assigned, now: datetime) -> dict[str, object]:
    """Return what every teacher page shows."""
    module, today = assigned.module, now.date()
    return {
        "seat": seat,
        "assigned": assigned,
        "module": module,
        "alternative": assigned.alternative,
        "neutral_title": words.in_language(module.lms_title, language()),
        "class_url": url_for("teaching.class_page", seat_id=seat.id),
        "about_url": url_for(
            "teaching.about", slug=module.slug, a=assigned.assignment_id
        ),
        "acknowledgements": acknowledgements(
            get_reader(), assigned.assignment_id, today
        ),
    }


def _known(seat: Seat, sealed: str, now: datetime) -> LtiUser | None:
    """Return the sealed student's row, if a launch or an opt-out has made one."""
    student = _sealer(seat).open(sealed, now=now)
    return users.find_lti_user(get_session(), seat.platform_id, student.subject)


def _sealer(seat: Seat) -> Sealer:
    config = current_app.config
    return Sealer(str(config["SECRET_KEY"]), seat.id, config["SEAT_LIFETIME"])


def _expired() -> RefusedError:
    return RefusedError(_("This form has expired. Load the page again."))


def _back(seat: Seat, said: str) -> Response:
    return redirect(url_for("teaching.class_page", seat_id=seat.id, said=said), 303)
