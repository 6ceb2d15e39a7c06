"""Teaching from the front: what the class sees, and who was present."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, redirect, render_template, request, url_for

from preventedu.courses import catalog, player, reading
from preventedu.courses.completing import MAX_MINUTES
from preventedu.courses.front import Showing
from preventedu.courses.models import GradingPolicy
from preventedu.courses.steps import StepKind
from preventedu.courses.views import keep_language
from preventedu.db import get_reader, get_session
from preventedu.i18n import LANGUAGES, language, lazy_gettext
from preventedu.lti import problems
from preventedu.lti.roster import read_roster
from preventedu.teaching import presence
from preventedu.teaching.forms import PresenceForm
from preventedu.teaching.views_shared import (
    expired,
    frame_of,
    sealer_of,
    teacher_of,
)

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.courses.player import LessonPage
    from preventedu.teaching.presence import ClassList, Kept
    from preventedu.teaching.views_shared import Desk

SAVED, UNTAKEN, SENT = "saved", "untaken", "sent"
NOTICES = {
    SAVED: lazy_gettext("Who was present is saved."),
    UNTAKEN: lazy_gettext(
        "Saved, but not every tick could be kept: for these grades there is no other"
        " lesson yet, so nothing is recorded for a student who takes no part in this"
        " one."
    ),
    SENT: lazy_gettext(
        "Saved. A grade that was in the gradebook already stays there: change it there."
    ),
}


def front(seat_id: str) -> ResponseReturnValue:
    """Show how to teach the lesson to the class. No name is on this page."""
    desk = teacher_of(seat_id)
    return render_template(
        "teaching/front.html",
        **frame_of(desk),
        minutes=_minutes_shown(),
        waits_for_consent=presence.waits_for_consent(
            get_reader(), desk.assigned, now=desk.now
        ),
    )


def show(seat_id: str) -> ResponseReturnValue:
    """Show the lesson to a class, big, a screen at a time; keep nothing."""
    desk = teacher_of(seat_id)
    page = _page(desk)
    template = "teaching/show_k2.html" if page.is_for_youngest else "teaching/show.html"
    html = render_template(
        template,
        page=page,
        talks=_talks(page),
        seat=desk.seat,
        reading=reading.from_cookie(request.cookies.get(reading.COOKIE, "")),
    )
    return keep_language(Response(html))


def present(seat_id: str) -> ResponseReturnValue:
    """Show the class list with a box for each student, for the teacher's eyes."""
    desk = teacher_of(seat_id)
    form = PresenceForm(
        minutes=_minutes_shown() or desk.assigned.module.minutes, language=language()
    )
    listed = _listed(desk)
    ticked = {
        each.subject
        for each in listed.students
        if each.presence is presence.Presence.TICKED
    }
    return _list_page(desk, listed, form, ticked)


def keep(seat_id: str) -> ResponseReturnValue:
    """Keep the ticks that were changed; what was typed wrong changes none."""
    desk = teacher_of(seat_id)
    form, marks = PresenceForm(), _marks(desk)
    form.language.choices = _languages(desk)
    if not form.is_submitted_and_valid():
        if form.errors.get("csrf_token"):
            raise expired()
        ticked = {mark.subject for mark in marks if mark.is_ticked}
        return _list_page(desk, _listed(desk), form, ticked), HTTPStatus.BAD_REQUEST
    session = get_session()
    kept = presence.keep(
        session,
        desk.assigned,
        desk.seat,
        marks,
        Showing(str(form.language.data), form.minutes.data or 0),
        now=desk.now,
    )
    session.commit()
    return redirect(url_for("teaching.present", seat_id=seat_id, said=_said(kept)), 303)


def _page(desk: Desk) -> LessonPage:
    """Return the lesson without its scored questions: their answers stay unknown."""
    module = desk.assigned.module
    version = catalog.module_version(get_reader(), module.slug)
    shown = player.Shown(version.id, module.lms_title, player.Mode.PREVIEW)
    page = player.lesson_page(module, shown, language())
    kept = [s for s in page.steps if s.kind in (StepKind.START, StepKind.SCREEN)]
    end = [s for s in page.steps if s.kind is StepKind.DONE]
    steps = tuple(
        replace(step, number=n) for n, step in enumerate([*kept, *end], start=1)
    )
    return replace(page, steps=steps)


def _talks(page: LessonPage) -> tuple[str, ...]:
    """Return what the teacher guide asks the class to talk about, as HTML."""
    guide = page.document.guide
    blocks = guide.blocks if guide else ()
    return tuple(block.html for block in blocks if block.type == "discuss")


def _listed(desk: Desk) -> ClassList:
    session = get_reader()
    roster = read_roster(session, desk.seat, now=desk.now)
    return presence.read_list(
        session, desk.assigned, desk.seat.platform_id, roster, now=desk.now
    )


def _list_page(
    desk: Desk, listed: ClassList, form: PresenceForm, ticked: set[str]
) -> str:
    sealer = sealer_of(desk.seat)
    form.language.choices = _languages(desk)
    return render_template(
        "teaching/present.html",
        **frame_of(desk),
        form=form,
        rows=[
            (sealer.seal(each.subject, each.name, now=desk.now), each)
            for each in listed.students
        ],
        ticked=ticked,
        listed=listed,
        roster_words=problems.sentence(listed.problem),
        notice=NOTICES.get(request.args.get("said", "")),
        waits_for_consent=presence.waits_for_consent(
            get_reader(), desk.assigned, now=desk.now
        ),
        sends_grade=desk.assigned.has_gradebook
        and desk.assigned.grading is GradingPolicy.COMPLETION,
    )


def _marks(desk: Desk) -> list[presence.Mark]:
    """Read the boxes of the form; a row's place in it is its number, from 0."""
    sealer, given = sealer_of(desk.seat), request.form
    ticked, before = set(given.getlist("present")), set(given.getlist("before"))
    return [
        presence.Mark(
            sealer.open(sealed, now=desk.now).subject,
            was_ticked=str(n) in before,
            is_ticked=str(n) in ticked,
        )
        for n, sealed in enumerate(given.getlist("student"))
    ]


def _said(kept: Kept) -> str:
    if kept.untaken:
        return UNTAKEN
    return SENT if kept.sent_before else SAVED


def _languages(desk: Desk) -> dict[str, str]:
    return {each: LANGUAGES.get(each, each) for each in desk.assigned.module.languages}


def _minutes_shown() -> int | None:
    """Return how long the class page was open, as it says; or nothing believable."""
    minutes = request.args.get("minutes", 0, int)
    return minutes if 1 <= minutes <= MAX_MINUTES else None
