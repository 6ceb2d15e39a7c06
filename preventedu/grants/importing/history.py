"""Keeps who entered what, and when: every change, and every file whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.grants.models import ImportedFile, RecordedChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from preventedu.grants.importing.files import File
    from preventedu.grants.importing.recorder import Change


def keep_changes(
    session: Session,
    changes: Iterable[Change],
    file: ImportedFile | None,
    *,
    by: str,
    now: datetime,
) -> None:
    """Keep what was entered, so that anybody can see later who said so.

    Args:
        session: To write in.
        changes: What was done.
        file: Where it came from; None: a form.
        by: A staff member's e-mail, or an account of the server.
        now: The present.
    """
    session.add_all(
        RecordedChange(
            award_id=change.award_id,
            action=change.action.value,
            what=change.what,
            name=change.name,
            detail=change.detail,
            recorded_at=now,
            recorded_by=by,
            file_id=file.id if file else None,
        )
        for change in changes
    )
    session.flush()


def changes_of(session: Session, file: ImportedFile) -> Sequence[RecordedChange]:
    """Return what a file has changed, in its order."""
    query = select(RecordedChange).where(RecordedChange.file_id == file.id)
    return session.scalars(query.order_by(RecordedChange.id)).all()


def keep_file(session: Session, file: File, *, by: str, now: datetime) -> ImportedFile:
    """Keep a file whole."""
    kept = ImportedFile(
        name=file.name,
        content=file.text,
        original=None if file.is_text else file.content,
        content_hash=file.sha256,
        imported_at=now,
        imported_by=by,
    )
    session.add(kept)
    session.flush()
    return kept
