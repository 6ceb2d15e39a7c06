"""Pages to look back on: the last launches, and the queue of grades."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for
from sqlalchemy import select

from preventedu.db import get_reader, get_session
from preventedu.errors import NotFoundError
from preventedu.i18n import gettext as _
from preventedu.i18n import ngettext
from preventedu.lti import problems
from preventedu.lti.connections import access, looking_back
from preventedu.lti.connections.looking_back import BATCH, Filter
from preventedu.lti.connections.views_shared import (
    changer,
    check_button,
    now,
    reader,
    show,
)
from preventedu.lti.models import Deployment, Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember


def launches() -> ResponseReturnValue:
    """Show the last launches with their codes, newest first."""
    session, member = get_reader(), reader()
    seen = access.platforms_for(session, member)
    chosen = request.args.get("platform", "")
    failures_only = request.args.get("only") == "failures"
    wanted = _filter(session, member, seen, chosen, failures_only=failures_only)
    return show(
        "launches.html",
        "launches",
        launches=looking_back.launches(session, wanted),
        platforms=seen,
        chosen=chosen,
        failures_only=failures_only,
        # Who an unknown LMS says it is, is for whoever looks after all of them.
        known=session.scalars(select(Platform)).all() if _sees_all(member) else [],
        sees_unknown=_sees_all(member),
    )


def grades() -> ResponseReturnValue:
    """Show how many grades wait, and why some do not arrive."""
    session, member = get_reader(), reader()
    seen = _own_platforms(session, member)
    return show(
        "grades.html",
        "grades",
        queues=looking_back.queues(session, seen),
        problem_words=problems.sentence,
        may_change=access.may_change(member),
    )


def send_again(platform_id: int) -> ResponseReturnValue:
    """Make the failed grades of a platform due, batch by batch."""
    member = changer()
    check_button()
    session, moment = get_session(), now()
    access.platform_for(session, member, platform_id)
    if platform_id not in {it.id for it in _own_platforms(session, member)}:
        raise NotFoundError(_("There is nothing here for you."))
    total = batch = looking_back.send_again(session, platform_id, now=moment)
    session.commit()
    while batch == BATCH:
        # Each batch by itself: between them learners' saves get their turn.
        batch = looking_back.send_again(session, platform_id, now=moment)
        session.commit()
        total += batch
    flash(
        ngettext(
            "%(num)s grade is sent again.", "%(num)s grades are sent again.", total
        )
    )
    flash(_("Load this page again in a minute."))
    return redirect(url_for("connections.grades"), HTTPStatus.SEE_OTHER)


def _filter(
    session: Session,
    member: StaffMember,
    seen: Sequence[Platform],
    chosen: str,
    *,
    failures_only: bool,
) -> Filter:
    ids = {it.id for it in seen}
    one = {int(chosen)} & ids if chosen.isdecimal() else set()
    if _sees_all(member):
        return Filter(one or None, None, failures_only)
    deployments = session.scalars(
        select(Deployment.id).where(access.is_deployment_of(session, member))
    ).all()
    return Filter(one or ids, deployments, failures_only)


def _sees_all(member: StaffMember) -> bool:
    return access.sees_everything(member)


def _own_platforms(session: Session, member: StaffMember) -> Sequence[Platform]:
    """Return the platforms that are no other LEA's: counts are of a whole platform."""
    return [
        it
        for it in access.platforms_for(session, member)
        if access.is_own_platform(session, member, it)
    ]
