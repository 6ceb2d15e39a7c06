"""A learner's way through a lesson: opening it, saving what happens, finishing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu.courses import (
    assignments,
    catalog,
    completing,
    leaving,
    steps,
)
from preventedu.courses.class_progress import (
    LearnerProgress,
    ProgressState,
    progress_of,
)
from preventedu.courses.events import MALFORMED, Batch, Finished
from preventedu.courses.models import Attempt, Completion, ModuleVersion
from preventedu.courses.recording import CLOSED, Book, Saved
from preventedu.errors import RefusedError
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from preventedu.courses.assignments import Taking

__all__ = [
    "ClosedError",
    "LearnerProgress",
    "ProgressState",
    "Saved",
    "finish",
    "open_attempt",
    "progress_of",
    "save_events",
]


class ClosedError(RefusedError):
    """The page shows a sitting that has ended, or another version of the lesson."""


def sitting_of(session: Session, who: Taking) -> int:
    """Return how many attempts the learner has closed under the assignment."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Attempt)
            .where(*_of(who), Attempt.closed_at.is_not(None))
        )
        or 0
    )


def seed_of(who: Taking, sitting: int) -> str:
    """Return what chooses the questions of a sitting, before and after it is saved."""
    return f"{who.learner_id}:{who.assignment.id}:{sitting}"


def attempt_under_way(session: Session, who: Taking) -> Attempt | None:
    """Return the attempt under way, if there is one."""
    return session.scalar(
        select(Attempt)
        .where(
            *_of(who),
            Attempt.closed_at.is_(None),
            Attempt.is_alternative.is_(who.is_alternative),
        )
        .execution_options(populate_existing=True)
    )


def open_attempt(
    session: Session,
    who: Taking,
    language: str,
    version: ModuleVersion | None = None,
    *,
    now: datetime,
) -> Attempt:
    """Return the attempt under way, or begin one.

    Args:
        session: That may write.
        who: The learner and the assignment.
        language: Shown to the learner.
        version: What the learner has on the screen; left out: the current one. An
            attempt under way stays with its version.
        now: The start of a new attempt.
    """
    who = _hold(session, who, now=now)
    attempt = attempt_under_way(session, who)
    if attempt is not None:
        return attempt
    # A consent mode may have begun meanwhile: what is under way is not theirs now.
    foreign = Attempt.is_alternative.is_not(who.is_alternative)
    ids = [who.assignment.id]
    leaving.end_attempts(session, who.learner_id, ids, foreign, now=now)
    attempt = Attempt(
        learner_id=who.learner_id,
        assignment_id=who.assignment.id,
        module_version=version or assignments.version_for(session, who),
        is_alternative=who.is_alternative,
        has_survey=who.has_survey,
        is_test=who.is_test,
        language="",
        screen=steps.START,
        started_at=now,
    )
    _note_language(attempt, language)
    session.add(attempt)
    session.flush()
    return attempt


def save_events(session: Session, who: Taking, batch: Batch, *, now: datetime) -> Saved:
    """Keep what a page reports; sent twice, in any order, it is kept once."""
    saved = Saved(ignored=dict.fromkeys(batch.malformed, MALFORMED))
    who = _hold(session, who, now=now)
    try:
        attempt = _attempt_of(session, who, batch, now=now)
    except ClosedError:
        saved.ignored |= {event.id: CLOSED for event in batch.events}
        saved.is_closed = True
        # Sent again because our answer got lost: it is finished all the same.
        saved.completion = completing.standing(session, who)
        return saved
    _note_language(attempt, batch.language)
    seed = seed_of(who, batch.sitting)
    book = Book(session, attempt, seed, saved)
    for event in batch.events:
        book.enter(event, now=now)
    book.grade()
    if any(isinstance(event, Finished) for event in batch.events):
        saved.completion = completing.close(session, attempt, seed=seed, now=now)
    session.flush()
    return saved


def finish(session: Session, who: Taking, batch: Batch, *, now: datetime) -> Completion:
    """Finish the lesson that the page shows, and return the completion that counts.

    Answers that come along are kept first, as they count. Finishing again changes
    nothing. Skipping is allowed: no answer is asked for.

    Raises:
        ClosedError: The page shows a lesson that this learner does not have now.
    """
    who = _hold(session, who, now=now)
    try:
        attempt = _attempt_of(session, who, batch, now=now)
    except ClosedError:
        done = completing.standing(session, who)
        if done is None:
            raise
        return done
    _note_language(attempt, batch.language)
    seed = seed_of(who, batch.sitting)
    book = Book(session, attempt, seed, Saved())
    for event in batch.events:
        book.enter(event, now=now)
    session.flush()
    return completing.close(session, attempt, seed=seed, now=now)


def _hold(session: Session, who: Taking, *, now: datetime) -> Taking:
    """Let nothing else be written about the learner meanwhile; look again at what is.

    Two tabs, a batch sent twice at once and an opt-out wait for each other here.
    """
    leaving.lock_learner(session, who.learner_id)
    return assignments.taking(
        session, who.learner_id, who.assignment, is_test=who.is_test, now=now
    )


def _attempt_of(
    session: Session, who: Taking, batch: Batch, *, now: datetime
) -> Attempt:
    """Return the attempt that the page shows; begin it if the learner really does."""
    attempt = attempt_under_way(session, who)
    if batch.sitting != sitting_of(session, who):
        raise ClosedError(_("This lesson has changed. Open it again."))
    if attempt is None:
        _check_begins(session, who, batch)
        version = _shown_version(session, who, batch)
        attempt = open_attempt(session, who, batch.language, version, now=now)
    if attempt.module_version_id != batch.version_id:
        raise ClosedError(_("This lesson has changed. Open it again."))
    return attempt


def _note_language(attempt: Attempt, language: str) -> None:
    languages = catalog.load(attempt.module_version).languages
    attempt.language = language if language in languages else languages[0]


def _check_begins(session: Session, who: Taking, batch: Batch) -> None:
    # Looking through a finished lesson once more is no new attempt; answering is.
    if not batch.answers and completing.standing(session, who) is not None:
        raise ClosedError(_("You have finished this lesson."))


def _shown_version(session: Session, who: Taking, batch: Batch) -> ModuleVersion:
    """Return the version on the page, if it is one of the lesson this learner gets."""
    version = session.get(ModuleVersion, batch.version_id)
    if version is None or version.slug != assignments.version_for(session, who).slug:
        raise ClosedError(_("This lesson has changed. Open it again."))
    return version


def _of(who: Taking) -> tuple[ColumnElement[bool], ...]:
    return (
        Attempt.learner_id == who.learner_id,
        Attempt.assignment_id == who.assignment.id,
    )
