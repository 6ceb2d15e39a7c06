"""The pages of contacts, of the steps after a disclosure, and of school breaks."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import flash, redirect, url_for

from preventedu import safety
from preventedu.db import get_session
from preventedu.district import access, places, preparations
from preventedu.district.entries import today_in
from preventedu.district.forms import BreakForm, ContactForm, ProtocolForm, SureForm
from preventedu.district.views_shared import (
    check_form,
    is_taken,
    lea_for,
    now,
    session_of_request,
    show,
)
from preventedu.errors import NotFoundError
from preventedu.i18n import gettext as _
from preventedu.people import ContactKind, Lea, SafetyContact, SchoolBreak

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

EVERY_SCHOOL = "0"


def contacts(lea_id: int) -> ResponseReturnValue:
    """List contacts and add one."""
    session = session_of_request()
    found, member = lea_for(session, lea_id)
    today = today_in(found, now=now())
    form = ContactForm(kind=ContactKind.SCHOOL_CONTACT.value, checked_on=today)
    _offer_schools(session, form, found)
    if form.is_submitted_and_valid():
        lea_for(session, lea_id, access.may_enter)
        if is_taken(
            session,
            form,
            lambda: preparations.record_contact(
                session, found, _facts(form), member, now=now()
            ),
        ):
            session.commit()
            return _back("contacts", found, _("The contact is added."))
    return show(
        "contacts.html",
        "contacts",
        found,
        form=form,
        sure=SureForm(),
        contacts=preparations.contacts_of(session, found.id),
        ended=preparations.ended_contacts(session, found.id),
        missing=safety.missing_contacts(session, found.id),
        stale=safety.stale,
        today=today,
        may_enter=access.may_enter(member, found),
    )


def replace_contact(lea_id: int, contact_id: int) -> ResponseReturnValue:
    """Correct a contact: the old row ends and a new one begins."""
    session = session_of_request()
    found, member, contact = _contact(session, lea_id, contact_id)
    form = ContactForm(
        kind=contact.kind.value,
        school=str(contact.school_id or EVERY_SCHOOL),
        name=contact.name,
        role=contact.role,
        phone=contact.phone,
        where=contact.where,
        checked_on=today_in(found, now=now()),
    )
    _offer_schools(session, form, found)
    if form.is_submitted_and_valid() and is_taken(
        session,
        form,
        lambda: preparations.replace_contact(
            session, contact, _facts(form), member, now=now()
        ),
    ):
        session.commit()
        return _back("contacts", found, _("Saved. The old entry is kept as ended."))
    return show("contact_form.html", "contacts", found, form=form)


def check_contact(lea_id: int, contact_id: int) -> ResponseReturnValue:
    """Say that a contact is still right today."""
    check_form(SureForm())
    session = get_session()
    found, member, contact = _contact(session, lea_id, contact_id)
    preparations.check_contact_again(session, contact, member, now=now())
    session.commit()
    return _back("contacts", found, _("Checked today."))


def end_contact(lea_id: int, contact_id: int) -> ResponseReturnValue:
    """Let a contact stand no longer."""
    check_form(SureForm())
    session = get_session()
    found, _member, contact = _contact(session, lea_id, contact_id)
    preparations.end_contact(session, contact, now=now())
    session.commit()
    return _back("contacts", found, _("The contact is ended."))


def protocol(lea_id: int) -> ResponseReturnValue:
    """Show the steps, and record a new list."""
    session = session_of_request()
    found, member = lea_for(session, lea_id)
    recorded = preparations.protocols(session, found.id)
    form = ProtocolForm(steps="\n".join(recorded[0].steps) if recorded else "")
    if form.is_submitted_and_valid():
        lea_for(session, lea_id, access.may_enter)
        if is_taken(
            session,
            form,
            lambda: preparations.record_protocol(
                session, found, str(form.steps.data), member, now=now()
            ),
        ):
            session.commit()
            return _back("protocol", found, _("The steps are recorded."))
    return show(
        "protocol.html",
        "protocol",
        found,
        form=form,
        recorded=recorded,
        may_enter=access.may_enter(member, found),
    )


def breaks(lea_id: int) -> ResponseReturnValue:
    """List school breaks and add one."""
    session = session_of_request()
    found, member = lea_for(session, lea_id)
    form = BreakForm()
    if form.is_submitted_and_valid():
        lea_for(session, lea_id, access.may_enter)
        if is_taken(session, form, lambda: _add_break(session, found, form)):
            session.commit()
            return _back("breaks", found, _("The break is added."))
    return show(
        "breaks.html",
        "breaks",
        found,
        form=form,
        sure=SureForm(),
        breaks=preparations.breaks_of(session, found.id),
        today=today_in(found, now=now()),
        may_enter=access.may_enter(member, found),
    )


def remove_break(lea_id: int, break_id: int) -> ResponseReturnValue:
    """Take a break off the calendar."""
    check_form(SureForm())
    session = get_session()
    found, _member = lea_for(session, lea_id, access.may_enter)
    entry = session.get(SchoolBreak, break_id)
    if entry is None or entry.lea_id != found.id:
        raise NotFoundError(_("There is nothing here for you."))
    preparations.remove_break(session, entry)
    session.commit()
    return _back("breaks", found, _("The break is removed."))


def _contact(
    session: Session, lea_id: int, contact_id: int
) -> tuple[Lea, StaffMember, SafetyContact]:
    found, member = lea_for(session, lea_id, access.may_enter)
    contact = session.get(SafetyContact, contact_id)
    if contact is None or contact.lea_id != found.id:
        raise NotFoundError(_("There is nothing here for you."))
    return found, member, contact


def _offer_schools(session: Session, form: ContactForm, found: Lea) -> None:
    form.school.choices = [
        (EVERY_SCHOOL, _("Every school of the LEA")),
        *(
            (str(school.id), school.name)
            for school in places.schools_of(session, found.id)
        ),
    ]


def _facts(form: ContactForm) -> preparations.ContactFacts:
    school_id = int(str(form.school.data))
    return preparations.ContactFacts(
        kind=ContactKind(form.kind.data),
        school_id=school_id or None,
        name=str(form.name.data),
        role=form.role.data or "",
        phone=str(form.phone.data),
        where=form.where.data or "",
        checked_on=form.checked_on.data or date.min,
    )


def _add_break(session: Session, found: Lea, form: BreakForm) -> None:
    preparations.add_break(
        session,
        found,
        str(form.name.data),
        form.starts_on.data or date.min,
        form.ends_on.data or date.min,
    )


def _back(page: str, found: Lea, message: str) -> ResponseReturnValue:
    flash(message)
    return redirect(url_for(f"district.{page}", lea_id=found.id), 303)
