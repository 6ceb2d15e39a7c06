"""The lessons of this repository keep every rule."""

from __future__ import annotations

from datetime import date

import pytest

from preventedu.courses.content.compile import compile_module
from preventedu.courses.content.loader import check_tree, load_tree
from preventedu.courses.content.pool import draw, public_question
from preventedu.courses.content.problems import errors_in
from preventedu.courses.content.schema import CompiledModule
from tests.courses.content.trees import SHARED

TREE = load_tree(SHARED.parent)
SLUGS = [module.slug for module in TREE.modules]


def test_no_lesson_has_an_error() -> None:
    found = errors_in(check_tree(TREE, date(2026, 11, 22)))

    assert [str(problem) for problem in found] == []
    assert SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_every_lesson_compiles_and_survives_being_stored(slug: str) -> None:
    module = compile_module(TREE, slug)

    assert CompiledModule.model_validate_json(module.model_dump_json()) == module
    for document in module.documents.values():
        if module.prepost:
            assert len(draw(document.pool, module.prepost.draw, "any")) == (
                module.prepost.draw
            )
        for question in document.pool:
            shown = public_question(question).model_dump_json()
            assert all(o.feedback not in shown for o in question.options)


@pytest.mark.parametrize("slug", SLUGS)
def test_no_lesson_claims_a_review_that_nobody_made(slug: str) -> None:
    module = compile_module(TREE, slug)

    assert (module.status, module.reviewers) == ("draft", ())


def test_no_help_line_claims_a_check_that_nobody_made() -> None:
    assert all(entry.verified_on is None for entry in TREE.help)
