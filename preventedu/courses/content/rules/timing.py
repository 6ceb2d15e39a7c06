"""T001: the minutes a teacher plans with are minutes a class needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.content import blocks
from preventedu.courses.content.problems import Level
from preventedu.courses.content.readings import readings, readings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preventedu.courses.content.problems import Problem
    from preventedu.courses.content.sources import ContentTree, SourceModule


def check(tree: ContentTree, module: SourceModule) -> Iterator[Problem]:
    """Yield a stated time that is far from the estimate."""
    times, said = tree.policy.minutes, module.meta.minutes
    estimate = estimated_minutes(tree, module)
    off = abs(said - estimate)
    if off > times.refuse_beyond * estimate:
        level = Level.ERROR
    elif off > times.warn_beyond * estimate:
        level = Level.WARNING
    else:
        return
    message = f"says {said} minutes; reading and answering takes about {estimate:.1f}"
    yield module.problem(level, "T001", message, "minutes")


def estimated_minutes(tree: ContentTree, module: SourceModule) -> float:
    """Return how long a learner needs: reading at the band's pace, and answering.

    Every lesson is read whole; of the pool, as many questions as one sitting draws.
    """
    times = tree.policy.minutes
    words, minutes = 0.0, 0.0
    for name in module.lesson_names:
        if file := module.source.get(name):
            words += sum(reading.words for reading in readings(file))
            for located in file.located:
                match located.block:
                    case blocks.Question():
                        minutes += times.question
                    case blocks.Scenario(scenes=scenes):
                        minutes += times.scene * len(scenes)
                    case blocks.Reflection():
                        minutes += times.reflection
                    case _:
                        pass
    drawn, average = _sitting(module)
    words += drawn * average
    minutes += drawn * times.question
    return words / tree.policy.bands[module.meta.band].wpm + minutes


def _sitting(module: SourceModule) -> tuple[int, float]:
    """Return how many questions a sitting draws and the average words of one."""
    quiz, prepost = module.source.get("quiz"), module.meta.prepost
    pool = list(quiz.located) if quiz else []
    if not pool:
        return 0, 0.0
    words = sum(reading.words for located in pool for reading in readings_of(located))
    drawn = min(prepost.draw, len(pool)) if prepost else len(pool)
    return drawn, words / len(pool)
