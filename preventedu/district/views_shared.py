"""What the pages of this room share: who may come in, the tabs, refusing a field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for

from preventedu.courses.labels import BANDS
from preventedu.db import get_reader, get_session
from preventedu.district import access, words
from preventedu.district.entries import WrongEntryError
from preventedu.errors import NotAllowedError, NotFoundError, RefusedError
from preventedu.i18n import format_date, format_moment
from preventedu.i18n import gettext as _
from preventedu.people import Lea, StaffRole
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from preventedu.forms import BaseForm
    from preventedu.people import StaffMember


@dataclass(frozen=True)
class Tab:
    """One page of the room's own navigation."""

    name: str
    label: str
    address: str


def lea_for(
    session: Session,
    lea_id: int,
    allowed: Callable[[StaffMember, Lea], bool] = access.may_read,
) -> tuple[Lea, StaffMember]:
    """Return an LEA and who asks, if they may do this there.

    Raises:
        NotFoundError: There is no such LEA, or it is another one's: nobody is told
            which.
        NotAllowedError: They may read here, but not this.
    """
    member = current_staff()
    lea = session.get(Lea, lea_id)
    if lea is None or not access.may_read(member, lea):
        raise NotFoundError(_("There is nothing here for you."))
    if not allowed(member, lea):
        raise NotAllowedError(_("This is for somebody in another role."))
    return lea, member


def show(template: str, page: str, lea: Lea | None, **context: object) -> str:
    """Render a page of this room with its tabs.

    Args:
        template: Below `district/`.
        page: Name of the tab to mark.
        lea: Whose page it is; None: everybody's.
        context: What the template names.
    """
    return render_template(
        f"district/{template}",
        section="district",
        page=page,
        lea=lea,
        tabs=_tabs(current_staff(), lea),
        words=words,
        bands=BANDS,
        moment=lambda value: _moment(value, lea),
        local_day=lambda value: format_date(_local(value, lea).date(), "medium"),
        **context,
    )


def session_of_request() -> Session:
    """Return a session that writes only when something was sent.

    A page that is only looked at takes no write lock.
    """
    return get_session() if request.method == "POST" else get_reader()


def check_form(form: BaseForm) -> None:
    """Refuse a form that is only a button when another page sent it.

    Raises:
        RefusedError: It has expired.
    """
    if not form.is_submitted_and_valid():
        raise RefusedError(_("This form has expired. Load the page again."))


def is_taken(session: Session, form: BaseForm, enter: Callable[[], object]) -> bool:
    """Enter what a form says; what is wrong is shown beside its field.

    Nothing is kept of an entry that is refused, and the form keeps what was written.
    """
    try:
        with session.begin_nested():
            enter()
    except WrongEntryError as error:
        field = form[error.field]
        field.errors = [*field.errors, str(error)]
        return False
    return True


def now() -> datetime:
    """Return the present; the edge is where the clock is read."""
    return datetime.now(UTC)


def _local(value: datetime, lea: Lea | None) -> datetime:
    return value.astimezone(ZoneInfo(lea.time_zone if lea else "UTC"))


def _moment(value: datetime, lea: Lea | None) -> str:
    """Write a moment as it was on the LEA's clock, and name the clock."""
    return format_moment(_local(value, lea))


def _tabs(member: StaffMember, lea: Lea | None) -> list[Tab]:
    tabs = []
    if access.is_everywhere(member):
        tabs.append(Tab("leas", _("All LEAs"), url_for("district.home")))
    if access.roles_to_give(member):
        tabs.append(Tab("staff", _("Staff"), url_for("district.staff")))
    if lea is None:
        return tabs
    named = [
        ("checklist", _("Before a class"), "district.lea"),
        ("schools", _("Schools"), "district.schools"),
        ("contacts", _("Contacts"), "district.contacts"),
        ("protocol", _("Steps"), "district.protocol"),
        ("breaks", _("Breaks"), "district.breaks"),
        ("consent", _("Consent"), "district.consent"),
    ]
    if access.may_see_figures(member, lea):
        named.append(("mandates", _("State rules"), "district.mandates"))
    own = [
        Tab(name, label, url_for(endpoint, lea_id=lea.id))
        for name, label, endpoint in named
    ]
    if member.role is StaffRole.LEA_OFFICIAL:
        own.append(Tab("drafts", _("Draft lessons"), url_for("grants.drafts")))
        own.append(Tab("requests", _("Requests"), url_for("privacy.requests")))
    return [*tabs[:1], *own, *tabs[1:]] if len(tabs) > 1 else [*own, *tabs]
