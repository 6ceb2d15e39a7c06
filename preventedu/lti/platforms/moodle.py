"""Moodle: says 400 for everyone who is no student of the course.

Registration as a Moodle 4.5 did it: an activity waits to be activated, and is not in
the activity chooser until somebody puts it there.
"""

from __future__ import annotations

from types import MappingProxyType

from preventedu.i18n import lazy_gettext as _
from preventedu.lti import problems
from preventedu.lti.platforms.generic import Choice, Family, Preset


def _preset(address: str, _client_id: str) -> Preset:
    return Preset(
        issuer=address,
        auth_url=f"{address}/mod/lti/auth.php",
        token_url=f"{address}/mod/lti/token.php",
        jwks_url=f"{address}/mod/lti/certs.php",
    )


MOODLE = Family(
    code="moodle",
    # 200 with an empty body, under whatever media type.
    answers_with_json=True,
    refusals=MappingProxyType(
        # "Incorrect score received": teachers, left students, unknown users.
        {**problems.BY_STATUS, 400: problems.NOT_A_STUDENT}
    ),
    label="Moodle",
    choices=(Choice("moodle", "Moodle", _preset),),
    uses_link=(
        _(
            "In Moodle open Site administration, Plugins, Activity modules, External "
            "tool, Manage tools."
        ),
        _("Paste the link into “Tool URL” and choose “Add LTI Advantage”."),
        _("Our page opens there. Choose “Connect”."),
    ),
    next_steps=(
        _("On “Manage tools” choose “Activate” on the new tool."),
        _(
            "Show it in the activity chooser: edit the tool and choose so under “Tool "
            "configuration usage”; or each teacher switches it on in the course, "
            "under More, LTI External tools."
        ),
        _("In a course turn editing on, add a preventedu activity, and open it."),
    ),
    placements=("ContentArea",),
)
