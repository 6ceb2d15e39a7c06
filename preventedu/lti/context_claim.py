"""What a launch says of its course, and the values that its link or tool carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from preventedu.lti import fields
from preventedu.lti.fields import LTI

if TYPE_CHECKING:
    from preventedu.lti.fields import Claims

ACCOUNT = "account_id"
"""Custom parameter of the tool in Canvas: `$Canvas.account.id`."""
CATEGORY = "category_id"
"""Custom parameter for an LMS that can fill in the category of a course."""
SIS = "sis_id"
"""Custom parameter: `$Canvas.course.sisSourceId` or `$CourseSection.sourcedId`."""


@dataclass(frozen=True)
class ContextClaim:
    """The course of a launch; its title is shown while the seat lives, never kept.

    Attributes:
        account_id: Canvas's account of the course; empty where none is sent, as is
            every attribute below.
        category_id: The LMS's category of the course.
        sis_id: Its id in the school's information system.
    """

    context_id: str
    title: str
    account_id: str = ""
    category_id: str = ""
    sis_id: str = ""


def read(claims: Claims) -> ContextClaim | None:
    """Return the course of a launch, if it has one.

    Source: LTI core 1.3, 5.4.1 (context) and 5.4.5 (lis),
        https://www.imsglobal.org/spec/lti/v1p3/
    """
    context = fields.branch(claims, LTI + "context")
    context_id = fields.identifier(context, "context")
    if not context_id:
        return None
    sent, lis = custom(claims), fields.branch(claims, LTI + "lis")
    sis_id = fields.optional(lis, "course_section_sourcedid")
    return ContextClaim(
        context_id,
        fields.optional(context, "title") or fields.optional(context, "label"),
        account_id=_plain(sent.get(ACCOUNT, "")),
        category_id=_plain(sent.get(CATEGORY, "")),
        sis_id=_plain(sent.get(SIS, "") or sis_id),
    )


def custom(claims: Claims) -> dict[str, str]:
    """Return the custom values; one that begins with $ was never filled in.

    Canvas sends the ids of its accounts and courses as numbers.
    """
    sent = fields.branch(claims, LTI + "custom")
    texts = {name: _text(value) for name, value in sent.items()}
    return {
        name: text for name, text in texts.items() if text and not text.startswith("$")
    }


def _text(value: object) -> str:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if isinstance(value, str) or is_number else ""


def _plain(value: str) -> str:
    """Return an id that can be kept and compared; anything else is none."""
    fits = len(value) <= fields.MAX_ID and value.isprintable()
    return "" if not fits or value.startswith("$") else value
