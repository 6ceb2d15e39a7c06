"""The lesson as a page: which steps it has, what each asks, what is known already."""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from preventedu.courses import grading, steps
from preventedu.courses.content import pool
from preventedu.courses.steps import StepKind
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from preventedu.courses.content.schema import (
        Asset,
        Block,
        CompiledDocument,
        CompiledModule,
        HelpEntry,
        Image,
        Option,
        PublicOption,
        Question,
    )
    from preventedu.courses.grading import Graded
    from preventedu.courses.models import Answer
    from preventedu.courses.steps import Step

AnyOption = TypeVar("AnyOption", "PublicOption", "Option")


class Mode(enum.StrEnum):
    """What happens to what is done on the page."""

    LEARN = "learn"
    REVIEW = "review"
    """Finished before: shown from the start, nothing of earlier is on it."""
    PREVIEW = "preview"
    """A grown-up looks: nothing is kept."""


@dataclass(frozen=True)
class AskedQuestion:
    """A question on the page, its options in the order to show them.

    Attributes:
        phase: `pre` or `post`; empty for practice, which is never sent.
        chosen: Option ids of the answer given in this attempt.
        graded: What the answer was worth; only for questions after the lesson.
    """

    id: str
    kind: str
    phase: str
    stem: str
    hint: str
    options: Sequence[PublicOption | Option]
    chosen: tuple[str, ...] = ()
    graded: Graded | None = None


@dataclass(frozen=True)
class StepView:
    """A step with its words; `number` counts from 1."""

    number: int
    id: str
    kind: StepKind
    title: str
    lesson: int
    lesson_title: str
    blocks: tuple[Block, ...] = ()
    questions: tuple[AskedQuestion, ...] = ()


@dataclass(frozen=True)
class LessonPage:
    """Everything the templates show of a lesson.

    Attributes:
        title: The neutral title; the only one for the browser, frame and history.
        start_at: Id of the step to open.
        token: Opaque; the browser keeps unsent answers under it.
        furthest: Number of the furthest step reached.
        counts_answers: A skipped question lowers the grade, which the page must say.
    """

    title: str
    module: CompiledModule
    version_id: int
    language: str
    mode: Mode
    sitting: int
    token: str
    steps: tuple[StepView, ...]
    start_at: str
    furthest: int = 1
    groups: tuple[tuple[str, tuple[StepView, ...]], ...] = field(default=())
    counts_answers: bool = False

    @property
    def document(self) -> CompiledDocument:
        """The module in the language of the page."""
        return self.module.documents[self.language]

    @property
    def help(self) -> tuple[HelpEntry, ...]:
        """Who can help, in the order to show them."""
        return self.module.help

    @property
    def is_for_youngest(self) -> bool:
        """Whether the pages are those of K-2."""
        return self.module.band == steps.YOUNGEST

    def asset(self, image: Image) -> Asset:
        """Return the picture that a block names."""
        return self.module.assets[image.src]

    def first_picture(self) -> Image | None:
        """Return the first picture of the lesson."""
        return next(iter(self._pictures()), None)

    def last_picture(self) -> Image | None:
        """Return the last picture that stands by itself."""
        return next(reversed(self._pictures()), None)

    def practice(self, question: Question) -> AskedQuestion:
        """Return a question of the lesson itself, with its key: it is never sent."""
        return AskedQuestion(
            id=question.id,
            kind=question.kind,
            phase="",
            stem=question.stem,
            hint=question.hint,
            options=_in_order(question.options, question, self.token),
        )

    def _pictures(self) -> list[Image]:
        blocks = [b for screen in self.document.screens for b in screen.blocks]
        return [block for block in blocks if block.type == "image"]


@dataclass(frozen=True)
class Shown:
    """What to show a lesson for.

    Attributes:
        title: By language; of the assigned lesson also where another one is shown.
        seed: Chooses the questions; empty in a preview, which shows all.
        reached: Id of the furthest step.
        counts_answers: The grade counts the questions after the lesson.
        has_survey: The questions before and after the lesson are asked.
    """

    version_id: int
    title: Mapping[str, str]
    mode: Mode
    seed: str = ""
    sitting: int = 0
    reached: str = steps.START
    answers: tuple[Answer, ...] = ()
    counts_answers: bool = False
    has_survey: bool = True


def lesson_page(module: CompiledModule, shown: Shown, wanted: str) -> LessonPage:
    """Return the page of a lesson.

    Args:
        module: The version to show.
        shown: To whom, and what is known already.
        wanted: The language asked for; one the module does not have gives its source.
    """
    language = wanted if wanted in module.languages else module.languages[0]
    asker = _Asker(module, language, shown)
    views = tuple(
        _view(number, step, asker)
        for number, step in enumerate(asker.sitting.steps(language), start=1)
    )
    ids = [view.id for view in views]
    reached = shown.reached if shown.reached in ids else steps.START
    return LessonPage(
        title=shown.title.get(language) or shown.title["en"],
        module=module,
        version_id=shown.version_id,
        language=language,
        mode=shown.mode,
        sitting=shown.sitting,
        token=token_of(shown.seed, shown.version_id),
        steps=views,
        start_at=reached,
        furthest=ids.index(reached) + 1,
        groups=_groups(views),
        counts_answers=shown.counts_answers,
    )


def token_of(seed: str, version_id: int) -> str:
    """Return an opaque name for a sitting; nobody can read a learner from it."""
    return hashlib.sha256(f"{seed}\0{version_id}".encode()).hexdigest()[:22]


class _Asker:
    """Turns drawn ids into the questions of one page."""

    def __init__(self, module: CompiledModule, language: str, shown: Shown) -> None:
        self.module, self.language = module, language
        self.sitting = steps.Sitting(module, shown.seed, shown.has_survey)
        self.token = token_of(shown.seed, shown.version_id)
        self._pool = {q.id: q for q in module.documents[language].pool}
        self._answers = {(a.phase, a.question_id): a for a in shown.answers}

    def asked(self, question_id: str, phase: str) -> AskedQuestion:
        key = self._pool[question_id]
        public = pool.public_question(key)
        answer = self._answers.get((phase, question_id))
        chosen = tuple(answer.chosen) if answer else ()
        is_graded = chosen and phase == steps.POST
        return AskedQuestion(
            id=public.id,
            kind=public.kind,
            phase=phase,
            stem=public.stem,
            hint=public.hint,
            options=_in_order(public.options, key, self.token),
            chosen=chosen,
            graded=grading.grade(key, chosen) if is_graded else None,
        )


def _in_order(
    options: Sequence[AnyOption], question: Question, token: str
) -> Sequence[AnyOption]:
    if not question.shuffle:
        return options
    return pool.shuffled(options, f"{token}:{question.id}")


def _view(number: int, step: Step, asker: _Asker) -> StepView:
    screen = step.screen
    phase = steps.PRE if step.kind is StepKind.QUIZ_BEFORE else steps.POST
    questions = tuple(asker.asked(each, phase) for each in step.questions)
    if screen is not None:
        return StepView(
            number=number,
            id=step.id,
            kind=step.kind,
            title=screen.title,
            lesson=screen.lesson,
            lesson_title=screen.lesson_title,
            blocks=screen.blocks,
        )
    return StepView(
        number=number,
        id=step.id,
        kind=step.kind,
        title=_title(step.kind),
        lesson=0,
        lesson_title="",
        questions=questions,
    )


def _title(kind: StepKind) -> str:
    titles: dict[StepKind, str] = {
        StepKind.START: _("Before you start"),
        StepKind.QUIZ_BEFORE: _("What do you think?"),
        StepKind.QUIZ_AFTER: _("Show what you know"),
        StepKind.DONE: _("Finish"),
    }
    return titles[kind]


def _groups(
    views: tuple[StepView, ...],
) -> tuple[tuple[str, tuple[StepView, ...]], ...]:
    """Put the steps of one lesson under its title; those around stand alone."""
    groups: list[tuple[str, list[StepView]]] = []
    for view in views:
        if groups and groups[-1][0] == view.lesson_title:
            groups[-1][1].append(view)
        else:
            groups.append((view.lesson_title, [view]))
    return tuple((title, tuple(members)) for title, members in groups)
