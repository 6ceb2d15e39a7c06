"""Why a registration did not come about, in words for the LMS's administrator."""

from __future__ import annotations

from preventedu.errors import RefusedError
from preventedu.i18n import lazy_gettext as _

SENTENCES = {
    # The link
    "link_unknown": _(
        "This registration link is not known here, or it is too old. Ask whoever sent "
        "it for a new one: links work once, for seven days."
    ),
    "link_used": _(
        "This registration link was used already. To connect another LMS, or this one "
        "again, ask for a new link."
    ),
    "page_too_old": _(
        "This page stood open for more than an hour. Begin again in your LMS."
    ),
    "not_from_lms": _(
        "This link works inside your LMS only. Paste it there, on the page where tools "
        "are added; your LMS then opens our page."
    ),
    # What the LMS says of itself
    "address_refused": _(
        "The address of the LMS cannot be used: it must be https, on a public host."
    ),
    "unreachable": _(
        "We could not reach your LMS, or it took longer than ten seconds. Can it be "
        "reached from the internet? Then try again."
    ),
    "too_long": _("Your LMS sent more than a configuration holds."),
    "configuration_refused": _(
        "Your LMS did not let us read its configuration. Begin again in your LMS."
    ),
    "configuration_unreadable": _(
        "The configuration of your LMS could not be read. Enter the LMS by hand "
        "instead."
    ),
    "configuration_incomplete": _(
        "The configuration of your LMS leaves out something that we need. Enter the "
        "LMS by hand instead."
    ),
    "issuer_foreign": _(
        "The configuration comes from another host than the issuer that it names, so "
        "we cannot tell whose it is. Enter the LMS by hand instead."
    ),
    "algorithm_missing": _(
        "Your LMS does not offer the signature that LTI 1.3 asks for (RS256). Enter it "
        "by hand instead, once it does."
    ),
    # What the LMS answers
    "lms_refused": _("Your LMS refused the registration."),
    "token_spent": _(
        "Your LMS gives each attempt one token, and this one is spent. Go back to the "
        "page where tools are added, and begin again there; our link still works."
    ),
    "token_missing": _(
        "Your LMS wants a registration token and gave us none. Begin again on its page "
        "where tools are added."
    ),
    "domain_refused": _(
        "Your LMS does not accept the address of this tool. Tell the people who run "
        "preventedu for you the code below."
    ),
    "answer_lost": _(
        "Your LMS did not answer in time. Look at its list of tools: if preventedu is "
        "there, delete it and begin again. Our link still works."
    ),
    "client_taken": _(
        "Your LMS gave us a client id under which another school district's LMS is "
        "connected, so nothing was connected. Delete preventedu from its list of "
        "tools, and ask the people who run preventedu for you to enter it by hand."
    ),
    "answer_unreadable": _(
        "Your LMS answered in a way that we cannot read. Look at its list of tools: if "
        "preventedu is there, delete it, and enter the LMS by hand instead."
    ),
}
"""One plain sentence for each code."""

MOODLE_WORDS = {
    "missing_registration_token": "token_missing",
    "token_already_used": "token_spent",
    "missing_domain": "domain_refused",
    "domain_targetlinkuri_mismatch": "domain_refused",
}
"""What Moodle answers as bare text, by our code for it."""


class RegistrationError(RefusedError):
    """A registration is refused; `code` says why, and nothing was written."""

    def __init__(self, code: str, detail: str = "") -> None:
        self.code = code
        self.detail = detail
        """A host, the name of a field, or the LMS's own word for it."""
        super().__init__(str(SENTENCES[code]))
