"""Brightspace: its token address wants one audience, which is not its own address.

Source: https://community.d2l.com/brightspace/kb/articles/23730-about-lti-1-3-launch-
and-authentication; paths as institutions publish them for other tools, to be compared
with the LMS's own registration page. hypothesis/lms sends the same audience.
"""

from __future__ import annotations

from preventedu.i18n import lazy_gettext as _
from preventedu.lti.platforms.generic import Choice, Family, Preset

TOKENS = "https://auth.brightspace.com/core/connect/token"
AUDIENCE = "https://api.brightspace.com/auth/token"


def _preset(address: str, _client_id: str) -> Preset:
    return Preset(
        issuer=address,
        auth_url=f"{address}/d2l/lti/authenticate",
        token_url=TOKENS,
        jwks_url=f"{address}/d2l/.well-known/jwks",
        token_audience=AUDIENCE,
    )


BRIGHTSPACE = Family(
    code="desire2learn",
    label="Brightspace",
    choices=(Choice("brightspace", "D2L Brightspace", _preset),),
    token_audience=AUDIENCE,
    uses_link=(
        _("In Brightspace open Manage Extensibility, LTI Advantage, Register Tool."),
        _(
            "Choose “Dynamic”, paste the link, and tick the extensions for grades, "
            "deep linking, and names and roles."
        ),
        _("Our page opens in a new tab. Choose “Connect”."),
    ),
    next_steps=(
        _("In Brightspace open the registration and enable it."),
        _(
            "Choose “View Deployments”, then “New Deployment”: tick the same "
            "extensions and the org units that may use it."
        ),
        _(
            "Open it once in a course. That first launch shows us the deployment. Then "
            "bind it to its school district, on our page “LMS connections”."
        ),
    ),
)
