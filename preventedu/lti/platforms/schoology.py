"""Schoology: one issuer for everyone; entered by hand only.

Source: https://developers.schoology.com (LTI 1.3)
"""

from __future__ import annotations

from preventedu.i18n import lazy_gettext as _
from preventedu.lti.platforms.generic import Choice, Family, Preset

SERVICE = "https://lti-service.svc.schoology.com/lti-service"


def _preset(_address: str, _client_id: str) -> Preset:
    return Preset(
        issuer="https://schoology.schoology.com",
        auth_url=f"{SERVICE}/authorize-redirect",
        token_url=f"{SERVICE}/access-token",
        jwks_url=f"{SERVICE}/.well-known/jwks",
    )


SCHOOLOGY = Family(
    code="schoology",
    label="Schoology",
    choices=(Choice("schoology", "Schoology", _preset, needs_address=False),),
    next_steps=(
        _("Install the app for your organization and for the courses that use it."),
        _(
            "Open it once in a course, by Add Materials. That first launch shows us "
            "the deployment. Then bind it to its school district, on our page “LMS "
            "connections”."
        ),
    ),
)
