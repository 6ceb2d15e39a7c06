"""Fixtures of these tests: the real lessons, an LMS over HTTP, a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select

from preventedu.courses.content.compile import compile_module
from preventedu.courses.content.loader import load_tree
from preventedu.db import Base, make_engine, make_sessions
from preventedu.lti.keys import ensure_key
from preventedu.lti.models import ToolKey
from preventedu.settings import DEFAULT_CONTENT
from tests.conftest import NOW, SECRET
from tests.teaching.lms_double import LmsDouble
from tests.teaching.make import (
    ALTERNATIVE,
    SLUG,
    Classroom,
    add_key,
    make_classroom,
    make_deployment,
    make_district,
    publish_modules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule


@pytest.fixture(scope="session")
def lessons() -> dict[str, CompiledModule]:
    """Every lesson of the content folder, by slug."""
    tree = load_tree(DEFAULT_CONTENT)
    slugs = [module.meta.id for module in tree.modules]
    return {slug: compile_module(tree, slug) for slug in slugs}


@pytest.fixture(scope="session")
def tool_key() -> ToolKey:
    """Our own key, made once: an RSA key takes a while."""
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine, [Base.metadata.tables[ToolKey.__tablename__]])
    with make_sessions(engine)() as session:
        ensure_key(session, SECRET, now=NOW)
        key = session.scalars(select(ToolKey)).one()
        session.expunge(key)
    engine.dispose()
    return key


@pytest.fixture
def lms() -> Iterator[LmsDouble]:
    """A platform that answers over HTTP."""
    with LmsDouble() as double:
        yield double


@pytest.fixture
def room(
    session: Session,
    lessons: dict[str, CompiledModule],
    lms: LmsDouble,
    tool_key: ToolKey,
) -> Classroom:
    """A class of a district with one lesson."""
    publish_modules(session, {slug: lessons[slug] for slug in (SLUG, ALTERNATIVE)})
    add_key(session, tool_key)
    deployment = make_deployment(session, lms.url, make_district(session))
    return make_classroom(session, deployment, lms.url)


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """Every statement that reaches the database."""
    engine: Engine = app.extensions["engine"]
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
