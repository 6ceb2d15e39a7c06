from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from preventedu.courses.content.blocks import Image, Question
from preventedu.courses.content.compile import compile_module, hash_of
from preventedu.courses.content.loader import load_tree
from preventedu.courses.content.problems import ContentError
from preventedu.courses.content.schema import CompiledModule
from preventedu.courses.content.versions import check_versions
from tests.courses.content import trees
from tests.courses.content.good_files import TREE
from tests.courses.content.trees import make_content

if TYPE_CHECKING:
    from pathlib import Path

    from tests.courses.content.trees import Content

PUBLISHED = {"status": "published"}


def compiled(content: Content, slug: str = "sample") -> CompiledModule:
    return compile_module(load_tree(content.root), slug)


def test_a_module_survives_being_stored(content: Content) -> None:
    module = compiled(content)

    loaded = CompiledModule.model_validate_json(module.model_dump_json())

    assert loaded == module
    assert hash_of(loaded) == module.content_hash


def test_the_same_files_give_the_same_bytes_anywhere(tmp_path: Path) -> None:
    here = compiled(make_content(tmp_path / "here"))
    there = compiled(make_content(tmp_path / "there" / "deeper"))

    assert here.model_dump_json() == there.model_dump_json()
    assert str(tmp_path) not in here.model_dump_json()


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (trees.LESSON, "Some people", "A few people"),
        (trees.QUIZ, "Which is safe 1", "Which is safest 1"),
        (trees.PICTURE, "M0 0", "M1 1"),
        (trees.MODULE, "minutes: 4", "minutes: 5"),
        (trees.SHARED_HELP, "Take It Down: free", "Take It Down: kind"),
    ],
)
def test_any_change_changes_the_hash(
    content: Content, path: str, old: str, new: str
) -> None:
    before = compiled(content).content_hash

    content.replace(path, old, new)

    assert compiled(content).content_hash != before


def test_lessons_become_one_list_of_screens(content: Content) -> None:
    document = compiled(content).documents["en"]

    assert [(s.id, s.lesson_title, s.title) for s in document.screens] == [
        ("l1-s1", "Spot the tricks", "Most people are kind"),
        ("l1-s2", "Spot the tricks", "Your turn"),
        ("l2-s1", "Safe steps", "Steps"),
    ]
    assert [block.type for block in document.intro] == ["content-note"]
    assert [block.type for block in document.screens[0].blocks] == [
        *("prose", "image", "callout", "cards", "chat")
    ]


def test_every_language_has_its_document(content: Content) -> None:
    module = compiled(content)

    assert list(module.documents) == ["en", "es"]
    spanish = module.documents["es"]
    assert spanish.glossary == {"trick": "Un plan oculto."}
    assert spanish.guide is not None
    assert [block.type for block in spanish.guide.blocks] == [
        "prose",
        "discuss",
        "help",
    ]
    assert spanish.letter is not None
    assert [block.type for block in spanish.letter.blocks] == ["prose", "facts", "help"]
    assert [q.id for q in spanish.pool] == ["p1", "p2", "p3", "p4", "p5"]


def test_scored_questions_stand_in_the_pool_only(content: Content) -> None:
    document = compiled(content).documents["en"]

    on_screens = {
        block.id
        for screen in document.screens
        for block in screen.blocks
        if isinstance(block, Question)
    }

    assert on_screens == {"q1"}
    assert {q.id for q in document.pool}.isdisjoint(on_screens)


def test_pictures_are_kept_with_the_version_and_have_a_size(content: Content) -> None:
    module = compiled(content)

    (image,) = [
        block
        for block in module.documents["en"].screens[0].blocks
        if isinstance(block, Image)
    ]

    assert (image.width, image.height) == (720, 560)
    assert module.assets[image.src].text == TREE
    assert image.credit == "us, CC0"


def test_picture_answers_have_a_size_too(content: Content) -> None:
    pool = compiled(content, "small").documents["en"].pool

    pictures = [option.picture for option in pool[0].options]

    assert [p and (p.src, p.alt, p.width) for p in pictures] == [
        ("images/tree.svg", "A nurse", 720),
        ("images/leaf.svg", "A ball", 720),
    ]
    assert [option.html for option in pool[0].options] == ["A nurse", "A ball"]


def test_an_alternative_needs_no_guide(content: Content) -> None:
    document = compiled(content, "garden").documents["en"]

    assert (document.guide, document.letter, document.pool) == (None, None, ())


def test_no_module_no_document(content: Content) -> None:
    with pytest.raises(ContentError, match="no such module"):
        compiled(content, "nothing")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (trees.LESSON, "::: chat", "::: chta"),
        (trees.PICTURE, "<path", "<script/><path"),
        (trees.LESSON, "images/tree.svg", "images/no.svg"),
        (trees.SPANISH, "::: chat", "::: chta"),
    ],
)
def test_a_module_that_cannot_be_read_is_not_compiled(
    content: Content, path: str, old: str, new: str
) -> None:
    content.replace(path, old, new)

    with pytest.raises(ContentError):
        compiled(content)


def test_a_stored_module_with_an_unknown_field_is_refused(content: Content) -> None:
    record = json.loads(compiled(content).model_dump_json())

    with pytest.raises(ValueError, match="surprise"):
        CompiledModule.model_validate_json(json.dumps({**record, "surprise": 1}))


FIRST = "- [ ] A plain hello\n  > A hello asks for nothing. Look for a gift.\n"
SECOND = "- [x] A gift with a catch\n  > Gifts can be a trick.\n"
SWAPPED = (FIRST + SECOND, SECOND + FIRST)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        SWAPPED,
        (
            "- [ ] A plain hello\n",
            "- [ ] A map\n  > No gift here.\n- [ ] A plain hello\n",
        ),
        ("- [ ] A plain hello", "- [ ] A loud hello"),
        ("{#q1 ", "{#q9 "),
    ],
)
def test_published_answers_keep_their_meaning(
    content: Content, old: str, new: str
) -> None:
    before = compiled(content).model_copy(update=PUBLISHED)
    content.replace(trees.LESSON, old, new)
    after = compiled(content)

    found = check_versions(after, [before])

    assert {problem.code for problem in found} == {"V001"}
    raised = after.model_copy(update={"version": "1.0.1"})
    assert check_versions(raised, [before]) == ()
    draft = before.model_copy(update={"status": "draft"})
    assert check_versions(after, [draft]) == ()


def test_an_unchanged_published_version_is_no_problem(content: Content) -> None:
    before = compiled(content).model_copy(update=PUBLISHED)
    content.replace(trees.LESSON, "Some people", "A few people")

    assert check_versions(compiled(content), [before]) == ()
