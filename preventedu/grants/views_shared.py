"""What the pages of this room share: who may see which award, and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from flask import current_app, flash, redirect, render_template, request, url_for

from preventedu.db import Base, get_reader, get_session
from preventedu.errors import NotAllowedError, NotFoundError
from preventedu.grants.access import (
    Access,
    access_to,
    may_enter,
    may_enter_anything,
    may_release,
)
from preventedu.grants.entering.saving import EntryRefusedError
from preventedu.grants.models import Award, Coverage, ReportingPeriod, Target
from preventedu.grants.periods import Span
from preventedu.grants.worklist import ORIGINS_SLOT, CourseOrigins
from preventedu.i18n import format_date
from preventedu.i18n import gettext as _
from preventedu.staff.access_log import record_access
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.forms import BaseForm
    from preventedu.grants.forms import SpanForm
    from preventedu.people import StaffMember


@dataclass(frozen=True)
class EntryPage:
    """What a page says around a form on which something is entered."""

    title: str
    back: str
    """Where it leads when it is done, and when it is left."""
    done: str
    """What is said then."""
    intro: str = ""
    award: Award | None = None
    button: str = ""
    """Empty: `Save`."""
    about: str = ""
    """What is to be taken away."""


Dated = Coverage | Target | ReportingPeriod
Row = TypeVar("Row", bound=Base)
ENTRY = "grants/entry.html"
REMOVE = "grants/entry_remove.html"
FIELD_NAMES = {
    "from": "starts_on",
    "to": "ends_on",
    "scope": "place",
    "school": "place",
    "lea": "place",
    "state": "place",
}
"""What the file calls otherwise than a form; an LEA has a field of its own name."""


def award_for(
    session: Session, award_id: int, *, least: Access
) -> tuple[Award, StaffMember]:
    """Return an award and who asks, if they may see at least so much of it.

    Raises:
        NotFoundError: There is no such award, or not for them: nobody is told which.
        NotAllowedError: They may see its releases, but no live figure.
    """
    member = current_staff()
    award = session.get(Award, award_id)
    access = Access.NOTHING if award is None else access_to(session, member, award)
    if award is None or access is Access.NOTHING:
        raise NotFoundError(_("There is nothing here for you."))
    if least is Access.WORKING_FIGURES and access is not least:
        raise NotAllowedError(
            _("Live figures are for officials of the LEA only. See the releases.")
        )
    return award, member


def award_to_enter(session: Session, award_id: int) -> tuple[Award, StaffMember]:
    """Return an award and who asks, if they may enter its facts.

    Raises:
        NotFoundError: There is no such award, or not for them: nobody is told which.
    """
    member = entering_staff(session)
    award = session.get(Award, award_id)
    if award is None or not may_enter(member, award):
        raise NotFoundError(_("There is nothing here for you."))
    return award, member


def entering_staff(session: Session) -> StaffMember:
    """Return who asks, if the pages for entering are for them.

    Raises:
        NotAllowedError: They are not.
    """
    member = current_staff()
    if not may_enter_anything(session, member):
        raise NotAllowedError(
            _(
                "Only the recipient's own staff and whoever runs preventedu enter "
                "awards."
            )
        )
    return member


def entry_session() -> Session:
    """Return a session to write in once a form is sent, and one to read until then."""
    return get_session() if request.method == "POST" else get_reader()


def found_to_enter(session: Session, model: type[Row], row_id: int) -> Row:
    """Return a row of some award; `award_to_enter` then tells if it is for them."""
    found = session.get(model, row_id)
    if found is None:
        entering_staff(session)
        raise NotFoundError(_("There is nothing here for you."))
    return found


def entry_page(award: Award, title: str, done: str, intro: str = "") -> EntryPage:
    """Return what a page says around a form about a part of an award."""
    back = url_for("grants.award_set_up", award_id=award.id)
    return EntryPage(title, back, done, intro, award)


def days_of(thing: Dated) -> str:
    """Return the first and the last day of something, in words."""
    first, last = (
        format_date(day, "medium", rebase=False)
        for day in (thing.starts_on, thing.ends_on)
    )
    return f"{first} \N{EN DASH} {last}"


def span_of(form: SpanForm) -> Span:
    """Return the days of a form that was found valid."""
    first, last = form.starts_on.data, form.ends_on.data
    if first is None or last is None:
        raise AssertionError("a valid form has both days")
    return Span(first, last)


def show_complaints(form: BaseForm, error: EntryRefusedError) -> list[str]:
    """Put each complaint beside its field; return those about no field of the form."""
    elsewhere = []
    for complaint in error.complaints:
        names = (complaint.field, FIELD_NAMES.get(complaint.field, ""))
        field = next((form[name] for name in names if name in form), None)
        if field is None:
            elsewhere.append(complaint.words)
        else:
            field.errors = [*field.errors, complaint.words]
    return elsewhere


def enter_on(
    page: EntryPage, form: BaseForm, save: Callable[[], object], template: str = ENTRY
) -> ResponseReturnValue:
    """Show a form; save what is sent, or show again what was typed and why not."""
    problems: list[str] = []
    if form.is_submitted_and_valid():
        try:
            save()
        except EntryRefusedError as error:
            problems = show_complaints(form, error)
        else:
            get_session().commit()
            flash(page.done)
            return redirect(page.back, 303)
    return render_template(template, page=page, form=form, problems=problems)


def period_for(session: Session, period_id: int) -> tuple[ReportingPeriod, StaffMember]:
    """Return a reporting period and who asks, if they may close and release it."""
    period = session.get(ReportingPeriod, period_id)
    if period is None:
        current_staff()
        raise NotFoundError(_("There is nothing here for you."))
    award, member = award_for(session, period.award_id, least=Access.RELEASES)
    if not may_release(member, award):
        raise NotAllowedError(
            _("Only staff of the award's recipient close periods and make releases.")
        )
    return period, member


def log_view(member: StaffMember, what: str) -> None:
    """Write down that somebody looks at live figures."""
    session = get_session()
    record_access(session, member, what, now=datetime.now(UTC))
    session.commit()


def course_origins() -> CourseOrigins | None:
    """Return what tells where a course comes from, if `app` filled the slot."""
    found: CourseOrigins | None = current_app.extensions.get(ORIGINS_SLOT)
    return found
