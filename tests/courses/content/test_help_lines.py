from __future__ import annotations

from datetime import timedelta

from preventedu.courses.content.loader import check_tree, load_tree
from preventedu.courses.content.rules.help_lines import help_for
from tests.courses.content import trees
from tests.courses.content.trees import TODAY, Content

ENTRIES = """\
entries:
  - id: adult
    kind: person
    label: {{en: "A grown-up", es: "Una persona adulta"}}
    categories: [support]
    audience: [6-8]
  - id: line
    kind: phone
    label: {{en: "A line", es: "Una línea"}}
    phone: "211"
    categories: [support]
    audience: [6-8]
    verified_on: {day}
    verified_by: "A. Person"
"""
PUBLISHED = """\
status: published
reviewers:
  - {role: clinician, name: "A. Person", date: 2026-11-01}
  - {role: teacher, name: "B. Person", date: 2026-11-01}
"""


def verified(content: Content, *, days_ago: int) -> None:
    day = TODAY - timedelta(days=days_ago)
    content.write(trees.SHARED_HELP, ENTRIES.format(day=day))


def test_a_fresh_line_is_no_problem(content: Content) -> None:
    verified(content, days_ago=90)
    content.replace(trees.MODULE, "status: draft\n", PUBLISHED)

    assert content.problems("H010") == []
    assert content.problems("P001") == []


def test_a_line_checked_long_ago_is_a_warning(content: Content) -> None:
    verified(content, days_ago=91)
    content.replace(trees.MODULE, "status: draft\n", PUBLISHED)

    assert content.only("H010") == ("warning", trees.SHARED_HELP, 7)


def test_a_published_module_refuses_a_stale_line(content: Content) -> None:
    verified(content, days_ago=181)
    content.replace(trees.MODULE, "status: draft\n", PUBLISHED)

    found = {(p.level.value, p.file) for p in content.problems("H010")}

    assert found == {("warning", trees.SHARED_HELP), ("error", trees.MODULE)}


def test_a_published_module_refuses_a_line_nobody_called(content: Content) -> None:
    content.replace(trees.MODULE, "status: draft\n", PUBLISHED)

    errors = [p for p in content.problems("H010") if p.level.value == "error"]

    assert {p.file for p in errors} == {trees.MODULE}
    assert any("childhelp" in p.message for p in errors)


def test_the_youngest_see_only_a_grown_up_and_911(content: Content) -> None:
    tree = load_tree(content.root)
    small = tree.module("small")
    assert small is not None

    shown = help_for(tree, small)

    assert [entry.phone for entry in shown] == [None, "911"]
    assert shown[0].kind == "person"


def test_no_line_of_law_enforcement_but_911_is_shown_to_students() -> None:
    tree = load_tree(trees.SHARED.parent)

    police = [entry for entry in tree.help if entry.is_law_enforcement]

    assert len(police) > 1
    for entry in police:
        if entry.id != "emergency":
            assert set(entry.audience) <= {"educator", "family", "adult"}
            assert "law enforcement" in entry.label["en"]
            assert "policía" in entry.label["es"]


def test_every_line_of_this_repository_says_where_to_check_it() -> None:
    for entry in load_tree(trees.SHARED.parent).help:
        if entry.needs_checking and entry.id != "emergency":
            assert entry.source_url
        assert {"en", "es"} <= set(entry.label)


def test_today_decides_what_is_stale(content: Content) -> None:
    verified(content, days_ago=0)
    tree = load_tree(content.root)

    later = check_tree(tree, TODAY + timedelta(days=91))

    assert [p.code for p in check_tree(tree, TODAY)] == []
    assert [p.code for p in later] == ["H010"]
