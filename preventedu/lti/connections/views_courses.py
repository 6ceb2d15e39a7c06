"""Pages on which a course finds its school: by rule, by hand, by a teacher's answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from preventedu.auth import SeatRole, current_seat
from preventedu.db import get_reader, get_session
from preventedu.errors import NotFoundError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.i18n import ngettext
from preventedu.lti import placing
from preventedu.lti.connection_models import PlacementAttribute
from preventedu.lti.connections import access, placed
from preventedu.lti.connections.forms import (
    OneRuleForm,
    PlaceForm,
    RuleForm,
    SchoolForm,
)
from preventedu.lti.connections.views_shared import (
    changer,
    check_button,
    now,
    reader,
    show,
)
from preventedu.people import Lea, School

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.lti.models import Deployment


def courses() -> ResponseReturnValue:
    """List courses, those at no school first; place one, or correct where it is."""
    member = reader()
    if request.method == "POST":
        return _place()
    wanted = "yes" if request.args.get("placed") == "yes" else "no"
    found = placed.read_courses(
        get_reader(), member, placed=wanted, on_day=now().date()
    )
    return show(
        "courses.html",
        "courses",
        courses=found,
        placed=wanted,
        form=PlaceForm(),
        today=now().date(),
        may_change=access.may_change(member),
    )


def _place() -> ResponseReturnValue:
    session, member, form = get_session(), reader(), PlaceForm()
    form.school.choices = [(id_, "") for id_ in session.scalars(select(School.id))]
    named = str(form.course.data or "")
    if not form.is_submitted_and_valid() or not named.isdecimal():
        raise RefusedError(_("Nothing was recorded. Choose a school."))
    context = placed.course_for(session, member, int(named))
    school = session.get_one(School, form.school.data)
    placed.place(
        session, member, context, school, from_day=form.from_day.data, now=now()
    )
    session.commit()
    flash(_("The course is placed at %(school)s.", school=school.name))
    flash(_("Lessons finished there before are counted anew within a minute."))
    where = request.args.get("placed", "no")
    return redirect(url_for("connections.courses", placed=where), HTTPStatus.SEE_OTHER)


def rules(deployment_id: int) -> ResponseReturnValue:
    """Show a deployment's placement rules; add one."""
    session = get_session() if request.method == "POST" else get_reader()
    member = changer()
    row = access.deployment_for(session, member, deployment_id)
    form = RuleForm()
    schools = _schools(session, row)
    form.school.choices = [(it.id, it.name) for it in schools]
    if form.is_submitted_and_valid():
        wanted = placed.Wanted(
            attribute=PlacementAttribute(form.attribute.data),
            value=str(form.value.data),
            school=session.get_one(School, form.school.data),
        )
        placed.add_rule(session, row, wanted, member, now=now())
        session.commit()
        flash(_("The rule is added. It places courses opened from now on."))
        return _to_rules(row)
    return show(
        "rules.html",
        "platforms",
        deployment=row,
        form=form,
        rules=placing.rules_of(session, row.id),
        lea=session.get(Lea, row.lea_id) if row.lea_id else None,
    )


def end_rule(deployment_id: int) -> ResponseReturnValue:
    """Take a rule out."""
    session, row, rule_id = _one_rule(deployment_id)
    placed.end_rule(session, row, rule_id, now=now())
    session.commit()
    flash(_("The rule is taken out. Courses that it placed stay where they are."))
    return _to_rules(row)


def raise_rule(deployment_id: int) -> ResponseReturnValue:
    """Try a rule earlier."""
    session, row, rule_id = _one_rule(deployment_id)
    placed.move_up(session, row, rule_id)
    session.commit()
    return _to_rules(row)


def apply_rules(deployment_id: int) -> ResponseReturnValue:
    """Try the rules on the courses that are at no school."""
    member = changer()
    check_button()
    session = get_session()
    row = access.deployment_for(session, member, deployment_id)
    number = placing.apply_rules(session, row, now=now())
    session.commit()
    flash(
        ngettext("%(num)s course was placed.", "%(num)s courses were placed.", number)
    )
    return _to_rules(row)


def ask_school(seat_id: str) -> ResponseReturnValue:
    """Ask a teacher once at which school the class is."""
    seat = current_seat(seat_id, SeatRole.TEACHER)
    session = get_session() if request.method == "POST" else get_reader()
    schools = placing.schools_to_ask(session, seat.course_id or "")
    back = url_for(current_app.config["SEAT_PAGES"][SeatRole.TEACHER], seat_id=seat.id)
    if not schools:
        return redirect(back, HTTPStatus.SEE_OTHER)
    form = SchoolForm()
    form.school.choices = [(it.id, it.name) for it in schools]
    if not form.is_submitted_and_valid():
        return render_template(
            "connections/ask_school.html", form=form, seat=seat, back=back
        )
    school = session.get_one(School, form.school.data)
    placing.answer(session, seat.course_id or "", school, now=now())
    session.commit()
    return redirect(back, HTTPStatus.SEE_OTHER)


def asks_for_school(course_id: str | None) -> bool:
    """Tell a teacher's page whether to ask at which school the class is."""
    return bool(placing.schools_to_ask(get_reader(), course_id or ""))


def _one_rule(deployment_id: int) -> tuple[Session, Deployment, int]:
    member, form = changer(), OneRuleForm()
    if not form.is_submitted_and_valid():
        raise RefusedError(_("This form has expired. Load the page again."))
    session = get_session()
    row = access.deployment_for(session, member, deployment_id)
    if form.rule.data is None:
        raise NotFoundError(_("This rule is gone already."))
    return session, row, int(form.rule.data)


def _schools(session: Session, row: Deployment) -> list[School]:
    return list(
        session.scalars(
            select(School)
            .where(School.lea_id == row.lea_id)
            .order_by(School.name, School.id)
        )
    )


def _to_rules(row: Deployment) -> ResponseReturnValue:
    address = url_for("connections.rules", deployment_id=row.id)
    return redirect(address, HTTPStatus.SEE_OTHER)
