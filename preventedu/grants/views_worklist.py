"""Pages on which a person decides: which award, which school."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, url_for
from sqlalchemy import select

from preventedu.db import get_reader, get_session
from preventedu.errors import NotAllowedError, NotFoundError, RefusedError
from preventedu.grants import labels
from preventedu.grants.access import FIGURE_ROLES, Access
from preventedu.grants.attribution import attribute_new
from preventedu.grants.figures import Question
from preventedu.grants.forms import DecisionForm, PlacementForm
from preventedu.grants.models import Award
from preventedu.grants.periods import Span
from preventedu.grants.views_shared import award_for, course_origins, log_view
from preventedu.grants.worklist import (
    Decision,
    choose_award,
    decisions_made,
    place_course,
    undecided,
    unplaced_courses,
)
from preventedu.i18n import gettext as _
from preventedu.i18n import language
from preventedu.people import School, StaffMember
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.grants.worklist import Undecided


def decisions(award_id: int) -> ResponseReturnValue:
    """List what fits several awards equally; record to which it belongs."""
    session = get_reader()
    award, member = award_for(session, award_id, least=Access.WORKING_FIGURES)
    waiting = undecided(session, _whole(award, member))
    form = DecisionForm()
    options = _award_options(session, waiting)
    form.award.choices = sorted(options.items())
    if form.is_submitted_and_valid():
        return _decide(award, member, form)
    schools = labels.schools(session, [it.school_id for it in waiting])
    made = decisions_made(session, member.lea_id or 0)
    slugs = {it.module for it in waiting} | {it.module for it in made}
    log_view(member, f"completions of {award.fain} that need a decision")
    return render_template(
        "grants/decisions.html",
        award=award,
        waiting=waiting,
        form=form,
        options=options,
        schools=schools,
        modules=labels.modules(session, slugs, language()),
        first_day=award.starts_on,
        made=made,
    )


def _decide(
    award: Award, member: StaffMember, form: DecisionForm
) -> ResponseReturnValue:
    session, now = get_session(), datetime.now(UTC)
    waiting = undecided(session, _whole(award, member))
    open_ones = {it.assignment_id: it for it in waiting}
    chosen = session.get(Award, form.award.data)
    item = open_ones.get(str(form.assignment.data))
    if item is None or chosen is None or chosen.fain not in item.fains:
        raise RefusedError(_("This was decided already, or the award does not fit."))
    decision = Decision(
        assignment_id=item.assignment_id,
        award_id=chosen.id,
        effective_from=form.effective_from.data or award.starts_on,
        reason=str(form.reason.data),
    )
    choose_award(session, member, decision, now=now)
    attribute_new(session, now=now)
    session.commit()
    flash(_("Your decision is recorded."))
    return redirect(url_for("grants.decisions", award_id=award.id), 303)


def placements() -> ResponseReturnValue:
    """List courses at no school yet; record at which school one is."""
    session, member = get_reader(), current_staff(*FIGURE_ROLES)
    if member.lea_id is None:
        raise NotAllowedError(_("Only officials of an LEA say where a course is."))
    schools = session.scalars(
        select(School).where(School.lea_id == member.lea_id).order_by(School.name)
    ).all()
    form = PlacementForm()
    form.school.choices = [(school.id, school.name) for school in schools]
    if form.is_submitted_and_valid():
        return _place(member, form)
    log_view(member, "courses at no school yet")
    return render_template(
        "grants/placements.html",
        courses=unplaced_courses(session, member.lea_id, course_origins()),
        form=form,
    )


def _place(member: StaffMember, form: PlacementForm) -> ResponseReturnValue:
    session, now = get_session(), datetime.now(UTC)
    waiting = unplaced_courses(session, member.lea_id or 0, course_origins())
    courses = [it for it in waiting if it.course_id == form.course.data]
    school = session.get(School, form.school.data)
    if not courses or school is None:
        raise NotFoundError(_("This course was placed already, or is not yours."))
    place_course(session, member, courses[0], school, now=now)
    attribute_new(session, now=now)
    session.commit()
    flash(_("The course is placed at %(school)s.", school=school.name))
    return redirect(url_for("grants.placements"), 303)


def _whole(award: Award, member: StaffMember) -> Question:
    return Question(award, Span(award.starts_on, award.ends_on), member.lea_id)


def _award_options(session: Session, waiting: list[Undecided]) -> dict[int, str]:
    fains = {fain for it in waiting for fain in it.fains}
    awards = session.scalars(select(Award).where(Award.fain.in_(fains)))
    return {award.id: award.fain for award in awards}
