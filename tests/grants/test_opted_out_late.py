"""A completion that an opt-out superseded: counted no more, and released as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from preventedu.courses import opt_outs, survey
from preventedu.grants.attribution import attribute_all, attribute_new
from preventedu.grants.figures import Count, Question, tables, total
from preventedu.grants.periods import Span
from tests.grants import make

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.models import Completion
    from preventedu.grants.models import Award

LATER = make.NOON + timedelta(days=1)
YEAR = Span(*make.YEAR)


@pytest.fixture
def done(session: Session) -> tuple[Award, Completion, Completion]:
    """An award with two completions that it covers."""
    district = make.make_district(session)
    award = make.make_award(session, district.lea)
    agreement = make.make_agreement(
        session, award, make.make_partner(session, "sheriff")
    )
    make.cover_lea(session, agreement, district.lea)
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    make.place(session, assignment, district.schools[0])
    one = make.complete(session, assignment, version)
    other = make.complete(session, assignment, version)
    attribute_new(session, now=make.NOON)
    return award, one, other


def test_a_late_opt_out_counts_no_more_and_changes_no_release(
    session: Session, done: tuple[Award, Completion, Completion]
) -> None:
    award, one, _other = done
    question = Question(award, YEAR)
    released = Question(award, YEAR, as_of=make.NOON + timedelta(hours=1))
    before = tables(session, released)
    assert total(session, question) == Count(2, 2)

    slug = one.assignment.module_slug
    opt_outs.record_opt_out(session, one.learner_id, slug, now=LATER)
    attribute_all(session, now=LATER + timedelta(hours=1))

    assert total(session, question) == Count(1, 1)
    assert tables(session, released) == before
    opt_outs.withdraw_opt_out(
        session, one.learner_id, slug, now=LATER + timedelta(hours=2)
    )
    attribute_all(session, now=LATER + timedelta(hours=3))
    assert total(session, question) == Count(1, 1)


def test_a_late_survey_opt_out_counts_the_student_as_before(
    session: Session, done: tuple[Award, Completion, Completion]
) -> None:
    award, one, _other = done
    released = Question(award, YEAR, as_of=make.NOON + timedelta(hours=1))
    before = tables(session, released)

    slug = one.assignment.module_slug
    survey.record_survey_opt_out(session, one.learner_id, slug, now=LATER)
    attribute_all(session, now=LATER + timedelta(hours=1))

    assert tables(session, Question(award, YEAR)) == before
    assert tables(session, released) == before
