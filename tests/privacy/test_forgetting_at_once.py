"""A learner is erased while their lesson is being saved."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu.courses import assignments, progress
from preventedu.courses.events import Batch, Finished
from preventedu.courses.models import Answer, Attempt, Completion
from preventedu.privacy import forgetting
from preventedu.privacy.models import Erasure
from tests.conftest import NOW
from tests.courses.make import make_assignment, make_learner
from tests.courses.test_progress import answer, drawn

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

AT_MOST = 30
"""Seconds."""


def test_nothing_that_is_saved_at_that_moment_stays(
    sessions: sessionmaker[Session],
) -> None:
    with sessions() as session:
        assignment = make_assignment(session)
        learner_id = make_learner(session).id
        session.commit()
        who = assignments.taking(
            session, learner_id, assignment, is_test=False, now=NOW
        )
        version = assignments.version_for(session, who)
        progress.open_attempt(session, who, "en", version, now=NOW)
        session.commit()
        first = answer(drawn(session, who)[0])
        given = Batch(version.id, 0, "en", (first, Finished("9")))
        session.expunge_all()

    def erase() -> None:
        with sessions() as session:
            forgetting.erase(session, learner_id, "maria@lea.example", now=NOW)
            session.commit()

    with sessions() as session:
        saved = progress.save_events(session, who, given, now=NOW)
        assert saved.completion is not None
        other = threading.Thread(target=erase)
        other.start()
        other.join(1)
        session.commit()
        other.join(AT_MOST)

    with sessions() as session:
        counted = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Erasure, Answer, Attempt, Completion)
        ]
    # The count stays, with the attempt that it stands on; the answer does not.
    assert counted == [1, 0, 1, 1]
