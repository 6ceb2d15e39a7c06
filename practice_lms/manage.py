"""The site administrator's page: tools register themselves, are let in, are shown."""

from urllib.parse import urlencode, urlsplit

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from practice_lms import sessions, tools
from practice_lms.config import origin_of
from practice_lms.lms import current_lms
from practice_lms.people import Role

manage = Blueprint("manage", __name__, url_prefix="/admin/tools")


@manage.get("")
def overview() -> str:
    """Show every tool, and where a new one's address is pasted."""
    _require_admin()
    lms = current_lms()
    return render_template(
        "practice_lms/tools.html",
        known=lms.known_tools(),
        fixed={tool.deployment_id for tool in lms.config.tools},
        ways=lms.personality.registering,
    )


@manage.post("/begin")
def begin() -> str:
    """Open a tool's registration page in a frame, with a token of its own."""
    _require_admin()
    sessions.check_sesskey(request.form.get("sesskey", ""))
    link = request.form.get("link", "").strip()
    parts = urlsplit(link)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        abort(400, "Paste the whole address that the tool's people gave you.")
    lms = current_lms()
    ways = lms.personality.registering
    given = {
        "openid_configuration": lms.url(ways.configuration_path),
        "registration_token": ways.token(lms),
    }
    g.framed = [origin_of(link)]
    sign = "&" if parts.query else "?"
    return render_template(
        "practice_lms/register.html", address=f"{link}{sign}{urlencode(given)}"
    )


@manage.post("/<deployment_id>/activate")
def activate(deployment_id: str) -> ResponseReturnValue:
    """Let people launch a tool."""
    _require_admin()
    sessions.check_sesskey(request.form.get("sesskey", ""))
    lms = current_lms()
    tools.activate(lms.store, deployment_id)
    if not lms.personality.registering.has_chooser:
        tools.show_in_chooser(lms.store, deployment_id)
    flash("The tool is switched on.")
    return redirect(url_for("manage.overview"), code=303)


@manage.post("/<deployment_id>/show")
def show(deployment_id: str) -> ResponseReturnValue:
    """Let teachers find a tool where they add lessons."""
    _require_admin()
    sessions.check_sesskey(request.form.get("sesskey", ""))
    tools.show_in_chooser(current_lms().store, deployment_id)
    flash("Teachers find the tool in the activity chooser now.")
    return redirect(url_for("manage.overview"), code=303)


@manage.post("/<deployment_id>/delete")
def delete(deployment_id: str) -> ResponseReturnValue:
    """Forget a tool that registered itself."""
    _require_admin()
    sessions.check_sesskey(request.form.get("sesskey", ""))
    tools.delete(current_lms().store, deployment_id)
    flash("The tool is deleted.")
    return redirect(url_for("manage.overview"), code=303)


def _require_admin() -> None:
    person = sessions.signed_in()
    if person is None:
        abort(redirect(url_for("pages.home")))
    if person.role is not Role.ADMIN:
        abort(403, "Only the site administrator can manage tools.")
