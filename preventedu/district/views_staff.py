"""The pages of staff: who is here, inviting, new links, ending access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, url_for

from preventedu.db import get_session
from preventedu.district import access, staffing
from preventedu.district.forms import InviteForm, SureForm
from preventedu.district.views_shared import (
    check_form,
    is_taken,
    now,
    session_of_request,
    show,
)
from preventedu.district.words import ROLE_MEANINGS, ROLES
from preventedu.errors import NotAllowedError
from preventedu.i18n import gettext as _
from preventedu.people import StaffRole
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember
    from preventedu.settings import Settings

LEA, ORGANIZATION = "lea-", "organization-"
"""What the values of the list of employers begin with."""


def staff() -> ResponseReturnValue:
    """List staff, and invite somebody."""
    session, member = session_of_request(), _inviter()
    form = _form(session, member)
    tokens: list[str] = []
    if form.is_submitted_and_valid() and is_taken(
        session,
        form,
        lambda: tokens.append(
            staffing.invite(session, member, _invitee(form), now=now())
        ),
    ):
        session.commit()
        return _link_page(member, str(form.name.data), tokens[0])
    return show(
        "staff.html",
        "staff",
        member.lea,
        form=form,
        sure=SureForm(),
        people=staffing.people_for(session, member, now=now()),
        meanings=[(ROLES[role], ROLE_MEANINGS[role]) for role in _roles(member)],
        myself=member.id,
    )


def new_link(member_id: int) -> ResponseReturnValue:
    """Make somebody a new link, and show it once."""
    actor = _inviter()
    check_form(SureForm())
    session = get_session()
    member, token = staffing.new_link(session, actor, member_id, now=now())
    name = member.name
    session.commit()
    return _link_page(actor, name, token)


def end(member_id: int) -> ResponseReturnValue:
    """End somebody's access."""
    actor = _inviter()
    check_form(SureForm())
    session = get_session()
    member = staffing.end(session, actor, member_id, now=now())
    name = member.name
    session.commit()
    if member_id == actor.id:
        return redirect(url_for("staff.sign_in"), 303)
    flash(_("%(name)s can sign in no more.", name=name))
    return redirect(url_for("district.staff"), 303)


def _inviter() -> StaffMember:
    member = current_staff()
    if not access.roles_to_give(member):
        raise NotAllowedError(_("This is for somebody in another role."))
    return member


def _roles(member: StaffMember) -> tuple[StaffRole, ...]:
    return access.roles_to_give(member)


def _form(session: Session, member: StaffMember) -> InviteForm:
    form = InviteForm()
    form.role.choices = [(role.value, ROLES[role]) for role in _roles(member)]
    leas, organizations = staffing.employers_for(session, member)
    choices = [(f"{LEA}{lea.id}", lea.name) for lea in leas]
    choices += [(f"{ORGANIZATION}{each.id}", each.name) for each in organizations]
    if access.is_everywhere(member):
        choices = [("", _("The whole installation")), *choices]
    form.employer.choices = choices
    return form


def _invitee(form: InviteForm) -> staffing.Invitee:
    employer = str(form.employer.data or "")
    is_lea = employer.startswith(LEA)
    number = employer.removeprefix(LEA).removeprefix(ORGANIZATION)
    return staffing.Invitee(
        email=str(form.email.data),
        name=str(form.name.data),
        role=StaffRole(form.role.data),
        lea_id=int(number) if is_lea else None,
        organization_id=int(number) if number and not is_lea else None,
    )


def _link_page(actor: StaffMember, name: str, token: str) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return show(
        "link.html",
        "staff",
        actor.lea,
        name=name,
        link=settings.public_url + url_for("staff.invitation", token=token),
    )
