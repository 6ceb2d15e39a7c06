"""Each rule is broken once, and must say so in the right file on the right line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.courses.content import trees

if TYPE_CHECKING:
    from tests.courses.content.trees import Content


class Break(NamedTuple):
    """Replace `old` by `new` in `path`: `code` is reported at `mark` in `at`."""

    code: str
    level: str
    path: str
    old: str
    new: str
    mark: str = ""
    at: str = ""


LONG = "One two three four five six seven eight nine ten. " * 23
HARD = "Institutional manipulation systematically necessitates interdisciplinary " * 40
DIFICIL = "Institucionalmente consideraciones interdisciplinarias extraordinarias " * 40
SENTENCE = "word " * 23 + "end."
PICTURE_OPTION = "- [x] ![A coach](images/tree.svg) A coach"
ERROR, WARNING = "error", "warning"
M, L, L2, ES, Q = (
    trees.MODULE,
    trees.LESSON,
    trees.LESSON_2,
    trees.SPANISH,
    trees.QUIZ,
)

BREAKS = [
    # Schema and structure
    Break("S000", ERROR, M, "band: 6-8", "band: 6-9", "band: 6-9"),
    Break("S000", ERROR, M, "topics:", "points: 5\ntopics:", "points: 5"),
    Break("S000", ERROR, M, "minutes: 4", "minutes: 1", "minutes: 1"),
    Break("S000", ERROR, M, "id: sample", "id: sample\nid: again", "id: again"),
    Break("S000", ERROR, M, "languages: [en, es]", "languages: [es]", "languages:"),
    Break("S000", ERROR, M, "{id: O2,", "{id: O1,", "objectives:"),
    Break("S001", ERROR, L2, "{#r1}", "{#q1}", "::: reflection"),
    Break("S001", ERROR, Q, "{#p5 ", "{#q1 ", "{#q1 "),
    Break("S002", ERROR, M, "id: sample", "id: other", "id: other"),
    Break(
        "S003", ERROR, M, "02-two]", "02-two, 03-no]", at=L.replace("01-one", "03-no")
    ),
    Break(
        "S005", ERROR, L2, "::: help", "::: content-note\nHi\n:::\n\n::: help", "note"
    ),
    Break("S006", ERROR, L2, "## Steps", "Hello\n\n## Steps", "Hello"),
    Break("S007", ERROR, M, "[01-one, 02-two]", "[01-one]", at=L2),
    Break("S008", ERROR, L2, "lesson: 2", "lesson: 3"),
    # Blocks that cannot be read
    Break("S004", ERROR, L2, "::: help", "::: hlep", "::: hlep"),
    Break("S004", ERROR, L2, "::: help\n:::", "::: help\n", "::: help"),
    Break("S004", ERROR, L2, "## Steps", ":::\n\n## Steps", ":::"),
    Break("S004", ERROR, L2, "Who could", "::: help\n:::\n\nWho could", "::: help"),
    Break("S004", ERROR, L2, "::: help\n", "::: help\nCall us\n", "::: help"),
    Break("S004", ERROR, L2, "lesson: 2", "lesson: two"),
    Break("S004", ERROR, L2, "lesson: 2", "lesson: [", "lesson: ["),
    Break("S004", ERROR, L2, '---\ntitle: "Safe steps"\nlesson: 2\n---\n', ""),
    Break("S004", ERROR, L2, "## Steps", "# Steps", "# Steps"),
    Break("S004", ERROR, L2, "1. **Stop.**", "1. {{name}}", "{{name}}"),
    Break("S004", ERROR, L2, "{#r1}", "{#r1 mood=sad}", "::: reflection"),
    Break("S004", ERROR, L2, "{#r1}", "{#r1 !}", "::: reflection"),
    Break("S004", ERROR, L2, "{#r1}", "{#r1", "::: reflection"),
    Break("S004", ERROR, L2, "You owe", "![a](images/tree.svg) You owe", "You owe"),
    Break("S004", ERROR, L, "callout remember", "callout forget", "callout"),
    Break("S004", ERROR, L, 'tags="tree" c', 'onclick="x" c', "onclick"),
    Break("S004", ERROR, L, "**The gift** —", "**The gift** -", "The gift"),
    Break("S004", ERROR, L, "- You: thanks!", "- thanks!", "- thanks!"),
    Break("S004", ERROR, L, "- You: thanks!", "\nthanks!", "thanks!"),
    Break("S004", ERROR, L, "- [ ] A plain", "- A plain", "- A plain"),
    Break("S004", ERROR, L, "- [ ] A plain", "- [x] A plain", "::: question"),
    Break("S004", ERROR, L, "- [x] A gift", "- [ ] A gift", "::: question"),
    Break("S004", ERROR, L, "hint: Look", "Look", "Look for the *gift*"),
    Break("S004", ERROR, L, "  > A hello", "  A hello\n\n  A hello", "  A hello asks"),
    Break("S004", ERROR, L, "question choose-one", "question essay", "::: question"),
    Break("S004", ERROR, L, "[Take it](#more)", "[Take it](#less)", "::: scenario"),
    Break("S004", ERROR, L, "[Take it](#more)", "Take it", "- Take it"),
    Break("S004", ERROR, L, "- [Take it](#more)\n", "", "::: scenario"),
    Break("S004", ERROR, L, "### more: It", "### It", "### It gets odd"),
    Break("S004", ERROR, L, " {ending=safe}", "", "::: scenario"),
    Break("S004", ERROR, L, "{ending=safe}", "{ending=sad}", "{ending=sad}"),
    Break("S004", ERROR, L, "### more: It gets odd", "### told: Odd", "::: scenario"),
    Break(
        "S004",
        ERROR,
        Q,
        "::: question choose-one {#p1",
        "Hi\n\n::: question choose-one {#p1",
        "Hi",
    ),
    Break("S004", ERROR, trees.LETTER, "::: facts", "::: discuss", "::: discuss"),
    Break("S004", ERROR, trees.GUIDE, "::: help", "::: facts", "::: facts"),
    # Reading
    Break("R001", ERROR, L, "Some people are not.", HARD),
    Break("R001", ERROR, ES, "Algunas personas no.", DIFICIL),
    Break("R002", WARNING, L, "Some people are not.", SENTENCE, SENTENCE),
    Break("R003", WARNING, L, "Some people are not.", LONG, "## Most people"),
    Break("R004", WARNING, L2, "::: help", "## More\n\n" * 20 + "::: help"),
    Break("K002", WARNING, trees.SMALL, "Pip has", "Hi. Pip has", "## Pip"),
    # Words
    Break("W001", ERROR, L, "Some people", "You should have", "You should have"),
    Break("W001", WARNING, L, "Some people", "Predator", "Predator"),
    Break("W001", ERROR, L, "> Gifts can", "> You should have", "- [x] A gift"),
    Break("W001", ERROR, L, "A player sends", "You should have", "### start"),
    Break("W001", ERROR, L, "A tall green tree", "You should have", "You should have"),
    Break("W001", ERROR, trees.SMALL, "Pip has", "Trafficking", "Trafficking"),
    Break("W002", ERROR, L, 'tags="tree"', 'tags="tree,chains"', "chains"),
    Break("W003", WARNING, L, "Some people", "Roblox", "Roblox"),
    Break("H011", ERROR, L, "Some people", "Call 1-800-422-4453", "1-800-422-4453"),
    Break(
        "L001",
        ERROR,
        L2,
        "https://takeitdown.ncmec.org",
        "https://evil.example",
        "evil",
    ),
    Break("L001", ERROR, L2, "https://takeitdown.ncmec.org", "/staff", "/staff"),
    Break(
        "L001", ERROR, L2, "https://takeitdown", "https://x@takeitdown", "x@takeitdown"
    ),
    Break("G001", ERROR, L, "[[trick]]", "[[ruse]]", "[[ruse]]"),
    Break("G001", ERROR, ES, "[[truco|trick]]", "[[truco]]", "[[truco]]"),
    Break(
        "G002", ERROR, trees.GLOSSARY, '  es: "Un plan oculto."\n', "", "[[truco", ES
    ),
    # Pictures
    Break("A001", ERROR, L, "A tall green tree on a hill", "", "![]("),
    Break("A002", WARNING, L, "A tall green tree", "Image of a tree", "![Image of"),
    Break("A002", WARNING, L, "A tall green tree", "tree " * 60, "![tree"),
    Break("A003", ERROR, L, ' credit="us, CC0"', "", "tree.svg"),
    Break("A004", ERROR, L, "images/tree.svg", "images/no.svg", "images/no.svg"),
    Break(
        "A004",
        ERROR,
        trees.SMALL_QUIZ,
        PICTURE_OPTION,
        PICTURE_OPTION.replace("tree", "no"),
        "no.svg",
    ),
    Break("C001", ERROR, L, ":gift:", ":bomb:", "::: cards"),
    Break(
        "K001",
        ERROR,
        trees.SMALL,
        '![Pip waves](images/tree.svg){credit="us, CC0"}',
        "",
        "## Pip",
    ),
    Break("K003", ERROR, trees.SMALL_QUIZ, PICTURE_OPTION, "- [x] A coach", "A coach"),
    Break(
        "K003", ERROR, trees.SMALL_QUIZ, "choose-one {#p2", "choose-many {#p2", "{#p2"
    ),
    # Questions
    Break("Q001", ERROR, L, "{#q1 objective=O1}", "{#q1}", "{#q1}"),
    Break("Q001", ERROR, L, "{#s1 objective=O2 ", "{#s1 ", "{#s1"),
    Break("Q002", ERROR, L, "{#q1 objective=O1}", "{#q1 objective=O9}", "{#q1"),
    Break("Q002", ERROR, trees.GUIDE, "objective=O1", "objective=O9", "objective=O9"),
    Break("Q003", ERROR, L, "  > Gifts can be a trick.\n", "", "- [x] A gift"),
    Break("Q004", WARNING, L, "> A hello", "> Wrong. A hello", "- [ ] A plain"),
    Break(
        "Q005",
        ERROR,
        trees.SMALL_QUIZ,
        PICTURE_OPTION,
        "".join(f"- [ ] ![{x}](images/tree.svg) {x}\n  > {x}.\n" for x in "AB")
        + PICTURE_OPTION,
        "{#p2",
    ),
    Break(
        "Q006",
        WARNING,
        L,
        "with a catch",
        "that has a catch because they ask for more",
        "{#q1",
    ),
    Break("Q007", ERROR, trees.SMALL_QUIZ, "{#p2 objective=O1}", "{#p2 objective=O2}"),
    Break("Q008", ERROR, M, "draw: 4", "draw: 6", "draw: 6"),
    Break(
        "Q008", ERROR, Q, "{#p2 objective=O1}", "{#p2 objective=O2,O1}", "draw: 4", M
    ),
    Break(
        "Q008",
        ERROR,
        trees.ALTERNATIVE,
        "kind: alt",
        "prepost: {draw: 1}\nkind: alt",
        "prepost",
    ),
    # Help, content note, reviewers, alternative, time, titles
    Break("H001", ERROR, L2, "::: help\n:::\n", "", at=L2),
    Break("H002", ERROR, L, "::: content-note", "::: callout tip"),
    Break("P001", ERROR, M, "status: draft", "status: published", "status:"),
    Break("ALT1", ERROR, M, "  alternative: garden\n", "", "content_note:"),
    Break(
        "ALT1", ERROR, M, "alternative: garden", "alternative: no", "alternative: no"
    ),
    Break(
        "ALT1",
        ERROR,
        M,
        "alternative: garden",
        "alternative: small",
        "alternative: small",
    ),
    Break(
        "ALT1",
        ERROR,
        trees.ALTERNATIVE,
        "minutes: 4",
        "minutes: 5",
        "alternative: garden",
        M,
    ),
    Break(
        "ALT1",
        ERROR,
        trees.ALTERNATIVE,
        "band: 6-8",
        "band: 9-12",
        "alternative: garden",
        M,
    ),
    Break("ALT1", ERROR, trees.ALTERNATIVE, "level: 1", "level: 2", "content_note:"),
    Break(
        "ALT1",
        ERROR,
        trees.ALTERNATIVE,
        "level: 1",
        "alternative: small, level: 1",
        "content_note:",
    ),
    Break("T001", ERROR, M, "minutes: 4", "minutes: 30", "minutes: 30"),
    Break("T001", WARNING, M, "minutes: 4", "minutes: 8", "minutes: 8"),
    Break("N001", ERROR, M, "Online safety, part 1", "Grooming, part 1", "lms_title"),
    Break("N001", ERROR, M, "Online safety, part 1", "Sextortion", "lms_title"),
    Break(
        "N001", ERROR, M, "Seguridad en línea, parte 1", "Qué es el ENGAÑO", "lms_title"
    ),
    Break("N001", ERROR, M, "Online safety, part 1", "Safety " * 10, "lms_title"),
    # Translation
    Break(
        "I001",
        ERROR,
        ES,
        "- [x] Un regalo",
        "- [x] Algo\n  > Sí.\n- [ ] Un regalo",
        "question",
    ),
    Break(
        "I001",
        ERROR,
        ES,
        "[Tomarlo](#more)",
        "[Tomarlo](#told)\n- [Ver](#more)",
        "scenario",
    ),
    Break("I001", ERROR, ES, "::: callout remember", "::: callout tip", "::: callout"),
    Break("I001", ERROR, ES, "## Te toca\n", "", "::: question"),
    Break("I001", ERROR, ES, "hint: Busca", "wrong: Busca", "::: question"),
    Break("I001", ERROR, ES, ":lock:", ":star:", "::: cards"),
    Break("I002", ERROR, L, "Some people", "A few people", at=ES),
    Break("I003", ERROR, M, ', es: "Descubre los trucos"', "", "Spot the tricks"),
    Break("I003", ERROR, M, ', es: "Nombrar un truco."', "", "{id: O1"),
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b.code}-{b.new[:20]!r}")
def test_a_broken_rule_is_reported_where_it_is_broken(
    content: Content, broken: Break
) -> None:
    content.replace(broken.path, broken.old, broken.new)

    found = [(p.level.value, p.file, p.line) for p in content.problems(broken.code)]

    place = broken.at or broken.path
    line = content.line(place, broken.mark) if broken.mark else 1
    assert (broken.level, place, line) in found
