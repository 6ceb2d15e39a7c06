from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preventedu.courses.content.__main__ import check_main
from preventedu.courses.content.lesson import source_sha
from preventedu.courses.content.loader import load_tree
from preventedu.courses.content.problems import ContentError
from preventedu.courses.content.yaml12 import read_yaml
from tests.courses.content import trees

if TYPE_CHECKING:
    from tests.courses.content.trees import Content


def test_a_problem_reads_as_a_compiler_would_say_it(content: Content) -> None:
    content.replace(trees.LESSON, "  > Gifts can be a trick.\n", "")

    (problem,) = content.problems("Q003")

    line = content.line(trees.LESSON, "- [x] A gift")
    assert str(problem) == (
        f"modules/sample/lessons/01-one.md:{line}: error Q003"
        " question q1, answer “A gift with a catch”: no feedback"
    )


def test_all_problems_are_found_in_one_go(content: Content) -> None:
    content.replace(trees.LESSON, "A tall green tree on a hill", "")
    content.replace(trees.LESSON_2, "::: help\n:::", "::: hlep\n:::")
    content.replace(trees.ALTERNATIVE, "band: 6-8", "band: none")

    codes = {problem.code for problem in content.problems()}

    assert {"A001", "S004", "S000"} <= codes


def test_a_folder_without_module_yaml_is_reported(content: Content) -> None:
    content.write("modules/empty/notes.md", "x")

    assert content.only("S003") == ("error", "modules/empty/module.yaml", 1)


@pytest.mark.parametrize("path", [trees.QUIZ, trees.GUIDE, trees.LETTER])
def test_a_lesson_needs_its_pool_guide_and_letter(content: Content, path: str) -> None:
    (content.root / path).unlink()

    assert ("error", path, 1) == content.only("S003")


def test_a_missing_translation_is_reported_at_its_source(content: Content) -> None:
    (content.root / trees.SPANISH).unlink()

    assert content.only("I000") == ("error", trees.LESSON, 1)


def test_an_outdated_translation_says_which_sha_to_write(content: Content) -> None:
    content.replace(trees.LESSON, "Some people", "A few people")
    (problem,) = content.problems("I002")
    sha = source_sha(content.root / trees.LESSON)
    assert f'translation_of: "{sha}"' in problem.message

    old = content.read(trees.SPANISH).split('"')[3]
    content.replace(trees.SPANISH, old, sha)

    assert content.problems("I002") == []


@pytest.mark.parametrize("name", ["policy", "help", "icons"])
def test_without_the_shared_files_nothing_can_be_judged(
    content: Content, name: str
) -> None:
    (content.root / f"_shared/{name}.yaml").unlink()

    with pytest.raises(ContentError, match=f"{name}.yaml is missing"):
        load_tree(content.root)


def test_a_broken_policy_names_its_line(content: Content) -> None:
    content.replace("_shared/policy.yaml", "image_max_bytes: 61440", "image_max: 1")

    with pytest.raises(ContentError) as refused:
        load_tree(content.root)

    line = content.line("_shared/policy.yaml", "image_max: 1")
    assert ("_shared/policy.yaml", line) in [
        (p.file, p.line) for p in refused.value.problems
    ]


def test_yaml_reads_no_country_as_a_boolean() -> None:
    assert read_yaml("no: yes\non: true").data == {"no": "yes", "on": True}


def test_the_command_fails_on_errors_only(
    content: Content, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_main([str(content.root)]) == 0
    content.replace(trees.LESSON, "A tall green tree on a hill", "")
    capsys.readouterr()

    assert check_main([str(content.root)]) == 1

    line = content.line(trees.LESSON, "![](")
    said = capsys.readouterr().out
    assert f"{trees.LESSON}:{line}: error A001" in said
    assert "4 modules, 1 errors" not in said


def test_the_command_says_what_is_missing(
    content: Content, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_main([str(content.root / "nowhere")]) == 1
    assert "policy.yaml is missing" in capsys.readouterr().err
