"""Requests of guardians and what was forgotten; neither holds a name."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from preventedu.db import Base, TextEnum
from preventedu.people import Lea, Learner


class RecordRequest(Base):
    """A code by which an LEA official opens one learner's record, for 14 days.

    A teacher, who sees names, makes it; the official, who sees the record, never
    learns whose it is from us.
    """

    __tablename__ = "record_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey(Learner.id), index=True)
    lea_id: Mapped[int] = mapped_column(ForeignKey(Lea.id))
    """Only officials of this LEA may use the code."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ErasureReason(enum.StrEnum):
    """Why learners were forgotten."""

    REQUEST = "request"
    """A guardian asked the school."""
    RETENTION = "retention"
    """They were not seen for as long as the published setting says."""


class Erasure(Base):
    """How many learners were forgotten at once, and why; nothing says who."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[ErasureReason] = mapped_column(TextEnum(ErasureReason))
    learners: Mapped[int]
    erased_at: Mapped[datetime]
    erased_by: Mapped[str]
    """A staff member's e-mail, an operator's account, or `retention`."""
