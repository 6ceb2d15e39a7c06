from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from preventedu.grants.ledger import Outcome
from preventedu.grants.models import Scope
from preventedu.grants.periods import Span
from preventedu.grants.resolution import (
    AwardTerms,
    Choice,
    CoverageTerms,
    Fact,
    Place,
    Placement,
    resolve,
)

if TYPE_CHECKING:
    from random import Random

YEAR = Span(date(2026, 7, 1), date(2027, 6, 30))
NOON = datetime(2026, 10, 5, 17, 0, tzinfo=UTC)
RECORDED = datetime(2026, 8, 1, tzinfo=UTC)
MIDDLE, ELEMENTARY = Place(1, 9, "ZZ"), Place(2, 9, "ZZ")
AT_MIDDLE = Placement(1, MIDDLE, YEAR.starts_on, RECORDED)
A = AwardTerms(1, "AWARD-A", "America/Chicago", YEAR)
B = AwardTerms(2, "AWARD-B", "America/Chicago", YEAR)
LEA_A = CoverageTerms(1, A, 11, YEAR, "sheriff", Scope.LEA, 9, YEAR)
LEA_B = CoverageTerms(2, B, 12, YEAR, "police", Scope.LEA, 9, YEAR)
SCHOOL_B = replace(LEA_B, id=3, scope=Scope.SCHOOL, place=1)
FACT = Fact(NOON, "m1", "6-8", (AT_MIDDLE,))


def test_a_course_at_no_school_yet_is_never_guessed() -> None:
    fact = replace(FACT, placements=())

    assert resolve(fact, [LEA_A]).outcome is Outcome.NOT_YET_PLACED


def test_a_placement_counts_from_its_day_on() -> None:
    fact = replace(
        FACT, placements=(replace(AT_MIDDLE, effective_from=date(2026, 10, 6)),)
    )

    assert resolve(fact, [LEA_A]).outcome is Outcome.NOT_YET_PLACED


def test_a_later_recorded_placement_corrects_an_earlier_one() -> None:
    correction = Placement(
        2, ELEMENTARY, YEAR.starts_on, datetime(2026, 12, 1, tzinfo=UTC)
    )
    fact = replace(FACT, placements=(correction, AT_MIDDLE))

    assert resolve(fact, [LEA_A]).school_id == ELEMENTARY.school_id


def test_without_coverage_a_completion_is_unattributed() -> None:
    elsewhere = replace(LEA_A, place=77)

    resolution = resolve(FACT, [elsewhere])

    assert resolution.outcome is Outcome.UNATTRIBUTED
    assert resolution.school_id == MIDDLE.school_id


def test_coverage_needs_award_agreement_and_coverage_in_force() -> None:
    over = Span(date(2026, 7, 1), date(2026, 10, 4))
    lapsed = [
        replace(LEA_A, award=replace(A, performance=over)),
        replace(LEA_A, agreement=over),
        replace(LEA_A, span=over),
    ]

    outcomes = {resolve(FACT, [coverage]).outcome for coverage in lapsed}

    assert outcomes == {Outcome.UNATTRIBUTED}


def test_the_day_is_the_day_where_the_award_is() -> None:
    # 04:30 UTC on 1 July is still 30 June in Chicago, and past it in Moscow.
    fact = replace(
        FACT,
        completed_at=datetime(2027, 7, 1, 4, 30, tzinfo=UTC),
    )
    in_moscow = replace(LEA_A, award=replace(A, time_zone="Europe/Moscow"))

    resolution = resolve(fact, [LEA_A])

    assert resolution.effective_on == date(2027, 6, 30)
    assert resolution.outcome is Outcome.PRIMARY
    assert resolve(fact, [in_moscow]).outcome is Outcome.UNATTRIBUTED


def test_a_school_goes_before_its_lea_and_its_lea_before_the_state() -> None:
    state = replace(LEA_A, id=4, scope=Scope.STATE, place="ZZ")

    assert resolve(FACT, [LEA_A, SCHOOL_B]).award_id == B.id
    assert resolve(FACT, [LEA_B, state]).award_id == B.id


def test_the_awards_that_come_second_are_also_supported() -> None:
    resolution = resolve(FACT, [LEA_A, SCHOOL_B])

    assert resolution.award_id == B.id
    assert resolution.also == ("AWARD-A",)


def test_named_modules_go_before_all_modules() -> None:
    named = replace(LEA_A, modules=frozenset({"m1"}))

    assert resolve(FACT, [named, LEA_B]).award_id == A.id


def test_coverage_of_other_modules_or_bands_does_not_cover() -> None:
    others = [
        replace(LEA_A, modules=frozenset({"m2"})),
        replace(LEA_A, grade_bands=frozenset({"k-2"})),
    ]

    assert resolve(FACT, others).outcome is Outcome.UNATTRIBUTED


def test_equal_awards_need_a_decision_and_are_named() -> None:
    resolution = resolve(FACT, [LEA_A, LEA_B])

    assert resolution.outcome is Outcome.UNDECIDED
    assert resolution.award_id is None
    assert resolution.also == ("AWARD-A", "AWARD-B")


def test_a_priority_signed_before_the_period_decides() -> None:
    period = Span(date(2026, 10, 1), date(2026, 12, 31))
    award = replace(A, periods=(period,))
    before = replace(
        LEA_A, award=award, priority=1, priority_signed_on=date(2026, 9, 30)
    )
    within = replace(before, priority_signed_on=date(2026, 10, 1))

    assert resolve(FACT, [before, LEA_B]).award_id == A.id
    assert resolve(FACT, [within, LEA_B]).outcome is Outcome.UNDECIDED


def test_a_chosen_award_goes_before_a_narrower_one() -> None:
    choice = Choice(1, A, YEAR.starts_on, RECORDED)

    assert resolve(replace(FACT, choices=(choice,)), [LEA_A, SCHOOL_B]).award_id == 1


def test_a_choice_counts_from_its_day_on_and_the_latest_recorded_wins() -> None:
    tomorrow = Choice(1, A, date(2026, 10, 6), RECORDED)
    first = Choice(2, A, YEAR.starts_on, RECORDED)
    second = Choice(3, B, YEAR.starts_on, datetime(2026, 9, 1, tzinfo=UTC))

    not_yet = resolve(replace(FACT, choices=(tomorrow,)), [LEA_A, LEA_B])
    changed = resolve(replace(FACT, choices=(second, first)), [LEA_A, LEA_B])

    assert not_yet.outcome is Outcome.UNDECIDED
    assert changed.award_id == B.id


def test_a_chosen_award_that_does_not_cover_needs_a_decision() -> None:
    choice = Choice(1, A, YEAR.starts_on, RECORDED)

    resolution = resolve(replace(FACT, choices=(choice,)), [LEA_B])

    assert resolution.outcome is Outcome.UNDECIDED
    assert resolution.also == ("AWARD-B",)


def test_equal_partners_of_one_award_count_once_jointly() -> None:
    tribal = replace(LEA_A, id=5, agreement_id=15, partner="tribal-police")

    resolution = resolve(FACT, [LEA_A, tribal])

    assert resolution.outcome is Outcome.PRIMARY
    assert resolution.partners == ("sheriff", "tribal-police")
    assert resolution.is_joint
    assert resolution.agreement_id is None


def test_a_narrower_partner_of_one_award_stands_alone() -> None:
    tribal = replace(
        LEA_A, id=5, agreement_id=15, partner="tribal", scope=Scope.SCHOOL, place=1
    )

    resolution = resolve(FACT, [LEA_A, tribal])

    assert resolution.partners == ("tribal",)
    assert resolution.agreement_id == 15
    assert not resolution.is_joint


DAYS = st.dates(date(2026, 6, 25), date(2026, 10, 10))
MOMENTS = st.integers(0, 110 * 24).map(
    lambda hours: datetime(2026, 6, 25, 0, 30, tzinfo=UTC) + timedelta(hours=hours)
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first, last = sorted([draw(DAYS), draw(DAYS)])
    return Span(first, last)


AWARDS = st.builds(
    AwardTerms,
    st.integers(1, 3),
    st.sampled_from(["X", "Y", "Z"]),
    st.sampled_from(["America/Chicago", "Pacific/Honolulu", "UTC"]),
    spans(),
)
COVERAGES = st.lists(
    st.builds(
        CoverageTerms,
        id=st.integers(1, 99),
        award=AWARDS,
        agreement_id=st.integers(1, 4),
        agreement=spans(),
        partner=st.sampled_from(["sheriff", "tribal", "state"]),
        scope=st.just(Scope.LEA),
        place=st.sampled_from([9, 8]),
        span=spans(),
        modules=st.sampled_from([frozenset(), frozenset({"m1"})]),
    )
    | st.builds(
        CoverageTerms,
        id=st.integers(1, 99),
        award=AWARDS,
        agreement_id=st.integers(1, 4),
        agreement=spans(),
        partner=st.sampled_from(["sheriff", "tribal", "state"]),
        scope=st.just(Scope.SCHOOL),
        place=st.sampled_from([1, 2]),
        span=spans(),
    ),
    max_size=6,
)
FACTS = st.builds(
    Fact,
    MOMENTS,
    st.sampled_from(["m1", "m2"]),
    st.just("6-8"),
    st.lists(
        st.builds(
            Placement,
            st.integers(),
            st.sampled_from([MIDDLE, ELEMENTARY]),
            DAYS,
            MOMENTS,
        ),
        max_size=3,
        unique_by=lambda placement: placement.id,
    ).map(tuple),
)


@given(FACTS, COVERAGES, st.randoms(use_true_random=False))
def test_every_completion_gets_exactly_one_answer_whatever_the_order(
    fact: Fact, coverages: list[CoverageTerms], random: Random
) -> None:
    shuffled = list(coverages)
    random.shuffle(shuffled)
    resolution = resolve(fact, coverages)

    assert resolve(fact, shuffled) == resolution
    assert (resolution.outcome is Outcome.PRIMARY) == (resolution.award_id is not None)
    if resolution.outcome is Outcome.PRIMARY:
        day = resolution.effective_on
        assert any(
            c.award.id == resolution.award_id and day in c.award.performance
            for c in coverages
        )
