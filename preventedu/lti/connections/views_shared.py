"""What the pages of this room share: who asks, the tabs, the clock, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app, render_template, url_for

from preventedu.errors import NotAllowedError, RefusedError
from preventedu.i18n import gettext as _
from preventedu.lti.connections import access, words
from preventedu.lti.connections.forms import ButtonForm
from preventedu.staff.views_access import current_staff

if TYPE_CHECKING:
    from preventedu.lti.models import Deployment, Platform
    from preventedu.people import StaffMember
    from preventedu.settings import Settings


@dataclass(frozen=True)
class Tab:
    """One page of the room's own navigation."""

    name: str
    label: str
    address: str


def reader() -> StaffMember:
    """Return who asks: school IT, or an official of an LEA.

    Raises:
        SignInNeededError: Nobody is signed in.
        NotAllowedError: Somebody in another role.
    """
    member = current_staff()
    access.check_reader(member)
    return member


def changer() -> StaffMember:
    """Return who asks: school IT.

    Raises:
        NotAllowedError: An official may look here, but not change anything.
    """
    member = reader()
    if not access.may_change(member):
        raise NotAllowedError(_("Only administrators change connections."))
    return member


def check_button() -> None:
    """Refuse a form that another page or person sent.

    Raises:
        RefusedError: It has expired.
    """
    if not ButtonForm().is_submitted_and_valid():
        raise RefusedError(_("This form has expired. Load the page again."))


def show(template: str, page: str, **context: object) -> str:
    """Render a page of this room with its tabs; `page` is the name of the tab."""
    return render_template(
        f"connections/{template}",
        section="platforms",
        page=page,
        tabs=_tabs(),
        words=words,
        name_of=name_of,
        deployment_name=deployment_name,
        button=ButtonForm(),
        **context,
    )


def name_of(platform: Platform) -> str:
    """Return what people call a platform here: its label, else its own address."""
    return platform.label or platform.issuer


def deployment_name(deployment: Deployment) -> str:
    """Return what people call a deployment here: its label, else the LMS's own id."""
    return deployment.label or deployment.deployment_id


def allow_loopback() -> bool:
    """Tell whether addresses of this machine are let through."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.allow_loopback_platforms


def now() -> datetime:
    """Return the present; the edge is where the clock is read."""
    return datetime.now(UTC)


def _tabs() -> list[Tab]:
    return [
        Tab("platforms", _("LMSs"), url_for("connections.platforms")),
        Tab("courses", _("Courses and schools"), url_for("connections.courses")),
        Tab("launches", _("Launches"), url_for("connections.launches")),
        Tab("grades", _("Grade queue"), url_for("connections.grades")),
    ]
