"""Who takes part in a lesson, for the closed section of the class page.

The class may be looking at the teacher's screen: nothing of this stands beside a
student's progress, and the section is closed until the teacher opens it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from preventedu.courses import consent
from preventedu.courses.assignments import find_assignment
from preventedu.courses.consent import Because
from preventedu.courses.consent_models import ConsentMode
from preventedu.lti import users
from preventedu.teaching.class_page import in_order

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.courses.consent import Participation, Terms
    from preventedu.teaching.assigned import Assigned
    from preventedu.teaching.class_page import Person

NOBODY = ""
"""Stands for a student who has no row yet: nothing is recorded of them."""


@dataclass(frozen=True)
class Named:
    """A student of the class; `subject` must never reach a page or a log.

    Attributes:
        is_named: The platform gave the name; "Student 3" could be anybody.
    """

    subject: str = field(repr=False)
    name: str = field(repr=False)
    is_named: bool
    gets: Participation


@dataclass(frozen=True)
class WhoTakesPart:
    """The class by what each student takes, and what the LEA asks for."""

    terms: Terms
    students: tuple[Named, ...] = field(repr=False)
    """By name."""

    @property
    def asks_first(self) -> bool:
        """Whether the LEA asks guardians first, so that consents are recorded."""
        return asks_first(self.terms)

    @property
    def in_lesson(self) -> tuple[Named, ...]:
        """Those who are not opted out of the lesson."""
        return tuple(s for s in self.students if not _is_out(s))

    @property
    def out_of_lesson(self) -> tuple[Named, ...]:
        """Those who are opted out of the lesson; not those who wait for consent."""
        return tuple(s for s in self.students if _is_out(s))

    @property
    def out_of_survey(self) -> tuple[Named, ...]:
        """Those who are asked no questions."""
        return tuple(s for s in self.students if not s.gets.has_survey)

    @property
    def waiting(self) -> tuple[Named, ...]:
        """Those whose letter may come back: named, not opted out, no consent yet."""
        return tuple(
            s
            for s in self.students
            if s.gets.because is Because.NO_CONSENT and s.is_named
        )

    @property
    def consenting(self) -> tuple[Named, ...]:
        """Those whose consent is recorded."""
        return tuple(s for s in self.students if s.gets.has_consent)

    @property
    def nameless(self) -> int:
        """How many students the LMS tells no name of."""
        return sum(not student.is_named for student in self.students)

    @property
    def unmatched(self) -> int:
        """How many get the other lesson because no letter can be matched with them."""
        return sum(
            s.gets.because is Because.NO_CONSENT and not s.is_named
            for s in self.students
        )


def asks_first(terms: Terms) -> bool:
    """Tell whether the LEA asks guardians for consent before the lesson."""
    policy = terms.policy
    is_asked = policy is not None and policy.mode is ConsentMode.OPT_IN
    return is_asked and terms.waits_for_consent


def who_takes_part(
    session: Session,
    assigned: Assigned,
    people: Collection[Person],
    *,
    now: datetime,
) -> WhoTakesPart:
    """Return what each student of the class list takes; reads only."""
    assignment = find_assignment(session, assigned.assignment_id)
    terms = consent.terms_of(session, assignment, now=now)
    ids = {p.lti_user.learner_id for p in people if p.lti_user} | {NOBODY}
    gets = consent.participations(session, terms, ids)
    students = (_named(person, gets) for person in people)
    return WhoTakesPart(
        terms, tuple(sorted(students, key=lambda each: in_order(each.name)))
    )


def record_consents(
    session: Session,
    assigned: Assigned,
    platform_id: int,
    subjects: Collection[str],
    *,
    now: datetime,
) -> None:
    """Record one consent for each of the platform's students; also of new ones."""
    learners = [
        users.lti_user(session, platform_id, subject, now=now).learner_id
        for subject in sorted(set(subjects))
    ]
    # By subject, as ticks of presence: two teachers at once never wait in a ring.
    for learner_id in learners:
        consent.record_consent(session, learner_id, assigned.module.slug, now=now)


def _named(person: Person, gets: dict[str, Participation]) -> Named:
    learner_id = person.lti_user.learner_id if person.lti_user else NOBODY
    return Named(
        subject=person.subject,
        name=person.name,
        is_named=person.is_named,
        gets=gets[learner_id],
    )


def _is_out(student: Named) -> bool:
    return student.gets.because is Because.OPTED_OUT
