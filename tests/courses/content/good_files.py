"""A lesson for grades 6-8 in two languages, and its alternative: all in order."""

from __future__ import annotations

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 560">'
TREE = f'{SVG}<path d="M0 0"/></svg>'


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


DISCUSS = (
    "Talk about it.\n\n::: discuss {objective=O1}\nWhich trick is hard to see?\n:::"
)
DISCUSS_ES = "Hablen.\n\n::: discuss {objective=O1}\n¿Qué truco es difícil?\n:::"
FACTS = "Dear families,\n\n::: facts\n:::"
FACTS_ES = "Queridas familias:\n\n::: facts\n:::"

TRICK = 'trick:\n  en: "A hidden plan."\n  es: "Un plan oculto."\n'
FILES = {
    "modules/sample/module.yaml": module("sample", "6-8", more=LESSON_PARTS),
    "modules/sample/lessons/01-one.md": ONE,
    "modules/sample/lessons/01-one.es.md": ONE_ES,
    "modules/sample/lessons/02-two.md": TWO,
    "modules/sample/lessons/02-two.es.md": TWO_ES,
    "modules/sample/quiz.md": pool("Which is safe", ("Tell", "Hide"), "Pool"),
    "modules/sample/quiz.es.md": pool("Qué es seguro", ("Contar", "Ocultar"), "Banco"),
    "modules/sample/teacher-guide.md": page("Teacher guide", DISCUSS),
    "modules/sample/teacher-guide.es.md": page("Guía", DISCUSS_ES, sha="SHA"),
    "modules/sample/family-letter.md": page("What we learn", FACTS),
    "modules/sample/family-letter.es.md": page("Qué vemos", FACTS_ES, sha="SHA"),
    "modules/sample/glossary.yaml": TRICK,
    "modules/sample/images/tree.svg": TREE,
    "modules/garden/module.yaml": module("garden", "6-8", more=GARDEN_PARTS),
    "modules/garden/lessons/01-garden.md": plants("Garden"),
    "modules/garden/lessons/01-garden.es.md": plants("Jardín", sha="SHA"),
}
