"""Pages of LEAs and schools, and what an LEA enters before a class begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, url_for

from preventedu.db import get_reader, get_session
from preventedu.district import access, places
from preventedu.district.checklist import checklist
from preventedu.district.forms import FamilyContactForm, LeaForm, SchoolForm
from preventedu.district.views_shared import (
    is_taken,
    lea_for,
    now,
    session_of_request,
    show,
)
from preventedu.errors import NotAllowedError, NotFoundError
from preventedu.i18n import gettext as _
from preventedu.people import Lea, School, SchoolIdScheme
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.people import StaffMember

PLATFORMS_PAGE = "connections.platforms"


def home() -> ResponseReturnValue:
    """Lead staff of an LEA to it, and other administrators to the list of LEAs."""
    member = current_staff()
    if member.lea_id is not None:
        return redirect(url_for("district.lea", lea_id=member.lea_id), 303)
    _check_everywhere(member)
    session = get_reader()
    rows = [(lea, checklist(session, lea, now=now())) for lea in places.leas(session)]
    return show("leas.html", "leas", None, rows=rows)


def lea(lea_id: int) -> ResponseReturnValue:
    """Show what an LEA enters before a class begins."""
    session = get_reader()
    found, member = lea_for(session, lea_id)
    return show(
        "checklist.html",
        "checklist",
        found,
        steps=checklist(session, found, now=now()),
        organization=places.organization_of(session, found),
        may_correct=access.may_enter_schools(member, found),
        may_enter=access.may_enter(member, found),
        may_invite=bool(access.roles_to_give(member)),
        platforms=_platforms_page(member, found),
    )


def new_lea() -> ResponseReturnValue:
    """Add an LEA."""
    _check_everywhere(current_staff())
    session, form = session_of_request(), LeaForm()
    form.offer(time_zone="America/New_York")
    added: list[Lea] = []
    if form.is_submitted_and_valid() and is_taken(
        session, form, lambda: added.append(places.add_lea(session, _facts(form)))
    ):
        session.commit()
        flash(_("%(name)s is added. Next: its schools.", name=added[0].name))
        return redirect(url_for("district.schools", lea_id=added[0].id), 303)
    return show("lea_form.html", "leas", None, form=form)


def correct_lea(lea_id: int) -> ResponseReturnValue:
    """Correct an LEA; its officials correct whom a family may ask."""
    session = session_of_request()
    found, member = lea_for(session, lea_id, access.may_enter_schools)
    if not access.may_set_up(member, found):
        return _correct_contact(found)
    form = LeaForm(
        name=found.name,
        nces_id=found.nces_id,
        state=found.state,
        time_zone=found.time_zone,
        contact=found.contact,
    )
    form.offer(found.state, found.time_zone)
    if form.is_submitted_and_valid() and is_taken(
        session, form, lambda: places.correct_lea(session, found, _facts(form))
    ):
        return _saved(found)
    return show("lea_form.html", "checklist", found, form=form)


def schools(lea_id: int) -> ResponseReturnValue:
    """List an LEA's schools and add one."""
    session = session_of_request()
    found, member = lea_for(session, lea_id)
    may_enter, form = access.may_enter_schools(member, found), SchoolForm()
    if form.is_submitted_and_valid():
        lea_for(session, lea_id, access.may_enter_schools)
        facts = _school_facts(form)
        if is_taken(session, form, lambda: places.add_school(session, found, facts)):
            session.commit()
            flash(_("%(name)s is added.", name=facts.name))
            return redirect(url_for("district.schools", lea_id=found.id), 303)
    return show(
        "schools.html",
        "schools",
        found,
        form=form,
        schools=places.schools_of(session, found.id),
        may_enter=may_enter,
    )


def correct_school(lea_id: int, school_id: int) -> ResponseReturnValue:
    """Correct a school."""
    session = session_of_request()
    found, _member = lea_for(session, lea_id, access.may_enter_schools)
    school = session.get(School, school_id)
    if school is None or school.lea_id != found.id:
        raise NotFoundError(_("There is nothing here for you."))
    form = SchoolForm(
        name=school.name, scheme=school.scheme.value, school_id=school.school_id
    )
    if form.is_submitted_and_valid() and is_taken(
        session,
        form,
        lambda: places.correct_school(session, school, _school_facts(form)),
    ):
        session.commit()
        flash(_("Saved."))
        return redirect(url_for("district.schools", lea_id=found.id), 303)
    return show("school_form.html", "schools", found, form=form)


def _correct_contact(found: Lea) -> ResponseReturnValue:
    session, form = session_of_request(), FamilyContactForm(contact=found.contact)
    if form.is_submitted_and_valid() and is_taken(
        session,
        form,
        lambda: places.correct_contact(session, found, str(form.contact.data)),
    ):
        return _saved(found)
    return show("lea_form.html", "checklist", found, form=form)


def _saved(found: Lea) -> ResponseReturnValue:
    get_session().commit()
    flash(_("Saved."))
    return redirect(url_for("district.lea", lea_id=found.id), 303)


def _facts(form: LeaForm) -> places.LeaFacts:
    return places.LeaFacts(
        nces_id=str(form.nces_id.data),
        name=str(form.name.data),
        state=str(form.state.data),
        contact=form.contact.data or "",
        time_zone=str(form.time_zone.data),
    )


def _school_facts(form: SchoolForm) -> places.SchoolFacts:
    return places.SchoolFacts(
        scheme=SchoolIdScheme(form.scheme.data),
        school_id=str(form.school_id.data),
        name=str(form.name.data),
    )


def _check_everywhere(member: StaffMember) -> None:
    if not access.is_everywhere(member):
        raise NotAllowedError(_("This is for somebody in another role."))


def _platforms_page(member: StaffMember, found: Lea) -> str:
    """Return where school IT binds deployments; empty for everybody else."""
    is_there = PLATFORMS_PAGE in current_app.view_functions
    if not access.may_set_up(member, found) or not is_there:
        return ""
    return url_for(PLATFORMS_PAGE)
