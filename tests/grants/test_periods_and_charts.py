from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from preventedu.grants.charts import nice_top, running_chart
from preventedu.grants.overview import Month
from preventedu.grants.periods import Span, bounds, has_ended, local_date, months

ZONES = st.sampled_from(["America/Chicago", "Pacific/Kiritimati", "UTC"])
SPANS = st.tuples(
    st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 500)
).map(lambda drawn: Span(drawn[0], drawn[0] + timedelta(days=drawn[1])))


def test_a_span_in_spring_is_an_hour_short() -> None:
    first, beyond = bounds(Span(date(2026, 3, 8), date(2026, 3, 8)), "America/Chicago")

    assert beyond - first == timedelta(hours=23)


@given(SPANS, ZONES)
def test_the_bounds_are_the_first_and_last_moment_of_the_days(
    span: Span, zone: str
) -> None:
    first, beyond = bounds(span, zone)
    tick = timedelta(microseconds=1)

    assert local_date(first, zone) == span.starts_on
    assert local_date(first - tick, zone) < span.starts_on
    assert local_date(beyond - tick, zone) == span.ends_on
    assert not has_ended(span, zone, now=beyond - tick)
    assert has_ended(span, zone, now=beyond)


@given(SPANS)
def test_months_cover_the_span(span: Span) -> None:
    found = list(months(span))

    assert found[0] == span.starts_on.replace(day=1)
    assert found[-1] == span.ends_on.replace(day=1)
    assert found == sorted(set(found))


@given(st.integers(0, 10**9))
def test_the_axis_ends_at_a_round_number_not_far_above(number: int) -> None:
    top = nice_top(number)

    assert top >= number
    assert top % 4 == 0
    assert top <= max(4, number * 2.6)


def test_the_line_stays_inside_the_picture() -> None:
    days = list(months(Span(date(2026, 7, 1), date(2027, 6, 30))))
    drawn = running_chart(
        [Month(day, 1, n if n < 5 else None, n * 20) for n, day in enumerate(days, 1)]
    )

    assert drawn is not None
    assert drawn.line.startswith("M46 220L101 ")
    assert drawn.end[0] < 706
    assert drawn.plan


def test_nothing_is_drawn_for_nothing() -> None:
    assert running_chart([Month(date(2026, 7, 1), 0, 0, None)]) is None
