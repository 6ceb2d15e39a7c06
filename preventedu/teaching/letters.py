"""The family letter: the author's words with the facts every family may ask for."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from preventedu.courses import consent, readiness
from preventedu.courses.consent_models import ConsentMode
from preventedu.courses.content.blocks import Facts, Help
from preventedu.people import GradeBand
from preventedu.teaching.words import in_language

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import Block, CompiledModule, Page
    from preventedu.teaching.assigned import Assigned

FRIDAY = 4


class Gap(enum.StrEnum):
    """What a letter leaves out, because nobody has entered it; for the teacher only."""

    NO_LEA = "no-lea"
    NO_CONTACT = "no-contact"
    NO_MODE = "no-mode"
    NO_DATE = "no-date"
    NO_PAYER = "no-payer"
    LATE = "late"
    """The LEA's notice cannot be kept any more for this date."""


@dataclass(frozen=True)
class Arranged:
    """What the LEA and the teachers of a class have settled about one lesson.

    Nothing here is about any child.

    Attributes:
        taught_on: The day that a teacher confirmed, unless it has passed.
        mode: What the LEA asks of guardians; None: it has not said, so that a child
            takes part only after a yes, as with opt-in.
        notice_days: How long before the lesson the letter is sent, in days.
        send_by: The last day on which the letter keeps the LEA's notice.
        answer_by: The last school day before the lesson, and never before today.
        has_survey: The lesson has questions before and after it.
        gaps: What the letter leaves out.
    """

    taught_on: date | None
    mode: ConsentMode | None
    notice_days: int
    send_by: date | None
    answer_by: date | None
    has_survey: bool
    gaps: tuple[Gap, ...]

    @property
    def needs_yes(self) -> bool:
        """Whether a child takes part only if a guardian says so."""
        return self.mode in (None, ConsentMode.OPT_IN)

    @property
    def has_slip(self) -> bool:
        """Whether families are asked for an answer on paper."""
        return self.mode is not ConsentMode.NOTICE


@dataclass(frozen=True)
class Letter:
    """A letter in one language; it always holds the facts and the help lines."""

    language: str
    title: str
    blocks: tuple[Block, ...]


def letter_of(module: CompiledModule, language: str) -> Letter:
    """Return the module's letter with whatever its author left out.

    Args:
        module: Any lesson; without a letter its title stands above the facts.
        language: One of the module's languages.
    """
    document = module.documents.get(language)
    page = document.letter if document else None
    title = page.title if page else in_language(module.title, language)
    return Letter(language, title, _whole(page))


def arranged_for(
    session: Session, assigned: Assigned, *, is_paid: bool, now: datetime
) -> Arranged:
    """Return what is settled about the lesson of a class.

    Args:
        session: Reads only.
        assigned: What the class was given.
        is_paid: An award or partner is named on the page.
        now: The day of the class follows from it.
    """
    module, course_id = assigned.module, assigned.course_id
    around = readiness.precautions_of(session, course_id, now=now)
    row = readiness.latest(session, course_id, module.slug)
    day = row.teaching_on if row and row.teaching_on >= around.today else None
    policy = None
    if around.lea is not None:
        band = GradeBand(module.band)
        policy = consent.mode_on(session, around.lea.id, band, day or around.today)
    notice = policy.notice_days if policy else 0
    send_by = day - timedelta(days=notice) if day and policy else None
    found = {
        Gap.NO_LEA: assigned.district is None,
        Gap.NO_CONTACT: assigned.district is not None and not assigned.district.contact,
        Gap.NO_MODE: policy is None,
        Gap.NO_DATE: day is None,
        Gap.NO_PAYER: not is_paid,
        Gap.LATE: send_by is not None and send_by < around.today,
    }
    return Arranged(
        taught_on=day,
        mode=policy.mode if policy else None,
        notice_days=notice,
        send_by=send_by,
        answer_by=max(_school_day_before(day), around.today) if day else None,
        has_survey=module.prepost is not None,
        gaps=tuple(gap for gap, is_open in found.items() if is_open),
    )


def _school_day_before(day: date) -> date:
    before = day - timedelta(days=1)
    return before - timedelta(days=max(0, before.weekday() - FRIDAY))


def _whole(page: Page | None) -> tuple[Block, ...]:
    blocks = page.blocks if page else ()
    kinds = {block.type for block in blocks}
    wanted: tuple[Block, ...] = (Facts(), Help())
    return (*blocks, *(block for block in wanted if block.type not in kinds))
