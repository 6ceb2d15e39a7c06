"""An LMS that follows the specifications and surprises nobody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preventedu.i18n import lazy_gettext as _
from preventedu.lti import problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Preset:
    """Where an LMS lives, as far as its own address tells."""

    issuer: str = ""
    auth_url: str = ""
    token_url: str = ""
    jwks_url: str = ""
    token_audience: str = ""
    """Empty: the token address."""


@dataclass(frozen=True)
class Choice:
    """One entry of the list on the page for entering an LMS by hand."""

    key: str
    label: str
    preset: Callable[[str, str], Preset]
    """(address of the LMS without a final slash, client id) -> what is known."""
    needs_address: bool = True


@dataclass(frozen=True)
class SharedIssuer:
    """An issuer that a vendor uses for all its customers."""

    issuer: str
    hosts: tuple[str, ...]
    """Its configurations come from these hosts or below them."""


@dataclass(frozen=True)
class Family:
    """Facts about one LMS product."""

    code: str
    """`product_family_code` of its launches, in lower case; empty: any other."""
    first_score: Mapping[str, object] = field(default_factory=dict)
    """More members of a learner's first score for a link."""
    later_score: Mapping[str, object] = field(default_factory=dict)
    """More members of a score that replaces an earlier one of ours."""
    one_score_at_a_time: bool = False
    """Requests at once cost more there than one after the other."""
    answers_with_json: bool = False
    """A score that was taken is answered with JSON or with nothing at all."""
    refusals: Mapping[int, str] = field(default_factory=lambda: problems.BY_STATUS)
    """Problem code by HTTP status of a score that will never be taken."""

    label: str = ""
    """What people call the product; empty: the code itself."""
    choices: tuple[Choice, ...] = ()
    shared_issuers: tuple[SharedIssuer, ...] = ()
    token_audience: str = ""
    """The one audience that its token address wants, whatever else is said."""
    heeds_authorization_server: bool = True
    """Its configuration's `authorization_server` is the audience it wants."""
    uses_link: tuple[str, ...] = ()
    """Where an administrator of the LMS enters our registration link, step by step;
    empty: it takes none."""
    next_steps: tuple[str, ...] = ()
    """What is left to do in the LMS after a registration."""
    registration: Callable[[bool], Mapping[str, object]] = lambda _names: {}
    """More members of our tool configuration; takes whether names may be shared."""
    message: Mapping[str, object] = field(default_factory=dict)
    """More members of each message of our tool configuration."""
    account_variable: str = ""
    """What it puts the account of a course in place of; empty: it has none."""
    sis_variable: str = "$CourseSection.sourcedId"
    """The same for the course's id in the school's information system."""
    placements: tuple[str, ...] = ()
    """Where teachers choose lessons, in the LMS's own words."""


def _of_other(address: str, _client_id: str) -> Preset:
    return Preset(issuer=address)


GENERIC = Family(
    code="",
    choices=(Choice("other", _("Another LMS"), _of_other),),
    uses_link=(
        _("Find the page where tools are added (LTI 1.3, dynamic registration)."),
        _("Enter the registration link there, then follow our page."),
    ),
    next_steps=(
        _("Switch the tool on in your LMS, if it waits for that."),
        _("Let teachers find it where they add activities to a course."),
        _("Add a lesson to a course and open it once."),
    ),
)
