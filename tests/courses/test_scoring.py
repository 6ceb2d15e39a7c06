from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preventedu.courses import scoring
from preventedu.courses.models import Completion, GradingPolicy
from tests.conftest import NOW
from tests.courses.make import question

NAMES = st.sampled_from(["p1", "p2", "p3", "p4", "p5", "p6"])


def completion(mastery: int | None, minutes: int = 0, **changes: bool) -> Completion:
    facts = {"is_alternative": False, "is_test": False} | changes
    at = NOW + timedelta(minutes=minutes)
    return Completion(mastery=mastery, completed_at=at, superseded_at=None, **facts)


@settings(deadline=None)
@given(st.lists(NAMES, unique=True), st.dictionaries(NAMES, st.booleans()))
def test_mastery_is_a_percentage_or_unknown(
    drawn: list[str], right: dict[str, bool]
) -> None:
    mastery = scoring.mastery(drawn, right)

    assert mastery is None or 0 <= mastery <= 100


@settings(deadline=None)
@given(st.lists(NAMES, unique=True, min_size=1))
def test_only_all_of_them_right_is_full_mastery(drawn: list[str]) -> None:
    assert scoring.mastery(drawn, dict.fromkeys(drawn, True)) == 100
    assert scoring.mastery([*drawn, "skipped"], dict.fromkeys(drawn, True)) != 100


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ({}, None),
        ({"p1": False}, 0),
        ({"p1": True}, 33),
        ({"p1": True, "p2": True}, 66),
        ({"p1": True, "p2": True, "p3": True}, 100),
        ({"p9": True}, None),
    ],
)
def test_skipped_questions_are_not_right_once_one_is_answered(
    right: dict[str, bool], expected: int | None
) -> None:
    assert scoring.mastery(["p1", "p2", "p3"], right) == expected


def test_nothing_asked_measures_nothing() -> None:
    assert scoring.mastery([], {"p1": True}) is None


def test_exactly_the_right_options_are_right() -> None:
    both = question("p1", right="b")

    assert scoring.is_right(both, ["b"])
    assert not scoring.is_right(both, ["a", "b"])
    assert not scoring.is_right(both, [])


@settings(deadline=None)
@given(
    mastery=st.none() | st.integers(0, 100),
    is_alternative=st.booleans(),
    grading=st.sampled_from(GradingPolicy),
)
def test_points_fit_the_gradebook(
    *, mastery: int | None, is_alternative: bool, grading: GradingPolicy
) -> None:
    points = scoring.points(completion(mastery, is_alternative=is_alternative), grading)

    assert 0 <= points <= scoring.FULL_POINTS
    if grading is GradingPolicy.COMPLETION or is_alternative:
        assert points == scoring.FULL_POINTS


def test_the_best_completion_is_owed_and_of_equals_the_first() -> None:
    low, high, again = completion(40, 0), completion(80, 5), completion(80, 9)

    assert scoring.best([low, again, high], GradingPolicy.MASTERY) is high
    assert scoring.best([high, low], GradingPolicy.COMPLETION) is low
    assert scoring.best([], GradingPolicy.MASTERY) is None
