"""Canvas: a new submission for every score unless told otherwise, and a quota.

Source: https://canvas.instructure.com/doc/api/score.html and, for the quota,
https://canvas.instructure.com/doc/api/file.throttling.html; for addresses and
registration, …/file.lti_dev_key_config.html and …/file.registration.html there.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from preventedu.i18n import lazy_gettext as _
from preventedu.lti import problems
from preventedu.lti.platforms.generic import Choice, Family, Preset, SharedIssuer

if TYPE_CHECKING:
    from collections.abc import Mapping

SUBMISSION = "https://canvas.instructure.com/lti/submission"
KEEP_TEACHERS_GRADE = {"prioritize_non_tool_grade": True, "preserve_score": True}
EXTENSION = "https://canvas.instructure.com/lti/"
ENVIRONMENTS = ("beta.", "test.")
"""Copies of the real thing, each with its own issuer; the real one has no prefix."""


def privacy_level(shares_names: bool) -> str:  # noqa: FBT001 (a fact, not a switch)
    """Return Canvas's word for what a tool is told about people."""
    return "name_only" if shares_names else "anonymous"


def _hosted(address: str, _client_id: str) -> Preset:
    host = urlsplit(address).hostname or ""
    which = next((e for e in ENVIRONMENTS if host.endswith(f".{e}instructure.com")), "")
    sso = f"https://sso.{which}canvaslms.com/api/lti"
    return Preset(
        issuer=f"https://canvas.{which}instructure.com",
        auth_url=f"{sso}/authorize_redirect",
        token_url=f"{address}/login/oauth2/token",
        jwks_url=f"{sso}/security/jwks",
    )


def _own_server(address: str, _client_id: str) -> Preset:
    return Preset(
        issuer="https://canvas.instructure.com",
        auth_url=f"{address}/api/lti/authorize_redirect",
        token_url=f"{address}/login/oauth2/token",
        jwks_url=f"{address}/api/lti/security/jwks",
    )


def _registration(shares_names: bool) -> Mapping[str, object]:  # noqa: FBT001 (as above)
    return {
        EXTENSION + "privacy_level": privacy_level(shares_names),
        EXTENSION + "tool_id": "preventedu",
    }


CANVAS = Family(
    code="canvas",
    first_score=MappingProxyType({SUBMISSION: KEEP_TEACHERS_GRADE}),
    later_score=MappingProxyType(
        {SUBMISSION: {**KEEP_TEACHERS_GRADE, "new_submission": False}}
    ),
    # A quota that refills, and parallel calls are charged more.
    one_score_at_a_time=True,
    answers_with_json=True,
    refusals=MappingProxyType(
        # The user is no student of the course, or has no attempt left.
        {**problems.BY_STATUS, 422: problems.NOT_A_STUDENT}
    ),
    label="Canvas",
    choices=(
        Choice("canvas", _("Canvas (hosted by Instructure)"), _hosted),
        Choice("canvas-own", _("Canvas on a server of your own"), _own_server),
    ),
    shared_issuers=tuple(
        SharedIssuer(
            f"https://canvas.{which}instructure.com",
            (f"{which}instructure.com", f"{which}canvaslms.com"),
        )
        for which in ("", *ENVIRONMENTS)
    ),
    # Its token address is the audience; `authorization_server` is a bare host name.
    heeds_authorization_server=False,
    uses_link=(
        _("In Canvas open Admin, your account, Apps (or Developer Keys)."),
        _("Install a new app or LTI key by dynamic registration, and paste the link."),
        _("Our page opens there. Choose “Connect”, then follow Canvas's own pages."),
    ),
    next_steps=(
        _(
            "Keep the permissions and placements as Canvas shows them, and switch the "
            "app (the developer key) on."
        ),
        _("Make it available to the account or the courses that will use it."),
        _(
            "Open it once in a course: make an assignment, choose “External Tool” "
            "and pick a lesson. That first launch shows us the deployment. Then bind "
            "it to its school district, on our page “LMS connections”."
        ),
    ),
    registration=_registration,
    # Teachers and administrators choose lessons, nobody else.
    message=MappingProxyType({EXTENSION + "visibility": "admins"}),
    account_variable="$Canvas.account.id",
    sis_variable="$Canvas.course.sisSourceId",
    placements=("assignment_selection", "link_selection"),
)
