from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from preventedu.grants import attribution
from preventedu.grants.attribution import attribute_all, attribute_new
from preventedu.grants.figures import Question, outcomes, tables
from preventedu.grants.ledger import Attribution, Outcome
from preventedu.grants.models import Award, AwardChoice
from preventedu.grants.periods import Span
from tests.grants import make

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.models import Completion

LATER = make.NOON + timedelta(days=1)
YEAR = Span(*make.YEAR)


def current(session: Session, completion: Completion) -> Attribution:
    rows = session.scalars(
        select(Attribution)
        .where(Attribution.completion_id == completion.id)
        .order_by(Attribution.id)
    ).all()
    for earlier, later in pairwise(rows):
        assert later.supersedes_id == earlier.id
        assert later.recorded_at > earlier.recorded_at
    return rows[-1]


def covered_award(session: Session, district: make.District, partner: str) -> Award:
    award = make.make_award(session, district.lea)
    agreement = make.make_agreement(session, award, make.make_partner(session, partner))
    make.cover_lea(session, agreement, district.lea)
    return award


def test_a_placed_completion_is_attributed_once(session: Session) -> None:
    district = make.make_district(session)
    award = covered_award(session, district, "sheriff")
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    make.place(session, assignment, district.schools[0])
    completion = make.complete(session, assignment, version)

    written = attribute_new(session, now=make.NOON)
    again = attribute_new(session, now=LATER)

    row = current(session, completion)
    assert (written, again) == (1, 0)
    assert (row.award_id, row.partners) == (award.id, ["sheriff"])
    assert row.school_id == district.schools[0].id
    assert row.effective_on == date(2026, 10, 5)


def test_a_late_placement_supersedes_and_keeps_the_old_row(session: Session) -> None:
    district = make.make_district(session)
    award = covered_award(session, district, "sheriff")
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    completion = make.complete(session, assignment, version)
    attribute_new(session, now=make.NOON)
    before = current(session, completion)

    make.place(session, assignment, district.schools[1], recorded_at=LATER)
    attribute_new(session, now=LATER)

    after = current(session, completion)
    assert before.outcome is Outcome.NOT_YET_PLACED
    assert after.supersedes_id == before.id
    assert after.award_id == award.id
    assert after.reason == attribution.PLACED


def test_a_late_choice_decides(session: Session) -> None:
    district = make.make_district(session)
    covered_award(session, district, "sheriff")
    chosen = covered_award(session, district, "police")
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    make.place(session, assignment, district.schools[0])
    completion = make.complete(session, assignment, version)
    attribute_new(session, now=make.NOON)
    assert current(session, completion).outcome is Outcome.UNDECIDED

    session.add(
        AwardChoice(
            assignment_id=assignment.id,
            award_id=chosen.id,
            chosen_by="manager@lea.example",
            reason="Bought with this award",
            effective_from=make.YEAR[0],
            recorded_at=LATER,
        )
    )
    session.flush()
    attribute_new(session, now=LATER)

    row = current(session, completion)
    assert (row.award_id, row.reason) == (chosen.id, attribution.CHOSEN)


def test_coverage_recorded_later_is_taken_in(session: Session) -> None:
    district = make.make_district(session)
    award = make.make_award(session, district.lea)
    partner = make.make_partner(session, "sheriff")
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    make.place(session, assignment, district.schools[0])
    completion = make.complete(session, assignment, version)
    attribute_new(session, now=make.NOON)
    assert current(session, completion).outcome is Outcome.UNATTRIBUTED

    agreement = make.make_agreement(session, award, partner)
    make.cover_lea(session, agreement, district.lea)
    attribute_new(session, now=LATER)

    row = current(session, completion)
    assert (row.award_id, row.reason) == (award.id, attribution.TERMS)


def test_alternatives_tests_and_replaced_rows_are_never_attributed(
    session: Session,
) -> None:
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    alternative, test, replaced = (
        make.complete(session, assignment, version) for _ in range(3)
    )
    alternative.is_alternative = True
    test.is_test = True
    replaced.superseded_at = LATER

    assert attribute_all(session, now=LATER) == 0


def test_a_better_retake_is_attributed_and_counted_once(session: Session) -> None:
    district = make.make_district(session)
    award = covered_award(session, district, "sheriff")
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    make.place(session, assignment, district.schools[0])
    first = make.complete(session, assignment, version)
    retake = make.complete(session, assignment, version)
    retake.learner_id, retake.retake_of_id = first.learner_id, first.id
    session.flush()

    written = attribute_all(session, now=LATER)

    assert written == 1
    assert current(session, first).award_id == award.id
    assert not retake.counts


def test_one_call_takes_a_limited_number(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attribution, "LIMIT", 2)
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    for _ in range(5):
        make.complete(session, assignment, version)

    first = attribute_new(session, now=make.NOON)
    rest = attribute_all(session, now=make.NOON)

    assert (first, rest) == (2, 3)


def test_the_database_refuses_to_change_an_attribution(session: Session) -> None:
    version = make.make_module(session)
    make.complete(session, make.make_assignment(session, version), version)
    attribute_new(session, now=make.NOON)

    for change in (update(Attribution).values(reason="x"), delete(Attribution)):
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(change)


def test_figures_can_be_told_as_recorded_at_any_moment(session: Session) -> None:
    district = make.make_district(session)
    award = covered_award(session, district, "sheriff")
    version = make.make_module(session)
    assignment = make.make_assignment(session, version)
    make.complete(session, assignment, version)
    attribute_new(session, now=make.NOON)
    make.place(session, assignment, district.schools[0], recorded_at=LATER)
    attribute_new(session, now=LATER)

    then = outcomes(session, Question(award, YEAR, as_of=make.NOON))
    now = outcomes(session, Question(award, YEAR))

    assert (then.not_yet_placed, then.primary) == (1, 0)
    assert (now.not_yet_placed, now.primary) == (0, 1)


def test_the_same_version_taken_again_is_counted_once(session: Session) -> None:
    district = make.make_district(session)
    award = covered_award(session, district, "sheriff")
    version = make.make_module(session)
    other = make.make_module(session, "m2")
    learner = make.make_learner(session)
    for module, hours in ((version, 0), (version, 1), (other, 2)):
        assignment = make.make_assignment(session, module)
        make.place(session, assignment, district.schools[0])
        at = make.NOON + timedelta(hours=hours)
        make.complete(session, assignment, module, at, learner)
    attribute_new(session, now=LATER)

    total = tables(session, Question(award, YEAR)).total

    assert (total.completions, total.students) == (2, 1)


def test_one_lea_sees_its_own_schools_only(session: Session) -> None:
    ours, theirs = make.make_district(session), make.make_district(session)
    award = make.make_award(session, ours.lea)
    partner = make.make_partner(session, "sheriff")
    agreement = make.make_agreement(session, award, partner)
    make.cover_lea(session, agreement, ours.lea)
    make.cover_lea(session, agreement, theirs.lea)
    version = make.make_module(session)
    for district in (ours, theirs, theirs):
        assignment = make.make_assignment(session, version)
        make.place(session, assignment, district.schools[0])
        make.complete(session, assignment, version)
    attribute_new(session, now=LATER)

    found = tables(session, Question(award, YEAR, lea_id=ours.lea.id))

    assert found.total.completions == 1
    assert set(found.by_school) == {ours.schools[0].id}


@dataclass(frozen=True)
class RandomWorld:
    """Coverages (award, of the whole LEA, school) and courses (school, days)."""

    coverages: list[tuple[int, bool, int]]
    courses: list[tuple[int | None, list[int]]]


WORLDS = st.builds(
    RandomWorld,
    st.lists(
        st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 1)), max_size=4
    ),
    st.lists(
        st.tuples(
            st.sampled_from([None, 0, 1]),
            st.lists(st.integers(0, 400), min_size=1, max_size=4),
        ),
        min_size=1,
        max_size=4,
    ),
)


@given(WORLDS)
@hypothesis_settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_completion_that_counts_is_in_exactly_one_place(
    session: Session, world: RandomWorld
) -> None:
    undo = session.begin_nested()
    district = make.make_district(session)
    awards = [make.make_award(session, district.lea) for _ in range(3)]
    agreements = [
        make.make_agreement(session, award, make.make_partner(session, f"p{award.id}"))
        for award in awards
    ]
    for award, is_lea, school in world.coverages:
        if is_lea:
            make.cover_lea(session, agreements[award], district.lea)
        else:
            make.cover_school(session, agreements[award], district.schools[school])
    number = _complete_courses(session, district, world.courses)

    attribute_all(session, now=datetime(2028, 1, 1, tzinfo=UTC))

    span = Span(date(2026, 1, 1), date(2027, 12, 31))
    found = outcomes(session, Question(awards[0], span))
    by_award = [
        tables(session, Question(award, span)).total.completions for award in awards
    ]
    undo.rollback()
    assert sum(by_award) == found.primary
    assert number == sum(
        (found.primary, found.unattributed, found.undecided, found.not_yet_placed)
    )


def _complete_courses(
    session: Session,
    district: make.District,
    courses: list[tuple[int | None, list[int]]],
) -> int:
    """Days are counted from 20 June 2026, so that some lie outside the awards."""
    version = make.make_module(session)
    number = 0
    for school, days in courses:
        assignment = make.make_assignment(session, version)
        if school is not None:
            make.place(session, assignment, district.schools[school])
        for day in days:
            at = datetime(2026, 6, 20, 3, tzinfo=UTC) + timedelta(days=day)
            make.complete(session, assignment, version, at)
            number += 1
    return number
