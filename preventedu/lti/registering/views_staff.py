"""Pages for our own administrators: registration links, and an LMS by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, request, url_for

from preventedu.db import get_reader, get_session
from preventedu.errors import NotAllowedError, NotFoundError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.lti import addresses, platforms
from preventedu.lti.registering import entering, invites
from preventedu.lti.registering.addresses import tool_addresses
from preventedu.lti.registering.entering import Entry
from preventedu.lti.registering.forms import (
    ForSchool,
    LinkForm,
    ManualForm,
    PresetForm,
    WithdrawForm,
)
from preventedu.lti.registering.models import RegistrationInvite
from preventedu.lti.registration import PlatformDetails
from preventedu.people import StaffRole
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from flask import Blueprint
    from flask.typing import ResponseReturnValue

    from preventedu.people import StaffMember
    from preventedu.settings import Settings


def add_to(bp: Blueprint, prefix: str) -> None:
    """Add the staff's pages to the room's blueprint."""
    pages = f"{prefix}/platforms"
    both = ["GET", "POST"]
    bp.add_url_rule(f"{pages}/links", "links", links, methods=both)
    bp.add_url_rule(
        f"{pages}/links/<int(max=2147483647):link_id>/withdraw",
        "withdraw",
        withdraw,
        methods=["POST"],
    )
    bp.add_url_rule(f"{pages}/new", "enter", enter, methods=both)


def links() -> ResponseReturnValue:
    """Make a registration link, and list those that were made."""
    member = _administrator()
    form = LinkForm()
    _fill(form, member)
    token, problem = "", ""
    if form.is_submitted_and_valid():
        try:
            token = _make(form, member)
        except RefusedError as error:
            problem = str(error)
    address = url_for("registering.register", token=token) if token else ""
    family, _choice = platforms.CHOICES[str(form.lms.data or "canvas")]
    return render_template(
        "registering/links.html",
        form=form,
        problem=problem,
        link=tool_addresses().base + address if token else "",
        family=family,
        choices=platforms.CHOICES,
        tool=tool_addresses(),
        # A reader that was opened before does not see the link just made.
        invites=invites.listed(get_session() if token else get_reader(), member.lea_id),
        withdraw_form=WithdrawForm(),
        now=datetime.now(UTC),
    )


def withdraw(link_id: int) -> ResponseReturnValue:
    """Make a link that nobody used worthless."""
    member = _administrator()
    if not WithdrawForm().is_submitted_and_valid():
        raise RefusedError(_("This form has expired. Load the page again."))
    session = get_session()
    row = session.get(RegistrationInvite, link_id)
    if row is None or member.lea_id not in (None, row.lea_id):
        raise NotFoundError(_("There is no such registration link."))
    invites.withdraw(session, row, now=datetime.now(UTC))
    session.commit()
    flash(_("The link is withdrawn: it opens nothing any more."))
    return redirect(url_for("registering.links"), HTTPStatus.SEE_OTHER)


def enter() -> ResponseReturnValue:
    """Enter an LMS by hand, with what its address tells filled in."""
    member = _administrator()
    if request.method == "GET":
        return _ask(member)
    form = ManualForm()
    _fill(form, member)
    problem = ""
    is_valid = form.is_submitted_and_valid()
    if form.has_usable_addresses(allow_loopback=_allow_loopback()) and is_valid:
        try:
            return _save(form, member)
        except RefusedError as error:
            problem = str(error)
    return _page(form, problem)


def _administrator() -> StaffMember:
    """Return who asks: school IT, and nobody of another organization."""
    member = current_staff(StaffRole.ADMINISTRATOR)
    if member.organization_id is not None:
        raise NotAllowedError(_("This page is not for your role."))
    return member


def _make(form: LinkForm, member: StaffMember) -> str:
    session, now = get_session(), datetime.now(UTC)
    owner = entering.owner_of(session, member, form.lea.data, form.school.data)
    details = invites.InviteDetails(
        form.lms.data, owner.lea, owner.school, is_test=form.is_test.data
    )
    _row, token = invites.make(session, details, member.email, now=now)
    session.commit()
    return token


def _save(form: ManualForm, member: StaffMember) -> ResponseReturnValue:
    session, now = get_session(), datetime.now(UTC)
    family, _choice = _chosen(form.lms.data)
    details = PlatformDetails(
        issuer=form.text("issuer"),
        client_id=form.text("client_id"),
        auth_url=form.text("auth_url"),
        token_url=form.text("token_url"),
        jwks_url=form.text("jwks_url"),
        token_audience=form.text("token_audience") or None,
        family=family.code,
    )
    owner = entering.owner_of(session, member, form.lea.data, form.school.data)
    entering.enter(
        session,
        member,
        Entry(details, form.text("deployment_id"), owner, form.is_test.data),
        allow_loopback=_allow_loopback(),
        now=now,
    )
    session.commit()
    flash(_("The LMS is saved. What is left to do there is below."))
    saved = url_for("registering.enter", saved=form.lms.data)
    return redirect(saved, HTTPStatus.SEE_OTHER)


def _ask(member: StaffMember) -> ResponseReturnValue:
    """Show the first question, the form filled in from its answer, or what is next."""
    if "saved" in request.args:
        family, choice = _chosen(request.args["saved"])
        return render_template(
            "registering/saved.html",
            family=family,
            choice=choice,
            tool=tool_addresses(),
        )
    given = request.args
    preset = PresetForm(
        lms=given.get("lms", "canvas"),
        address=given.get("address", ""),
        client_id=given.get("client_id", ""),
    )
    if "lms" not in given:
        return _question(preset)
    _family, choice = _chosen(given["lms"])
    address = given.get("address", "").strip().rstrip("/")
    if choice.needs_address and not _is_usable(address):
        return _question(preset, _("Write the address as https://lms.example.org."))
    known = choice.preset(address, given.get("client_id", "").strip())
    form = ManualForm(
        lms=choice.key,
        issuer=known.issuer,
        auth_url=known.auth_url,
        token_url=known.token_url,
        jwks_url=known.jwks_url,
        token_audience=known.token_audience,
        client_id=given.get("client_id", "").strip(),
    )
    _fill(form, member)
    return _page(form)


def _question(form: PresetForm, problem: str = "") -> ResponseReturnValue:
    return render_template(
        "registering/preset.html", form=form, problem=problem, tool=tool_addresses()
    )


def _page(form: ManualForm, problem: str = "") -> ResponseReturnValue:
    _family, choice = _chosen(form.lms.data)
    return render_template(
        "registering/manual.html",
        form=form,
        problem=problem,
        choice=choice,
        tool=tool_addresses(),
    )


def _chosen(key: str | None) -> tuple[platforms.Family, platforms.Choice]:
    return platforms.CHOICES.get(key or "other", platforms.CHOICES["other"])


def _fill(form: ForSchool, member: StaffMember) -> None:
    """Offer the LEAs and schools that this administrator may connect an LMS for."""
    session = get_reader()
    leas = {str(lea.id): lea.name for lea in entering.leas_for(session, member)}
    nobody = {} if member.lea_id is not None else {"": _("Not said yet")}
    form.lea.choices = list((nobody | leas).items())
    schools = {
        str(school.id): f"{school.name} · {school.lea.name}"
        for school in entering.schools_for(session, member)
    }
    form.school.choices = [("", _("All schools of the district")), *schools.items()]


def _is_usable(address: str) -> bool:
    return addresses.is_usable(address, allow_loopback=_allow_loopback())


def _allow_loopback() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.allow_loopback_platforms
