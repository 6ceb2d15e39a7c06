"""What the figures count. One definition each, printed wherever a figure stands."""

from __future__ import annotations

from dataclasses import dataclass

from preventedu.grants.models import Measure

MEASURES_VERSION = "1"
mark_for_translation = str


@dataclass(frozen=True)
class Definition:
    """A measure in the reader's words; English, to be translated on the page."""

    measure: Measure
    name: str
    meaning: str


N_ = mark_for_translation

DEFINITIONS = {
    Measure.COMPLETIONS: Definition(
        Measure.COMPLETIONS,
        N_("Module completions"),
        N_(
            "A student reached the end of a module. The same student taking the same "
            "version of a module again is not counted again. Alternative lessons, "
            "previews and test students are never counted."
        ),
    ),
    Measure.STUDENTS: Definition(
        Measure.STUDENTS,
        N_("Students, each counted once"),
        N_(
            "Students with at least one completion, each counted once within one LMS. "
            "A student known to two LMSs is counted in each."
        ),
    ),
}

BANDS = {
    "k-2": N_("Grades K-2"),
    "3-5": N_("Grades 3-5"),
    "6-8": N_("Grades 6-8"),
    "9-12": N_("Grades 9-12"),
}
"""The bands of students; staff and families are no part of these measures."""
