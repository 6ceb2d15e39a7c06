"""A small content tree that is right in every way, to be broken one line at a time."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from preventedu.courses.content.lesson import source_sha
from preventedu.courses.content.loader import check_tree, load_tree

if TYPE_CHECKING:
    from preventedu.courses.content.problems import Problem

SHARED = Path(__file__).parents[3] / "content" / "_shared"
TODAY = date(2026, 11, 22)
MODULE = "modules/sample/module.yaml"
LESSON = "modules/sample/lessons/01-one.md"
LESSON_2 = "modules/sample/lessons/02-two.md"
SPANISH = "modules/sample/lessons/01-one.es.md"
QUIZ = "modules/sample/quiz.md"
GUIDE = "modules/sample/teacher-guide.md"
LETTER = "modules/sample/family-letter.md"
GLOSSARY = "modules/sample/glossary.yaml"
PICTURE = "modules/sample/images/tree.svg"
ALTERNATIVE = "modules/garden/module.yaml"
SMALL = "modules/small/lessons/01-small.md"
SMALL_QUIZ = "modules/small/quiz.md"
SHARED_HELP = "_shared/help.yaml"


@dataclass(frozen=True)
class Content:
    """A content tree on disk."""

    root: Path

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def replace(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        self.write(path, text.replace(old, new))

    def line(self, path: str, fragment: str) -> int:
        lines = self.read(path).splitlines()
        return next(n for n, line in enumerate(lines, 1) if fragment in line)

    def problems(self, code: str = "") -> list[Problem]:
        """Check the tree and return what one rule found, or all rules but H010."""
        found = check_tree(load_tree(self.root), TODAY)
        return [p for p in found if (p.code == code if code else p.code != "H010")]

    def only(self, code: str) -> tuple[str, str, int]:
        """Return level, file and line of the one problem with this code."""
        (problem,) = self.problems(code)
        return problem.level.value, problem.file, problem.line


def make_content(root: Path) -> Content:
    """Write the tree: a lesson, its alternative, and both again for K-2."""
    content = Content(root)
    shutil.copytree(SHARED, root / "_shared")
    for path, text in FILES.items():
        content.write(path, text)
    for path in [path for path in FILES if ".es." in path]:
        source = root / path.replace(".es.", ".")
        content.replace(path, "SHA", source_sha(source))
    return content


def module(slug: str, band: str, *, more: str) -> str:
    return f"""\
id: {slug}
version: 1.0.0
status: draft
band: {band}
audience: student
lms_title: {{en: "Online safety, part 1", es: "Seguridad en línea, parte 1"}}
title: {{en: "Spot the tricks", es: "Descubre los trucos"}}
summary: {{en: "Learn to spot tricks.", es: "Aprende a ver los trucos."}}
topics: [online-safety]
license: CC-BY-4.0
{more}"""


LESSON_PARTS = """\
kind: lesson
languages: [en, es]
minutes: 4
objectives:
  - {id: O1, text: {en: "Name a trick.", es: "Nombrar un truco."}}
  - {id: O2, text: {en: "Choose a safe step.", es: "Elegir un paso seguro."}}
prepost: {draw: 4, balanced_by: objective}
lessons: [01-one, 02-two]
content_note:
  level: 2
  text: {en: "About tricks.", es: "Sobre trucos."}
  alternative: garden
"""

GARDEN_PARTS = """\
kind: alternative
languages: [en, es]
minutes: 4
objectives:
  - {id: O1, text: {en: "Name a plant.", es: "Nombrar una planta."}}
lessons: [01-garden]
content_note: {level: 1, text: {en: "About plants.", es: "Sobre plantas."}}
"""

SMALL_PARTS = """\
kind: lesson
languages: [en]
minutes: 3
objectives:
  - {id: O1, text: {en: "Tell a grown-up."}}
prepost: {draw: 1, balanced_by: objective}
lessons: [01-small]
content_note:
  level: 1
  text: {en: "About helpers."}
  alternative: small-garden
"""

SMALL_GARDEN_PARTS = """\
kind: alternative
languages: [en]
minutes: 3
objectives:
  - {id: O1, text: {en: "Name a plant."}}
lessons: [01-leaf]
content_note: {level: 1, text: {en: "About plants."}}
"""

ONE = """\
---
title: "Spot the tricks"
lesson: 1
---

::: content-note
We talk about tricks. You can skip **any** part.
:::

## Most people are kind

Some people are not. They use a [[trick]].

![A tall green tree on a hill](images/tree.svg){tags="tree" credit="us, CC0"}

::: callout remember
It is never your fault.
:::

::: cards
- :gift: **The gift** — So much, so *fast*.
- :lock: **The secret** — "Do not tell."
:::

::: chat {with="Nova" label="A made-up chat"}
- Nova: good game
- You: thanks!
:::

## Your turn

::: question choose-one {#q1 objective=O1}
Which one is a trick?

- [ ] A plain hello
  > A hello asks for nothing. Look for a gift.
- [x] A gift with a catch
  > Gifts can be a trick.

hint: Look for the *gift*.
:::

::: scenario {#s1 objective=O2 title="Kai plays"}
### start: A new friend
A player sends Kai a gift.

- [Take it](#more)
- [Tell an adult](#told)

### more: It gets odd
The player wants a picture.

- [Tell an adult](#told)

### told: Kai tells {ending=safe}
Dad says, "I am glad you told me."
:::
"""

ONE_ES = """\
---
title: "Descubre los trucos"
lesson: 1
translation_of: "SHA"
---

::: content-note
Hablamos de trucos. Puedes saltar **cualquier** parte.
:::

## Casi todos son amables

Algunas personas no. Usan un [[truco|trick]].

![Un árbol verde](images/tree.svg){tags="tree" credit="us, CC0"}

::: callout remember
Nunca es tu culpa.
:::

::: cards
- :gift: **El regalo** — Tanto y tan *rápido*.
- :lock: **El secreto** — "No lo cuentes."
:::

::: chat {with="Nova" label="Un chat inventado"}
- Nova: buen juego
- Tú: ¡gracias!
:::

## Te toca

::: question choose-one {#q1 objective=O1}
¿Cuál es un truco?

- [ ] Un saludo
  > Un saludo no pide nada. Busca un regalo.
- [x] Un regalo con trampa
  > Un regalo puede ser un truco.

hint: Busca el *regalo*.
:::

::: scenario {#s1 objective=O2 title="Kai juega"}
### start: Una nueva amistad
Alguien le manda un regalo a Kai.

- [Tomarlo](#more)
- [Contarlo](#told)

### more: Se pone raro
Quiere una foto.

- [Contarlo](#told)

### told: Kai lo cuenta {ending=safe}
Papá dice: "Me alegra que me lo cuentes."
:::
"""

TWO = """\
---
title: "Safe steps"
lesson: 2
---

## Steps

1. **Stop.** You owe nobody an answer.
2. **Tell** someone. See [help](https://takeitdown.ncmec.org).

::: reflection {#r1}
Who could you tell?
:::

::: help
:::
"""

TWO_ES = """\
---
title: "Pasos seguros"
lesson: 2
translation_of: "SHA"
---

## Pasos

1. **Para.** No le debes respuesta a nadie.
2. **Cuenta.** Mira la [ayuda](https://takeitdown.ncmec.org).

::: reflection {#r1}
¿A quién podrías contarle?
:::

::: help
:::
"""


def pool(start: str, answers: tuple[str, str], title: str) -> str:
    blocks = [
        f"""\
::: question choose-one {{#p{n} objective=O{1 + n % 2}}}
{start} {n}?

- [x] {answers[0]} {n}
  > {answers[0]}.
- [ ] {answers[1]} {n}
  > {answers[1]}.
:::
"""
        for n in range(1, 6)
    ]
    head = f'title: "{title}"' + ('\ntranslation_of: "SHA"' if title != "Pool" else "")
    return f"---\n{head}\n---\n\n" + "\n".join(blocks)


def page(title: str, text: str, *, sha: str = "") -> str:
    line = f'translation_of: "{sha}"\n' if sha else ""
    return f'---\ntitle: "{title}"\n{line}---\n\n{text}\n\n::: help\n:::\n'


def plants(title: str, *, sha: str = "") -> str:
    line = f'translation_of: "{sha}"\n' if sha else ""
    words = "plant leaf tree sun. " * 50
    screens = "".join(f"## Garden {n}\n\n{words}\n\n" for n in (1, 2, 3))
    return f'---\ntitle: "{title}"\nlesson: 1\n{line}---\n\n{screens}'


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 560">'
TREE = f'{SVG}<path d="M0 0"/></svg>'
SMALL_ONE = f"""\
---
title: "Helpers"
lesson: 1
---

## Pip

Pip has a helper. The helper is kind.

![Pip waves](images/tree.svg){{credit="us, CC0"}}

## Pick

::: question choose-one {{#q1 objective=O1}}
Who can help Pip? {"Pip looks here and there. " * 16}

- [x] ![A teacher smiles](images/tree.svg) A teacher
  > Yes. A teacher can help.
- [ ] ![A ball](images/leaf.svg) A ball
  > A ball is fun. Look for a grown-up.
:::

::: help
:::
"""
SMALL_POOL = """\
---
title: "Pool"
---

::: question choose-one {#p1 objective=O1}
Who helps?

- [x] ![A nurse](images/tree.svg) A nurse
  > A nurse helps.
- [ ] ![A ball](images/leaf.svg) A ball
  > A ball is for play.
:::

::: question choose-one {#p2 objective=O1}
Who else helps?

- [x] ![A coach](images/tree.svg) A coach
  > A coach helps.
- [ ] ![A hat](images/leaf.svg) A hat
  > A hat is to wear.
:::
"""
LEAF_SCREEN = """
## Leaf

Pip has a leaf. The leaf is green.

![Pip holds a leaf](images/leaf.svg){credit="us, CC0"}

::: reflection {#rN}
A leaf can float on the pond.
:::
"""
SMALL_PLANTS = '---\ntitle: "Leaves"\nlesson: 1\n---\n' + "".join(
    LEAF_SCREEN.replace("rN", f"r{n}") for n in (1, 2)
)

DISCUSS = (
    "Talk about it.\n\n::: discuss {objective=O1}\nWhich trick is hard to see?\n:::"
)
DISCUSS_ES = "Hablen.\n\n::: discuss {objective=O1}\n¿Qué truco es difícil?\n:::"
FACTS = "Dear families,\n\n::: facts\n:::"
FACTS_ES = "Queridas familias:\n\n::: facts\n:::"

FILES = {
    MODULE: module("sample", "6-8", more=LESSON_PARTS),
    LESSON: ONE,
    SPANISH: ONE_ES,
    LESSON_2: TWO,
    "modules/sample/lessons/02-two.es.md": TWO_ES,
    QUIZ: pool("Which is safe", ("Tell", "Hide"), "Pool"),
    "modules/sample/quiz.es.md": pool("Qué es seguro", ("Contar", "Ocultar"), "Banco"),
    GUIDE: page("Teacher guide", DISCUSS),
    "modules/sample/teacher-guide.es.md": page("Guía", DISCUSS_ES, sha="SHA"),
    LETTER: page("What we learn", FACTS),
    "modules/sample/family-letter.es.md": page("Qué vemos", FACTS_ES, sha="SHA"),
    GLOSSARY: 'trick:\n  en: "A hidden plan."\n  es: "Un plan oculto."\n',
    PICTURE: TREE,
    ALTERNATIVE: module("garden", "6-8", more=GARDEN_PARTS),
    "modules/garden/lessons/01-garden.md": plants("Garden"),
    "modules/garden/lessons/01-garden.es.md": plants("Jardín", sha="SHA"),
    "modules/small/module.yaml": module("small", "k-2", more=SMALL_PARTS),
    SMALL: SMALL_ONE,
    SMALL_QUIZ: SMALL_POOL,
    "modules/small/teacher-guide.md": page("Guide", "Read it aloud."),
    "modules/small/family-letter.md": page("Letter", "Dear families,"),
    "modules/small/images/tree.svg": TREE,
    "modules/small/images/leaf.svg": TREE,
    "modules/small-garden/module.yaml": module(
        "small-garden", "k-2", more=SMALL_GARDEN_PARTS
    ),
    "modules/small-garden/lessons/01-leaf.md": SMALL_PLANTS,
    "modules/small-garden/images/leaf.svg": TREE,
}
