"""The list of awards, and the working figures of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import render_template, request
from sqlalchemy import select

from preventedu.db import get_reader
from preventedu.grants.access import (
    FIGURE_ROLES,
    Access,
    access_to,
    lea_ids,
    may_enter,
    may_enter_anything,
    may_release,
)
from preventedu.grants.charts import running_chart
from preventedu.grants.figures import Question
from preventedu.grants.ledger import Release
from preventedu.grants.measures import DEFINITIONS
from preventedu.grants.models import Agreement, Award, ReportingPeriod
from preventedu.grants.overview import overview, spans
from preventedu.grants.sessions import presented
from preventedu.grants.views_shared import award_for, course_origins, log_view
from preventedu.grants.words import ROLES
from preventedu.grants.worklist import unplaced_courses
from preventedu.i18n import gettext as _
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session


def awards() -> ResponseReturnValue:
    """List the awards this person may see."""
    session, member = get_reader(), current_staff(*FIGURE_ROLES)
    every = session.scalars(select(Award).order_by(Award.starts_on.desc(), Award.fain))
    shown = [
        (award, access)
        for award in every
        if (access := access_to(session, member, award)) is not Access.NOTHING
    ]
    return render_template(
        "grants/awards.html",
        awards=shown,
        Access=Access,
        may_enter=may_enter_anything(session, member),
    )


def award(award_id: int) -> ResponseReturnValue:
    """Show an award: working figures to the LEA's own officials, else releases."""
    session = get_reader()
    found, member = award_for(session, award_id, least=Access.RELEASES)
    page = {
        "award": found,
        "agreements": _agreements(session, found),
        "role_words": ROLES,
        "periods": _periods(session, found),
        "releases": _releases(session, found),
        "may_release": may_release(member, found),
        "may_enter": may_enter(member, found),
    }
    if access_to(session, member, found) is Access.RELEASES:
        return render_template("grants/award_releases.html", **page)
    now = datetime.now(UTC)
    choices = spans(session, found, now=now)
    chosen = request.args.get("span", "now")
    chosen = chosen if chosen in choices else "now"
    question = Question(found, choices[chosen], lea_id=member.lea_id)
    figures = overview(session, question, now=now)
    unplaced = unplaced_courses(session, member.lea_id or 0, course_origins())
    log_view(member, f"working figures of {found.fain}")
    return render_template(
        "grants/award.html",
        figures=figures,
        bands=[replace(line, label=_(line.label)) for line in figures.bands],
        chart=running_chart(figures.months),
        presented=presented(session, question),
        definitions=DEFINITIONS,
        not_yet_placed=sum(course.completions for course in unplaced),
        spans=choices,
        chosen=chosen,
        member=member,
        is_shared=len(lea_ids(session, found)) > 1,
        **page,
    )


def _agreements(session: Session, award: Award) -> Sequence[Agreement]:
    return session.scalars(
        select(Agreement)
        .where(Agreement.award_id == award.id)
        .order_by(Agreement.starts_on, Agreement.key)
    ).all()


def _periods(session: Session, award: Award) -> Sequence[ReportingPeriod]:
    return session.scalars(
        select(ReportingPeriod)
        .where(ReportingPeriod.award_id == award.id)
        .order_by(ReportingPeriod.starts_on)
    ).all()


def _releases(session: Session, award: Award) -> Sequence[Release]:
    return session.scalars(
        select(Release)
        .where(Release.award_id == award.id)
        .order_by(Release.created_at.desc(), Release.id.desc())
    ).all()
