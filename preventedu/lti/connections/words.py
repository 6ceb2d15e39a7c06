"""Words of school IT's pages: what each result means, and what puts it right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.auth import SeatRole
from preventedu.i18n import lazy_gettext as _
from preventedu.lti.claims import Message
from preventedu.lti.connection_models import (
    CheckName,
    CheckResult,
    PlacementAttribute,
    Proof,
)
from preventedu.lti.errors import REFUSALS
from preventedu.lti.launch_log import LOGIN, OK
from preventedu.lti.models import DeploymentStatus

if TYPE_CHECKING:
    from preventedu.lti.connection_models import ConnectionCheck, LaunchRecord

STATUSES = {
    DeploymentStatus.PENDING: (_("Waits for you"), "warn"),
    DeploymentStatus.ACTIVE: (_("On"), "ok"),
    DeploymentStatus.OFF: (_("Off"), "mute"),
}
KINDS = {
    Message.RESOURCE_LINK.value: _("Lesson"),
    Message.DEEP_LINKING.value: _("Choosing lessons"),
    Message.SUBMISSION_REVIEW.value: _("Grade review"),
    LOGIN: _("Beginning of a launch"),
    "": _("Not known"),
}
ROLES = {
    SeatRole.LEARNER.value: _("Student"),
    SeatRole.TEST_LEARNER.value: _("Test student"),
    SeatRole.TEACHER.value: _("Teacher"),
    SeatRole.OBSERVER.value: _("Observer"),
    SeatRole.GUEST.value: _("Guest"),
    "": _("Not known"),
}
PROOFS = {
    Proof.NOT_REACHED: _("Not reached"),
    Proof.COOKIE: _("Cookie came back"),
    Proof.NO_COOKIE: _("No cookie"),
    Proof.OTHER_BROWSER: _("Another browser"),
}
ATTRIBUTES = {
    PlacementAttribute.CANVAS_ACCOUNT: _("Canvas account id is"),
    PlacementAttribute.CATEGORY: _("Course category id is"),
    PlacementAttribute.SIS_PREFIX: _("SIS id of the course begins with"),
    PlacementAttribute.CONTEXT: _("LMS's own course id is"),
}
CHECKS = {
    CheckName.KEYS: _("Keys of the LMS"),
    CheckName.TOKEN: _("Permission to use its services"),
    CheckName.CLOCK: _("Clocks"),
    CheckName.COOKIES: _("Cookies in students' browsers"),
    CheckName.ROSTER: _("Class list"),
    CheckName.GRADES: _("Writing grades"),
}
RESULTS = {
    CheckResult.GREEN: (_("Works"), "ok", "check"),
    CheckResult.AMBER: (_("Look at this"), "warn", "alert"),
    CheckResult.RED: (_("Does not work"), "bad", "close"),
    CheckResult.NOT_YET: (_("Not known yet"), "mute", "clock"),
}
SCOPES = {
    "score": _("send grades (score)"),
    "result": _("read grades back (result.readonly)"),
    "roster": _("read the class list (contextmembership.readonly)"),
}

_COMPARE = _(
    "Compare the issuer and the client id with those that the LMS shows for the tool."
)
_CLOCK = _("Set the clock of the LMS's server right (NTP), or have our server's set.")
_VENDOR = _(
    "What the LMS sent does not follow LTI 1.3. Update the LMS, or tell its vendor."
)
_NONE = _("Nothing is wrong with the settings. It passes when the lesson is reopened.")
FIXES = {
    "issuer_unknown": _("If this is your LMS, connect it under “Connect an LMS”."),
    "client_unknown": _COMPARE,
    "audience_wrong": _COMPARE,
    "azp_missing": _COMPARE,
    "azp_wrong": _COMPARE,
    "client_ambiguous": _(
        "Let the LMS send client_id at login, or keep only one connection to it."
    ),
    "kid_unknown": _(
        "Compare the keyset address (JWKS), and try the connection: its keys are read."
    ),
    "keys_unreachable": _(
        "Our server could not read the keyset address (JWKS). Is it public, and right?"
    ),
    "signature_wrong": _(
        "Signed with another key than the keyset address (JWKS) shows. Compare it. If "
        "it is right, somebody may have forged a launch."
    ),
    "algorithm_refused": _("Let the LMS sign with RS256."),
    "token_from_future": _CLOCK,
    "token_expired": _CLOCK,
    "token_too_old": _CLOCK,
    "target_foreign": _("Enter our launch address as the tool's target link URI."),
    "return_url_refused": _(
        "If the address is your LMS's, add it to its other web addresses."
    ),
    "cookie_missing": _(
        "Set the lessons to open in a new window, or allow third-party cookies for "
        "this site in the managed browsers."
    ),
    "deployment_pending": _("Say to which LEA it belongs: under “Waits for you”."),
    "deployment_off": _("Switch the deployment on again, if it should be used."),
    "teachers_only": _(
        "Somebody without a teacher's role wanted to choose lessons. Give the role in "
        "the LMS if they should."
    ),
    "platform_said_no": _(
        "The LMS refused the launch itself: often somebody was signed out there, or "
        "the tool is switched off there."
    ),
}
"""What school IT does about a code; the rest follows from who can fix it."""
BY_YOU = frozenset(
    {
        "token_missing", "state_missing", "state_unknown", "state_expired",
        "launch_replayed", "browser_changed",
    }
)  # fmt: skip
"""An old tab, a page loaded twice, a slow line: nothing to put right."""


def launch_sentence(record: LaunchRecord) -> object:
    """Say what happened in one plain sentence."""
    if record.code == OK:
        return _("Let in.")
    refusal = REFUSALS.get(record.code)
    return refusal.sentence if refusal else record.code


def launch_fix(record: LaunchRecord) -> object:
    """Say what puts it right; nothing after a launch that was let in."""
    if record.code == OK:
        return ""
    if record.code in BY_YOU:
        return _NONE
    return FIXES.get(record.code, _VENDOR)


@dataclass(frozen=True)
class Said:
    """What a check says: a sentence with one place for a detail, and the fix."""

    sentence: object
    fix: object = ""


_REACH = _(
    "Is the address right, does the LMS answer from the public internet, and does its "
    "firewall let our server in?"
)
_PERMISSION = _("Allow it in the LMS's settings of the tool, then try again.")
_PRIVATE = Said(
    _("The address leads into a private network; nothing was sent."),
    _("Enter an address of the LMS that the public internet knows."),
)
_SLOW = Said(_("The LMS did not answer within %(detail)s seconds."), _REACH)
_DOWN = Said(_("The LMS did not answer."), _REACH)
_FAULT = Said(
    _("The LMS answered with an error (HTTP %(detail)s)."),
    _("Try again in some minutes. If it stays, ask who looks after the LMS."),
)
_BUSY = Said(_("The LMS says that it is busy."), _("Try again in some minutes."))
_BROKEN = Said(
    _("What the LMS answered could not be read."),
    _("Update the LMS, or ask whoever runs preventedu to look into the log."),
)
_LATER = Said(
    _("This shows after the first launch."),
    _("Open a lesson once from a course, then try again."),
)
_EVERYWHERE = {
    "not_public": _PRIVATE,
    "too_slow": _SLOW,
    "unreachable": _DOWN,
    "fault": _FAULT,
    "busy": _BUSY,
    "unreadable": _BROKEN,
    "first_launch": _LATER,
}
_FINDINGS = {
    (CheckName.KEYS, "keys"): Said(
        _("The LMS publishes its keys. Fit for use (RS256, 2048 bits): %(detail)s.")
    ),
    (CheckName.KEYS, "no_keys"): Said(
        _("The keyset address (JWKS) shows no key that we can use."),
        _("Compare the address. The key must be RSA, 2048 bits or more, for RS256."),
    ),
    (CheckName.TOKEN, "all"): Said(
        _("The LMS gives us everything that we ask for: grades and the class list.")
    ),
    (CheckName.TOKEN, "less"): Said(
        _("The LMS knows us but does not let us: %(detail)s."), _PERMISSION
    ),
    (CheckName.TOKEN, "no_permission"): Said(
        _("The LMS knows us but lets us use none of its services."), _PERMISSION
    ),
    (CheckName.TOKEN, "refused"): Said(
        _("The LMS does not let us in (HTTP %(detail)s)."),
        _(
            "Compare the client id and the token address, and enter our keyset "
            "address (/lti/jwks.json) in the LMS. Is the tool switched on there?"
        ),
    ),
    (CheckName.CLOCK, "clock"): Said(
        _("The clocks agree: %(detail)s seconds apart or less.")
    ),
    (CheckName.CLOCK, "ahead"): Said(
        _("The clock of the LMS is %(detail)s seconds ahead of ours."), _CLOCK
    ),
    (CheckName.CLOCK, "behind"): Said(
        _("The clock of the LMS is %(detail)s seconds behind ours."), _CLOCK
    ),
    (CheckName.CLOCK, "no_clock"): Said(
        _("The LMS does not tell its time, and nobody has launched yet."),
        _("Open a lesson once from a course, then try again."),
    ),
    (CheckName.COOKIES, "cookie"): Said(
        _("The browser kept our cookie at each of the last launches: %(detail)s.")
    ),
    (CheckName.COOKIES, "cookie_mostly"): Said(
        _("Some browsers do not keep our cookie. It came back at %(detail)s launches."),
        FIXES["cookie_missing"],
    ),
    (CheckName.COOKIES, "cookie_never"): Said(
        _("No browser kept our cookie. It came back at %(detail)s launches."),
        FIXES["cookie_missing"],
    ),
    (CheckName.ROSTER, "roster"): Said(
        _("The class list can be read. On it are %(detail)s people; none is kept.")
    ),
    (CheckName.ROSTER, "refused"): Said(
        _("The LMS does not let us read a class list (HTTP %(detail)s)."),
        _("Allow Names and Role Provisioning Services for the tool in the LMS."),
    ),
    (CheckName.ROSTER, "not_offered"): Said(
        _("The launches so far offer no class list."),
        _("Allow Names and Role Provisioning Services for the tool in the LMS."),
    ),
    (CheckName.GRADES, "arrived"): Said(_("The last grade arrived in the gradebook.")),
    (CheckName.GRADES, "failed"): Said(
        _("The last grade did not arrive."), _("See “Grades” for what each one needs.")
    ),
    (CheckName.GRADES, "under_way"): Said(
        _("The last grade is still on its way."), _("Look again in a minute.")
    ),
    (CheckName.GRADES, "readable"): Said(
        _("The gradebook can be read. Whether a grade arrives shows with the first."),
        _("Finish a lesson as a student, then try again."),
    ),
    (CheckName.GRADES, "refused"): Said(
        _("The LMS does not let us read the gradebook (HTTP %(detail)s)."),
        _("Allow Assignment and Grade Services for the tool in the LMS."),
    ),
    (CheckName.GRADES, "no_grade_yet"): Said(
        _("A gradebook column is there. Whether a grade arrives shows with the first."),
        _("Finish a lesson as a student, then try again."),
    ),
    (CheckName.GRADES, "not_offered"): Said(
        _("The launches so far offer no gradebook column."),
        _("Allow Assignment and Grade Services for the tool in the LMS."),
    ),
}


def check_sentence(check: ConnectionCheck) -> str:
    """Say what a check found, with its detail."""
    detail = check.detail
    if check.code == "less":
        names = (SCOPES.get(word, word) for word in detail.split(", "))
        detail = ", ".join(str(name) for name in names)
    return str(_said(check).sentence) % {"detail": detail}


def check_fix(check: ConnectionCheck) -> object:
    """Say what puts it right, if anything has to be."""
    return _said(check).fix


def _said(check: ConnectionCheck) -> Said:
    key = (check.name, check.code)
    return _FINDINGS.get(key) or _EVERYWHERE.get(check.code, _BROKEN)
