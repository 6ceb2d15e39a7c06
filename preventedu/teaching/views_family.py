"""What families see: the letter, the family page, the public page. No child in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Response, current_app, render_template, request, url_for

from preventedu.auth import SeatRole, current_seat
from preventedu.courses import catalog
from preventedu.courses.models import Assignment
from preventedu.courses.views import keep_language
from preventedu.courses.views_slots import acknowledgements
from preventedu.db import get_reader
from preventedu.errors import NotFoundError
from preventedu.i18n import LANGUAGES, force_locale, language
from preventedu.i18n import gettext as _
from preventedu.security import NOBODY, frame_by
from preventedu.teaching import words
from preventedu.teaching.assigned import alternative_of, assigned_at
from preventedu.teaching.letters import arranged_for, letter_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.auth import Seat
    from preventedu.courses.acknowledgement import Acknowledgement
    from preventedu.teaching.assigned import Assigned

GROWN_UPS = (SeatRole.TEACHER, SeatRole.OBSERVER, SeatRole.GUEST)
EVERY_LANGUAGE = "all"


def letter(seat_id: str) -> ResponseReturnValue:
    """Show the family letter in each language, ready to print."""
    seat, assigned, now = _grown_up(seat_id)
    only = request.args.get("only", EVERY_LANGUAGE)
    codes = [code for code in assigned.module.languages if code in LANGUAGES]
    shown = [only] if only in codes else codes
    for_staff = seat.role is SeatRole.TEACHER
    back = "teaching.class_page" if for_staff else "teaching.family"
    return render_template(
        "teaching/letter.html",
        **_facts(seat, assigned, now),
        for_staff=for_staff,
        back_url=url_for(back, seat_id=seat.id),
        letters=[_letter_text(code, seat, assigned, now) for code in shown],
        choices=[(EVERY_LANGUAGE, _("All languages"))]
        + [(code, LANGUAGES[code]) for code in codes],
        only=only if only in codes else EVERY_LANGUAGE,
    )


def family(seat_id: str) -> ResponseReturnValue:
    """Show what is taught and how to say no; the same page whoever the child is."""
    seat, assigned, now = _grown_up(seat_id)
    page = render_template(
        "teaching/family.html",
        **_facts(seat, assigned, now),
        language_urls={
            code: url_for("teaching.family", seat_id=seat.id, lang=code)
            for code in LANGUAGES
        },
    )
    return keep_language(Response(page))


def about(slug: str) -> ResponseReturnValue:
    """Show what a lesson teaches to anybody, without a seat or a cookie."""
    frame_by(NOBODY)
    session = get_reader()
    module = catalog.load(catalog.module_version(session, slug))
    assignment_id = request.args.get("a") or None
    license_name, license_url = words.LICENSES.get(module.license, (module.license, ""))
    return render_template(
        "teaching/about.html",
        module=module,
        alternative=alternative_of(session, slug),
        neutral_title=words.in_language(module.lms_title, language()),
        language_urls={
            code: url_for("teaching.about", slug=slug, a=assignment_id, lang=code)
            for code in LANGUAGES
        },
        acknowledgements=_acknowledged_for(slug, assignment_id),
        license_name=license_name,
        license_url=license_url,
        course_title="",
        preview_url="",
        review_url=_whole_address("teaching.review", slug=slug),
        arranged=None,
        district=None,
    )


def _grown_up(seat_id: str) -> tuple[Seat, Assigned, datetime]:
    now = datetime.now(UTC)
    seat = current_seat(seat_id, *GROWN_UPS)
    return seat, assigned_at(get_reader(), seat, on_date=now.date()), now


def _facts(seat: Seat, assigned: Assigned, now: datetime) -> dict[str, object]:
    """Return what every family page shows."""
    module, reader = assigned.module, get_reader()
    paid = acknowledgements(reader, assigned.assignment_id, now.date())
    return {
        "seat": seat,
        "assigned": assigned,
        "module": module,
        "alternative": assigned.alternative,
        "district": assigned.district,
        "neutral_title": words.in_language(module.lms_title, language()),
        "course_title": seat.course_title,
        "preview_url": url_for("courses.preview", seat_id=seat.id),
        "review_url": _whole_address("teaching.review", slug=module.slug),
        "acknowledgements": paid,
        "arranged": arranged_for(reader, assigned, is_paid=bool(paid), now=now),
    }


def _whole_address(endpoint: str, slug: str) -> str:
    """Return an address with its host, because it is read on paper."""
    url: str = current_app.config["SETTINGS"].public_url + url_for(endpoint, slug=slug)
    return url


def _letter_text(code: str, seat: Seat, assigned: Assigned, now: datetime) -> str:
    with force_locale(code):
        return render_template(
            "teaching/_letter_text.html",
            # In the letter's language, not the page's: so is the acknowledgement.
            **_facts(seat, assigned, now),
            letter=letter_of(assigned.module, code),
        )


def _acknowledged_for(
    slug: str, assignment_id: str | None
) -> tuple[Acknowledgement, ...]:
    """Return what to acknowledge; nothing where the assignment is of another lesson.

    Raises:
        NotFoundError: The address names an assignment that does not exist.
    """
    if not assignment_id:
        return ()
    session = get_reader()
    assignment = session.get(Assignment, assignment_id)
    if assignment is None or assignment.module_slug != slug:
        raise NotFoundError(_("There is no page at this address."))
    return acknowledgements(session, assignment_id, datetime.now(UTC).date())
