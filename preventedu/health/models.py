"""The pulse of the workers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from preventedu.db import Base


class WorkerHeartbeat(Base):
    """A worker process that is at work; deleted a day after its last beat."""

    __tablename__ = "worker_heartbeat"

    worker: Mapped[str] = mapped_column(String(22), primary_key=True)
    """Random, made at its start."""
    started_at: Mapped[datetime]
    beaten_at: Mapped[datetime]
    """When its loop last came by."""
