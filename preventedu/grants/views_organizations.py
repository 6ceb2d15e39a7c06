"""Pages on which recipients and partners are entered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import render_template, url_for
from sqlalchemy import select

from preventedu.db import get_reader
from preventedu.errors import NotFoundError
from preventedu.grants.access import enters_everything
from preventedu.grants.entering.facts import OrganizationFacts
from preventedu.grants.entering.organizations import (
    add_organization,
    change_organization,
    may_change,
)
from preventedu.grants.entering.organizations import organizations as every
from preventedu.grants.forms import OrganizationForm
from preventedu.grants.views_shared import (
    EntryPage,
    enter_on,
    entering_staff,
    entry_session,
)
from preventedu.i18n import gettext as _
from preventedu.i18n import lazy_gettext as _l
from preventedu.people import Lea, Organization, OrganizationKind, PartnerKind

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

KINDS = {
    OrganizationKind.LAW_ENFORCEMENT: _l("Law enforcement"),
    OrganizationKind.LEA: _l("LEA"),
    OrganizationKind.STATE_AGENCY: _l("State agency"),
    OrganizationKind.TRIBE: _l("Tribe"),
    OrganizationKind.NGO: _l("Non-governmental organization"),
}
PARTNER_KINDS = {
    PartnerKind.STATE: _l("a State"),
    PartnerKind.LOCAL: _l("a county, city or other local government"),
    PartnerKind.TRIBAL: _l("a tribe"),
    PartnerKind.FEDERAL_TASK_FORCE: _l("a federal task force"),
}
NONE = ("", "—")


def organizations() -> ResponseReturnValue:
    """List recipients and partners."""
    session = get_reader()
    member = entering_staff(session)
    shown = [(it, may_change(session, member, it)) for it in every(session)]
    return render_template(
        "grants/organizations.html",
        organizations=shown,
        kinds=KINDS,
        partner_kinds=PARTNER_KINDS,
    )


def new_organization() -> ResponseReturnValue:
    """Enter a recipient or a partner."""
    session = entry_session()
    member = entering_staff(session)
    form = OrganizationForm()
    _offer(session, member, form, None)
    page = EntryPage(
        title=_("Enter an organization"),
        back=url_for("grants.organizations"),
        done=_("The organization is entered."),
        intro=_("It can receive awards and be the partner of agreements."),
    )
    now = datetime.now(UTC)
    return enter_on(
        page,
        form,
        lambda: add_organization(session, _facts(form), by=member.email, now=now),
    )


def organization(organization_id: int) -> ResponseReturnValue:
    """Correct a recipient or a partner."""
    session = entry_session()
    member = entering_staff(session)
    found = session.get(Organization, organization_id)
    if found is None or not may_change(session, member, found):
        raise NotFoundError(_("There is nothing here for you."))
    form = OrganizationForm(
        name=found.name,
        kind=found.kind.value,
        partner_kind=found.partner_kind.value if found.partner_kind else "",
        lea=found.lea.nces_id if found.lea else "",
        uei=found.uei or "",
    )
    del form.key
    _offer(session, member, form, found)
    page = EntryPage(
        title=_("Correct %(name)s", name=found.name),
        back=url_for("grants.organizations"),
        done=_("The organization is corrected."),
        intro=_("Files call it %(key)s.", key=found.key),
    )
    now = datetime.now(UTC)
    return enter_on(
        page,
        form,
        lambda: change_organization(
            session, found, _facts(form), by=member.email, now=now
        ),
    )


def _offer(
    session: Session,
    member: StaffMember,
    form: OrganizationForm,
    organization: Organization | None,
) -> None:
    """List what somebody may choose: nobody makes an LEA's organization of another's.

    What an organization is and which LEA, decides who sees its awards.
    """
    kinds, leas = list(KINDS), select(Lea).order_by(Lea.name, Lea.nces_id)
    if not enters_everything(member):
        leas = leas.where(Lea.id == (member.lea_id or 0))
        if organization is not None:
            kinds = [organization.kind]
        elif member.lea_id is None:
            kinds.remove(OrganizationKind.LEA)
    form.kind.choices = [(kind.value, KINDS[kind]) for kind in kinds]
    form.partner_kind.choices = [NONE] + [
        (kind.value, words) for kind, words in PARTNER_KINDS.items()
    ]
    form.lea.choices = [NONE] + [
        (lea.nces_id, f"{lea.name} · {lea.nces_id}") for lea in session.scalars(leas)
    ]


def _facts(form: OrganizationForm) -> OrganizationFacts:
    key = form.key.data if "key" in form else ""
    return OrganizationFacts(
        key=str(key or ""),
        name=str(form.name.data),
        kind=str(form.kind.data),
        partner_kind=str(form.partner_kind.data or ""),
        uei=str(form.uei.data or ""),
        lea=str(form.lea.data or ""),
    )
