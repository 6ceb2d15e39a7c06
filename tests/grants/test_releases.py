from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from preventedu.errors import NotAllowedError, RefusedError
from preventedu.grants import snapshot
from preventedu.grants.contents import NotClosedError, content_of
from preventedu.grants.disclosure import protect_table
from preventedu.grants.ledger import Release
from preventedu.grants.releases import (
    NotEndedError,
    OverlapError,
    close_period,
    release,
    verify,
)
from preventedu.people import GradeBand, School, SchoolIdScheme
from tests.grants import make

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.models import Assignment, ModuleVersion

AFTER = datetime(2027, 1, 1, 6, 0, tzinfo=UTC)
"""The first moment of 2027 in Chicago."""
TICK = timedelta(microseconds=1)
AUTHOR = "manager@lea.example"


class World:
    """An award over one LEA with two schools and a reporting period."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.district = make.make_district(session)
        self.award = make.make_award(session, self.district.lea)
        self.partner = make.make_partner(session, "sheriff")
        agreement = make.make_agreement(session, self.award, self.partner)
        make.cover_lea(session, agreement, self.district.lea)
        self.period = make.make_period(session, self.award)
        self.version = make.make_module(session)

    def complete(self, school: int, number: int) -> Assignment:
        assignment = make.make_assignment(self.session, self.version)
        make.place(self.session, assignment, self.district.schools[school])
        complete_many(self.session, assignment, self.version, number)
        return assignment

    def release(self, recipient: str = "The agency") -> Release:
        return release(
            self.session, self.period, author=AUTHOR, recipient=recipient, now=AFTER
        )

    def close(self) -> None:
        close_period(self.session, self.period, author=AUTHOR, now=AFTER)


def complete_many(
    session: Session, assignment: Assignment, version: ModuleVersion, number: int
) -> None:
    for _ in range(number):
        make.complete(session, assignment, version)


def table(made: Release, dimension: str) -> snapshot.TablePart:
    content = snapshot.read(made.content)
    return next(t for t in content.tables if t.dimension == dimension)


def test_a_period_is_closed_only_after_its_last_day_is_over(session: Session) -> None:
    world = World(session)

    with pytest.raises(NotEndedError):
        close_period(session, world.period, author=AUTHOR, now=AFTER - TICK)
    close_period(session, world.period, author=AUTHOR, now=AFTER)

    assert world.period.closed_at is not None
    assert world.period.closed_by == AUTHOR
    with pytest.raises(NotAllowedError):
        close_period(session, world.period, author=AUTHOR, now=AFTER)


def test_an_open_period_cannot_be_released(session: Session) -> None:
    world = World(session)

    with pytest.raises(NotClosedError):
        world.release()


def test_closed_periods_of_an_award_have_no_day_in_common(session: Session) -> None:
    world = World(session)
    other = make.make_period(
        session, world.award, date(2026, 11, 1), date(2026, 11, 30)
    )
    world.close()

    with pytest.raises(OverlapError):
        close_period(session, other, author=AUTHOR, now=AFTER)


def test_a_release_tells_total_and_whole_tables(session: Session) -> None:
    world = World(session)
    world.complete(0, 12)
    world.complete(1, 10)
    world.close()

    made = world.release()

    content = snapshot.read(made.content)
    assert content.total == 22
    assert [row.value for row in table(made, "school").rows] == [12, 10]
    assert [row.value for row in table(made, "partner").rows] == [22]
    bands = {row.key: row.value for row in table(made, "grade_band").rows}
    assert bands == {"k-2": 0, "3-5": 0, "6-8": 22, "9-12": 0}
    assert table(made, "module").rows[0].label == "Module m1"
    assert content.acknowledgement.en == "Supported by an award."


def test_with_a_small_cell_the_total_stands_alone(session: Session) -> None:
    world = World(session)
    world.complete(0, 15)
    world.complete(1, 3)
    world.close()

    made = world.release()

    assert snapshot.read(made.content).total == 18
    content = snapshot.read(made.content)
    assert all(each.withheld and each.rows == () for each in content.tables)


def test_a_small_award_total_is_withheld_with_all_tables(session: Session) -> None:
    world = World(session)
    world.complete(0, 9)
    world.close()

    content = snapshot.read(world.release().content)

    assert content.total is None
    assert all(t.withheld for t in content.tables)


def test_an_empty_period_shows_zeros(session: Session) -> None:
    world = World(session)
    world.close()

    content = snapshot.read(world.release().content)

    assert content.total == 0
    assert not any(t.withheld for t in content.tables)


def test_partners_who_cover_equally_are_one_row(session: Session) -> None:
    world = World(session)
    tribal = make.make_partner(session, "tribal")
    agreement = make.make_agreement(session, world.award, tribal)
    make.cover_lea(session, agreement, world.district.lea)
    world.complete(0, 11)
    world.close()

    made = world.release()

    rows = {row.key: (row.label, row.value) for row in table(made, "partner").rows}
    assert rows == {
        "sheriff": ("Sheriff", 0),
        "tribal": ("Tribal", 0),
        "sheriff+tribal": ("Jointly: Sheriff, Tribal", 11),
    }
    assert snapshot.read(made.content).total == 11


def test_what_is_recorded_later_changes_no_release(session: Session) -> None:
    world = World(session)
    world.complete(0, 12)
    unplaced = make.make_assignment(session, world.version)
    complete_many(session, unplaced, world.version, 2)
    world.close()
    first = world.release()

    make.place(session, unplaced, world.district.schools[0], recorded_at=AFTER)
    world.complete(0, 1)
    second = world.release("Another agency")

    assert second.content == first.content
    assert (second.version, second.supersedes_id) == (2, first.id)
    assert verify(session, first).is_good


def test_the_same_release_twice_is_one_release(session: Session) -> None:
    world = World(session)
    world.close()

    assert world.release().id == world.release().id


def test_late_attributions_are_recorded_after_the_closing(session: Session) -> None:
    world = World(session)
    world.complete(0, 12)
    world.close()
    made = world.release()

    # A worker whose clock is behind the one that closed the period.
    world.complete(0, 5)
    other = make.make_period(session, world.award, date(2026, 7, 1), date(2026, 9, 30))
    close_period(session, other, author=AUTHOR, now=AFTER - timedelta(seconds=1))

    assert verify(session, made).is_good


def test_a_changed_release_is_found_out(session: Session) -> None:
    world = World(session)
    world.complete(0, 12)
    world.close()
    made = world.release()
    # As somebody who writes to the database's files would: our session never could.
    with session.no_autoflush:
        made.content = made.content.replace('"total":12', '"total":13')
        check = verify(session, made)
    session.expire(made)

    assert not check.has_its_hash
    assert "total" in check.differences


def test_the_database_refuses_to_change_a_release(session: Session) -> None:
    world = World(session)
    world.close()
    world.release()

    for change in (update(Release).values(content="{}"), delete(Release)):
        with pytest.raises(DatabaseError), session.begin_nested():
            session.execute(change)


def test_a_release_is_the_same_text_for_the_same_facts(session: Session) -> None:
    world = World(session)
    world.complete(1, 12)
    world.close()

    made = world.release()

    assert snapshot.write(content_of(session, world.period)) == made.content
    assert snapshot.digest(made.content) == made.content_hash
    assert snapshot.write(snapshot.read(made.content)) == made.content


def test_a_table_of_another_total_is_never_made() -> None:
    with pytest.raises(ValueError, match="add up"):
        protect_table("school", {"a": 10, "b": 10}, 21)


def test_later_releases_hold_the_first_one_fixed(session: Session) -> None:
    world = World(session)
    world.complete(0, 12)
    world.close()
    first = world.release()

    world.award.title = "Renamed"
    session.add(
        School(
            lea_id=world.district.lea.id,
            scheme=SchoolIdScheme.TRIBAL,
            school_id="new",
            name="A new school",
        )
    )
    second = world.release("Another agency")

    assert second.content == first.content
    assert (second.version, second.recipient) == (2, "Another agency")
    assert verify(session, first).is_good


def test_a_completion_that_arrives_late_takes_none_from_a_release(
    session: Session,
) -> None:
    world = World(session)
    learners = [make.make_learner(session) for _ in range(10)]
    assignment = make.make_assignment(session, world.version)
    make.place(session, assignment, world.district.schools[0])
    for learner in learners:
        make.complete(session, assignment, world.version, learner=learner)
    world.close()

    late = make.make_assignment(session, world.version)
    before = make.NOON - timedelta(hours=1)
    make.complete(session, late, world.version, before, learners[0])

    assert content_of(session, world.period).total == 10


def test_a_release_is_for_somebody(session: Session) -> None:
    world = World(session)
    world.close()

    with pytest.raises(RefusedError):
        world.release("  ")


def staff_finish(world: World, number: int) -> None:
    """Let staff of the first school finish a lesson for staff."""
    version = make.make_module(world.session, "for-staff", GradeBand.EDUCATOR)
    assignment = make.make_assignment(world.session, version)
    make.place(world.session, assignment, world.district.schools[0])
    for _number in range(number):
        done = make.complete(world.session, assignment, version)
        done.audience = "educator"
    world.session.flush()


@pytest.mark.parametrize(("number", "told"), [(0, 0), (9, None), (10, 10)])
def test_staff_are_told_apart_and_protected_like_everybody(
    session: Session, number: int, told: int | None
) -> None:
    world = World(session)
    world.complete(0, 12)
    staff_finish(world, number)
    world.close()

    made = world.release()
    content = snapshot.read(made.content)

    assert content.staff == snapshot.StaffPart(people=told)
    assert content.total == 12
    assert verify(world.session, made).is_good


def test_a_release_from_before_staff_were_counted_still_verifies(
    session: Session,
) -> None:
    world = World(session)
    world.complete(0, 12)
    staff_finish(world, 12)
    world.close()
    old = content_of(world.session, world.period).model_copy(
        update={"staff": None, "format": "preventedu-release/1"}
    )
    text = old.model_dump_json(exclude={"staff"})
    made = Release(
        award_id=world.award.id,
        period_id=world.period.id,
        version=1,
        content=text,
        content_hash=snapshot.digest(text),
        recipient="The agency",
        created_at=AFTER,
        created_by=AUTHOR,
    )
    world.session.add(made)
    world.session.flush()

    assert verify(world.session, made).is_good
