"""Alembic's environment: run on the connection that `preventedu.schema` hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context
from sqlalchemy import JSON, DateTime

from preventedu.db import Base, TextEnum, UtcDateTime

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def _render_item(
    kind: str, item: object, _context: AutogenContext
) -> str | Literal[False]:
    """Write plain column types, so that old migrations never import new code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, TextEnum):
        return "sa.String(length=40)"
    if kind == "type" and isinstance(item, JSON):
        return "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')"
    return False


def _same_type(
    _context: object, _inspected: object, _column: object, was: object, now: object
) -> bool | None:
    """Tell Alembic that our wrappers equal the types they are written as."""
    if isinstance(now, UtcDateTime):
        return not isinstance(was, DateTime)
    return None


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=_render_item,
    compare_type=_same_type,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
