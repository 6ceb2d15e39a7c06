"""Roles: the context decides, and doubt means less."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preventedu.auth import SeatRole
from preventedu.lti.roles import TEST_USER, seat_role

LIS = "http://purl.imsglobal.org/vocab/lis/v2/"
M = LIS + "membership#"
INSTITUTION = LIS + "institution/person#"
SYSTEM = LIS + "system/person#"


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([], SeatRole.GUEST),
        ([""], SeatRole.GUEST),
        (["Learner"], SeatRole.LEARNER),
        (["Instructor"], SeatRole.TEACHER),
        ([M + "Learner"], SeatRole.LEARNER),
        ([M + "Instructor"], SeatRole.TEACHER),
        ([M + "ContentDeveloper"], SeatRole.TEACHER),
        ([M + "Administrator"], SeatRole.TEACHER),
        ([M + "TeachingAssistant"], SeatRole.TEACHER),
        ([LIS + "membership/Instructor#TeachingAssistant"], SeatRole.TEACHER),
        ([LIS + "membership/Learner#Instructor"], SeatRole.LEARNER),
        ([LIS + "membership/Learner#GuestLearner"], SeatRole.LEARNER),
        ([M + "Mentor"], SeatRole.OBSERVER),
        ([LIS + "membership/Mentor#Auditor"], SeatRole.OBSERVER),
        ([M + "Mentor", INSTITUTION + "Instructor"], SeatRole.OBSERVER),
        (
            [M + "Learner", INSTITUTION + "Student", INSTITUTION + "Mentor"],
            SeatRole.LEARNER,
        ),
        (
            [M + "Instructor", INSTITUTION + "Staff", INSTITUTION + "Other"],
            SeatRole.TEACHER,
        ),
        ([M + "Learner", INSTITUTION + "Instructor"], SeatRole.LEARNER),
        ([M + "Learner", M + "Instructor"], SeatRole.TEACHER),
        ([M + "Learner", LIS + "unknown/unknown#Helper"], SeatRole.LEARNER),
        ([LIS + "unknown/unknown#Helper"], SeatRole.GUEST),
        ([INSTITUTION + "Instructor"], SeatRole.GUEST),
        ([INSTITUTION + "Administrator", SYSTEM + "Administrator"], SeatRole.GUEST),
        ([TEST_USER, M + "Learner"], SeatRole.TEST_LEARNER),
        ([TEST_USER], SeatRole.GUEST),
        ([M + "Member"], SeatRole.GUEST),
        ([M], SeatRole.GUEST),
        (["urn:lti:role:ims/lis/Instructor"], SeatRole.GUEST),
    ],
)
def test_roles_become_what_a_person_may_do(
    roles: list[str], expected: SeatRole
) -> None:
    assert seat_role(roles) is expected


OUTSIDE = st.one_of(
    st.sampled_from(["Instructor", "Administrator", "Student", "Faculty"]).flatmap(
        lambda name: st.sampled_from([INSTITUTION + name, SYSTEM + name])
    ),
    st.text(alphabet="abc/#:.-", max_size=20).map(lambda text: "x:" + text),
)


@given(st.lists(OUTSIDE))
def test_nothing_outside_the_context_lets_anyone_in(roles: list[str]) -> None:
    assert seat_role(roles) is SeatRole.GUEST


@given(st.lists(OUTSIDE), st.sampled_from([M + "Mentor", "Mentor"]))
def test_a_mentor_is_never_staff(roles: list[str], mentor: str) -> None:
    assert seat_role([*roles, mentor]) is SeatRole.OBSERVER


@given(st.lists(st.one_of(OUTSIDE, st.sampled_from([M + "Learner", M + "Mentor"]))))
def test_the_order_of_roles_does_not_matter(roles: list[str]) -> None:
    assert seat_role(roles) is seat_role(list(reversed(roles)))
