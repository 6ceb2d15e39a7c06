from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect

from preventedu.courses import assignments, catalog, drafts
from preventedu.courses.models import GradingPolicy
from preventedu.errors import NotAllowedError, NotFoundError, RefusedError
from preventedu.people import Lea, StaffMember, StaffRole
from tests.conftest import NOW
from tests.courses.make import made_alternative, made_module, make_course

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def test_publishing_the_same_content_again_changes_nothing(session: Session) -> None:
    first = catalog.publish(session, made_module(), now=NOW)

    assert catalog.publish(session, made_module(), now=NOW) is first


def test_new_content_becomes_current_and_old_content_may_return(
    session: Session,
) -> None:
    old = catalog.publish(session, made_module(), now=NOW)
    new = catalog.publish(session, made_module(version="1.1.0"), now=NOW)

    assert (old.is_current, new.is_current) == (False, True)
    assert catalog.module_version(session, "made") is new
    assert catalog.publish(session, made_module(), now=NOW) is old
    session.refresh(new)
    assert (old.is_current, new.is_current) == (True, False)


def test_a_loaded_version_is_what_was_published_and_asks_the_database_once(
    session: Session,
) -> None:
    module = made_module(version="7.7.7")
    version = catalog.publish(session, module, now=NOW)
    loaded = catalog.load(version)
    session.expire(version)

    assert loaded == module
    assert catalog.load(version) is loaded
    assert "compiled" in inspect(version).unloaded


def test_alternatives_are_not_for_picking(session: Session) -> None:
    catalog.publish(session, made_alternative(), now=NOW)
    lesson = catalog.publish(session, made_module(), now=NOW)

    assert catalog.current_modules(session) == [lesson]
    assert catalog.alternative_of(session, lesson).slug == "made-other"


def test_unknown_modules_and_bands_without_alternative_are_said(
    session: Session,
) -> None:
    lesson = catalog.publish(session, made_module(), now=NOW)

    with pytest.raises(NotFoundError):
        catalog.module_version(session, "no-such-module")
    with pytest.raises(NotFoundError):
        catalog.alternative_of(session, lesson)


def test_mastery_needs_questions(session: Session) -> None:
    catalog.publish(session, made_module(prepost=None), now=NOW)
    course = make_course(session)

    with pytest.raises(RefusedError):
        assignments.create_assignment(
            session, course.id, "made", GradingPolicy.MASTERY, now=NOW
        )


def official(session: Session, role: StaffRole = StaffRole.LEA_OFFICIAL) -> StaffMember:
    lea = Lea(nces_id="9900001", name="Harbor", state="WA")
    member = StaffMember(
        email="o@harbor.test", name="O. Fisher", role=role, lea=lea, created_at=NOW
    )
    session.add(member)
    session.flush()
    return member


def test_a_draft_waits_for_an_official_of_the_lea(session: Session) -> None:
    draft = catalog.publish(session, made_module(), now=NOW)
    member = official(session)
    assert member.lea_id is not None

    assert not drafts.may_assign(session, draft, member.lea_id)
    assert not drafts.may_assign(session, draft, None)
    drafts.permit(session, member.lea_id, "made", member.id, "Pilot", now=NOW)
    assert drafts.may_assign(session, draft, member.lea_id)
    assert not drafts.may_assign(session, draft, None)
    drafts.end(session, member.lea_id, "made", now=NOW)
    assert not drafts.may_assign(session, draft, member.lea_id)


def test_a_published_module_is_free_and_a_retired_one_is_not(session: Session) -> None:
    published = catalog.publish(session, made_module(status="published"), now=NOW)
    assert drafts.may_assign(session, published, None)

    member = official(session)
    assert member.lea_id is not None
    drafts.permit(session, member.lea_id, "made", member.id, "Pilot", now=NOW)
    retired = catalog.publish(session, made_module(status="retired"), now=NOW)
    assert not drafts.may_assign(session, retired, member.lea_id)


def test_nobody_else_may_switch_a_draft_on(session: Session) -> None:
    member = official(session, StaffRole.GRANT_MANAGER)
    assert member.lea_id is not None

    with pytest.raises(NotAllowedError):
        drafts.permit(session, member.lea_id, "made", member.id, "Pilot", now=NOW)


def test_a_draft_is_not_switched_on_without_a_reason(session: Session) -> None:
    member = official(session)
    assert member.lea_id is not None

    with pytest.raises(RefusedError):
        drafts.permit(session, member.lea_id, "made", member.id, "  ", now=NOW)
