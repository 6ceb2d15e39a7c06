"""Where the lines of a chart go, in the units of its SVG. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from preventedu.grants.overview import Month

LEFT, RIGHT, TOP, BOTTOM = 46.0, 706.0, 20.0, 220.0
STEPS = 4
NICE = (1, 2, 2.5, 5, 10)
MOST_LABELS = 7


@dataclass(frozen=True)
class Tick:
    """A label on an axis."""

    at: float
    value: int


@dataclass(frozen=True)
class RunningChart:
    """A running total against an even plan."""

    line: str
    """SVG path of the months so far."""
    area: str
    plan: str
    """Empty without a plan."""
    end: tuple[float, float]
    """Where the running total stands now."""
    values: Sequence[Tick]
    months: Sequence[Tick]
    """`value` is the month's position, counted from 0."""


def running_chart(months: Sequence[Month]) -> RunningChart | None:
    """Return the chart of the months, or None while there is nothing to draw."""
    so_far = [month.running for month in months if month.running is not None]
    if not so_far or not any(so_far):
        return None
    top = nice_top(max(so_far[-1], months[-1].plan or 0))
    points = [(LEFT, BOTTOM)] + [
        (_x(position, len(months)), _y(number, top))
        for position, number in enumerate(so_far, start=1)
    ]
    line = _path(points)
    plan = months[-1].plan
    return RunningChart(
        line=line,
        area=f"{line}V{BOTTOM:g}H{LEFT:g}z",
        plan=_path([(LEFT, BOTTOM), (RIGHT, _y(plan, top))]) if plan else "",
        end=points[-1],
        values=[
            Tick(_y(top * step // STEPS, top), top * step // STEPS)
            for step in range(STEPS + 1)
        ],
        months=_month_ticks(len(months)),
    )


def nice_top(number: int) -> int:
    """Return a round number at or above `number` that divides into the steps."""
    exact = max(number, STEPS) / STEPS
    size = int(10.0 ** math.floor(math.log10(exact)))
    step = next(size * nice for nice in NICE if size * nice >= exact)
    return math.ceil(step) * STEPS


def _month_ticks(number: int) -> list[Tick]:
    every = math.ceil(number / MOST_LABELS)
    return [
        Tick((_x(position, number) + _x(position + 1, number)) / 2, position)
        for position in range(0, number, every)
    ]


def _x(position: int, number: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * position / number, 1)


def _y(value: int, top: int) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * value / top, 1)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
