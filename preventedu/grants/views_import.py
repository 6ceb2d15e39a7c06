"""The page on which a file is looked at first, and imported then."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from preventedu.db import get_reader, get_session
from preventedu.errors import NotAllowedError, NotFoundError, RefusedError
from preventedu.grants import importing
from preventedu.grants.access import enters_everything
from preventedu.grants.forms import ConfirmForm, UploadForm
from preventedu.grants.importing.examples import example
from preventedu.grants.importing.files import MAX_BYTES
from preventedu.grants.importing.history import changes_of
from preventedu.grants.importing.sheets import TABLES
from preventedu.grants.models import ImportedFile
from preventedu.grants.words import ACTIONS, THINGS
from preventedu.i18n import gettext as _
from preventedu.people import StaffMember, StaffRole
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import FileStorage

MAX_REQUEST = MAX_BYTES * 2
"""Bytes: a file in base64 is a third longer, and a little stands around it."""
SHOWN = 500
"""Lines of a plan on a page."""
SHOWN_FILES = 50
NAME_LENGTH = 200
TYPES = {
    "yaml": "application/yaml",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def import_page() -> ResponseReturnValue:
    """Ask for a file; show what it would do, and change nothing."""
    _importer()
    form = UploadForm()
    brought = request.files.get("file")
    if request.method == "GET" or brought is None or not brought.filename:
        problem = _("Choose a file.") if request.method == "POST" else ""
        return _ask(form, problem)
    file = _file(brought)
    if not form.is_submitted_and_valid():
        return _ask(form, _("This form has expired. Load the page again."))
    return _show(file)


def confirm_import() -> ResponseReturnValue:
    """Import exactly the file that was shown, if it still does what was shown."""
    member = _importer()
    form = ConfirmForm()
    if not form.is_submitted_and_valid():
        return _ask(UploadForm(), _("This form has expired. Choose the file again."))
    file = _shown_file(form)
    session, now = get_session(), datetime.now(UTC)
    if importing.plan(session, file, now=now).sha256 != form.plan_hash.data:
        return _show(file, has_changed=True)
    done = importing.apply(session, file, by=member.email, now=now)
    session.commit()
    flash(_("The file is imported."))
    return redirect(url_for("grants.imported", file_id=done.file_id or 0), 303)


def imported(file_id: int) -> ResponseReturnValue:
    """Tell what a file has changed, who brought it, and when."""
    _importer()
    session = get_reader()
    found = session.get(ImportedFile, file_id)
    if found is None:
        raise NotFoundError(_("There is nothing here for you."))
    return render_template(
        "grants/imported.html",
        file=found,
        changes=changes_of(session, found),
        actions=ACTIONS,
        things=THINGS,
    )


def import_example(kind: str) -> ResponseReturnValue:
    """Download the example as YAML, CSV or a workbook."""
    _importer()
    if kind not in TYPES:
        raise NotFoundError(_("There is nothing here for you."))
    answer = Response(example(kind), HTTPStatus.OK, content_type=TYPES[kind])
    name = f"preventedu-example.{kind}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _importer() -> StaffMember:
    """Return who asks, if they may set anything; only then is a large body read."""
    member = current_staff(StaffRole.ADMINISTRATOR)
    if not enters_everything(member):
        raise NotAllowedError(
            _(
                "A file can set LEAs, schools and awards of everybody, so only an "
                "administrator of the whole installation imports one. Your own can be "
                "entered in the forms."
            )
        )
    request.max_content_length = MAX_REQUEST
    request.max_form_memory_size = MAX_REQUEST
    return member


def _ask(form: UploadForm, problem: str) -> ResponseReturnValue:
    files = get_reader().scalars(
        select(ImportedFile).order_by(ImportedFile.id.desc()).limit(SHOWN_FILES)
    )
    return render_template(
        "grants/import.html",
        form=form,
        problem=problem,
        files=files.all(),
        tables=TABLES,
        kinds=list(TYPES),
    )


def _show(file: importing.File, *, has_changed: bool = False) -> ResponseReturnValue:
    """Show what a file would do; nothing is written."""
    session = get_session()
    plan = importing.plan(session, file, now=datetime.now(UTC))
    session.rollback()
    return render_template(
        "grants/import_plan.html",
        file=file,
        plan=plan,
        shown=SHOWN,
        has_changed=has_changed,
        content=base64.b64encode(file.content).decode(),
        form=ConfirmForm(),
        actions=ACTIONS,
        things=THINGS,
    )


def _file(brought: FileStorage) -> importing.File:
    # A browser of long ago sends the whole path.
    name = str(brought.filename).replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in name if sign.isprintable())
    content = brought.read()
    brought.close()
    return importing.File(plain[-NAME_LENGTH:], content)


def _shown_file(form: ConfirmForm) -> importing.File:
    try:
        content = base64.b64decode(str(form.content.data), validate=True)
    except binascii.Error:
        content = b""
    file = importing.File(str(form.name.data), content)
    if file.sha256 != form.file_hash.data:
        raise RefusedError(_("This is not the file that was shown. Choose it again."))
    return file
