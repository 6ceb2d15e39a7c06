"""The blocks a screen is made of, as they are stored and shown.

Every `html` and every field said to be HTML has passed the allow-list of
`markdown.clean`; every other text is plain and must be escaped when shown.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from preventedu.courses.content.base import BlockId, ObjectiveId, Strict, Words


class Prose(Strict):
    """Running text."""

    type: Literal["prose"] = "prose"
    html: str


class Image(Strict):
    """A picture; width and height are its own, in CSS pixels (0: not measured)."""

    type: Literal["image"] = "image"
    src: Words
    alt: str
    tags: tuple[str, ...] = ()
    credit: str = ""
    width: int = 0
    height: int = 0


class Callout(Strict):
    """A boxed remark."""

    type: Literal["callout"] = "callout"
    kind: Literal["remember", "tip", "try", "teacher"]
    html: Words


class ContentNote(Strict):
    """What is coming, before the first screen."""

    type: Literal["content-note"] = "content-note"
    html: Words


class Card(Strict):
    """One card to open; `front` is plain text, `back` is HTML."""

    icon: str = ""
    front: Words
    back: Words


class Cards(Strict):
    """Cards that open one by one."""

    type: Literal["cards"] = "cards"
    cards: Annotated[tuple[Card, ...], Field(min_length=2, max_length=8)]


class ChatLine(Strict):
    """One message, in plain text."""

    who: Words
    text: Words


class Chat(Strict):
    """A made-up chat; lines by anybody but `partner` are the learner's side."""

    type: Literal["chat"] = "chat"
    partner: Words
    label: Words
    lines: Annotated[tuple[ChatLine, ...], Field(min_length=2, max_length=12)]


class Option(Strict):
    """One answer of a question; its id is a letter by place in the file."""

    id: Annotated[str, Field(pattern=r"^[a-f]$")]
    html: str
    picture: Image | None = None
    correct: bool
    feedback: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> "Option":
        if not self.html and self.picture is None:
            raise ValueError(f"answer {self.id} is empty")
        return self


class Question(Strict):
    """A question with its key; `stem`, `hint`, `right` and `wrong` are HTML."""

    type: Literal["question"] = "question"
    kind: Literal["choose-one", "choose-many", "true-false"]
    id: BlockId
    objectives: tuple[ObjectiveId, ...]
    stem: Words
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=6)]
    hint: str = ""
    right: str = ""
    wrong: str = ""
    shuffle: bool = True

    @model_validator(mode="after")
    def _has_a_key(self) -> "Question":
        right = sum(option.correct for option in self.options)
        if self.kind == "choose-many":
            if not right:
                raise ValueError(f"question {self.id} needs at least one [x]")
        elif right != 1:
            raise ValueError(
                f"question {self.id} needs exactly one [x], found {right}"
                " (write choose-many if several are right)"
            )
        if self.kind == "true-false" and len(self.options) != len(("true", "false")):
            raise ValueError(f"question {self.id}: true-false has two answers")
        return self


class Choice(Strict):
    """A way from one scene to another; `label` is plain text."""

    label: Words
    to: BlockId


class Scene(Strict):
    """A step of a story: it has choices, or it is an ending."""

    id: BlockId
    title: Words
    html: Words
    ending: Literal["safe", "support", ""] = ""
    choices: tuple[Choice, ...] = ()


class Scenario(Strict):
    """A branching story; every scene is reachable and has a way to an ending."""

    type: Literal["scenario"] = "scenario"
    id: BlockId
    title: Words
    objectives: tuple[ObjectiveId, ...]
    scenes: Annotated[tuple[Scene, ...], Field(min_length=2, max_length=12)]

    @model_validator(mode="after")
    def _has_only_good_ways(self) -> "Scenario":
        _check_scenes(self)
        _check_ways(self)
        return self


class Reflection(Strict):
    """Something to think about; what is written there is never sent."""

    type: Literal["reflection"] = "reflection"
    id: BlockId
    html: Words


class Help(Strict):
    """The place where the people who can help are listed."""

    type: Literal["help"] = "help"


class Discuss(Strict):
    """Something to talk about in class; only in a teacher guide."""

    type: Literal["discuss"] = "discuss"
    objectives: tuple[ObjectiveId, ...] = ()
    html: Words


class Facts(Strict):
    """Where a page puts the LEA's facts: who pays, the partner, how to opt out."""

    type: Literal["facts"] = "facts"


Block = Annotated[
    Prose
    | Image
    | Callout
    | ContentNote
    | Cards
    | Chat
    | Question
    | Scenario
    | Reflection
    | Help
    | Discuss
    | Facts,
    Field(discriminator="type"),
]


def _check_scenes(scenario: Scenario) -> None:
    ids = [scene.id for scene in scenario.scenes]
    if len(set(ids)) != len(ids):
        raise ValueError(f"scenario {scenario.id}: two scenes share a name")
    for scene in scenario.scenes:
        for choice in scene.choices:
            if choice.to not in ids:
                raise ValueError(
                    f"scenario {scenario.id}: “{choice.label}” goes to"
                    f" #{choice.to}, which is not a scene"
                )
        if bool(scene.ending) == bool(scene.choices):
            raise ValueError(
                f"scenario {scenario.id}: scene {scene.id} needs choices or"
                " {ending=safe}, and not both"
            )


def _check_ways(scenario: Scenario) -> None:
    ways = {s.id: {choice.to for choice in s.choices} for s in scenario.scenes}
    reached = _closure({scenario.scenes[0].id}, ways)
    if lost := sorted(set(ways) - reached):
        raise ValueError(f"scenario {scenario.id}: no choice leads to {lost}")
    back: dict[str, set[str]] = {scene: set() for scene in ways}
    for scene, targets in ways.items():
        for target in targets:
            back[target].add(scene)
    ends = {scene.id for scene in scenario.scenes if scene.ending}
    if stuck := sorted(set(ways) - _closure(ends, back)):
        raise ValueError(
            f"scenario {scenario.id}: no way to a safe ending from {stuck}"
        )


def _closure(start: set[str], ways: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = set(start)
    while waiting:
        scene = waiting.pop()
        reached.add(scene)
        waiting |= ways[scene] - reached
    return reached
