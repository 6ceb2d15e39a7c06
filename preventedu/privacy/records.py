"""Everything that is kept about one learner, as a guardian may ask to see it.

Source: 34 CFR 99.10, a parent's right to inspect and review education records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, select

from preventedu.courses import catalog
from preventedu.courses.models import Answer, Attempt, ModuleVersion
from preventedu.db import Base
from preventedu.errors import NotFoundError
from preventedu.i18n import gettext as _
from preventedu.lti.models import LtiUser, Platform
from preventedu.people import Learner

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy.orm import Session

Row = dict[str, Any]
FORMAT = "preventedu-learner-record/1"


def record_of(session: Session, learner_id: str, *, now: datetime) -> Row:
    """Return every row about a learner, by table, with the questions in words.

    Every table that points at a learner, or at the LMS's user of that learner, is
    found in the models: a new one is never forgotten here.

    Raises:
        NotFoundError: Nothing is kept under this id.
    """
    learner = session.get(Learner, learner_id)
    if learner is None:
        raise NotFoundError(_("Nothing is kept about this learner."))
    users = session.scalars(
        select(LtiUser.id).where(LtiUser.learner_id == learner_id)
    ).all()
    return {
        "format": FORMAT,
        "read_at": now.isoformat(),
        "learner": {"id": learner.id, "created_at": learner.created_at.isoformat()},
        "platforms": _platforms(session, learner_id),
        "rows": {
            table.name: [*_rows(session, table, column, keys)]
            for table, column, keys in _pointers(learner_id, users)
        },
        "answers": [*_answers(session, learner_id)],
    }


def tables_about_learners() -> set[str]:
    """Return the names of the tables that point at a learner or their LMS user."""
    return {table.name for table, _column, _keys in _pointers("", [])}


def _pointers(learner_id: str, user_ids: object) -> Iterator[tuple[Table, str, object]]:
    """Give each table that points at the learner, by which column, and with what."""
    for table in Base.metadata.sorted_tables:
        found = {key.column.table.name: key.parent.name for key in table.foreign_keys}
        if "learner" in found:
            yield table, found["learner"], [learner_id]
        elif "lti_user" in found:
            yield table, found["lti_user"], user_ids


def _rows(session: Session, table: Table, column: str, keys: Any) -> Iterator[Row]:
    query = select(table).where(table.c[column].in_(keys)).order_by(*table.primary_key)
    for row in session.execute(query).mappings():
        yield {name: _plain(value) for name, value in row.items()}


def _platforms(session: Session, learner_id: str) -> list[str]:
    found = session.scalars(
        select(Platform.issuer)
        .join(LtiUser, LtiUser.platform_id == Platform.id)
        .where(LtiUser.learner_id == learner_id)
        .order_by(Platform.id)
    )
    return list(found)


def _answers(session: Session, learner_id: str) -> Iterator[Row]:
    rows = session.execute(
        select(Answer, Attempt.language, ModuleVersion)
        .join(Attempt, Attempt.id == Answer.attempt_id)
        .join(ModuleVersion, ModuleVersion.id == Attempt.module_version_id)
        .where(Attempt.learner_id == learner_id)
        .order_by(Answer.id)
    )
    for answer, language, version in rows:
        module = catalog.load(version)
        document = module.documents.get(language) or module.documents["en"]
        asked = {each.id: each for each in document.pool}.get(answer.question_id)
        words = {option.id: option.html for option in asked.options} if asked else {}
        yield {
            "module": version.slug,
            "when": {"pre": "before the lesson", "post": "after it"}[answer.phase],
            "question": asked.stem if asked else answer.question_id,
            "chosen": [words.get(each, each) for each in answer.chosen],
            "right": answer.is_correct,
            "received_at": answer.received_at.isoformat(),
        }


def _plain(value: object) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value
