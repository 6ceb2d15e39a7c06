"""The class list comes from the library, page by page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.second_platform.course import LEARNER, MENTOR
from tests.second_platform.web import ROSTER_PAGE

if TYPE_CHECKING:
    from tests.second_platform.conftest import School
    from tests.second_platform.course import Link

NAMES = ["Ann Bell", "Max Ortiz", "Kim Diaz", "Jo Reed", "Sam Yazzie", "Fay Wong"]


def test_teacher_sees_students_of_every_page(school: School) -> None:
    link = school.add_lesson()
    for name in NAMES:
        school.course.enrol(name, LEARNER)
    school.course.enrol("Paula Parent", MENTOR)
    shown = school.launch(link, school.teacher)
    assert shown.status == 200
    people = len(school.course.people)
    assert people > 2 * ROSTER_PAGE
    assert all(name in shown.text for name in [*NAMES, school.student.name])
    assert shown.text.count('<th scope="row">') == len(NAMES) + 1
    assert "Paula Parent" not in shown.text
    assert len(school.course.requests_to("members")) == -(-people // ROSTER_PAGE)


def test_class_page_shows_the_grade_that_arrived(school: School) -> None:
    link = school.add_lesson()
    school.finish(link, school.student)
    assert grades_shown(school, link) == ["waiting"]
    school.tool.deliver()
    assert grades_shown(school, link) == ["arrived"]


def grades_shown(school: School, link: Link) -> list[str]:
    """Return the state of each student's grade on the teacher's page."""
    shown = school.launch(link, school.teacher).text
    return re.findall(r'data-grade="([a-z-]+)"', shown)
