"""The published sheet, and the page on which an official answers a request."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, current_app, redirect, render_template, url_for

from preventedu.db import get_session
from preventedu.errors import NotFoundError
from preventedu.i18n import gettext as _
from preventedu.i18n import lazy_gettext as _l
from preventedu.people import StaffRole
from preventedu.privacy import forgetting, records, requests, sheet
from preventedu.privacy.forms import CodeForm, EraseForm
from preventedu.privacy.sheet import About
from preventedu.staff.access_log import record_access
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.people import StaffMember
    from preventedu.settings import Settings

bp = Blueprint("privacy", __name__, url_prefix="/privacy", template_folder="templates")

GROUPS = {
    About.STUDENT: _l("About students"),
    About.TEACHER: _l("About teachers"),
    About.STAFF: _l("About staff who sign in here"),
    About.SCHOOL: _l("About schools"),
    About.FUNDING: _l("About awards and partners"),
    About.TECHNICAL: _l("To make it work"),
}


@bp.get("")
def published() -> ResponseReturnValue:
    """Tell anybody what is kept, why, and for how long."""
    days = _days()
    fields = sheet.stored_fields(days)
    groups = {
        title: [field for field in fields if field.about is about]
        for about, title in GROUPS.items()
    }
    return render_template("privacy/sheet.html", groups=groups, days=days)


@bp.get("/sheet.csv")
def sheet_csv() -> ResponseReturnValue:
    """Give the same for a spreadsheet."""
    headers = {"Content-Disposition": "attachment; filename=privacy-sheet.csv"}
    return Response(
        sheet.to_csv(_days()), mimetype="text/csv; charset=utf-8", headers=headers
    )


@bp.route("/requests", methods=["GET", "POST"], endpoint="requests")
def answer_request() -> ResponseReturnValue:
    """Show an official what is kept about the learner of a code."""
    member, form = _official(), CodeForm()
    if not form.is_submitted_and_valid():
        return render_template("privacy/requests.html", form=form, problem="")
    code, now, session = str(form.code.data), datetime.now(UTC), get_session()
    try:
        learner_id = requests.learner_of(session, code, member.lea_id, now=now)
    except NotFoundError as error:
        page = render_template("privacy/requests.html", form=form, problem=str(error))
        return page, HTTPStatus.NOT_FOUND
    record = records.record_of(session, learner_id, now=now)
    record_access(session, member, "a learner's record", now=now)
    session.commit()
    return render_template(
        "privacy/record.html", record=record, form=form, erase_form=EraseForm()
    )


@bp.post("/requests/record.json")
def download() -> ResponseReturnValue:
    """Give the record as a file."""
    member, form = _official(), CodeForm()
    if not form.is_submitted_and_valid():
        return redirect(url_for("privacy.requests"), HTTPStatus.SEE_OTHER)
    now, session = datetime.now(UTC), get_session()
    learner_id = requests.learner_of(
        session, str(form.code.data), member.lea_id, now=now
    )
    record = records.record_of(session, learner_id, now=now)
    record_access(session, member, "a learner's record, as a file", now=now)
    session.commit()
    text = json.dumps(record, ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": "attachment; filename=learner-record.json"}
    return Response(text, mimetype="application/json", headers=headers)


@bp.post("/requests/erase")
def erase() -> ResponseReturnValue:
    """Forget the learner of a code."""
    member, form = _official(), EraseForm()
    now, session = datetime.now(UTC), get_session()
    learner_id = requests.learner_of(
        session, str(form.code.data or ""), member.lea_id, now=now
    )
    if not form.is_submitted_and_valid():
        record = records.record_of(session, learner_id, now=now)
        record_access(session, member, "a learner's record", now=now)
        session.commit()
        page = render_template(
            "privacy/record.html", record=record, form=form, erase_form=form
        )
        return page, HTTPStatus.BAD_REQUEST
    forgetting.erase(session, learner_id, member.email, now=now)
    record_access(session, member, "erased a learner's record", now=now)
    session.commit()
    return render_template("privacy/erased.html")


def _official() -> StaffMember:
    member = current_staff(StaffRole.LEA_OFFICIAL)
    if member.lea_id is None:
        raise NotFoundError(_("This page is for officials of an LEA."))
    return member


def _days() -> int:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.keep_for.days
