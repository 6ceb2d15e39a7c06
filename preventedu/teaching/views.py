"""The class page and what a teacher does from it. Teachers only, names never kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, redirect, render_template, request, url_for

from preventedu.auth import SeatRole, current_seat
from preventedu.courses import opt_outs
from preventedu.courses.acknowledgement import acknowledgements
from preventedu.courses.models import GradingPolicy
from preventedu.db import get_reader, get_session
from preventedu.errors import NotFoundError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.i18n import language, lazy_gettext, ngettext
from preventedu.lti import passback, users
from preventedu.lti.roster import read_roster
from preventedu.teaching import words
from preventedu.teaching.assigned import assigned_at
from preventedu.teaching.class_page import ORDERS, GradeState, Stage, read_class
from preventedu.teaching.forms import SendAgainForm, StudentForm
from preventedu.teaching.sealed import Sealer

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from preventedu.auth import Seat
    from preventedu.teaching.assigned import Assigned
    from preventedu.teaching.class_page import ClassPage, Student
    from preventedu.teaching.sealed import SealedStudent

bp = Blueprint("teaching", __name__, template_folder="templates")
