"""Fixtures of these tests: the real lessons, an LMS over HTTP, a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preventedu.courses.content.compile import compile_module
from preventedu.courses.content.loader import load_tree
from preventedu.settings import DEFAULT_CONTENT
from tests.teaching.lms_double import LmsDouble
from tests.teaching.make import (
    Classroom,
    make_classroom,
    make_deployment,
    make_district,
    publish_modules,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule


@pytest.fixture(scope="session")
def lessons() -> dict[str, CompiledModule]:
    """Every lesson of the content folder, by slug."""
    tree = load_tree(DEFAULT_CONTENT)
    slugs = [module.meta.id for module in tree.modules]
    return {slug: compile_module(tree, slug) for slug in slugs}


@pytest.fixture
def lms() -> Iterator[LmsDouble]:
    """A platform that answers over HTTP."""
    with LmsDouble() as double:
        yield double


@pytest.fixture
def room(
    session: Session, lessons: dict[str, CompiledModule], lms: LmsDouble
) -> Classroom:
    """A class of a district with one lesson."""
    publish_modules(session, lessons)
    deployment = make_deployment(session, lms.url, make_district(session))
    return make_classroom(session, deployment, lms.url)
