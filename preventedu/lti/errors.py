"""Why a launch was refused: one code each, in plain words, with who can fix it."""

from __future__ import annotations

import enum
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from preventedu.errors import RefusedError
from preventedu.i18n import lazy_gettext as _
from preventedu.security import ANYBODY

if TYPE_CHECKING:
    from collections.abc import Iterator


class Who(enum.Enum):
    """Who can put it right."""

    YOU = "you"
    LMS_ADMIN = "lms-admin"
    OPERATOR = "operator"

    @property
    def words(self) -> str:
        """In the language of the page."""
        return str(_WHO[self])


_WHO = {
    Who.YOU: _("You"),
    Who.LMS_ADMIN: _("The people who look after your school's LMS"),
    Who.OPERATOR: _("The people who run preventedu for your school"),
}


@dataclass(frozen=True)
class Refusal:
    """What one error page says."""

    status: HTTPStatus
    sentence: str
    who: Who
    suggestion: str


AGAIN = _("Go back to your course and open the lesson again.")
ASK_ADMIN = _("Tell them the error code below. They can compare the tool's settings.")
ASK_OPERATOR = _("Tell them the error code below and the address of your LMS.")
UPDATE_LMS = _(
    "Tell them the error code below: what the LMS sent does not follow LTI 1.3."
)

_BAD, _UNSIGNED = HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED
_FORBIDDEN = HTTPStatus.FORBIDDEN


def _malformed(sentence: str) -> Refusal:
    return Refusal(_BAD, sentence, Who.LMS_ADMIN, UPDATE_LMS)


def _unsigned(sentence: str) -> Refusal:
    return Refusal(_UNSIGNED, sentence, Who.LMS_ADMIN, ASK_ADMIN)


def _again(sentence: str, status: HTTPStatus = _UNSIGNED) -> Refusal:
    return Refusal(status, sentence, Who.YOU, AGAIN)


REFUSALS: dict[str, Refusal] = {
    # What was posted
    "too_large": Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("Your LMS sent more than a launch may hold."),
        Who.LMS_ADMIN,
        UPDATE_LMS,
    ),
    "login_incomplete": _malformed(
        _("Your LMS began the launch without saying what we need to know.")
    ),
    "token_missing": _again(_("Nothing was sent that lets you in."), _BAD),
    "state_missing": _again(_("The launch came without its one-time number."), _BAD),
    "token_malformed": _malformed(_("What your LMS sent could not be read.")),
    "kid_missing": _malformed(_("Your LMS did not say which key it signed with.")),
    "algorithm_refused": _unsigned(
        _("Your LMS signed the launch in a way that we do not accept.")
    ),
    # Who sent it
    "issuer_unknown": Refusal(
        _UNSIGNED,
        _("This LMS is not connected to preventedu yet."),
        Who.OPERATOR,
        ASK_OPERATOR,
    ),
    "client_unknown": _unsigned(
        _("This LMS is connected, but under another client id.")
    ),
    "client_ambiguous": Refusal(
        _BAD,
        _("This LMS is connected more than once and did not say which one to use."),
        Who.LMS_ADMIN,
        _("Tell them to send the client id (client_id) when a launch begins."),
    ),
    "audience_wrong": _unsigned(_("This launch was made for another tool.")),
    "azp_missing": _unsigned(
        _("This launch names several tools and not the one it is for.")
    ),
    "azp_wrong": _unsigned(_("This launch was handed to another tool.")),
    "kid_unknown": _unsigned(
        _("This launch is signed with a key that your LMS does not publish.")
    ),
    "keys_unreachable": Refusal(
        HTTPStatus.BAD_GATEWAY,
        _("We could not read the keys of your LMS, so we cannot check the launch."),
        Who.LMS_ADMIN,
        _("Try again in a minute. If it stays, tell them the error code below."),
    ),
    "signature_wrong": _unsigned(_("The signature of this launch is not right.")),
    # When
    "token_expired": _again(_("This launch is too old.")),
    "token_too_old": _again(_("This launch was made more than ten minutes ago.")),
    "token_from_future": _unsigned(
        _("This launch comes from the future: the clock of your LMS is ahead of ours.")
    ),
    # What it says
    "claim_missing": _malformed(_("Your LMS left out something that we must know.")),
    "claim_malformed": _malformed(
        _("Your LMS sent something in a form that we cannot use.")
    ),
    "version_wrong": _malformed(_("Your LMS does not speak LTI 1.3 for this launch.")),
    "message_unknown": _malformed(
        _("Your LMS asked for a kind of page that we do not have.")
    ),
    "roles_missing": _malformed(_("Your LMS did not say what your role is.")),
    "subject_missing": _malformed(_("Your LMS did not say who is asking.")),
    "deployment_missing": _malformed(_("Your LMS did not say which school it is.")),
    "link_missing": _malformed(_("Your LMS did not say which lesson was opened.")),
    "target_missing": _malformed(_("Your LMS did not say which page to open.")),
    "target_foreign": Refusal(
        _BAD,
        _("Your LMS asked for a page that is not ours."),
        Who.LMS_ADMIN,
        _("Tell them to compare the tool's address (target link URI) with ours."),
    ),
    "return_url_refused": Refusal(
        _BAD,
        _("Your LMS wants our answer at an address that does not belong to it."),
        Who.LMS_ADMIN,
        ASK_ADMIN,
    ),
    # The one-time handshake
    "state_unknown": _again(_("We never began this launch, or it is long over.")),
    "state_expired": _again(_("This launch took longer than ten minutes.")),
    "launch_replayed": _again(_("This launch was already used once.")),
    "state_of_other_platform": _unsigned(_("This launch was begun at another LMS.")),
    "nonce_wrong": _unsigned(_("This launch does not answer the one that we began.")),
    "deployment_changed": _unsigned(
        _("This launch ended at another school than it began.")
    ),
    "cookie_missing": Refusal(
        _UNSIGNED,
        _("Your browser did not keep our cookie, so we cannot tell it is still you."),
        Who.YOU,
        _(
            "Open the lesson again from your course, in a new window. If it stays, "
            "allow cookies for this site, or ask your teacher to set the lesson to "
            "open in a new window."
        ),
    ),
    "browser_changed": _again(_("This launch was begun in another browser.")),
    # What may be done
    "deployment_pending": Refusal(
        _FORBIDDEN,
        _("Your school is new here. We have noted it; it is not switched on yet."),
        Who.OPERATOR,
        _("Tell them that your school has tried to open a lesson."),
    ),
    "deployment_off": Refusal(
        _FORBIDDEN,
        _("Your school's connection to preventedu is switched off at the moment."),
        Who.OPERATOR,
        _("Tell them that your school has tried to open a lesson."),
    ),
    "teachers_only": Refusal(
        _FORBIDDEN,
        _("Only a teacher of the course can choose lessons."),
        Who.YOU,
        _("Ask a teacher of the course to add the lesson."),
    ),
    # The LMS itself said no
    "platform_said_no": Refusal(
        _FORBIDDEN,
        _("Your LMS did not let you open this lesson."),
        Who.YOU,
        _("Sign in to your LMS again, then open the lesson from your course."),
    ),
}


class LaunchError(RefusedError):
    """A login or a launch is refused; `code` says why, and nothing was written."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        """Name of the claim or parameter; never what it held."""
        self.frame_origin = ANYBODY
        """Who may frame the page: the platform, once we know it."""
        self.platform_id: int | None = None
        self.said_issuer = self.said_client = ""
        """What an unknown platform calls itself, for school IT's launch log."""
        self.issued_at: float | None = None
        """`iat` of a token that was refused for its time."""
        super().__init__(str(self.refusal.sentence))

    @property
    def refusal(self) -> Refusal:
        """What the page says."""
        return REFUSALS[self.code]


@contextmanager
def framed_by(origins: str, platform_id: int | None = None) -> Iterator[None]:
    """From here on the platform is known: only it may frame an error page."""
    try:
        yield
    except LaunchError as error:
        error.frame_origin = origins
        error.platform_id = platform_id
        raise
