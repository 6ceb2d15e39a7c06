"""Pages of periods and releases, and the files made from a release."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, flash, redirect, render_template, url_for
from sqlalchemy import select

from preventedu.db import get_reader, get_session
from preventedu.errors import NotAllowedError, NotFoundError
from preventedu.grants import releases, snapshot
from preventedu.grants.access import Access, may_release
from preventedu.grants.contents import span_of
from preventedu.grants.disclosures import disclosures_of, reader, record_disclosure
from preventedu.grants.disclosures import to_csv as disclosures_to_csv
from preventedu.grants.figures import Question, outcomes
from preventedu.grants.forms import ClosePeriodForm, HandedOverForm, ReleaseForm
from preventedu.grants.ledger import DisclosureWay, Release
from preventedu.grants.periods import has_ended
from preventedu.grants.rendering.csv_file import to_csv
from preventedu.grants.rendering.json_file import to_json
from preventedu.grants.views_shared import award_for, log_view, period_for
from preventedu.i18n import gettext as _
from preventedu.i18n import lazy_gettext as _l

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

WAYS = {
    DisclosureWay.MADE: _l("Made for them"),
    DisclosureWay.PAGE: _l("Opened the page"),
    DisclosureWay.FILE: _l("Took the file"),
    DisclosureWay.HANDED_OVER: _l("Handed over"),
}


def period(period_id: int) -> ResponseReturnValue:
    """Show a period: close it, or release it once it is closed."""
    session = get_reader()
    found, member = period_for(session, period_id)
    now = datetime.now(UTC)
    span = span_of(found)
    made = session.scalars(
        select(Release)
        .where(Release.period_id == found.id)
        .order_by(Release.version.desc())
    ).all()
    left_out = None
    if member.lea_id is not None:
        log_view(member, f"what {found.award.fain} leaves out of a period")
        left_out = outcomes(session, Question(found.award, span, member.lea_id))
    return render_template(
        "grants/period.html",
        period=found,
        award=found.award,
        has_ended=has_ended(span, found.award.time_zone, now=now),
        left_out=left_out,
        releases=made,
        close_form=ClosePeriodForm(),
        release_form=ReleaseForm(),
    )


def close(period_id: int) -> ResponseReturnValue:
    """Close a period for ever."""
    session = get_session()
    found, member = period_for(session, period_id)
    if not ClosePeriodForm().is_submitted_and_valid():
        flash(_("Nothing was closed. Tick the box to say that you are sure."))
        return redirect(url_for("grants.period", period_id=period_id), 303)
    releases.close_period(session, found, author=member.email, now=datetime.now(UTC))
    session.commit()
    flash(_("The period is closed."))
    return redirect(url_for("grants.period", period_id=period_id), 303)


def make_release(period_id: int) -> ResponseReturnValue:
    """Make a release of a closed period."""
    session = get_session()
    found, member = period_for(session, period_id)
    form = ReleaseForm()
    if not form.is_submitted_and_valid():
        flash(_("Say for whom the release is made."))
        return redirect(url_for("grants.period", period_id=period_id), 303)
    made = releases.release(
        session,
        found,
        author=member.email,
        recipient=str(form.recipient.data),
        now=datetime.now(UTC),
    )
    session.commit()
    return redirect(url_for("grants.release", release_id=made.id), 303)


def release(release_id: int) -> ResponseReturnValue:
    """Show a release."""
    made, member = _release_for(get_reader(), release_id)
    if member.lea_id is None:
        _log(made, member, DisclosureWay.PAGE)
    return render_template(
        "grants/release.html", release=made, content=snapshot.read(made.content)
    )


def release_csv(release_id: int) -> ResponseReturnValue:
    """Download a release as CSV."""
    made, member = _release_for(get_reader(), release_id)
    _log(made, member, DisclosureWay.FILE)
    return _file(to_csv(made), "text/csv; charset=utf-8", f"{_name(made)}.csv")


def release_json(release_id: int) -> ResponseReturnValue:
    """Download a release as JSON."""
    made, member = _release_for(get_reader(), release_id)
    _log(made, member, DisclosureWay.FILE)
    return _file(to_json(made), "application/json", f"{_name(made)}.json")


def disclosures(award_id: int) -> ResponseReturnValue:
    """Show who got the award's releases; write down that one was handed over."""
    session, form = get_session(), HandedOverForm()
    award, member = award_for(session, award_id, least=Access.RELEASES)
    if not may_release(member, award):
        raise NotAllowedError(_("This log is for staff of the award's recipient."))
    made = session.scalars(
        select(Release).where(Release.award_id == award.id).order_by(Release.id.desc())
    ).all()
    form.release.choices = [(each.id, _label(each)) for each in made]
    if form.is_submitted_and_valid():
        now = datetime.now(UTC)
        release, who = session.get_one(Release, form.release.data), form.recipient.data
        way = DisclosureWay.HANDED_OVER
        record_disclosure(session, release, way, str(who), member.email, now=now)
        session.commit()
        flash(_("It is written down."))
        return redirect(url_for("grants.disclosures", award_id=award.id), 303)
    return render_template(
        "grants/disclosures.html",
        award=award,
        form=form,
        log=disclosures_of(session, award.id),
        label=_label,
        ways=WAYS,
    )


def disclosures_csv(award_id: int) -> ResponseReturnValue:
    """Download the log."""
    session = get_reader()
    award, member = award_for(session, award_id, least=Access.RELEASES)
    if not may_release(member, award):
        raise NotAllowedError(_("This log is for staff of the award's recipient."))
    log = disclosures_to_csv(disclosures_of(session, award.id))
    return _file(log, "text/csv; charset=utf-8", f"disclosures-{award.fain}.csv")


def _label(made: Release) -> str:
    period = made.period
    words = _(
        "%(first)s to %(last)s, version %(version)s",
        first=period.starts_on,
        last=period.ends_on,
        version=made.version,
    )
    return str(words)


def _log(made: Release, member: StaffMember, way: DisclosureWay) -> None:
    session, now = get_session(), datetime.now(UTC)
    release = session.get_one(Release, made.id)
    record_disclosure(session, release, way, reader(member), member.email, now=now)
    session.commit()


def _release_for(session: Session, release_id: int) -> tuple[Release, StaffMember]:
    made = session.get(Release, release_id)
    _award, member = award_for(
        session, made.award_id if made else 0, least=Access.RELEASES
    )
    if made is None:
        raise NotFoundError(_("There is nothing here for you."))
    return made, member


def _name(made: Release) -> str:
    period = made.period
    return f"release-{period.starts_on}-{period.ends_on}-v{made.version}"


def _file(data: bytes, kind: str, name: str) -> Response:
    answer = Response(data, HTTPStatus.OK, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
