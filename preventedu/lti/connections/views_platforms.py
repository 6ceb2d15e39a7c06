"""Pages about platforms: the list, one platform with its test, its deployments."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash, redirect, url_for
from sqlalchemy import select

from preventedu.db import get_reader, get_session
from preventedu.errors import NotAllowedError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.lti import problems
from preventedu.lti.adapters.current import current_wire
from preventedu.lti.connections import access, changing, checking, findings, gathering
from preventedu.lti.connections.changing import PlatformSettings
from preventedu.lti.connections.forms import BindForm, SettingsForm
from preventedu.lti.connections.looking_back import lately
from preventedu.lti.connections.views_shared import (
    allow_loopback,
    changer,
    check_button,
    now,
    reader,
    show,
)
from preventedu.lti.models import Deployment, DeploymentStatus, Platform
from preventedu.lti.wire import Wire
from preventedu.people import Lea, School

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember


def platforms() -> ResponseReturnValue:
    """List the platforms with their deployments, and what waits for somebody."""
    session, member = get_reader(), reader()
    listed = access.platforms_for(session, member)
    by_platform = {it.id: _deployments(session, member, it) for it in listed}
    everything = [each for some in by_platform.values() for each in some]
    return show(
        "platforms.html",
        "platforms",
        platforms=listed,
        deployments=by_platform,
        pending=[it for it in everything if it.status is DeploymentStatus.PENDING],
        moved=[it for it in everything if it.new_service_origins],
        lately=lately(session, now=now()) if access.may_change(member) else {},
        checks={it.id: findings.kept(session, it.id) for it in listed},
        may_change=access.may_change(member),
    )


def platform(platform_id: int) -> ResponseReturnValue:
    """Show one platform: its test, its deployments, its settings."""
    session, member = get_reader(), reader()
    row = access.platform_for(session, member, platform_id)
    form = SettingsForm(
        label=row.label,
        extra_origins="\n".join(row.extra_origins),
        is_test=row.is_test,
    )
    return _page(session, member, row, form)


def change(platform_id: int) -> ResponseReturnValue:
    """Keep a platform's name, its other addresses, and whether it is a test one."""
    session, member, form = get_session(), changer(), SettingsForm()
    row = access.platform_for(session, member, platform_id)
    if not access.may_change_platform(session, member, row):
        raise NotAllowedError(_("Other LEAs use this LMS too: ask whoever runs it."))
    if not form.is_submitted_and_valid():
        return _page(session, member, row, form, _first_error(form))
    try:
        wanted = PlatformSettings(
            form.label.data or "",
            changing.read_origins(
                form.extra_origins.data or "", allow_loopback=allow_loopback()
            ),
            bool(form.is_test.data),
        )
    except RefusedError as error:
        return _page(session, member, row, form, str(error))
    changing.change_platform(session, row, wanted, now=now())
    session.commit()
    flash(_("Your changes are saved."))
    return _to(row)


def test(platform_id: int) -> ResponseReturnValue:
    """Try the connection; nothing is locked while the LMS is asked."""
    member = changer()
    check_button()
    session = get_reader()
    row = access.platform_for(session, member, platform_id)
    mine = access.is_deployment_of(session, member)
    facts = gathering.gather(session, row, mine)
    wire, moment = _fresh_wire(), now()
    # Only what was read ends here: while the LMS is asked, no transaction is open.
    session.commit()
    found = checking.check(facts, wire, now=moment)
    wire.session.close()
    writer = get_session()
    findings.keep(writer, platform_id, found, member, now=moment)
    writer.commit()
    flash(_("The connection was tried. The results are below."))
    return redirect(
        url_for("connections.platform", platform_id=platform_id, _anchor="test"),
        HTTPStatus.SEE_OTHER,
    )


def bind(deployment_id: int) -> ResponseReturnValue:
    """Say whose a deployment is; or correct it, for its new courses."""
    session, member, form = get_session(), changer(), BindForm()
    row = access.deployment_for(session, member, deployment_id)
    leas = access.leas_for(session, member)
    _offer(session, form, leas)
    if not form.is_submitted_and_valid():
        return _page(session, member, row.platform, None, _first_error(form))
    lea = session.get_one(Lea, form.lea.data)
    school = session.get(School, form.school.data) if form.school.data else None
    earlier = changing.course_count(session, row)
    try:
        changing.bind(session, row, lea, school, member, now=now())
    except RefusedError as error:
        return _page(session, member, row.platform, None, str(error))
    row.label = (form.label.data or "").strip()
    session.commit()
    flash(_("New courses belong to %(place)s now.", place=(school or lea).name))
    if earlier:
        flash(_("Courses opened before stay where they are. See Courses and schools."))
    return _to(row.platform)


def switch_off(deployment_id: int) -> ResponseReturnValue:
    """Let nobody of a deployment in."""
    session, row, member = _own_deployment(deployment_id)
    changing.switch_off(session, row, member, now=now())
    session.commit()
    flash(_("Switched off. Grades that are owed are still sent."))
    return _to(row.platform)


def switch_on(deployment_id: int) -> ResponseReturnValue:
    """Let a deployment in again."""
    session, row, member = _own_deployment(deployment_id)
    changing.switch_on(session, row, member, now=now())
    session.commit()
    flash(_("Switched on."))
    return _to(row.platform)


def accept_origins(deployment_id: int) -> ResponseReturnValue:
    """Take note that the services are at another place."""
    session, row, _member = _own_deployment(deployment_id)
    changing.accept_origins(row)
    session.commit()
    flash(_("The addresses are noted as right."))
    return _to(row.platform)


def _own_deployment(deployment_id: int) -> tuple[Session, Deployment, StaffMember]:
    member = changer()
    check_button()
    session = get_session()
    return session, access.deployment_for(session, member, deployment_id), member


def _page(
    session: Session,
    member: StaffMember,
    row: Platform,
    form: SettingsForm | None,
    problem: str = "",
) -> ResponseReturnValue:
    leas = access.leas_for(session, member)
    bind_form = BindForm()
    schools = _offer(session, bind_form, leas)
    settings = form or SettingsForm(
        label=row.label, extra_origins="\n".join(row.extra_origins), is_test=row.is_test
    )
    page = show(
        "platform.html",
        "platforms",
        platform=row,
        deployments=_deployments(session, member, row),
        course_counts=lambda it: changing.course_count(session, it),
        checks=findings.kept(session, row.id),
        form=settings,
        problem=problem,
        problem_words=problems.sentence,
        bind_form=bind_form,
        leas=leas,
        schools=schools,
        may_change=access.may_change(member),
        may_change_platform=access.may_change_platform(session, member, row),
    )
    return page, HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK


def _offer(session: Session, form: BindForm, leas: Sequence[Lea]) -> Sequence[School]:
    """Fill in the choices; return the schools in the order in which they are shown."""
    schools = session.scalars(
        select(School)
        .join(Lea)
        .where(School.lea_id.in_([lea.id for lea in leas]))
        .order_by(Lea.name, School.name, School.id)
    ).all()
    form.lea.choices = [(lea.id, lea.name) for lea in leas]
    everywhere = (None, _("Several schools"))
    form.school.choices = [everywhere, *((it.id, it.name) for it in schools)]
    return schools


def _deployments(
    session: Session, member: StaffMember, row: Platform
) -> Sequence[Deployment]:
    return session.scalars(
        select(Deployment)
        .where(
            Deployment.platform_id == row.id, access.is_deployment_of(session, member)
        )
        .order_by(Deployment.id)
    ).all()


def _fresh_wire() -> Wire:
    """Return connections and tokens of this test alone, with our key."""
    own = current_wire()
    wire = Wire(own.secret, own.allow_loopback)
    if not wire.load_key(get_reader()):
        session = get_session()
        wire.make_key(session, now=now())
        session.commit()
    return wire


def _first_error(form: SettingsForm | BindForm) -> str:
    found = [str(error) for field in form for error in field.errors]
    return found[0] if found else _("This form has expired. Load the page again.")


def _to(row: Platform) -> ResponseReturnValue:
    address = url_for("connections.platform", platform_id=row.id)
    return redirect(address, HTTPStatus.SEE_OTHER)
