"""Who takes a lesson and who its alternative: the LEA's consent mode, and consents.

No yes is taken for granted: where the LEA asks guardians first, or has not said what
it asks, a learner takes the alternative until consent is recorded.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from preventedu.courses import catalog, leaving, opt_outs
from preventedu.courses.consent_models import (
    Consent,
    ConsentMode,
    ConsentPolicy,
    OptOutKind,
)
from preventedu.courses.models import Attempt
from preventedu.people import Course, GradeBand, Lea

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from preventedu.courses.models import Assignment

GROWN_UPS = (GradeBand.EDUCATOR, GradeBand.FAMILY)
"""Their modules need no guardian's consent."""


class Because(enum.StrEnum):
    """Why a learner takes what they take."""

    MAY_TAKE_PART = "may-take-part"
    OPTED_OUT = "opted-out"
    NO_CONSENT = "no-consent"
    """The LEA asks for consent first, and none is recorded."""
    NO_MODE = "no-mode"
    """Nobody has said what the LEA asks for, and no consent is recorded."""
    GIVEN_TO_ALL = "given-to-all"
    """The alternative itself was given to the class."""


@dataclass(frozen=True)
class Participation:
    """What a learner gets under an assignment, and why.

    Attributes:
        has_survey: The questions before and after the lesson are asked.
        has_consent: A consent is recorded, where one is waited for.
    """

    because: Because
    has_survey: bool
    has_consent: bool

    @property
    def is_alternative(self) -> bool:
        """Whether the learner takes the alternative and not the lesson."""
        return self.because is not Because.MAY_TAKE_PART


@dataclass(frozen=True)
class Terms:
    """What must be known of a learner before the lesson of an assignment is taken.

    Attributes:
        slug: Of the module.
        is_alternative: The assignment gives the alternative to everybody.
        needs_consent: The module is for children: the LEA's consent mode holds.
        lea: Whose class it is; None: nobody has said so yet.
        policy: The mode in force on the day; None: nobody has set one.
    """

    slug: str
    is_alternative: bool
    needs_consent: bool
    lea: Lea | None
    policy: ConsentPolicy | None

    @property
    def waits_for_consent(self) -> bool:
        """Whether a learner without a recorded consent takes the alternative."""
        if self.is_alternative or not self.needs_consent:
            return False
        return self.policy is None or self.policy.mode is ConsentMode.OPT_IN


def mode_on(
    session: Session, lea_id: int, band: GradeBand, day: date
) -> ConsentPolicy | None:
    """Return the consent mode of an LEA for a grade band on a day of its calendar.

    Of the rows in force, the one of the latest day counts: a mode set for today does
    not undo an opt-in that is planned for September. Of one day, the row recorded last
    counts, so that a correction is a new row. None: nobody has set a mode.
    """
    return session.scalars(
        select(ConsentPolicy)
        .where(
            ConsentPolicy.lea_id == lea_id,
            ConsentPolicy.grade_band == band,
            ConsentPolicy.effective_from <= day,
        )
        .order_by(
            ConsentPolicy.effective_from.desc(),
            ConsentPolicy.recorded_at.desc(),
            ConsentPolicy.id.desc(),
        )
        .limit(1)
    ).first()


def terms_of(session: Session, assignment: Assignment, *, now: datetime) -> Terms:
    """Return what the assignment asks for at this moment, on the LEA's own day."""
    version = catalog.module_version(session, assignment.module_slug)
    needs_consent = version.grade_band not in GROWN_UPS
    lea = _lea_of(session, assignment) if needs_consent else None
    policy = None
    if lea is not None:
        day = now.astimezone(ZoneInfo(lea.time_zone)).date()
        policy = mode_on(session, lea.id, version.grade_band, day)
    return Terms(
        slug=version.slug,
        is_alternative=version.kind == catalog.ALTERNATIVE,
        needs_consent=needs_consent,
        lea=lea,
        policy=policy,
    )


def participation(
    session: Session, learner_id: str, assignment: Assignment, *, now: datetime
) -> Participation:
    """Return what a learner gets under an assignment, and why."""
    terms = terms_of(session, assignment, now=now)
    return participations(session, terms, [learner_id])[learner_id]


def participations(
    session: Session, terms: Terms, learner_ids: Collection[str]
) -> dict[str, Participation]:
    """Return what each of the learners gets, by learner id.

    Args:
        session: Reads only.
        terms: Of the assignment.
        learner_ids: One whom nobody knows yet is as good as any: nothing is recorded.
    """
    lesson, survey = (
        opt_outs.opted_out_learners(session, terms.slug, learner_ids, kind)
        for kind in (OptOutKind.LESSON, OptOutKind.SURVEY)
    )
    consented: set[str] = set()
    if terms.waits_for_consent:
        consented = consenting_learners(session, terms.slug, learner_ids)
    return {
        each: Participation(
            _because(terms, is_out=each in lesson, has_consent=each in consented),
            has_survey=each not in survey,
            has_consent=each in consented,
        )
        for each in learner_ids
    }


def record_consent(
    session: Session, learner_id: str, slug: str, *, now: datetime
) -> None:
    """Keep that a guardian said yes to the module, in every course.

    The alternative, if under way where consent is asked for, ends. Recording it again
    changes nothing.
    """
    leaving.lock_learner(session, learner_id)
    if consenting_learners(session, slug, [learner_id]):
        return
    session.add(Consent(learner_id=learner_id, module_slug=slug, recorded_at=now))
    session.flush()
    ids = [each.id for each in _asking(session, learner_id, slug, now=now)]
    if not opt_outs.is_opted_out(session, learner_id, slug):
        other = Attempt.is_alternative.is_(True)
        leaving.end_attempts(session, learner_id, ids, other, now=now)


def withdraw_consent(
    session: Session, learner_id: str, slug: str, *, now: datetime
) -> None:
    """Take the consent back; where it is asked for, the lesson ends as by an opt-out.

    Its answers are deleted and its completions superseded; recording consent once more
    does not bring them back. Where the LEA asks for no consent, nothing ends.
    """
    leaving.lock_learner(session, learner_id)
    found = session.scalars(
        select(Consent).where(
            Consent.learner_id == learner_id,
            Consent.module_slug == slug,
            Consent.withdrawn_at.is_(None),
        )
    ).all()
    for consent in found:
        consent.withdrawn_at = now
    session.flush()
    if found:
        asking = _asking(session, learner_id, slug, now=now)
        leaving.leave_lesson(session, learner_id, asking, now=now)


def consenting_learners(
    session: Session, slug: str, learner_ids: Collection[str]
) -> set[str]:
    """Return those of the learners for whom consent to the module is recorded now."""
    return set(
        session.scalars(
            select(Consent.learner_id).where(
                Consent.module_slug == slug,
                Consent.withdrawn_at.is_(None),
                Consent.learner_id.in_(learner_ids),
            )
        )
    )


def _because(terms: Terms, *, is_out: bool, has_consent: bool) -> Because:
    if terms.is_alternative:
        return Because.GIVEN_TO_ALL
    if is_out:
        return Because.OPTED_OUT
    if has_consent or not terms.waits_for_consent:
        return Because.MAY_TAKE_PART
    return Because.NO_CONSENT if terms.policy else Because.NO_MODE


def _lea_of(session: Session, assignment: Assignment) -> Lea | None:
    return session.scalars(
        select(Lea)
        .join(Course, Course.lea_id == Lea.id)
        .where(Course.id == assignment.course_id)
    ).first()


def _asking(
    session: Session, learner_id: str, slug: str, *, now: datetime
) -> list[Assignment]:
    """Return the assignments the learner began that wait for consent now."""
    return [
        assignment
        for assignment in leaving.assignments_of(session, learner_id, slug)
        if terms_of(session, assignment, now=now).waits_for_consent
    ]
