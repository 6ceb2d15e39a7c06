"""A lesson for K-2, and its alternative: all in order."""

from __future__ import annotations

from tests.courses.content.good_files import TREE, module, page

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

SMALL_FILES = {
    "modules/small/module.yaml": module("small", "k-2", more=SMALL_PARTS),
    "modules/small/lessons/01-small.md": SMALL_ONE,
    "modules/small/quiz.md": SMALL_POOL,
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
