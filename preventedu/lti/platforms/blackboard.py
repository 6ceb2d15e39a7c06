"""Blackboard Learn: one issuer for everyone, keys by client; entered by hand only.

Its dynamic registration names a wrong issuer and an algorithm that LTI does not know.

Source: https://docs.blackboard.com/lti/lti-registration-and-deployment
"""

from __future__ import annotations

from preventedu.i18n import lazy_gettext as _
from preventedu.lti.platforms.generic import Choice, Family, Preset

API = "https://developer.blackboard.com/api/v1"


def _preset(_address: str, client_id: str) -> Preset:
    keys = f"{API}/management/applications/{client_id}/jwks.json"
    return Preset(
        issuer="https://blackboard.com",
        auth_url=f"{API}/gateway/oidcauth",
        token_url=f"{API}/gateway/oauth2/jwttoken",
        jwks_url=keys if client_id else "",
    )


BLACKBOARD = Family(
    code="blackboardlearn",
    label="Blackboard Learn",
    choices=(Choice("blackboard", "Blackboard Learn", _preset, needs_address=False),),
    next_steps=(
        _("In Learn open Administrator Panel, LTI Tool Providers."),
        _("Register an LTI 1.3 tool with the client id, and approve it."),
        _(
            "Open it once in a course. That first launch shows us the deployment. Then "
            "bind it to its school district, on our page “LMS connections”."
        ),
    ),
)
